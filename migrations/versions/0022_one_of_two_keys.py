"""a posting that meets another one at either of its keys is answered, never broken off

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-28 09:00:00

A reversal has two unique keys, its own and what it undoes; the end of a hold likewise.  Of two
that came at the same moment the second could pass the look at the first key and stumble over the
other one, which was an error instead of the first one's answer.
"""
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ONE_KEY = "ON CONFLICT (idem_key) DO NOTHING RETURNING id INTO posting;"
ANY_KEY = "ON CONFLICT DO NOTHING RETURNING id INTO posting;"

# Not found under its key: another one undoes, or ends, the same.  Without either it is no key of
# the request that is taken but the row's number, and nobody may be told that it was posted.
FOUND = """IF NOT FOUND AND coalesce(p_reverses, p_pending) IS NULL THEN
      RAISE EXCEPTION 'the number of the posting is taken' USING ERRCODE = 'unique_violation';
    END IF;
    IF kept IS DISTINCT FROM p_fingerprint THEN"""
KEPT = "IF kept IS DISTINCT FROM p_fingerprint THEN"


def upgrade():
    rewrite((ONE_KEY, ANY_KEY), (KEPT, FOUND))


def downgrade():
    rewrite((ANY_KEY, ONE_KEY), (FOUND, KEPT))


def rewrite(*changes):
    """Replace pieces of points_insert, all of which have to be there."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    written = bind.exec_driver_sql("SELECT pg_get_functiondef('points_insert'::regproc)").scalar()
    for old, new in changes:
        if written.count(old) != 1:
            raise RuntimeError(f"points_insert is not as migration 0014 made it: {old}")
        written = written.replace(old, new)
    bind.exec_driver_sql(written)
