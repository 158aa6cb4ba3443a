"""a line of balances from before that was wrong is undone by two

Revision ID: 0032
Revises: 0031
Create Date: 2026-11-28 12:50:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

TABLE = 'points_opening_undo'
WHOLE = sa.Integer().with_variant(sa.BigInteger(), 'postgresql')
FIXED = ('id', 'area_code', 'opening_id', 'line', 'reason', 'proposed_by', 'proposed_at')


def upgrade():
    op.create_table(TABLE,
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opening_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'posted', 'refused', 'withdrawn', name='undostate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=200), nullable=False),
    sa.Column('posting_id', WHOLE, nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name=op.f(f'ck_{TABLE}_decided_by_somebody')),
    sa.CheckConstraint("decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')", name=op.f(f'ck_{TABLE}_two_people')),
    sa.CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name=op.f(f'ck_{TABLE}_posted_once')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f(f'fk_{TABLE}_area_code')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f(f'fk_{TABLE}_decided_by')),
    sa.ForeignKeyConstraint(['opening_id', 'line'], ['points_opening_row.opening_id', 'points_opening_row.line'], name=op.f(f'fk_{TABLE}_opening_id')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f(f'fk_{TABLE}_posting_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['people_person.id'], name=op.f(f'fk_{TABLE}_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{TABLE}')),
    sa.UniqueConstraint('posting_id', name=op.f(f'uq_{TABLE}_posting_id')),
    sqlite_autoincrement=True
    )
    op.create_index(f'ix_{TABLE}_area_code', TABLE, ['area_code'], unique=False)
    stands = sa.text("state IN ('proposed', 'posted')")
    op.create_index(f'uq_{TABLE}_line', TABLE, ['opening_id', 'line'], unique=True, sqlite_where=stands, postgresql_where=stands)
    guard()


def guard():
    sqlite = op.get_bind().dialect.name == 'sqlite'
    differs = 'IS NOT' if sqlite else 'IS DISTINCT FROM'
    fixed = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in FIXED)
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{TABLE} is only ever added to'); END"
        if sqlite
        else 'EXECUTE FUNCTION refuse_change()'
    )
    op.execute(
        f'CREATE TRIGGER {TABLE}_only_decided BEFORE UPDATE ON {TABLE}'
        f" FOR EACH ROW WHEN (OLD.state <> 'proposed' OR {fixed}) {action}"
    )
    op.execute(f'CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW {action}')
    if not sqlite:
        op.execute(
            f'CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )


def downgrade():
    op.drop_table(TABLE)
