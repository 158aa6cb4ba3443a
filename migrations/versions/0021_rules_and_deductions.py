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
    op.drop_index('ix_points_rule_narrowing_of', table_name='points_rule_narrowing')
    op.drop_table('points_rule_narrowing')
    op.drop_index('uq_points_rule_draft_waiting', table_name='points_rule_draft')
    op.drop_table('points_rule_draft')
