"""stickers that are none of ours, and where somebody saw them

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-27 19:10:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('qr_look_alike',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('where', sa.String(length=80), nullable=False),
    sa.Column('seen', sa.String(length=200), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_qr_look_alike_area_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_look_alike')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qr_look_alike_area_code'), 'qr_look_alike', ['area_code'], unique=False)
    op.create_index(op.f('ix_qr_look_alike_settled_at'), 'qr_look_alike', ['settled_at'], unique=False)


def downgrade():
    op.drop_table('qr_look_alike')
