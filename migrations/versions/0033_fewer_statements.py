"""the ledger's stored functions in fewer statements: an account is moved on by the one that tests it

Revision ID: 0033
Revises: 0032
Create Date: 2026-11-28 20:45:00

"""
import importlib

from alembic import op


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

BEFORE = importlib.import_module('migrations.versions.0014_ledger')
SINCE = importlib.import_module('migrations.versions.0022_one_of_two_keys')

ASKED = """
  p_key text, p_fingerprint bytea, p_kind text, p_actor bigint, p_second bigint,
  p_rule text, p_rule_version bigint, p_evidence bytea, p_source_type text, p_source_id text,
  p_reverses bigint, p_pending bigint, p_effective text, p_expires bigint, p_now bigint,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_phases text[],
  p_persons bigint[], p_places bigint[]"""

INSERT = f"""
CREATE OR REPLACE FUNCTION points_insert({ASKED}, OUT posting bigint, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE kept bytea;
BEGIN
  INSERT INTO points_posting (
    idem_key, fingerprint, kind, actor_id, second_actor_id, rule_code, rule_version, evidence,
    source_type, source_id, reverses_id, pending_id, effective_on, expires_at, created_at)
  VALUES (
    p_key, p_fingerprint, p_kind, p_actor, p_second, p_rule, p_rule_version, p_evidence,
    p_source_type, p_source_id, p_reverses, p_pending, p_effective, p_expires, p_now)
  ON CONFLICT DO NOTHING RETURNING id INTO posting;
  replayed := posting IS NULL;
  IF replayed THEN
    SELECT id, fingerprint INTO posting, kept FROM points_posting WHERE idem_key = p_key;
    -- Not found under its key: another one undoes, or ends, the same.  Without either it is the
    -- row's number that is taken, and nobody may be told that this was posted.
    IF NOT FOUND AND coalesce(p_reverses, p_pending) IS NULL THEN
      RAISE EXCEPTION 'the number of the posting is taken' USING ERRCODE = 'unique_violation';
    END IF;
    IF kept IS DISTINCT FROM p_fingerprint THEN
      RAISE EXCEPTION 'the key has posted something else' USING ERRCODE = 'PL001';
    END IF;
    RETURN;
  END IF;
  -- One by one: nearly all have one line, and a plain row is cheaper than unnest.
  FOR n IN 1 .. cardinality(p_debits) LOOP
    INSERT INTO points_transfer (
      posting_id, line, debit_id, credit_id, amount, phase, person_id, place_id)
    VALUES (posting, n, p_debits[n], p_credits[n], p_amounts[n], p_phases[n], p_persons[n], p_places[n]);
  END LOOP;
END $$
"""

# What a line does to the account it debits (in, out, held) and to the one it credits.
STEPS = """
CREATE FUNCTION points_steps(
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_phases text[],
  OUT ids bigint[], OUT ins bigint[], OUT outs bigint[], OUT helds bigint[])
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(step.id ORDER BY step.id), array_agg(step.i ORDER BY step.id),
         array_agg(step.o ORDER BY step.id), array_agg(step.h ORDER BY step.id)
    FROM (
      SELECT side.id, sum(side.i)::bigint AS i, sum(side.o)::bigint AS o, sum(side.h)::bigint AS h
        FROM unnest(p_debits, p_credits, p_amounts, p_phases) AS t (debit, credit, amount, phase),
          LATERAL (VALUES
            (t.debit, 0, CASE WHEN t.phase IN ('posted', 'captured') THEN t.amount ELSE 0 END,
             CASE t.phase WHEN 'posted' THEN 0 WHEN 'pending' THEN t.amount ELSE -t.amount END),
            (t.credit, CASE WHEN t.phase IN ('posted', 'captured') THEN t.amount ELSE 0 END, 0, 0)
          ) AS side (id, i, o, h)
       GROUP BY side.id
    ) AS step
$$
"""

UNITS = """
CREATE FUNCTION points_check_units(p_debits bigint[], p_credits bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM unnest(p_debits, p_credits) AS t (debit, credit)
    LEFT JOIN points_account d ON d.id = t.debit
    LEFT JOIN points_account c ON c.id = t.credit
    WHERE d.unit IS NULL OR d.unit IS DISTINCT FROM c.unit;
  IF FOUND THEN
    RAISE EXCEPTION 'an account is missing, or of another unit' USING ERRCODE = 'PL003';
  END IF;
END $$
"""

