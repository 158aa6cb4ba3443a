"""operations: reports on retention, sessions that were ended, and a log that forgets after three years

Revision ID: 0008
Revises: 0001
Create Date: 2026-11-27 12:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

# As kernel.inventory.logs_kept() says it.
DAYS = 1096


def upgrade():
    op.create_table('upkeep_retention',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upkeep_retention'))
    )
    op.create_table('people_ended_session',
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_people_ended_session'))
    )
    op.create_index(op.f('ix_people_ended_session_ended_at'), 'people_ended_session', ['ended_at'], unique=False)
    guard_log(f"datetime('now', '-{DAYS} days')", f"now() - interval '{DAYS} days'")


def guard_log(sqlite_limit=None, postgres_limit=None):
    """Refuse DELETE on the log: of every line, or of those younger than the limit."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER kernel_audit_no_delete")
        when = f"WHEN OLD.at > {sqlite_limit} " if sqlite_limit else ""
        action = f"{when}BEGIN SELECT RAISE(ABORT, 'kernel_audit is only ever added to'); END"
    else:
        op.execute("DROP TRIGGER kernel_audit_no_delete ON kernel_audit")
        when = f"WHEN (OLD.at > {postgres_limit}) " if postgres_limit else ""
        action = f"FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
    op.execute(f"CREATE TRIGGER kernel_audit_no_delete BEFORE DELETE ON kernel_audit {action}")


def downgrade():
    guard_log()
    op.drop_table('people_ended_session')
    op.drop_table('upkeep_retention')
