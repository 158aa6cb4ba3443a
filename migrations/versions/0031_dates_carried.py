"""coins that follow a household keep the dates on which they end

Revision ID: 0031
Revises: 0030
Create Date: 2026-11-28 12:40:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

TABLE, TRIGGER = 'points_adjustment', 'points_adjustment_only_decided'
FIXED = (
    'id', 'key', 'area_code', 'from_household_id', 'coins', 'why', 'proposed_by', 'proposed_at',
    'to_household_id', 'village', 'giver_consent', 'taker_consent',
)
ENDED = ('state', 'decided_by', 'decided_at', 'posting_id')


def upgrade():
    # NULL for what was moved before: it has begun anew, and keeps that.
    unguard()
    op.add_column(TABLE, sa.Column('carried', sa.Integer(), nullable=True))
    guard((*ENDED, 'carried'))


def downgrade():
    unguard()
    op.drop_column(TABLE, 'carried')
    guard(ENDED)


def unguard():
    on = '' if op.get_bind().dialect.name == 'sqlite' else f' ON {TABLE}'
    op.execute(f'DROP TRIGGER {TRIGGER}{on}')


def guard(ended):
    sqlite = op.get_bind().dialect.name == 'sqlite'
    differs = 'IS NOT' if sqlite else 'IS DISTINCT FROM'
    fixed, ends = (' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in some) for some in (FIXED, ended))
    words = "NEW.reason <> OLD.reason AND (NEW.reason <> '' OR OLD.state = 'proposed')"
    when = f"{fixed} OR (OLD.state <> 'proposed' AND ({ends})) OR ({words})"
    action = (
        "BEGIN SELECT RAISE(ABORT, 'a proposal is not changed'); END"
        if sqlite
        else 'EXECUTE FUNCTION refuse_change()'
    )
    op.execute(f'CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({when}) {action}')
