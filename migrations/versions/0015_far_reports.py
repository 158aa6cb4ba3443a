"""whether the phone of whoever reported was far from the code: a flag, and no place

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-27 19:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'citizen_report', sa.Column('far', sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade():
    op.drop_column('citizen_report', 'far')
