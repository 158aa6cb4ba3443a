#!/usr/bin/env python3
"""Verify an export of the ledger with nothing but Python's own library.

    python3 verify_ledger.py ledger.zip [YYYY-MM-DD=ROOT ...] [key=HEX ...]

The export has seven files of one JSON object a line.  Everything is computed again from the lines
of the postings: fingerprints, totals, the hash chain of every account, the roots of the seals.
A root you have on paper, named behind the file, is compared too; a public key you have on paper,
as key=HEX (several are named each by themselves), makes every signature count only by it.  docs/ledger.md describes the
bytes.  Prints one line when all is well; else every row that is not, and exits with 1.
"""

import json
import sys
from collections import defaultdict
from hashlib import sha256, sha512
from struct import pack as struct_pack
from zipfile import ZipFile

HEAD = (
    "kind actor_id second_actor_id rule_code rule_version evidence source_type source_id"
    " reverses_id pending_id effective_on expires_at"
).split()
LINE = "debit_id credit_id amount phase person_id place_id".split()
NUMBERS = "account_id version posting_id amount in_total out_total held posted_at".split()
BYTES = {"fingerprint", "evidence", "head_hash", "hash", "root", "previous", "public_key", "signature"}
SIGN = {"posted": 0, "pending": 1, "captured": -1, "released": -1}


def pack(*fields):
    packed = bytearray()
    for field in fields:
        if field is None:
            packed += b"\xff\xff\xff\xff"
        else:
            data = field if isinstance(field, bytes) else str(field).encode()
            packed += len(data).to_bytes(4, "big") + data
    return bytes(packed)


def read(zipped, name):
    with zipped.open(name + ".jsonl") as file:
        for line in file:
            row = json.loads(line)
            yield {
                key: bytes.fromhex(value) if key in BYTES and value is not None else value
                for key, value in row.items()
            }


def effects(lines):
    """What lines do to each account: [comes, goes, held]."""
    found = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        moves = line["amount"] if line["phase"] in ("posted", "captured") else 0
        found[line["debit_id"]][1] += moves
        found[line["debit_id"]][2] += SIGN[line["phase"]] * line["amount"]
        found[line["credit_id"]][0] += moves
    return found


def root_of(leaves):
    if not leaves:
        return sha256(b"").digest()
    while len(leaves) > 1:
        pairs = zip(leaves[0::2], leaves[1::2])
        odd = leaves[-1:] if len(leaves) % 2 else []
        leaves = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return leaves[0]


