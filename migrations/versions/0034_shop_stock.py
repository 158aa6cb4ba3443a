"""the coin shop: gifts with their prices, goods that came, and moves of stock

Revision ID: 0034
Revises: 0033
Create Date: 2026-11-28 21:20:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

TABLES = ('shop_gift', 'shop_gift_price', 'shop_goods_in', 'shop_stock_move', 'shop_goods_in_line')
WRITTEN_ONCE = ('shop_gift_price', 'shop_goods_in_line')
# Of what waits for a second person only what came of it is written, once.  The name of a giver may
# go at any time: who agreed to be named may take that back.
GOODS = ('id', 'key', 'area_code', 'origin', 'giver_kind', 'funding', 'paid_fen', 'received_by', 'received_at')
MOVES = ('id', 'key', 'area_code', 'gift_id', 'kind', 'book', 'counted', 'reason', 'proposed_by', 'proposed_at')
DECISION = ('state', 'decided_by', 'decided_at', 'posting_id')


def upgrade():
    op.create_table('shop_gift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('category', sa.Enum('daily', 'food', 'safety', 'service', 'other', name='category', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('cost_fen', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('per_month', sa.Integer(), nullable=False),
    sa.Column('warn_below', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('keeps_dates', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('coins > 0 AND cost_fen >= 0', name=op.f('ck_shop_gift_has_a_price')),
    sa.CheckConstraint('length(area_code) = 12', name=op.f('ck_shop_gift_of_a_village')),
    sa.CheckConstraint('per_month > 0 AND warn_below >= 0', name=op.f('ck_shop_gift_has_limits')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_shop_gift_area_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_gift')),
    sa.UniqueConstraint('area_code', 'sku', name=op.f('uq_shop_gift_area_code_sku')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_shop_gift_area_code'), 'shop_gift', ['area_code'], unique=False)
    op.create_table('shop_gift_price',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gift_id', sa.Integer(), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.CheckConstraint('coins > 0', name=op.f('ck_shop_gift_price_above_zero')),
    sa.ForeignKeyConstraint(['gift_id'], ['shop_gift.id'], name=op.f('fk_shop_gift_price_gift_id')),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_shop_gift_price_set_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_gift_price')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_shop_gift_price_gift_id'), 'shop_gift_price', ['gift_id'], unique=False)
    op.create_table('shop_goods_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('origin', sa.Enum('bought', 'donated', name='origin', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('giver_kind', sa.Enum('firm', 'person', name='giverkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('giver', sa.String(length=60), nullable=False),
    sa.Column('funding', sa.Enum('village', 'town', 'fund', 'given', name='funding', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('paid_fen', sa.Integer(), nullable=False),
    sa.Column('received_by', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'posted', 'withdrawn', name='goodsstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posting_id', sa.Integer().with_variant(sa.BigInteger(), 'postgresql'), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(origin = 'donated') = (funding = 'given')", name=op.f('ck_shop_goods_in_given_costs_nothing')),
    sa.CheckConstraint("(origin = 'donated') = (paid_fen = 0) AND paid_fen >= 0", name=op.f('ck_shop_goods_in_paid')),
    sa.CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name=op.f('ck_shop_goods_in_posted_once')),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f('ck_shop_goods_in_decided_by_somebody')),
    sa.CheckConstraint("state <> 'posted' OR decided_by <> received_by", name=op.f('ck_shop_goods_in_two_people')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_shop_goods_in_area_code')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_shop_goods_in_decided_by')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f('fk_shop_goods_in_posting_id')),
    sa.ForeignKeyConstraint(['received_by'], ['people_person.id'], name=op.f('fk_shop_goods_in_received_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_goods_in')),
    sa.UniqueConstraint('key', name=op.f('uq_shop_goods_in_key')),
    sa.UniqueConstraint('posting_id', name=op.f('uq_shop_goods_in_posting_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_shop_goods_in_area_code'), 'shop_goods_in', ['area_code'], unique=False)
    op.create_table('shop_stock_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('gift_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('spoiled', 'returned', 'counted', name='movekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('book', sa.Integer(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'done', 'withdrawn', name='movestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posting_id', sa.Integer().with_variant(sa.BigInteger(), 'postgresql'), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(state = 'done' AND counted <> book) = (posting_id IS NOT NULL)", name=op.f('ck_shop_stock_move_posted_once')),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f('ck_shop_stock_move_decided_by_somebody')),
    sa.CheckConstraint("kind <> 'counted' OR state <> 'done' OR decided_by <> proposed_by", name=op.f('ck_shop_stock_move_two_people')),
    sa.CheckConstraint("kind = 'counted' OR counted < book", name=op.f('ck_shop_stock_move_something_goes')),
    sa.CheckConstraint('book >= 0 AND counted >= 0', name=op.f('ck_shop_stock_move_no_number_negative')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_shop_stock_move_area_code')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_shop_stock_move_decided_by')),
    sa.ForeignKeyConstraint(['gift_id'], ['shop_gift.id'], name=op.f('fk_shop_stock_move_gift_id')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f('fk_shop_stock_move_posting_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['people_person.id'], name=op.f('fk_shop_stock_move_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_stock_move')),
    sa.UniqueConstraint('key', name=op.f('uq_shop_stock_move_key')),
    sa.UniqueConstraint('posting_id', name=op.f('uq_shop_stock_move_posting_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_shop_stock_move_area_code'), 'shop_stock_move', ['area_code'], unique=False)
    op.create_index('ix_shop_stock_move_of', 'shop_stock_move', ['gift_id', 'id'], unique=False)
    op.create_table('shop_goods_in_line',
    sa.Column('goods_in_id', sa.Integer(), nullable=False),
    sa.Column('gift_id', sa.Integer(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('good_until', sa.Date(), nullable=True),
    sa.CheckConstraint('pieces > 0', name=op.f('ck_shop_goods_in_line_above_zero')),
    sa.ForeignKeyConstraint(['gift_id'], ['shop_gift.id'], name=op.f('fk_shop_goods_in_line_gift_id')),
    sa.ForeignKeyConstraint(['goods_in_id'], ['shop_goods_in.id'], name=op.f('fk_shop_goods_in_line_goods_in_id')),
    sa.PrimaryKeyConstraint('goods_in_id', 'gift_id', name=op.f('pk_shop_goods_in_line'))
    )
    op.create_index(op.f('ix_shop_goods_in_line_gift_id'), 'shop_goods_in_line', ['gift_id'], unique=False)
    for table in WRITTEN_ONCE:
        refuse(table, 'update')
    only_decided('shop_goods_in', GOODS, "NEW.giver <> OLD.giver AND NEW.giver <> '不具名'")
    only_decided('shop_stock_move', MOVES, '1 = 0')
    for table in (*WRITTEN_ONCE, 'shop_goods_in', 'shop_stock_move'):
        refuse(table, 'delete')
        if not is_sqlite():
            op.execute(
                f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}'
                ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
            )


def is_sqlite():
    return op.get_bind().dialect.name == 'sqlite'


def action(table):
    if is_sqlite():
        return f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    return 'EXECUTE FUNCTION refuse_change()'


def refuse(table, verb):
    op.execute(
        f'CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW {action(table)}'
    )


def only_decided(table, fixed, more):
    differs = 'IS NOT' if is_sqlite() else 'IS DISTINCT FROM'
    changed = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in fixed)
    decided = ' OR '.join(f'NEW.{one} {differs} OLD.{one}' for one in DECISION)
    op.execute(
        f'CREATE TRIGGER {table}_only_decided BEFORE UPDATE ON {table} FOR EACH ROW'
        f" WHEN ({changed} OR OLD.state <> 'waiting' AND ({decided}) OR {more}) {action(table)}"
    )


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
