"""activities, and who signed in at them

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-27 14:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('qr_activity',
    sa.Column('code_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_qr_activity_ends_after_start')),
    sa.ForeignKeyConstraint(['code_id'], ['qr_code.id'], name=op.f('fk_qr_activity_code_id')),
    sa.PrimaryKeyConstraint('code_id', name=op.f('pk_qr_activity'))
    )
    op.create_index(op.f('ix_qr_activity_ends_at'), 'qr_activity', ['ends_at'], unique=False)

    op.create_table('qr_sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('how', sa.Enum('signed_in', 'named', 'helped', name='how', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('device_index', sa.String(length=64), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['code_id'], ['qr_activity.code_id'], name=op.f('fk_qr_sign_in_code_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_qr_sign_in_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_sign_in')),
    sa.UniqueConstraint('code_id', 'device_index', name=op.f('uq_qr_sign_in_code_id_device_index')),
    sa.UniqueConstraint('code_id', 'person_id', name=op.f('uq_qr_sign_in_code_id_person_id')),
    sa.UniqueConstraint('code_id', 'phone_index', name=op.f('uq_qr_sign_in_code_id_phone_index')),
    sa.UniqueConstraint('key', name=op.f('uq_qr_sign_in_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qr_sign_in_person_id'), 'qr_sign_in', ['person_id'], unique=False)


def downgrade():
    op.drop_index(op.f('ix_qr_sign_in_person_id'), table_name='qr_sign_in')

    op.drop_table('qr_sign_in')
    op.drop_index(op.f('ix_qr_activity_ends_at'), table_name='qr_activity')

    op.drop_table('qr_activity')