# Ed25519 as RFC 8032 writes it out; slow, and enough to verify with.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(data):
    """The point 32 bytes stand for; None for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, signature, text):
    key, r = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(sha512(signature[:32] + public + text).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


class Books:
    def __init__(self, zipped):
        self.faults = []
        self.accounts = {row["id"]: row for row in read(zipped, "accounts")}
        self.postings = {row["id"]: row for row in read(zipped, "postings")}
        self.lines = defaultdict(list)
        for line in read(zipped, "transfers"):
            self.lines[line["posting_id"]].append(line)
        self.entries = defaultdict(list)
        for entry in read(zipped, "entries"):
            self.entries[entry["account_id"]].append(entry)
        self.seals = list(read(zipped, "seals"))
        names = zipped.namelist()
        self.signatures = {row["number"]: row for row in read(zipped, "signatures")} if "signatures.jsonl" in names else {}
        self.leaves = defaultdict(list)
        for leaf in read(zipped, "leaves"):
            self.leaves[leaf["number"]].append(leaf)

    def fault(self, row, what):
        self.faults.append(f"{row}: {what}")

    def verify(self):
        effect = {number: effects(lines) for number, lines in self.lines.items()}
        self.verify_postings(effect)
        self.verify_entries(effect)
        self.verify_seals()

    def verify_postings(self, effect):
        for number in self.lines.keys() - self.postings.keys():
            self.fault(f"transfer {number}", "its posting is gone")
        for number, posting in self.postings.items():
            lines = self.lines[number]
            fields = [field for line in lines for field in (line[name] for name in LINE)]
            written = pack(*[posting[name] for name in HEAD], len(lines), *fields)
            if [line["line"] for line in lines] != list(range(1, len(lines) + 1)):
                self.fault(f"posting {number}", "its lines are not numbered 1, 2, 3 ...")
            elif not lines or sha256(written).digest() != posting["fingerprint"]:
                self.fault(f"posting {number}", "not what its fingerprint was made of")
            for line in lines:
                units = {
                    self.accounts.get(line[side], {}).get("unit", side)
                    for side in ("debit_id", "credit_id")
                }
                if len(units) != 1 or line["amount"] <= 0:
                    self.fault(f"transfer {number}/{line['line']}", "an account or amount is wrong")
            self.verify_ties(posting, effect)

    def verify_ties(self, posting, effect):
        mine = effect.get(posting["id"], {})
        undone = effect.get(posting["reverses_id"], {})
        if posting["kind"] == "reversal":
            back = {account: [goes, comes] for account, (comes, goes, _) in undone.items()}
            if back != {account: [comes, goes] for account, (comes, goes, _) in mine.items()}:
                self.fault(f"posting {posting['id']}", "does not move back what it undoes")
        for account, (_, _, held) in effect.get(posting["pending_id"], {}).items():
            if held and held + mine.get(account, [0, 0, 0])[2]:
                self.fault(f"posting {posting['id']}", "does not free what was held")

    def verify_entries(self, effect):
        written = {(row["account_id"], row["posting_id"]) for rows in self.entries.values() for row in rows}
        for number, touched in effect.items():
            for account, change in touched.items():
                tracked = self.accounts.get(account, {}).get("kind") != "system"
                if tracked and any(change) and (account, number) not in written:
                    self.fault(f"account {account}", f"it has no entry of posting {number}")
        for account in self.entries.keys() - self.accounts.keys():
            self.fault(f"account {account}", "it is gone, its entries are there")
        for account in self.accounts.values():
            self.verify_account(account, effect)

    def verify_account(self, account, effect):
        names = ("kind", "unit", "owner_ref", "opened_on")
        head = sha256(pack("account", *[account[name] for name in names])).digest()
        before = {"in_total": 0, "out_total": 0, "held": 0, "version": 0, "posted_at": 0}
        for entry in self.entries[account["id"]]:
            name = f"entry {account['id']}/{entry['version']}"
            posting = self.postings.get(entry["posting_id"], {})
            comes, goes, held = effect.get(entry["posting_id"], {}).get(account["id"], [0, 0, 0])
            wanted = (before["in_total"] + comes, before["out_total"] + goes, before["held"] + held)
            if entry["version"] != before["version"] + 1:
                self.fault(name, f"version {before['version'] + 1} is missing before it")
            elif wanted != (entry["in_total"], entry["out_total"], entry["held"]):
                self.fault(name, "its totals do not follow from the lines")
            elif entry["amount"] != comes - goes or wanted[0] - wanted[1] - wanted[2] < 0:
                self.fault(name, "its amount is wrong, or it is below zero")
            elif entry["posted_at"] < before["posted_at"]:
                self.fault(name, "it is earlier than the entry before it")
            else:
                digest = sha256(
                    pack(*[posting.get(one) for one in ("idem_key", "fingerprint", "created_at")])
                ).digest()
                numbers = struct_pack(">8q", *[entry[one] for one in NUMBERS])
                if sha256(head + numbers + digest).digest() != entry["hash"]:
                    self.fault(name, "its hash does not follow")
            before, head = entry, entry["hash"]
        kept = [before[one] for one in ("in_total", "out_total", "held", "version", "posted_at")]
        named = ("in_total", "out_total", "held", "version", "head_at")
        if [account[one] for one in named] != kept or account["head_hash"] != head:
            self.fault(f"account {account['id']}", "it is not as after its last entry")

    def verify_seals(self):
        newest, previous = {}, b""
        for number, seal in enumerate(self.seals, 1):
            newest |= {leaf["account_id"]: leaf["hash"] for leaf in self.leaves.pop(seal["number"], [])}
            names = ("number", "day", "sealed_at", "leaves", "root", "previous")
            own = sha256(pack("seal", *[seal[name] for name in names])).digest()
            if seal["number"] != number or seal["previous"] != previous or seal["hash"] != own:
                self.fault(f"seal {seal['number']}", "its hash does not follow")
            if seal["leaves"] != len(newest) or seal["root"] != root_of(
                [newest[account] for account in sorted(newest)]
            ):
                self.fault(f"seal {seal['number']}", "its root is not that of the accounts")
            previous = seal["hash"]
        for number in self.leaves:
            self.fault(f"seal {number}", "it is gone, its leaves are there")

    def verify_signatures(self, papers):
        """Each signature fits its seal, and is by a key on paper where one was named."""
        for seal in self.seals:
            one, name = self.signatures.pop(seal["number"], None), f"signature {seal['number']}"
            if one is None:
                if papers:
                    self.fault(name, "the seal is not signed")
            elif not is_signed(one["public_key"], one["signature"], pack("signed seal", seal["hash"])):
                self.fault(name, "it is not that of the seal")
            elif papers and one["public_key"].hex() not in papers:
                self.fault(name, "it is by another key than those on your paper")
        for number in self.signatures:
            self.fault(f"signature {number}", "its seal is gone")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    with ZipFile(arguments[0]) as zipped:
        books = Books(zipped)
    books.verify()
    signed = len(books.signatures)
    papers = {one[4:].lower() for one in arguments[1:] if one.startswith("key=")}
    books.verify_signatures(papers)
    roots = {seal["day"]: seal["root"].hex() for seal in books.seals}
    for paper in [one for one in arguments[1:] if not one.startswith("key=")]:
        day, _, root = paper.partition("=")
        if roots.get(day) != root.lower():
            books.fault(f"seal of {day}", "it is not the root on your paper")
    for fault in books.faults:
        print("NOT WELL", fault)
    if books.faults:
        sys.exit(1)
    entries = sum(map(len, books.entries.values()))
    print(f"all is well: {len(books.postings)} postings, {entries} entries, {len(books.seals)} seals, {signed} signed")


if __name__ == "__main__":
    main(sys.argv[1:])
