"""coins that follow a household: proposed by one, agreed to by another

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-28 16:00:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), 'postgresql')
# Never, whoever asks.  Words go when their time is over; sealed names also when a key is changed.
FIXED = ('id', 'key', 'area_code', 'from_household_id', 'coins', 'why', 'proposed_by', 'proposed_at')
FIXED_OR_NONE = ('to_household_id', 'village', 'giver_consent', 'taker_consent')
# Once it is decided.
ENDED = ('state',)
ENDED_OR_NONE = ('decided_by', 'decided_at', 'posting_id')


def upgrade():
    op.create_table('points_adjustment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('from_household_id', sa.Integer(), nullable=False),
    sa.Column('to_household_id', sa.Integer(), nullable=True),
    sa.Column('village', sa.String(length=17), nullable=True),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('why', sa.Enum('split', 'merge', 'move', 'death', name='adjustmentwhy', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('giver', sa.Text(), nullable=True),
    sa.Column('giver_consent', sa.String(length=8), nullable=True),
    sa.Column('taker', sa.Text(), nullable=True),
    sa.Column('taker_consent', sa.String(length=8), nullable=True),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'posted', 'refused', 'withdrawn', name='adjustmentstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=200), nullable=False),
    sa.Column('posting_id', WHOLE, nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('coins > 0', name=op.f('ck_points_adjustment_amount_above_zero')),
    sa.CheckConstraint('(to_household_id IS NULL) <> (village IS NULL)', name=op.f('ck_points_adjustment_to_one')),
    sa.CheckConstraint('to_household_id IS NULL OR to_household_id <> from_household_id', name=op.f('ck_points_adjustment_two_households')),
    sa.CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name=op.f('ck_points_adjustment_decided_by_somebody')),
    sa.CheckConstraint("decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')", name=op.f('ck_points_adjustment_two_people')),
    sa.CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name=op.f('ck_points_adjustment_posted_once')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_adjustment_area_code')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_points_adjustment_decided_by')),
    sa.ForeignKeyConstraint(['from_household_id'], ['people_household.id'], name=op.f('fk_points_adjustment_from_household_id')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f('fk_points_adjustment_posting_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['people_person.id'], name=op.f('fk_points_adjustment_proposed_by')),
    sa.ForeignKeyConstraint(['to_household_id'], ['people_household.id'], name=op.f('fk_points_adjustment_to_household_id')),
    sa.ForeignKeyConstraint(['village'], ['people_area.code'], name=op.f('fk_points_adjustment_village')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_adjustment')),
    sa.UniqueConstraint('key', name=op.f('uq_points_adjustment_key')),
    sa.UniqueConstraint('posting_id', name=op.f('uq_points_adjustment_posting_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_adjustment_area_code', 'points_adjustment', ['area_code'], unique=False)
    op.create_index('ix_points_adjustment_from_household_id', 'points_adjustment', ['from_household_id'], unique=False)
    op.create_index('ix_points_adjustment_to_household_id', 'points_adjustment', ['to_household_id'], unique=False)
    op.create_index('ix_points_adjustment_state', 'points_adjustment', ['state', 'area_code'], unique=False)
    guard()


def guard():
    sqlite = op.get_bind().dialect.name == 'sqlite'
    differs = 'IS NOT' if sqlite else 'IS DISTINCT FROM'
    fixed = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in (*FIXED, *FIXED_OR_NONE))
    ended = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in (*ENDED, *ENDED_OR_NONE))
    words = "NEW.reason <> OLD.reason AND (NEW.reason <> '' OR OLD.state = 'proposed')"
    when = f"{fixed} OR (OLD.state <> 'proposed' AND ({ended})) OR ({words})"
    action = (
        "BEGIN SELECT RAISE(ABORT, 'a proposal is not changed'); END"
        if sqlite
        else 'EXECUTE FUNCTION refuse_change()'
    )
    op.execute(
        'CREATE TRIGGER points_adjustment_only_decided BEFORE UPDATE ON points_adjustment'
        f' FOR EACH ROW WHEN ({when}) {action}'
    )
    op.execute(
        'CREATE TRIGGER points_adjustment_no_delete BEFORE DELETE ON points_adjustment'
        f' FOR EACH ROW {action}'
    )
    if not sqlite:
        op.execute(
            'CREATE TRIGGER points_adjustment_no_truncate BEFORE TRUNCATE ON points_adjustment'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )


def downgrade():
    op.drop_table('points_adjustment')
