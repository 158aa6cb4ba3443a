"""a posting that meets another one at either of its keys is answered, never broken off

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-28 09:00:00

A reversal has two unique keys, its own and what it undoes; the end of a hold likewise.  Of two
that came at the same moment the second could pass the look at the first key and stumble over the
other one, which was an error instead of the first one's answer.

The lines are read once instead of twice, a system account is not looked for under a lock, and
pages of accounts keep room, so that a posting writes no index of theirs (docs/bench.md).
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

TWO_LOOKS = """PERFORM 1 FROM points_transfer t
    LEFT JOIN points_account d ON d.id = t.debit_id
    LEFT JOIN points_account c ON c.id = t.credit_id
    WHERE t.posting_id = p_posting AND (d.unit IS NULL OR d.unit IS DISTINCT FROM c.unit);
  IF FOUND THEN
    RAISE EXCEPTION 'an account is missing, or of another unit' USING ERRCODE = 'PL003';
  END IF;
  FOR step IN
    SELECT side.id, sum(side.i)::bigint AS i, sum(side.o)::bigint AS o, sum(side.h)::bigint AS h
      FROM points_transfer t, LATERAL (VALUES
        (t.debit_id, 0, CASE"""
ONE_LOOK = """FOR step IN
    SELECT side.id, side.kind, sum(side.i)::bigint AS i, sum(side.o)::bigint AS o,
           sum(side.h)::bigint AS h,
           bool_and(bool_and(coalesce(d.unit = c.unit, false))) OVER () AS is_one_unit
      FROM points_transfer t
      LEFT JOIN points_account d ON d.id = t.debit_id
      LEFT JOIN points_account c ON c.id = t.credit_id, LATERAL (VALUES
        (t.debit_id, d.kind, 0, CASE"""
CREDIT = """(t.credit_id, CASE"""
CREDIT_KIND = """(t.credit_id, c.kind, CASE"""
SIDES = """AS side (id, i, o, h)"""
SIDES_KIND = """AS side (id, kind, i, o, h)"""
GROUPED = """GROUP BY side.id
"""
GROUPED_KIND = """GROUP BY side.id, side.kind
"""
LOCKED = """SELECT * INTO a FROM points_account WHERE id = step.id AND kind <> 'system' FOR UPDATE;
    CONTINUE WHEN NOT FOUND;"""
LOCKED_ONLY = """IF NOT step.is_one_unit THEN
      RAISE EXCEPTION 'an account is missing, or of another unit' USING ERRCODE = 'PL003';
    END IF;
    CONTINUE WHEN step.kind = 'system';
    SELECT * INTO a FROM points_account WHERE id = step.id FOR UPDATE;"""

CHANGES = {
    "points_insert": ((ONE_KEY, ANY_KEY), (KEPT, FOUND)),
    "points_apply": (
        (TWO_LOOKS, ONE_LOOK),
        (CREDIT, CREDIT_KIND),
        (SIDES, SIDES_KIND),
        (GROUPED, GROUPED_KIND),
        (LOCKED, LOCKED_ONLY),
    ),
}


def upgrade():
    for function, changes in CHANGES.items():
        rewrite(function, changes)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE points_account SET (fillfactor = 60)")


def downgrade():
    for function, changes in CHANGES.items():
        rewrite(function, [(new, old) for old, new in changes])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE points_account RESET (fillfactor)")


def rewrite(function, changes):
    """Replace pieces of a function, all of which have to be there, once."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    written = bind.exec_driver_sql(f"SELECT pg_get_functiondef('{function}'::regproc)").scalar()
    for old, new in changes:
        if written.count(old) != 1:
            raise RuntimeError(f"{function} is not as the migrations made it: {old}")
        written = written.replace(old, new)
    bind.exec_driver_sql(written.replace("%", "%%"))
