"""orders to print, what they hold, and their files

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-27 09:30:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('qr_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form', sa.Enum('labels_24', 'labels_10', 'page', 'plate', 'poster_a4', 'poster_a3', 'cards', name='format', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('printing', 'ready', 'failed', 'expired', name='orderstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('done_files', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('0 <= done AND done <= pieces', name=op.f('ck_qr_order_no_more_than_ordered')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_qr_order_area_code')),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_qr_order_asked_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_order')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qr_order_area_code'), 'qr_order', ['area_code'], unique=False)
    op.create_index(op.f('ix_qr_order_asked_by'), 'qr_order', ['asked_by'], unique=False)
    op.create_index(op.f('ix_qr_order_expires_at'), 'qr_order', ['expires_at'], unique=False)
    op.create_index(op.f('ix_qr_order_state'), 'qr_order', ['state'], unique=False)

    op.create_table('qr_order_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('stored', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['qr_order.id'], name=op.f('fk_qr_order_file_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_order_file')),
    sa.UniqueConstraint('order_id', 'number', name=op.f('uq_qr_order_file_order_id_number'))
    )
    op.create_table('qr_order_item',
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code_id', sa.Integer(), nullable=True),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(code_id IS NULL) <> (household_id IS NULL)', name=op.f('ck_qr_order_item_one_piece')),
    sa.ForeignKeyConstraint(['code_id'], ['qr_code.id'], name=op.f('fk_qr_order_item_code_id')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_qr_order_item_household_id')),
    sa.ForeignKeyConstraint(['order_id'], ['qr_order.id'], name=op.f('fk_qr_order_item_order_id')),
    sa.PrimaryKeyConstraint('order_id', 'position', name=op.f('pk_qr_order_item')),
    sa.UniqueConstraint('order_id', 'code_id', name=op.f('uq_qr_order_item_order_id_code_id')),
    sa.UniqueConstraint('order_id', 'household_id', name=op.f('uq_qr_order_item_order_id_household_id'))
    )
    op.create_index(op.f('ix_qr_order_item_code_id'), 'qr_order_item', ['code_id'], unique=False)
    op.create_index(op.f('ix_qr_order_item_household_id'), 'qr_order_item', ['household_id'], unique=False)



def downgrade():
    op.drop_index(op.f('ix_qr_order_item_household_id'), table_name='qr_order_item')
    op.drop_index(op.f('ix_qr_order_item_code_id'), table_name='qr_order_item')

    op.drop_table('qr_order_item')
    op.drop_table('qr_order_file')
    op.drop_index(op.f('ix_qr_order_state'), table_name='qr_order')
    op.drop_index(op.f('ix_qr_order_expires_at'), table_name='qr_order')
    op.drop_index(op.f('ix_qr_order_asked_by'), table_name='qr_order')
    op.drop_index(op.f('ix_qr_order_area_code'), table_name='qr_order')

    op.drop_table('qr_order')
