"""the ledger: accounts, postings, lines, entries, seals; what posts them; what refuses change

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-27 14:10:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FROZEN = ("points_posting", "points_transfer", "points_entry", "points_seal", "points_seal_leaf")
MOVING = ("in_total", "out_total", "held", "version", "head_hash", "head_at", "closed_on")


def upgrade():
    tables()
    freeze()
    if op.get_bind().dialect.name == "postgresql":
        for function in (INSERT, APPLY, POST, POST_MANY):
            op.execute(function)
        op.execute(NARROW)


def tables():
    op.create_table(
        "points_account",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("owner_ref", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Text(), nullable=True),
        sa.Column("in_total", WHOLE, nullable=False),
        sa.Column("out_total", WHOLE, nullable=False),
        sa.Column("held", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("head_at", WHOLE, nullable=False),
        sa.CheckConstraint(
            "kind IN ('household', 'place', 'village_budget', 'stock', 'system')",
            name=op.f("ck_points_account_known_kind"),
        ),
        sa.CheckConstraint(
            "in_total >= 0 AND out_total >= 0 AND held >= 0",
            name=op.f("ck_points_account_no_total_negative"),
        ),
        sa.CheckConstraint(
            "kind = 'system' OR in_total - out_total - held >= 0",
            name=op.f("ck_points_account_covered"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_account")),
        sa.UniqueConstraint(
            "kind", "owner_ref", "unit", name=op.f("uq_points_account_kind_owner_ref_unit")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "points_posting",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", WHOLE, nullable=True),
        sa.Column("second_actor_id", WHOLE, nullable=True),
        sa.Column("rule_code", sa.Text(), nullable=True),
        sa.Column("rule_version", WHOLE, nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("source_type", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("reverses_id", WHOLE, nullable=True),
        sa.Column("pending_id", WHOLE, nullable=True),
        sa.Column("effective_on", sa.Text(), nullable=False),
        sa.Column("expires_at", WHOLE, nullable=True),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint(
            "kind IN ('opening', 'award_reviewed', 'award_system', 'deduct', 'adjust', 'quota',"
            " 'hold', 'capture', 'release', 'redemption', 'expiry', 'reversal', 'stock_in',"
            " 'stock_out')",
            name=op.f("ck_points_posting_known_kind"),
        ),
        sa.CheckConstraint(
            "second_actor_id IS NULL OR second_actor_id <> actor_id",
            name=op.f("ck_points_posting_two_people"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('award_reviewed', 'deduct', 'adjust')"
            " OR (actor_id IS NOT NULL AND second_actor_id IS NOT NULL)",
            name=op.f("ck_points_posting_signed_twice"),
        ),
        sa.CheckConstraint(
            "kind <> 'award_system' OR (rule_code IS NOT NULL AND rule_version IS NOT NULL"
            " AND source_type IS NOT NULL AND source_id IS NOT NULL AND second_actor_id IS NULL)",
            name=op.f("ck_points_posting_system_names_its_rule"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('award_reviewed', 'deduct') OR rule_code IS NOT NULL",
            name=op.f("ck_points_posting_by_rule"),
        ),
        sa.CheckConstraint(
            "(rule_code IS NULL) = (rule_version IS NULL)",
            name=op.f("ck_points_posting_whole_rule"),
        ),
        sa.CheckConstraint(
            "(source_type IS NULL) = (source_id IS NULL)",
            name=op.f("ck_points_posting_whole_source"),
        ),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)",
            name=op.f("ck_points_posting_reverses"),
        ),
        sa.CheckConstraint(
            "(kind IN ('capture', 'release')) = (pending_id IS NOT NULL)",
            name=op.f("ck_points_posting_ends_hold"),
        ),
        sa.CheckConstraint(
            "expires_at IS NULL OR kind = 'hold'",
            name=op.f("ck_points_posting_only_holds_expire"),
        ),
        sa.CheckConstraint(
            "length(fingerprint) = 32", name=op.f("ck_points_posting_whole_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["pending_id"], ["points_posting.id"], name=op.f("fk_points_posting_pending_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["points_posting.id"], name=op.f("fk_points_posting_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_posting")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_points_posting_idem_key")),
        sa.UniqueConstraint("pending_id", name=op.f("uq_points_posting_pending_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_points_posting_reverses_id")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "ix_points_posting_source", "points_posting", ["source_type", "source_id"], unique=False
    )
    op.create_index(
        "ix_points_posting_expires_at",
        "points_posting",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_table(
        "points_transfer",
        sa.Column("posting_id", WHOLE, nullable=False),
        sa.Column("line", WHOLE, nullable=False),
        sa.Column("debit_id", WHOLE, nullable=False),
        sa.Column("credit_id", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("person_id", WHOLE, nullable=True),
        sa.Column("place_id", WHOLE, nullable=True),
        sa.CheckConstraint(
            "phase IN ('posted', 'pending', 'captured', 'released')",
            name=op.f("ck_points_transfer_known_phase"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_points_transfer_amount_above_zero")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_points_transfer_two_accounts")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["points_posting.id"], name=op.f("fk_points_transfer_posting_id")
        ),
        sa.PrimaryKeyConstraint("posting_id", "line", name=op.f("pk_points_transfer")),
        sqlite_strict=True,
    )
    op.create_table(
        "points_entry",
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("posting_id", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("in_total", WHOLE, nullable=False),
        sa.Column("out_total", WHOLE, nullable=False),
        sa.Column("held", WHOLE, nullable=False),
        sa.Column("posted_at", WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_points_entry_counted_from_one")),
        sa.CheckConstraint(
            "in_total - out_total - held >= 0", name=op.f("ck_points_entry_covered")
        ),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_points_entry_whole_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_account.id"], name=op.f("fk_points_entry_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["points_posting.id"], name=op.f("fk_points_entry_posting_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_points_entry")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_points_entry_as_of",
        "points_entry",
        ["account_id", "posted_at", "version"],
        unique=False,
        postgresql_include=["in_total", "out_total", "held"],
    )
    op.create_index("ix_points_entry_posting_id", "points_entry", ["posting_id"], unique=False)
    op.create_table(
        "points_seal",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("sealed_at", WHOLE, nullable=False),
        sa.Column("leaves", WHOLE, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_points_seal")),
        sa.UniqueConstraint("day", name=op.f("uq_points_seal_day")),
        sqlite_strict=True,
    )
    op.create_table(
        "points_seal_leaf",
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["points_account.id"], name=op.f("fk_points_seal_leaf_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["points_seal.number"], name=op.f("fk_points_seal_leaf_number")
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_points_seal_leaf")),
        sqlite_strict=True,
    )


def freeze():
    """Refuse every change of what was posted, and every step back of an account."""
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            refuse(table, f"no_{verb.lower()}", verb)
    refuse("points_account", "no_delete", "DELETE")
    distinct = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    kept = [f"NEW.{one} {distinct} OLD.{one}" for one in ("id", "kind", "unit", "owner_ref", "opened_on")]
    onward = [f"NEW.{one} < OLD.{one}" for one in ("in_total", "out_total", "version", "head_at")]
    closed = f"(OLD.closed_on IS NOT NULL AND NEW.closed_on {distinct} OLD.closed_on)"
    refuse("points_account", "only_forward", "UPDATE", " OR ".join([*kept, *onward, closed]))
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )


def refuse(table, name, verb, when=""):
    sqlite = op.get_bind().dialect.name == "sqlite"
    condition = f"WHEN ({when})" if when else ""
    action = (
        f"{condition} BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if sqlite
        else f"FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} {action}")


# Whoever the default privileges let in may add, and move accounts on; nothing else.
NARROW = f"""
DO $$
DECLARE login record; part text;
BEGIN
  FOR login IN
    SELECT DISTINCT c.oid::regclass AS part, c.relname, a.grantee::regrole AS name
      FROM pg_class c, LATERAL aclexplode(c.relacl) a
     WHERE c.oid = ANY (ARRAY[{", ".join(f"'{one}'::regclass" for one in (*FROZEN, "points_account"))}])
       AND a.grantee <> 0 AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %s', login.part, login.name);
    IF login.relname = 'points_account' THEN
      EXECUTE format('GRANT UPDATE ({", ".join(MOVING)}) ON %s TO %s', login.part, login.name);
    END IF;
  END LOOP;
