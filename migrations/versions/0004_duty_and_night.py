"""duty, night, language; messages with a state

Revision ID: 0004
Revises: 0001
Create Date: 2026-11-27 04:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0006"
branch_labels = None
depends_on = None

CHANNELS = ("sms", "voice", "wecom", "dingtalk")
STATES = ("waiting", "held", "sent", "failed", "given_up")
KINDS = ("day", "night", "holiday", "stand_in", "desk")
OLD = "id, channel, template, recipient, text, mention, written_at, sent_at, answer"
CHECKS = {
    "tried_until_over": "(state IN ('sent', 'given_up')) = (next_at IS NULL)",
    "sent_some_time": "(state = 'sent') = (sent_at IS NOT NULL)",
    "tries": "tries >= 0",
}


def upgrade():
    op.create_table('grid_duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('stands_for', sa.Integer(), nullable=True),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_day <= last_day', name=op.f('ck_grid_duty_days')),
    sa.CheckConstraint('opens BETWEEN 0 AND 1439 AND closes BETWEEN 1 AND 1440', name=op.f('ck_grid_duty_span')),
    sa.CheckConstraint('opens <> closes', name=op.f('ck_grid_duty_lasts')),
    sa.CheckConstraint("(kind = 'stand_in') = (stands_for IS NOT NULL)", name=op.f('ck_grid_duty_for_somebody')),
    sa.CheckConstraint('stands_for <> person_id', name=op.f('ck_grid_duty_for_another')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_duty_area_code')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_grid_duty_person_id')),
    sa.ForeignKeyConstraint(['stands_for'], ['people_person.id'], name=op.f('fk_grid_duty_stands_for')),
    sa.ForeignKeyConstraint(['written_by'], ['people_person.id'], name=op.f('fk_grid_duty_written_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_duty'))
    )
    op.create_index('ix_grid_duty_area_code_last_day', 'grid_duty', ['area_code', 'last_day'], unique=False)
    op.create_index(op.f('ix_grid_duty_person_id'), 'grid_duty', ['person_id'], unique=False)
    op.create_index(op.f('ix_grid_duty_stands_for'), 'grid_duty', ['stands_for'], unique=False)
    op.create_table('grid_desk_alarm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('rings_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.CheckConstraint('answered_at IS NULL OR rings_at IS NULL', name=op.f('ck_grid_desk_alarm_answered_is_silent')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_desk_alarm_area_code')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_desk_alarm_case_id')),
    sa.ForeignKeyConstraint(['answered_by'], ['people_person.id'], name=op.f('fk_grid_desk_alarm_answered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_desk_alarm')),
    sa.UniqueConstraint('case_id', 'round', name=op.f('uq_grid_desk_alarm_case_id_round'))
    )
    op.create_index(op.f('ix_grid_desk_alarm_area_code'), 'grid_desk_alarm', ['area_code'], unique=False)
    op.create_index('ix_grid_desk_alarm_rings_at', 'grid_desk_alarm', ['rings_at'], unique=False)
    op.create_table('grid_callback',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('dialect', sa.String(length=24), nullable=False),
    sa.Column('hours', sa.String(length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_callback_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_grid_callback'))
    )
    op.create_table('people_spoken',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('dialect', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_spoken_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'dialect', name=op.f('pk_people_spoken'))
    )
    op.add_column('people_area', sa.Column('night_phone', sa.String(length=20), nullable=True))
    _widen_messages()


def downgrade():
    _narrow_messages()
    op.drop_column('people_area', 'night_phone')
    for table in ['people_spoken', 'grid_callback', 'grid_desk_alarm', 'grid_duty']:
        op.drop_table(table)


def _widen_messages():
    """Give messages a state.  SQLite cannot change a CHECK, so there the table is built anew."""
    # What was not sent when this came is tried again, as its outbox row does anyway.
    state = "CASE WHEN sent_at IS NULL THEN 'waiting' ELSE 'sent' END"
    next_at = "CASE WHEN sent_at IS NULL THEN written_at END"
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index('ix_kernel_message_written_at', 'kernel_message')
        op.rename_table('kernel_message', 'kernel_message_old')
        _create_wide()
        op.execute(
            f"INSERT INTO kernel_message ({OLD}, about, urgent, state, expires_at, tries, next_at)"
            f" SELECT {OLD}, '', 0, {state}, datetime(written_at, '+3 days'), 0, {next_at}"
            " FROM kernel_message_old"
        )
        op.drop_table('kernel_message_old')
    else:
        op.drop_constraint(op.f('ck_kernel_message_channel'), 'kernel_message', type_='check')
        op.create_check_constraint(op.f('ck_kernel_message_channel'), 'kernel_message', f"channel IN {CHANNELS}")
        for column in _new_columns(nullable=True):
            op.add_column('kernel_message', column)
        op.execute(
            f"UPDATE kernel_message SET about = '', urgent = false, state = {state}, tries = 0,"
            f" expires_at = written_at + interval '3 days', next_at = {next_at}"
        )
        for name in ('about', 'urgent', 'state', 'expires_at', 'tries'):
            op.alter_column('kernel_message', name, nullable=False)
        op.create_check_constraint(op.f('ck_kernel_message_messagestate'), 'kernel_message', f"state IN {STATES}")
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(f'ck_kernel_message_{name}'), 'kernel_message', condition)
    if op.get_bind().dialect.name == "sqlite":
        op.create_index('ix_kernel_message_written_at', 'kernel_message', ['written_at'])
    op.create_index('ix_kernel_message_next_at', 'kernel_message', ['next_at'])
    op.create_index('ix_kernel_message_about', 'kernel_message', ['about'])
    op.create_index('ix_kernel_message_state', 'kernel_message', ['state', 'id'])


def _create_wide():
    op.create_table('kernel_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum(*CHANNELS, name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('template', sa.String(length=8), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mention', sa.Text(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=200), nullable=True),
    *_new_columns(nullable=False),
    sa.CheckConstraint(f"state IN {STATES}", name=op.f('ck_kernel_message_messagestate')),
    *(sa.CheckConstraint(condition, name=op.f(f'ck_kernel_message_{name}')) for name, condition in CHECKS.items()),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_message')),
    sqlite_autoincrement=True
    )


def _new_columns(*, nullable):
    return [
        sa.Column('about', sa.String(length=80), nullable=nullable),
        sa.Column('urgent', sa.Boolean(), nullable=nullable),
        sa.Column('state', sa.String(length=24), nullable=nullable),
        sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=nullable),
        sa.Column('tries', sa.Integer(), nullable=nullable),
        sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    ]


def _narrow_messages():
    """Take the state away again; calls, which the old table does not know, are forgotten."""
    op.execute("DELETE FROM kernel_message WHERE channel = 'voice'")
    for name in ('next_at', 'about', 'state'):
        op.drop_index(f'ix_kernel_message_{name}', 'kernel_message')
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index('ix_kernel_message_written_at', 'kernel_message')
        op.rename_table('kernel_message', 'kernel_message_new')
        op.create_table('kernel_message',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('channel', sa.Enum('sms', 'wecom', 'dingtalk', name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('template', sa.String(length=8), nullable=False),
        sa.Column('recipient', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('mention', sa.Text(), nullable=True),
        sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('answer', sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_message'))
        )
        op.execute(f"INSERT INTO kernel_message ({OLD}) SELECT {OLD} FROM kernel_message_new")
        op.drop_table('kernel_message_new')
        op.create_index('ix_kernel_message_written_at', 'kernel_message', ['written_at'])
        return
    for name in (*CHECKS, 'messagestate', 'channel'):
        op.drop_constraint(op.f(f'ck_kernel_message_{name}'), 'kernel_message', type_='check')
    op.create_check_constraint(op.f('ck_kernel_message_channel'), 'kernel_message', f"channel IN {tuple(c for c in CHANNELS if c != 'voice')}")
    for column in reversed(_new_columns(nullable=True)):
        op.drop_column('kernel_message', column.name)
