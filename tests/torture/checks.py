"""What has to hold after the torture, by the journals and the rows alone; ours is not asked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from struct import pack
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.torture.journal import Told, Wish

Line = tuple[int, int, int, str]  # from, to, how many, phase
KINDS = {
    "award": "award_system",
    "spend": "redemption",
    "move": "redemption",
    "batch": "redemption",
    "hold": "hold",
    "capture": "capture",
    "release": "release",
    "undo": "reversal",
}


@dataclass
class Rows:
    """What is in the database."""

    accounts: list[dict[str, Any]]
    postings: list[dict[str, Any]]
    lines: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    entries: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, connection: psycopg.Connection) -> "Rows":
        """Return all of it."""

        def all_of(table: str, order: str) -> list[dict[str, Any]]:
            with connection.cursor(row_factory=dict_row) as cursor:
                statement = f"SELECT * FROM points_{table} ORDER BY {order}"  # noqa: S608 - ours
                return cursor.execute(statement.encode()).fetchall()

        rows = cls(all_of("account", "id"), all_of("posting", "id"))
        for line in all_of("transfer", "posting_id, line"):
            sides = (line["debit_id"], line["credit_id"])
            rows.lines[line["posting_id"]].append((*sides, line["amount"], line["phase"]))
        for entry in all_of("entry", "account_id, version"):
            rows.entries[entry["account_id"]].append(entry)
        return rows


def check(answers: Sequence[tuple[Wish, Told | None]], rows: Rows) -> Iterator[str]:
    """Yield whatever does not hold."""
    yield from _told(answers)
    yield from _wished(answers, rows)
    yield from _accounts(rows)


def _told(answers: Iterable[tuple[Wish, Told | None]]) -> Iterator[str]:
    for wish, told in answers:
        if told is None:
            yield f"{wish.key}: nobody was told what came of it"
        elif told.broken:
            yield f"{wish.key}: {told.broken}"


def _wished(answers: Sequence[tuple[Wish, Told | None]], rows: Rows) -> Iterator[str]:
    """Every acknowledged posting is there once, as it was wished; nothing else is there."""
    for key, times in Counter(one["idem_key"] for one in rows.postings).items():
        if times > 1:
            yield f"{key}: it is there {times} times"
    there = {one["id"]: one for one in rows.postings}
    acknowledged: set[int] = set()
    for wish, told in answers:
        for place, number in enumerate(told.posted if told else ()):
            acknowledged.add(number)
            yield from _posted(_part(wish, place), number, there.get(number), rows)
    for number in there.keys() - acknowledged:
        yield f"posting {number}: nobody was told of it"
    for number in rows.lines.keys() - there.keys():
        yield f"posting {number}: only its lines are there"


def _part(wish: Wish, place: int) -> Wish:
    """Return which posting of a batch was wished; all else is one."""
    if wish.do != "batch":
        return wish
    return replace(wish, key=f"{wish.key}/{place}", moves=wish.moves[place : place + 1])


def _posted(
    wish: Wish, number: int, posting: Mapping[str, Any] | None, rows: Rows
) -> Iterator[str]:
    if posting is None:
        yield f"{wish.key}: it was acknowledged as {number}, which is not there"
    elif posting["idem_key"] != wish.key:
        yield f"{wish.key}: it was acknowledged as {number}, which is another one"
    elif posting["kind"] != KINDS[wish.do] or rows.lines[number] != _wanted(wish, rows.lines):
        yield f"{wish.key}: what was posted is not what was wished"


def _wanted(wish: Wish, lines: Mapping[int, Sequence[Line]]) -> list[Line]:
    """Return the lines of what was wished, in their order."""
    about = lines.get(wish.about, [])
    if wish.do == "undo":
        return [(b, a, n, "posted") for a, b, n, phase in about if phase != "released"]
    if wish.do == "release":
        return [(a, b, n, "released") for a, b, n, _ in about]
    if wish.do == "capture":
        halves = [
            ((a, b, some, "captured"), (a, b, n - some, "released"))
            for (a, b, n, _), some in zip(about, wish.given, strict=True)
        ]
        return [half for both in halves for half in both if half[2]]
    return [(a, b, n, "pending" if wish.do == "hold" else "posted") for a, b, n in wish.moves]


def _accounts(rows: Rows) -> Iterator[str]:
    """Each account follows from the lines: totals, versions, hashes; it never was below zero."""
    postings = {one["id"]: one for one in rows.postings}
    effects = _effects(rows)
    for account in rows.accounts:
        if account["kind"] == "system":
            continue
        name, mine = f"account {account['id']}", effects.get(account["id"], {})
        entries = rows.entries[account["id"]]
        if sorted(entry["posting_id"] for entry in entries) != sorted(mine):
            yield f"{name}: its entries are not those of its lines"
        head, so_far, moment = _genesis(account), [0, 0, 0], 0
        for version, entry in enumerate(entries, 1):
            change = mine.get(entry["posting_id"], (0, 0, 0))
            so_far = [a + b for a, b in zip(so_far, change, strict=True)]
            head = _hash(head, entry, postings.get(entry["posting_id"]))
            follows = entry["version"] == version and entry["posted_at"] >= moment
            yield from _entry(f"{name}/{version}", entry, so_far, head, follows=follows)
            moment = entry["posted_at"]
        kept = [account[one] for one in ("in_total", "out_total", "held", "version", "head_hash")]
        if kept != [*so_far, len(entries), head]:
            yield f"{name}: it is not as after its last entry"


def _entry(
    name: str, entry: Mapping[str, Any], so_far: Sequence[int], head: bytes, *, follows: bool
) -> Iterator[str]:
    if so_far[0] - so_far[1] - so_far[2] < 0:
        yield f"{name}: it was below zero"
    if not follows:
        yield f"{name}: it does not follow the entry before it"
    if [entry["in_total"], entry["out_total"], entry["held"]] != [*so_far]:
        yield f"{name}: its totals are not those of its lines"
    if head != entry["hash"]:
        yield f"{name}: its hash does not follow"


def _effects(rows: Rows) -> dict[int, dict[int, tuple[int, int, int]]]:
    """Return by account and posting what came in, went out, and was set aside."""
    found: dict[int, dict[int, tuple[int, int, int]]] = defaultdict(dict)
    for number, lines in rows.lines.items():
        for a, b, n, phase in lines:
            moves = n if phase in {"posted", "captured"} else 0
            held = {"posted": 0, "pending": n}.get(phase, -n)
            for account, change in ((a, (0, moves, held)), (b, (moves, 0, 0))):
                before = found[account].get(number, (0, 0, 0))
                after = [x + y for x, y in zip(before, change, strict=True)]
                found[account][number] = (after[0], after[1], after[2])
    return {
        account: {number: change for number, change in changes.items() if any(change)}
        for account, changes in found.items()
    }


def _packed(*fields: str | int | bytes) -> bytes:
    data = [one if isinstance(one, bytes) else str(one).encode() for one in fields]
    return b"".join(len(one).to_bytes(4, "big") + one for one in data)


def _genesis(account: Mapping[str, Any]) -> bytes:
    names = ("kind", "unit", "owner_ref", "opened_on")
    return sha256(_packed("account", *[account[one] for one in names])).digest()


def _hash(before: bytes, entry: Mapping[str, Any], posting: Mapping[str, Any] | None) -> bytes:
    if posting is None:
        return b""
    names = ("account_id", "version", "posting_id", "amount", "in_total", "out_total", "held")
    numbers = pack(">8q", *[entry[one] for one in (*names, "posted_at")])
    fields = (posting["idem_key"], posting["fingerprint"], posting["created_at"])
    return sha256(before + numbers + sha256(_packed(*fields)).digest()).digest()
