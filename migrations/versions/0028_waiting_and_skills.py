"""who waits for a place at an activity, and what volunteers can do

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-28 08:25:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

SKILLS = ('lawyer', 'teacher', 'doctor', 'mediator', 'speaker', 'safety', 'repair', 'barber', 'care', 'driver', 'other')


def upgrade():
    op.create_table('points_waiting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('helped_by', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['points_activity.id'], name=op.f('fk_points_waiting_activity_id')),
    sa.ForeignKeyConstraint(['helped_by'], ['people_person.id'], name=op.f('fk_points_waiting_helped_by')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_waiting_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_waiting')),
    sa.UniqueConstraint('activity_id', 'person_id', name=op.f('uq_points_waiting_activity_id_person_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_waiting_person_id', 'points_waiting', ['person_id'], unique=False)
    op.create_table('points_skill',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.Enum(*SKILLS, name='skill', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_skill_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'skill', name=op.f('pk_points_skill'))
    )
    op.create_index('ix_points_skill_skill', 'points_skill', ['skill'], unique=False)


def downgrade():
    op.drop_table('points_skill')
    op.drop_table('points_waiting')
