"""who agreed to be named in public, and since when a village names them

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-28 08:20:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('points_name_consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('given_to', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_to', sa.Integer(), nullable=True),
    sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_points_name_consent_ends_later')),
    sa.ForeignKeyConstraint(['given_to'], ['people_person.id'], name=op.f('fk_points_name_consent_given_to')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_points_name_consent_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_name_consent_person_id')),
    sa.ForeignKeyConstraint(['withdrawn_to'], ['people_person.id'], name=op.f('fk_points_name_consent_withdrawn_to')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_name_consent')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_name_consent_person_id', 'points_name_consent', ['person_id'], unique=False)
    op.create_index('uq_points_name_consent_holds', 'points_name_consent', ['person_id'], unique=True,
                    sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.add_column('points_showing', sa.Column('named_since', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column('points_showing', 'named_since')
    op.drop_table('points_name_consent')