END $$
"""

INSERT = """
CREATE FUNCTION points_insert(
  p_key text, p_fingerprint bytea, p_kind text, p_actor bigint, p_second bigint,
  p_rule text, p_rule_version bigint, p_evidence bytea, p_source_type text, p_source_id text,
  p_reverses bigint, p_pending bigint, p_effective text, p_expires bigint, p_now bigint,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_phases text[],
  p_persons bigint[], p_places bigint[], OUT posting bigint, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE kept bytea;
BEGIN
  INSERT INTO points_posting (
    idem_key, fingerprint, kind, actor_id, second_actor_id, rule_code, rule_version, evidence,
    source_type, source_id, reverses_id, pending_id, effective_on, expires_at, created_at)
  VALUES (
    p_key, p_fingerprint, p_kind, p_actor, p_second, p_rule, p_rule_version, p_evidence,
    p_source_type, p_source_id, p_reverses, p_pending, p_effective, p_expires, p_now)
  ON CONFLICT (idem_key) DO NOTHING RETURNING id INTO posting;
  replayed := posting IS NULL;
  IF replayed THEN
    SELECT id, fingerprint INTO posting, kept FROM points_posting WHERE idem_key = p_key;
    IF kept IS DISTINCT FROM p_fingerprint THEN
      RAISE EXCEPTION 'the key has posted something else' USING ERRCODE = 'PL001';
    END IF;
    RETURN;
  END IF;
  INSERT INTO points_transfer (
    posting_id, line, debit_id, credit_id, amount, phase, person_id, place_id)
  SELECT posting, n, debit, credit, amount, phase, person, place
    FROM unnest(p_debits, p_credits, p_amounts, p_phases, p_persons, p_places)
    WITH ORDINALITY AS line (debit, credit, amount, phase, person, place, n);
END $$
"""

# The lock is taken row by row in ascending order; the hash is made under it.
APPLY = """
CREATE FUNCTION points_apply(p_posting bigint, p_digest bytea, p_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  step record; a points_account; after_in bigint; after_out bigint; after_held bigint;
  moment bigint; head bytea;
BEGIN
  PERFORM 1 FROM points_transfer t
    LEFT JOIN points_account d ON d.id = t.debit_id
    LEFT JOIN points_account c ON c.id = t.credit_id
    WHERE t.posting_id = p_posting AND (d.unit IS NULL OR d.unit IS DISTINCT FROM c.unit);
  IF FOUND THEN
    RAISE EXCEPTION 'an account is missing, or of another unit' USING ERRCODE = 'PL003';
  END IF;
  FOR step IN
    SELECT side.id, sum(side.i)::bigint AS i, sum(side.o)::bigint AS o, sum(side.h)::bigint AS h
      FROM points_transfer t, LATERAL (VALUES
        (t.debit_id, 0, CASE WHEN t.phase IN ('posted', 'captured') THEN t.amount ELSE 0 END,
         CASE t.phase WHEN 'posted' THEN 0 WHEN 'pending' THEN t.amount ELSE -t.amount END),
        (t.credit_id, CASE WHEN t.phase IN ('posted', 'captured') THEN t.amount ELSE 0 END, 0, 0)
      ) AS side (id, i, o, h)
     WHERE t.posting_id = p_posting
     GROUP BY side.id
    HAVING sum(side.i) <> 0 OR sum(side.o) <> 0 OR sum(side.h) <> 0
     ORDER BY side.id
  LOOP
    SELECT * INTO a FROM points_account WHERE id = step.id AND kind <> 'system' FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    IF a.closed_on IS NOT NULL THEN
      RAISE EXCEPTION 'the account is closed' USING ERRCODE = 'PL004';
    END IF;
    after_in := a.in_total + step.i;
    after_out := a.out_total + step.o;
    after_held := a.held + step.h;
    IF after_in - after_out - after_held < 0 THEN
      RAISE EXCEPTION 'not enough' USING ERRCODE = 'PL002',
        DETAIL = a.id || ':' || (after_out + after_held - after_in);
    END IF;
    IF after_held < 0 THEN
      RAISE EXCEPTION 'more is freed than was held' USING ERRCODE = 'PL003';
    END IF;
    moment := greatest(p_now, a.head_at);
    head := sha256(a.head_hash || int8send(a.id) || int8send(a.version + 1) || int8send(p_posting)
      || int8send(step.i - step.o) || int8send(after_in) || int8send(after_out)
      || int8send(after_held) || int8send(moment) || p_digest);
    UPDATE points_account
       SET in_total = after_in, out_total = after_out, held = after_held,
           version = a.version + 1, head_hash = head, head_at = moment
     WHERE id = a.id;
    INSERT INTO points_entry (
      account_id, version, posting_id, amount, in_total, out_total, held, posted_at, hash)
    VALUES (a.id, a.version + 1, p_posting, step.i - step.o, after_in, after_out, after_held,
      moment, head);
  END LOOP;
END $$
"""

POST = """
CREATE FUNCTION points_post(
  p_key text, p_fingerprint bytea, p_kind text, p_actor bigint, p_second bigint,
  p_rule text, p_rule_version bigint, p_evidence bytea, p_source_type text, p_source_id text,
  p_reverses bigint, p_pending bigint, p_effective text, p_expires bigint, p_now bigint,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_phases text[],
  p_persons bigint[], p_places bigint[], p_digest bytea, OUT posting bigint, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE written record;
BEGIN
  written := points_insert(
    p_key, p_fingerprint, p_kind, p_actor, p_second, p_rule, p_rule_version, p_evidence,
    p_source_type, p_source_id, p_reverses, p_pending, p_effective, p_expires, p_now,
    p_debits, p_credits, p_amounts, p_phases, p_persons, p_places);
  posting := written.posting;
  replayed := written.replayed;
  IF NOT replayed THEN
    PERFORM points_apply(posting, p_digest, p_now);
  END IF;
END $$
"""

# Keys first, then the union of the accounts, each in order; then one after the other as sent.
POST_MANY = """
CREATE FUNCTION points_post_many(p_requests jsonb)
RETURNS TABLE (posting bigint, replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  request jsonb; written record; place integer;
  postings bigint[] := array_fill(NULL::bigint, ARRAY[jsonb_array_length(p_requests)]);
  known boolean[] := array_fill(NULL::boolean, ARRAY[jsonb_array_length(p_requests)]);
BEGIN
  FOR request, place IN
    SELECT value, ordinality FROM jsonb_array_elements(p_requests) WITH ORDINALITY
     ORDER BY value->>'idem_key' COLLATE "C"
  LOOP
    SELECT * INTO written FROM points_insert(
      request->>'idem_key', decode(request->>'fingerprint', 'base64'), request->>'kind',
      (request->>'actor_id')::bigint, (request->>'second_actor_id')::bigint,
      request->>'rule_code', (request->>'rule_version')::bigint,
      decode(request->>'evidence', 'base64'), request->>'source_type', request->>'source_id',
      (request->>'reverses_id')::bigint, (request->>'pending_id')::bigint,
      request->>'effective_on', (request->>'expires_at')::bigint, (request->>'created_at')::bigint,
      ARRAY(SELECT (line->>'debit_id')::bigint FROM jsonb_array_elements(request->'lines') line),
      ARRAY(SELECT (line->>'credit_id')::bigint FROM jsonb_array_elements(request->'lines') line),
      ARRAY(SELECT (line->>'amount')::bigint FROM jsonb_array_elements(request->'lines') line),
      ARRAY(SELECT line->>'phase' FROM jsonb_array_elements(request->'lines') line),
      ARRAY(SELECT (line->>'person_id')::bigint FROM jsonb_array_elements(request->'lines') line),
      ARRAY(SELECT (line->>'place_id')::bigint FROM jsonb_array_elements(request->'lines') line));
    postings[place] := written.posting;
    known[place] := written.replayed;
  END LOOP;
  PERFORM 1 FROM points_account
    WHERE kind <> 'system' AND id IN (
      SELECT t.debit_id FROM points_transfer t JOIN unnest(postings, known) AS n (id, old)
          ON t.posting_id = n.id AND NOT n.old
      UNION
      SELECT t.credit_id FROM points_transfer t JOIN unnest(postings, known) AS n (id, old)
          ON t.posting_id = n.id AND NOT n.old)
    ORDER BY id FOR UPDATE;
  FOR request, place IN
    SELECT value, ordinality FROM jsonb_array_elements(p_requests) WITH ORDINALITY ORDER BY 2
  LOOP
    posting := postings[place];
    replayed := known[place];
    IF NOT replayed THEN
      PERFORM points_apply(
        posting, decode(request->>'digest', 'base64'), (request->>'created_at')::bigint);
    END IF;
    RETURN NEXT;
  END LOOP;
END $$
"""


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        for function in ("points_post_many", "points_post", "points_apply", "points_insert"):
            op.execute(f"DROP FUNCTION {function}")
    for table in ("points_seal_leaf", "points_seal", "points_entry", "points_transfer", "points_posting", "points_account"):
        op.drop_table(table)
