-- Gives each account a hundred coins, for each of the rounds from :first to :last, in both books.
-- The hashes are no chain, and the numbers of these postings are far from those that writers get.
SET session_replication_role = replica;
INSERT INTO points_posting
  (id, idem_key, fingerprint, kind, rule_code, rule_version, source_type, source_id, effective_on, created_at)
SELECT 1000000000 + v * :accounts + n, 'fill:' || v || ':' || n, sha256('f'), 'award_system',
       'P01', 1, 'fill', n::text, '2026-03-01', v
  FROM generate_series(:first, :last) v, generate_series(1, :accounts) n;
INSERT INTO points_transfer (posting_id, line, debit_id, credit_id, amount, phase)
SELECT 1000000000 + v * :accounts + n, 1, 0, n, 100, 'posted'
  FROM generate_series(:first, :last) v, generate_series(1, :accounts) n;
INSERT INTO points_entry
  (account_id, version, posting_id, amount, in_total, out_total, held, posted_at, hash)
SELECT a.id, a.version + v - :first + 1, 1000000000 + v * :accounts + a.id, 100,
       a.in_total + 100 * (v - :first + 1), a.out_total, 0, greatest(a.head_at, v), sha256('e')
  FROM generate_series(:first, :last) v, points_account a WHERE a.id BETWEEN 1 AND :accounts;
UPDATE points_account
   SET in_total = in_total + 100 * (:last - :first + 1), version = version + :last - :first + 1
 WHERE id BETWEEN 1 AND :accounts;
INSERT INTO bare_transfer (debit, credit, amount)
SELECT 0, n, 100 FROM generate_series(:first, :last) v, generate_series(1, :accounts) n;
INSERT INTO bare_entry
SELECT a.id, a.version + v - :first + 1, t.id, a.balance + 100 * (v - :first + 1)
  FROM generate_series(:first, :last) v, bare_account a, (SELECT max(id) AS id FROM bare_transfer) t;
UPDATE bare_account
   SET balance = balance + 100 * (:last - :first + 1), version = version + :last - :first + 1;
VACUUM ANALYZE points_account, points_posting, points_transfer, points_entry, bare_account, bare_transfer, bare_entry;
CHECKPOINT;
