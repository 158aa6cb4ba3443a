"""what paid a claim wrongly is undone by two, as a line of balances from before is

Revision ID: 0036
Revises: 0035
Create Date: 2026-11-28 13:55:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

OLD, NEW = 'points_opening_undo', 'points_undo'
WHOLE = sa.Integer().with_variant(sa.BigInteger(), 'postgresql')
SAID = 'reason, proposed_by, proposed_at, state, decided_by, decided_at, decision, posting_id, area_code'
OLD_NAMES, NEW_NAMES = ('opening_id', 'line'), ('source_type', 'source_id')


def upgrade():
    create(NEW, NEW_NAMES, [
        sa.Column('source_type', sa.String(length=16), nullable=False),
        sa.Column('source_id', sa.String(length=64), nullable=False),
        sa.CheckConstraint("source_type IN ('opening', 'claim')", name=op.f(f'ck_{NEW}_known_source')),
    ], 'source')
    op.execute(
        f'INSERT INTO {NEW} (id, source_type, source_id, {SAID})'
        f" SELECT id, 'opening', CAST(opening_id AS TEXT) || ':' || CAST(line AS TEXT), {SAID} FROM {OLD}"
    )
    op.drop_table(OLD)
    go_on(NEW)
    guard(NEW, NEW_NAMES)


def downgrade():
    """What was undone of claims is known to the ledger alone then."""
    create(OLD, OLD_NAMES, [
        sa.Column('opening_id', sa.Integer(), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['opening_id', 'line'], ['points_opening_row.opening_id', 'points_opening_row.line'], name=op.f(f'fk_{OLD}_opening_id')),
    ], 'line')
    colon = "instr(source_id, ':')" if is_sqlite() else "strpos(source_id, ':')"
    op.execute(
        f'INSERT INTO {OLD} (id, opening_id, line, {SAID})'
        f' SELECT id, CAST(substr(source_id, 1, {colon} - 1) AS INTEGER),'
        f" CAST(substr(source_id, {colon} + 1) AS INTEGER), {SAID} FROM {NEW} WHERE source_type = 'opening'"
    )
    op.drop_table(NEW)
    go_on(OLD)
    guard(OLD, OLD_NAMES)


def is_sqlite():
    return op.get_bind().dialect.name == 'sqlite'


def create(table, names, own, index):
    op.create_table(table,
    sa.Column('id', sa.Integer(), nullable=False),
    *own,
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'posted', 'refused', 'withdrawn', name='undostate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=200), nullable=False),
    sa.Column('posting_id', WHOLE, nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name=op.f(f'ck_{table}_decided_by_somebody')),
    sa.CheckConstraint("decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')", name=op.f(f'ck_{table}_two_people')),
    sa.CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name=op.f(f'ck_{table}_posted_once')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f(f'fk_{table}_area_code')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f(f'fk_{table}_decided_by')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f(f'fk_{table}_posting_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['people_person.id'], name=op.f(f'fk_{table}_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    sa.UniqueConstraint('posting_id', name=op.f(f'uq_{table}_posting_id')),
    sqlite_autoincrement=True
    )
    op.create_index(f'ix_{table}_area_code', table, ['area_code'], unique=False)
    stands = sa.text("state IN ('proposed', 'posted')")
    op.create_index(f'uq_{table}_{index}', table, list(names), unique=True, sqlite_where=stands, postgresql_where=stands)


def go_on(table):
    """Number what comes next after what was copied; SQLite does so by itself."""
    if not is_sqlite():
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
            f' (SELECT COALESCE(max(id), 0) + 1 FROM {table}), false)'
        )


def guard(table, names):
    differs = 'IS NOT' if is_sqlite() else 'IS DISTINCT FROM'
    fixed = ' OR '.join(
        f'NEW.{one} {differs} OLD.{one}'
        for one in ('id', 'area_code', *names, 'reason', 'proposed_by', 'proposed_at')
    )
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if is_sqlite()
        else 'EXECUTE FUNCTION refuse_change()'
    )
    op.execute(
        f'CREATE TRIGGER {table}_only_decided BEFORE UPDATE ON {table}'
        f" FOR EACH ROW WHEN (OLD.state <> 'proposed' OR {fixed}) {action}"
    )
    op.execute(f'CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {action}')
    if not is_sqlite():
        op.execute(
            f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
