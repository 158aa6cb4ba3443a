"""appeals: when the level above was told that the time is over

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-28 01:40:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0023'
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('points_appeal', sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column('points_appeal', 'rung_at')
