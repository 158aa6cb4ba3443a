"""balances from before: tables signed by two

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-28 18:00:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

FIXED = ('id', 'digest', 'area_code', 'lines', 'coins', 'asked_by', 'asked_at')


def upgrade():
    op.create_table('points_opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'posting', 'posted', 'refused', name='openingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_points_opening_whole_digest')),
    sa.CheckConstraint('lines > 0 AND coins > 0', name=op.f('ck_points_opening_something_in_it')),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f('ck_points_opening_decided_by_somebody')),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by OR state = 'refused'", name=op.f('ck_points_opening_two_people')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_opening_area_code')),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_points_opening_asked_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_points_opening_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_opening')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_opening_area_code', 'points_opening', ['area_code'], unique=False)
    stands = sa.text("state <> 'refused'")
    op.create_index('uq_points_opening_digest', 'points_opening', ['digest'], unique=True, sqlite_where=stands, postgresql_where=stands)

    op.create_table('points_opening_row',
    sa.Column('opening_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.CheckConstraint('coins > 0', name=op.f('ck_points_opening_row_amount_above_zero')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_points_opening_row_household_id')),
    sa.ForeignKeyConstraint(['opening_id'], ['points_opening.id'], name=op.f('fk_points_opening_row_opening_id')),
    sa.PrimaryKeyConstraint('opening_id', 'line', name=op.f('pk_points_opening_row')),
    sa.UniqueConstraint('household_id', name=op.f('uq_points_opening_row_household_id'))
    )
    guard()


def guard():
    sqlite = op.get_bind().dialect.name == 'sqlite'
    differs = 'IS NOT' if sqlite else 'IS DISTINCT FROM'
    fixed = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in FIXED)
    signed = f"NEW.decided_by {differs} OLD.decided_by OR NEW.decided_at {differs} OLD.decided_at OR NOT (OLD.state = 'posting' AND NEW.state = 'posted')"
    when = f"{fixed} OR (OLD.state <> 'waiting' AND ({signed}))"
    trigger('points_opening', 'only_decided', 'UPDATE', when)
    trigger('points_opening', 'no_delete', 'DELETE')
    trigger('points_opening_row', 'no_update', 'UPDATE')
    if sqlite:
        refused = "(SELECT state FROM points_opening WHERE id = OLD.opening_id) <> 'refused'"
        trigger('points_opening_row', 'only_refused', 'DELETE', refused)
        return
    # PostgreSQL's conditions hold no query.
    op.execute(
        "CREATE FUNCTION points_keep_signed_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT state FROM points_opening WHERE id = OLD.opening_id) <> 'refused' THEN"
        " RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    )
    op.execute(
        'CREATE TRIGGER points_opening_row_only_refused BEFORE DELETE ON points_opening_row'
        ' FOR EACH ROW EXECUTE FUNCTION points_keep_signed_row()'
    )
    for table in ('points_opening', 'points_opening_row'):
        op.execute(
            f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )


def trigger(table, name, verb, when=''):
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if op.get_bind().dialect.name == 'sqlite'
        else 'EXECUTE FUNCTION refuse_change()'
    )
    condition = f' WHEN ({when})' if when else ''
    op.execute(f'CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} FOR EACH ROW{condition} {action}')


def downgrade():
    op.drop_table('points_opening_row')
    op.drop_table('points_opening')
    if op.get_bind().dialect.name != 'sqlite':
        op.execute('DROP FUNCTION points_keep_signed_row()')
