-- Empty books for bench/postings.py: households of ours, and the bare tables of bench/five.sql.
INSERT INTO points_account
  (id, kind, unit, owner_ref, opened_on, in_total, out_total, held, version, head_hash, head_at)
SELECT n, CASE n WHEN 0 THEN 'system' ELSE 'household' END, 'coin',
       CASE n WHEN 0 THEN 'issuance' ELSE 'b' || n END, '2026-01-01', 0, 0, 0, 0, sha256('a'), 0
  FROM generate_series(0, :accounts) n;
SELECT setval(pg_get_serial_sequence('points_account', 'id'), :accounts);

CREATE TABLE bare_account (
  id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0), version bigint NOT NULL);
CREATE TABLE bare_transfer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0), at timestamptz NOT NULL DEFAULT now());
CREATE TABLE bare_entry (
  account bigint REFERENCES bare_account, version bigint,
  transfer bigint NOT NULL REFERENCES bare_transfer, balance bigint NOT NULL,
  PRIMARY KEY (account, version));
INSERT INTO bare_account SELECT n, 0, 0 FROM generate_series(1, :accounts) n;
