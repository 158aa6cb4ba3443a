"""drafts of the rules, what towns narrow; deductions and appeals

Revision ID: 0021
Revises: 0019
Create Date: 2026-11-27 22:10:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0021'
down_revision = '0019'
branch_labels = None
depends_on = None

FROZEN = ('points_rule_narrowing',)


def upgrade():
    op.create_table('points_rule_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('why', sa.String(length=500), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'set', 'refused', name='draftstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f('ck_points_rule_draft_decided_by_somebody')),
    sa.CheckConstraint('decided_by IS NULL OR decided_by <> made_by', name=op.f('ck_points_rule_draft_two_people')),
    sa.ForeignKeyConstraint(['base'], ['points_rule_version.version'], name=op.f('fk_points_rule_draft_base')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_points_rule_draft_decided_by')),
    sa.ForeignKeyConstraint(['made_by'], ['people_person.id'], name=op.f('fk_points_rule_draft_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_rule_draft')),
    sqlite_autoincrement=True
    )
    op.create_index('uq_points_rule_draft_waiting', 'points_rule_draft', ['state'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('points_rule_narrowing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town_code', sa.String(length=17), nullable=False),
    sa.Column('rule_code', sa.String(length=3), nullable=False),
    sa.Column('is_off', sa.Boolean(), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=True),
    sa.Column('caps', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('coins IS NULL OR coins > 0', name=op.f('ck_points_rule_narrowing_whole_coins')),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_points_rule_narrowing_set_by')),
    sa.ForeignKeyConstraint(['town_code'], ['people_area.code'], name=op.f('fk_points_rule_narrowing_town_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_rule_narrowing')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_rule_narrowing_of', 'points_rule_narrowing', ['town_code', 'rule_code', 'valid_from'], unique=False)

    op.create_table('points_deduction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('rule_code', sa.String(length=3), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('noticed_by', sa.Integer(), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=False),
    sa.Column('statement', sa.String(length=500), nullable=False),
    sa.Column('state', sa.Enum('noticed', 'mended', 'unmended', 'dropped', 'deducted', 'mended_late', 'restored', 'overturned', name='deductionstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('checked_by', sa.Integer(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('check_words', sa.String(length=500), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('owed', sa.Integer(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('frozen_until', sa.Date(), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('coins > 0 AND taken >= 0 AND owed >= 0 AND taken + owed <= coins', name=op.f('ck_points_deduction_never_more')),
    sa.CheckConstraint("state NOT IN ('deducted', 'restored', 'overturned', 'mended_late') OR (checked_by IS NOT NULL AND decided_by IS NOT NULL)", name=op.f('ck_points_deduction_signed_twice')),
    sa.CheckConstraint('decided_by IS NULL OR (decided_by <> checked_by AND decided_by <> noticed_by)', name=op.f('ck_points_deduction_two_people')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_deduction_area_code')),
    sa.ForeignKeyConstraint(['checked_by'], ['people_person.id'], name=op.f('fk_points_deduction_checked_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_points_deduction_decided_by')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_points_deduction_household_id')),
    sa.ForeignKeyConstraint(['noticed_by'], ['people_person.id'], name=op.f('fk_points_deduction_noticed_by')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_deduction_person_id')),
    sa.ForeignKeyConstraint(['rule_version'], ['points_rule_version.version'], name=op.f('fk_points_deduction_rule_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_deduction')),
    sa.UniqueConstraint('key', name=op.f('uq_points_deduction_key')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_deduction_area_code', 'points_deduction', ['area_code'], unique=False)
    op.create_index('ix_points_deduction_household_id', 'points_deduction', ['household_id'], unique=False)
    op.create_index('ix_points_deduction_person_id', 'points_deduction', ['person_id'], unique=False)
    op.create_index('ix_points_deduction_state', 'points_deduction', ['state', 'area_code'], unique=False)

    op.create_table('points_appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deduction_id', sa.Integer(), nullable=True),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'district', name='reviewlevel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('due_by', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'upheld', 'rejected', name='appealstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('restored', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
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
    op.create_index('ix_points_appeal_area_code', 'points_appeal', ['area_code'], unique=False)
    op.create_index('ix_points_appeal_person_id', 'points_appeal', ['person_id'], unique=False)
    op.create_index('ix_points_appeal_state', 'points_appeal', ['state', 'due_by'], unique=False)

    op.create_table('points_sample',
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('looked_by', sa.Integer(), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sound', sa.Boolean(), nullable=True),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('(looked_by IS NULL) = (sound IS NULL)', name=op.f('ck_points_sample_looked_by_somebody')),
    sa.CheckConstraint("sound IS NULL OR sound OR words <> ''", name=op.f('ck_points_sample_reason_to_doubt')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_sample_area_code')),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_sample_claim_id')),
    sa.ForeignKeyConstraint(['looked_by'], ['people_person.id'], name=op.f('fk_points_sample_looked_by')),
    sa.PrimaryKeyConstraint('claim_id', name=op.f('pk_points_sample'))
    )
    op.create_index('ix_points_sample_area_code', 'points_sample', ['area_code'], unique=False)

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
    op.drop_index('ix_points_sample_area_code', table_name='points_sample')
    op.drop_table('points_sample')
    for index in ('state', 'person_id', 'area_code'):
        op.drop_index(f'ix_points_appeal_{index}', table_name='points_appeal')
    op.drop_table('points_appeal')
    for index in ('state', 'person_id', 'household_id', 'area_code'):
        op.drop_index(f'ix_points_deduction_{index}', table_name='points_deduction')
    op.drop_table('points_deduction')
    op.drop_index('ix_points_rule_narrowing_of', table_name='points_rule_narrowing')
    op.drop_table('points_rule_narrowing')
    op.drop_index('uq_points_rule_draft_waiting', table_name='points_rule_draft')
    op.drop_table('points_rule_draft')
