"""a household's PIN, and the 60-second codes that were used

Revision ID: 0035
Revises: 0034
Create Date: 2026-11-28 21:30:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('people_household_pin',
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('pin', sa.String(length=200), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_people_household_pin_household_id')),
    sa.PrimaryKeyConstraint('household_id', name=op.f('pk_people_household_pin'))
    )
    op.create_table('people_code_use',
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_people_code_use_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_code_use_person_id')),
    sa.PrimaryKeyConstraint('household_id', 'step', name=op.f('pk_people_code_use'))
    )
    op.create_index(op.f('ix_people_code_use_used_at'), 'people_code_use', ['used_at'], unique=False)


def downgrade():
    op.drop_table('people_code_use')
    op.drop_table('people_household_pin')
