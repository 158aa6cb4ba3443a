"""the life of a code on its wall: hung, looked after, scanned, said to be wrong

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-27 14:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('qr_code', sa.Column('hung_on', sa.Date(), nullable=True))
    op.add_column('qr_code', sa.Column('checked_on', sa.Date(), nullable=True))
    op.add_column('qr_code', sa.Column('last_scan_on', sa.Date(), nullable=True))
    op.add_column('qr_code', sa.Column('far_reports', sa.Integer(), server_default='0', nullable=False))
    op.create_table('qr_scan_week',
    sa.Column('code_id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('scans', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['code_id'], ['qr_code.id'], name=op.f('fk_qr_scan_week_code_id')),
    sa.PrimaryKeyConstraint('code_id', 'week', name=op.f('pk_qr_scan_week'))
    )
    op.create_table('qr_trouble',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code_id', sa.Integer(), nullable=False),
    sa.Column('wrong', sa.Enum('covered', 'broken', 'misplaced', 'foreign', name='wrong', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('seen', sa.String(length=500), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled', sa.Enum('sound', 'hung', 'replaced', 'revoked', name='settled', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.CheckConstraint('(settled_at IS NULL) = (settled IS NULL)', name=op.f('ck_qr_trouble_settled_somehow')),
    sa.ForeignKeyConstraint(['code_id'], ['qr_code.id'], name=op.f('fk_qr_trouble_code_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_trouble')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qr_trouble_code_id'), 'qr_trouble', ['code_id'], unique=False)
    op.create_index(op.f('ix_qr_trouble_settled_at'), 'qr_trouble', ['settled_at'], unique=False)
    op.create_index('uq_qr_trouble_open', 'qr_trouble', ['code_id', 'wrong'], unique=True,
        sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))


def downgrade():
    op.drop_table('qr_trouble')
    op.drop_table('qr_scan_week')
    for column in ('far_reports', 'last_scan_on', 'checked_on', 'hung_on'):
        op.drop_column('qr_code', column)
