"""an upheld appeal gives back once a second person has signed

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-28 17:00:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

STATES = ('waiting', 'judged', 'upheld', 'rejected')
STATES_BEFORE = ('waiting', 'upheld', 'rejected')
CHECKS = {
    'two_people': 'confirmed_by IS NULL OR confirmed_by <> decided_by',
    'nothing_moved_yet': "state <> 'judged' OR (confirmed_by IS NULL AND deduction_id IS NOT NULL)",
}
OLD = 'id, deduction_id, claim_id, person_id, words, made_at, level, due_by, state, decided_by, decided_at, reason, restored, area_code, rung_at'


def upgrade():
    if op.get_bind().dialect.name == 'sqlite':
        rewrite(wide=True)
        return
    op.add_column('points_appeal', sa.Column('confirmed_by', sa.Integer(), nullable=True))
    op.add_column('points_appeal', sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('points_appeal', sa.Column('doubt', sa.String(length=500), nullable=False, server_default=''))
    op.alter_column('points_appeal', 'doubt', server_default=None)
    op.create_foreign_key(op.f('fk_points_appeal_confirmed_by'), 'points_appeal', 'people_person', ['confirmed_by'], ['id'])
    states(STATES)
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f'ck_points_appeal_{name}'), 'points_appeal', condition)


def downgrade():
    # What one judge upholds and nobody has confirmed waits again.
    op.execute("UPDATE points_appeal SET state = 'waiting', decided_by = NULL, decided_at = NULL, reason = '' WHERE state = 'judged'")
    if op.get_bind().dialect.name == 'sqlite':
        rewrite(wide=False)
        return
    for name in CHECKS:
        op.drop_constraint(op.f(f'ck_points_appeal_{name}'), 'points_appeal', type_='check')
    states(STATES_BEFORE)
    for column in ('confirmed_by', 'confirmed_at', 'doubt'):
        op.drop_column('points_appeal', column)


def states(members):
    name = op.f('ck_points_appeal_appealstate')
    op.drop_constraint(name, 'points_appeal', type_='check')
    listed = ', '.join(f"'{one}'" for one in members)
    op.create_check_constraint(name, 'points_appeal', f'state IN ({listed})')


def rewrite(wide):
    """SQLite changes no constraint: the table is written anew."""
    for name in ('area_code', 'person_id', 'state'):
        op.drop_index(f'ix_points_appeal_{name}', table_name='points_appeal')
    op.rename_table('points_appeal', 'points_appeal_old')
    more = [
        sa.Column('confirmed_by', sa.Integer(), nullable=True),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('doubt', sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(['confirmed_by'], ['people_person.id'], name=op.f('fk_points_appeal_confirmed_by')),
        *[sa.CheckConstraint(condition, name=op.f(f'ck_points_appeal_{name}')) for name, condition in CHECKS.items()],
    ]
    op.create_table('points_appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deduction_id', sa.Integer(), nullable=True),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'district', name='reviewlevel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('due_by', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum(*(STATES if wide else STATES_BEFORE), name='appealstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('restored', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True),
    *(more if wide else ()),
    sa.CheckConstraint('(deduction_id IS NULL) <> (claim_id IS NULL)', name=op.f('ck_points_appeal_about_one')),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f('ck_points_appeal_decided_by_somebody')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_appeal_area_code')),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_appeal_claim_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_points_appeal_decided_by')),
    sa.ForeignKeyConstraint(['deduction_id'], ['points_deduction.id'], name=op.f('fk_points_appeal_deduction_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_appeal_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_appeal')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_points_appeal_claim_id')),
    sa.UniqueConstraint('deduction_id', name=op.f('uq_points_appeal_deduction_id')),
    sqlite_autoincrement=True
    )
    columns, values = (f'{OLD}, doubt', f"{OLD}, ''") if wide else (OLD, OLD)
    op.execute(f'INSERT INTO points_appeal ({columns}) SELECT {values} FROM points_appeal_old')
    op.drop_table('points_appeal_old')
    op.create_index('ix_points_appeal_area_code', 'points_appeal', ['area_code'], unique=False)
    op.create_index('ix_points_appeal_person_id', 'points_appeal', ['person_id'], unique=False)
    op.create_index('ix_points_appeal_state', 'points_appeal', ['state', 'due_by'], unique=False)
