"""activities that earn coins, who signs up, the lists of who took part

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-27 21:40:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# Written once, when a list is confirmed.
FROZEN = ('points_activity_line', 'points_claim_help')


def upgrade():
    op.add_column('qr_sign_in', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))

    op.create_table('points_activity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('activity', 'evaluation', name='listkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('code_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('team', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rule_code', sa.String(length=3), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('least_minutes', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=64), nullable=True),
    sa.Column('leader_id', sa.Integer(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('open', 'confirmed', name='liststate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(kind = 'activity') = (code_id IS NOT NULL)", name=op.f('ck_points_activity_activity_has_code')),
    sa.CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name=op.f('ck_points_activity_confirmed_by_somebody')),
    sa.CheckConstraint('capacity > 0 AND least_minutes >= 0', name=op.f('ck_points_activity_whole_numbers')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_points_activity_ends_after_start')),
    sa.CheckConstraint('taken >= 0 AND taken <= capacity', name=op.f('ck_points_activity_never_over')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_activity_area_code')),
    sa.ForeignKeyConstraint(['code_id'], ['qr_activity.code_id'], name=op.f('fk_points_activity_code_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['people_person.id'], name=op.f('fk_points_activity_confirmed_by')),
    sa.ForeignKeyConstraint(['leader_id'], ['people_person.id'], name=op.f('fk_points_activity_leader_id')),
    sa.ForeignKeyConstraint(['rule_version'], ['points_rule_version.version'], name=op.f('fk_points_activity_rule_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_activity')),
    sa.UniqueConstraint('code_id', name=op.f('uq_points_activity_code_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_activity_area_code', 'points_activity', ['area_code'], unique=False)
    op.create_index('ix_points_activity_leader_id', 'points_activity', ['leader_id'], unique=False)
    op.create_index('ix_points_activity_series', 'points_activity', ['series'], unique=False)
    op.create_index('ix_points_activity_when', 'points_activity', ['ends_at', 'area_code'], unique=False)

    op.create_table('points_sign_up',
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('helped_by', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['points_activity.id'], name=op.f('fk_points_sign_up_activity_id')),
    sa.ForeignKeyConstraint(['helped_by'], ['people_person.id'], name=op.f('fk_points_sign_up_helped_by')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_sign_up_person_id')),
    sa.PrimaryKeyConstraint('activity_id', 'person_id', name=op.f('pk_points_sign_up'))
    )
    op.create_index('ix_points_sign_up_person_id', 'points_sign_up', ['person_id'], unique=False)

    op.create_table('points_activity_line',
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('by_leader', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=100), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(claim_id IS NULL) = (why <> '')", name=op.f('ck_points_activity_line_claim_or_reason')),
    sa.CheckConstraint('minutes >= 0', name=op.f('ck_points_activity_line_whole_minutes')),
    sa.ForeignKeyConstraint(['activity_id'], ['points_activity.id'], name=op.f('fk_points_activity_line_activity_id')),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_activity_line_claim_id')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_points_activity_line_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_activity_line_person_id')),
    sa.PrimaryKeyConstraint('activity_id', 'person_id', name=op.f('pk_points_activity_line')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_points_activity_line_claim_id'))
    )
    op.create_index('ix_points_activity_line_person_id', 'points_activity_line', ['person_id'], unique=False)

    op.create_table('points_claim_help',
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('helper_id', sa.Integer(), nullable=False),
    sa.Column('consent', sa.Enum('counter', 'card', 'phone', name='consent', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_claim_help_claim_id')),
    sa.ForeignKeyConstraint(['helper_id'], ['people_person.id'], name=op.f('fk_points_claim_help_helper_id')),
    sa.PrimaryKeyConstraint('claim_id', name=op.f('pk_points_claim_help'))
    )
    op.create_index('ix_points_claim_help_helper_id', 'points_claim_help', ['helper_id'], unique=False)

    for table in FROZEN:
        refuse(table, 'UPDATE')
        refuse(table, 'DELETE')


def refuse(table, verb):
    sqlite = op.get_bind().dialect.name == 'sqlite'
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if sqlite
        else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    op.execute(f'CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}')


def downgrade():
    op.drop_index('ix_points_claim_help_helper_id', table_name='points_claim_help')
    op.drop_table('points_claim_help')
    op.drop_index('ix_points_activity_line_person_id', table_name='points_activity_line')
    op.drop_table('points_activity_line')
    op.drop_index('ix_points_sign_up_person_id', table_name='points_sign_up')
    op.drop_table('points_sign_up')
    for index in ('when', 'series', 'leader_id', 'area_code'):
        op.drop_index(f'ix_points_activity_{index}', table_name='points_activity')
    op.drop_table('points_activity')
    op.drop_column('qr_sign_in', 'left_at')