APPLY = """
CREATE FUNCTION points_apply(
  p_posting bigint, p_digest bytea, p_now bigint,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_phases text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[]; ins bigint[]; outs bigint[]; helds bigint[];
  i bigint; o bigint; h bigint; a points_account; unit text; is_mixed boolean := false;
BEGIN
  IF p_phases = '{posted}' THEN
    -- One line, as nearly always: what the query below says of it, without asking it.
    ids := ARRAY[least(p_debits[1], p_credits[1]), greatest(p_debits[1], p_credits[1])];
    ins := CASE WHEN ids[1] = p_debits[1] THEN ARRAY[0, p_amounts[1]] ELSE ARRAY[p_amounts[1], 0] END;
    outs := ARRAY[p_amounts[1] - ins[1], p_amounts[1] - ins[2]];
    helds := '{0,0}';
  ELSE
    SELECT * INTO ids, ins, outs, helds
      FROM points_steps(p_debits, p_credits, p_amounts, p_phases);
  END IF;
  FOR n IN 1 .. cardinality(ids) LOOP
    i := ins[n]; o := outs[n]; h := helds[n];
    LOOP
      UPDATE points_account AS b
         SET in_total = b.in_total + i, out_total = b.out_total + o, held = b.held + h,
             version = b.version + 1, head_at = greatest(p_now, b.head_at),
             head_hash = sha256(b.head_hash || int8send(b.id) || int8send(b.version + 1)
               || int8send(p_posting) || int8send(i - o) || int8send(b.in_total + i)
               || int8send(b.out_total + o) || int8send(b.held + h)
               || int8send(greatest(p_now, b.head_at)) || p_digest)
       WHERE b.id = ids[n] AND b.kind <> 'system' AND b.closed_on IS NULL AND b.held + h >= 0
         AND b.in_total + i - b.out_total - o - b.held - h >= 0 AND (i, o, h) <> (0, 0, 0)
      RETURNING b.* INTO a;
      IF FOUND THEN
        INSERT INTO points_entry (
          account_id, version, posting_id, amount, in_total, out_total, held, posted_at, hash)
        VALUES (a.id, a.version, p_posting, i - o, a.in_total, a.out_total, a.held, a.head_at,
          a.head_hash);
        EXIT;
      END IF;
      -- Why not?  Locked, unless it is one that nobody ever locks.
      SELECT * INTO a FROM points_account WHERE id = ids[n];
      EXIT WHEN NOT FOUND OR a.kind = 'system' OR (i, o, h) = (0, 0, 0);
      PERFORM points_check_units(p_debits, p_credits);
      SELECT * INTO a FROM points_account WHERE id = ids[n] FOR UPDATE;
      IF a.closed_on IS NOT NULL THEN
        RAISE EXCEPTION 'the account is closed' USING ERRCODE = 'PL004';
      END IF;
      IF a.in_total + i - a.out_total - o - a.held - h < 0 THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'PL002',
          DETAIL = a.id || ':' || (a.out_total + o + a.held + h - a.in_total - i);
      END IF;
      IF a.held + h < 0 THEN
        RAISE EXCEPTION 'more is freed than was held' USING ERRCODE = 'PL003';
      END IF;
      -- Somebody has filled it in between: once more.
    END LOOP;
    unit := coalesce(unit, a.unit);
    is_mixed := is_mixed OR a.unit IS DISTINCT FROM unit;
  END LOOP;
  IF is_mixed THEN
    PERFORM points_check_units(p_debits, p_credits);
  END IF;
END $$
"""

POST = f"""
CREATE OR REPLACE FUNCTION points_post({ASKED}, p_digest bytea,
  OUT posting bigint, OUT replayed boolean)
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
    PERFORM points_apply(posting, p_digest, p_now, p_debits, p_credits, p_amounts, p_phases);
  END IF;
END $$
"""

OLD_CALL = """      PERFORM points_apply(
        posting, decode(request->>'digest', 'base64'), (request->>'created_at')::bigint);
"""
NEW_CALL = """      PERFORM points_apply(
        posting, decode(request->>'digest', 'base64'), (request->>'created_at')::bigint,
        array_agg(t.debit_id ORDER BY t.line), array_agg(t.credit_id ORDER BY t.line),
        array_agg(t.amount ORDER BY t.line), array_agg(t.phase ORDER BY t.line))
      FROM points_transfer t WHERE t.posting_id = posting;
"""


def upgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.execute('DROP FUNCTION points_apply')
    many = BEFORE.POST_MANY.replace(OLD_CALL, NEW_CALL).replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')
    for function in (INSERT, STEPS, UNITS, APPLY, POST, many):
        op.execute(function)


def downgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    for function in ('points_post_many', 'points_post', 'points_apply', 'points_check_units', 'points_steps', 'points_insert'):
        op.execute(f'DROP FUNCTION {function}')
    for function in (BEFORE.INSERT, BEFORE.APPLY, BEFORE.POST, BEFORE.POST_MANY):
        op.execute(function)
    for function, changes in SINCE.CHANGES.items():
        SINCE.rewrite(function, changes)
