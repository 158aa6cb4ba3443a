"""What somebody wants posted, whether it may be at all, and what it does to each account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from points.errors import BadPosting
from points.rules.kinds import ENDS_HOLD, PHASES, SIGNED, Phase, PostingKind

MOST: Final = 1_000_000_000  # of a line; far beyond any village, far below what an integer holds
MOST_LINES: Final = 200
LONGEST: Final = 120  # characters of a key or a source's number


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """*amount* whole coins or pieces move from the account *debit* to the account *credit*.

    *person_id* earned or spent them, *place_id* is where they were earned, if anywhere.
    """

    debit: int
    credit: int
    amount: int
    phase: Phase = Phase.POSTED
    person_id: int | None = None
    place_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A posting that is wanted.

    *key* names the fact behind it, ``award:claim:123``: the same key posts once, and with other
    content it is refused.  So everything here is part of the fact, *effective_on* too: it never
    comes from the clock of the try.  *evidence* is a SHA-256, 32 bytes.  *expires_at* ends a hold.
    """

    key: str
    kind: PostingKind
    lines: Sequence[Line]
    effective_on: date
    source: tuple[str, str] | None = None  # of what kind, and its number: ("claim", "123")
    actor_id: int | None = None
    second_actor_id: int | None = None
    rule: tuple[str, int] | None = None  # its code and version
    evidence: bytes | None = None
    reverses_id: int | None = None
    pending_id: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a posting adds to the totals of one account."""

    in_total: int = 0
    out_total: int = 0
    held: int = 0

    def __add__(self, other: "Change") -> "Change":
        return Change(
            self.in_total + other.in_total,
            self.out_total + other.out_total,
            self.held + other.held,
        )

    @property
    def amount(self) -> int:
        """By how much the balance changes, what is held still counted in."""
        return self.in_total - self.out_total


def changes(lines: Sequence[Line]) -> dict[int, Change]:
    """Return what *lines* do to each account, in ascending order of accounts.

    An account is touched once per posting, so nothing is short for a moment only.
    """
    total: dict[int, Change] = {}
    for line in lines:
        for account, change in _of_line(line):
            total[account] = total.get(account, Change()) + change
    return {account: total[account] for account in sorted(total) if total[account] != Change()}


def _of_line(line: Line) -> Iterator[tuple[int, Change]]:
    moves = line.amount if line.phase in {Phase.POSTED, Phase.CAPTURED} else 0
    held = {Phase.PENDING: line.amount, Phase.POSTED: 0}.get(line.phase, -line.amount)
    yield line.debit, Change(out_total=moves, held=held)
    yield line.credit, Change(in_total=moves)


def check(request: Request) -> None:
    """Refuse what no posting may be, whatever the accounts say.

    Raises:
        BadPosting: an amount, a phase, a signature, a rule or a source is not as the kind needs it.
    """
    if not 1 <= len(request.lines) <= MOST_LINES:
        raise BadPosting("一笔账要有 1 到 200 行。")
    if not 1 <= len(request.key) <= LONGEST:
        raise BadPosting("记账的编号太短或太长。")
    for line in request.lines:
        _check_line(line, PHASES.get(request.kind, {Phase.POSTED}))
    _check_signatures(request)
    _check_ties(request)


def _check_line(line: Line, phases: set[Phase]) -> None:
    # A bool is an int to Python, and 2.0 is equal to 2: neither is a number of coins.
    if type(line.amount) is not int or not 1 <= line.amount <= MOST:
        raise BadPosting("数量要是大于零的整数。")
    if line.debit == line.credit:
        raise BadPosting("转出和转入不能是同一个账户。")
    if line.phase not in phases:
        raise BadPosting("这种账不能这样记。")


def _check_signatures(request: Request) -> None:
    signed, wanted = [request.actor_id, request.second_actor_id], SIGNED[request.kind]
    people = [one for one in signed if one is not None]
    if len(set(people)) != len(people) or (request.actor_id is None and people):
        raise BadPosting("两位经办人不能是同一个人。")
    if not wanted.least <= len(people) <= wanted.most:
        raise BadPosting("经办人的人数不对。")
    if wanted.by_rule and request.rule is None:
        raise BadPosting("要写明按哪一条规则。")
    earners = {line.person_id for line in request.lines}
    if request.kind is PostingKind.AWARD_REVIEWED and earners & {*people}:
        raise BadPosting("不能审核自己的绿币。")


def _check_ties(request: Request) -> None:
    if request.kind is PostingKind.AWARD_SYSTEM and request.source is None:
        raise BadPosting("要写明由什么事情而来。")
    if (request.kind is PostingKind.REVERSAL) != (request.reverses_id is not None):
        raise BadPosting("冲正要写明冲的是哪一笔。")
    if (request.kind in ENDS_HOLD) != (request.pending_id is not None):
        raise BadPosting("要写明是哪一笔预留。")
    if request.expires_at is not None and request.kind is not PostingKind.HOLD:
        raise BadPosting("只有预留才有期限。")
    if request.evidence is not None and len(request.evidence) != 32:  # noqa: PLR2004 - SHA-256
        raise BadPosting("凭证的指纹不完整。")
