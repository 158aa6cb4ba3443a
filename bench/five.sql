-- The least double entry there is, for pgbench: five statements, no hash, no key, nothing that is checked but the balance.
\set a random(1, 10000)
\set further random(1, 9999)
\set b (:a + :further - 1) % 10000 + 1
\set low least(:a, :b)
\set high greatest(:a, :b)
BEGIN;
INSERT INTO bare_transfer (debit, credit, amount) VALUES (:a, :b, 1) RETURNING id AS transfer \gset
UPDATE bare_account SET balance = balance + CASE WHEN id = :a THEN -1 ELSE 1 END, version = version + 1 WHERE id = :low RETURNING balance AS low_balance, version AS low_version \gset
UPDATE bare_account SET balance = balance + CASE WHEN id = :a THEN -1 ELSE 1 END, version = version + 1 WHERE id = :high RETURNING balance AS high_balance, version AS high_version \gset
INSERT INTO bare_entry (account, version, transfer, balance) VALUES (:low, :low_version, :transfer, :low_balance);
INSERT INTO bare_entry (account, version, transfer, balance) VALUES (:high, :high_version, :transfer, :high_balance);
COMMIT;
