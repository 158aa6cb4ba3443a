"""how far the import of a large table has come; what outside units said may go in the end

Revision ID: 0009
Revises: 0004
Create Date: 2026-11-27 09:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'people_household_import',
        sa.Column('done_lines', sa.Integer(), nullable=False, server_default='0'),
    )
    # What was about to be written in one piece is looked through once more, and then asked about.
    op.execute("UPDATE people_household_import SET state = 'checking' WHERE state = 'writing'")
    # Two years after a case is over; the case's own history stays as it was.
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON grid_unit_word"
    op.execute(f"DROP TRIGGER grid_unit_word_no_delete{on_table}")


def downgrade():
    action = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    if op.get_bind().dialect.name == "sqlite":
        action = "BEGIN SELECT RAISE(ABORT, 'grid_unit_word is only ever added to'); END"
    op.execute(f"CREATE TRIGGER grid_unit_word_no_delete BEFORE DELETE ON grid_unit_word {action}")
    op.drop_column('people_household_import', 'done_lines')
