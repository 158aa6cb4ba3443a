"""The ledger accounts behind the shelf, and how the verbs of the shop post to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import reaches
from people.rules import Level, at_level
from points.models import LedgerAccount
from points.rules import AccountKind, Line, PostingKind, Request, System
from points.service import Owner, account_id, account_ids, post
from shop.errors import NoSuchShop
from shop.models import Gift
from shop.queries.stock import unit_of

NO_SHOP = "没有这个村，或者它不归您管。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Pieces of a gift that come from a far end of the books (above zero), or go there (below)."""

    gift: Gift
    pieces: int
    far: System


def owner_of(gift: Gift) -> Owner:
    """Whose account holds the pieces of a gift: the village's, in a unit of the gift's own."""
    return Owner(AccountKind.STOCK, gift.area_code, unit_of(gift.id))


def post_flows(
    work: Work,
    kind: PostingKind,
    flows: Sequence[Flow],
    *,
    source: tuple[str, int],
    signed: tuple[int, int | None],
    evidence: bytes | None = None,
) -> int:
    """Post *flows* in one posting, whose key is *source*; return its number.

    Raises:
        NotEnough: an account would go below zero.
    """
    ends = [Owner.system(flow.far, unit_of(flow.gift.id)) for flow in flows]
    accounts = account_ids(work, [*map(owner_of, (flow.gift for flow in flows)), *ends])
    lines = []
    for flow, end in zip(flows, ends, strict=True):
        here, there = accounts[owner_of(flow.gift)], accounts[end]
        debit, credit = (there, here) if flow.pieces > 0 else (here, there)
        lines.append(Line(debit=debit, credit=credit, amount=abs(flow.pieces)))
    name, number = source
    request = Request(
        key=f"stock:{name}:{number}",
        kind=kind,
        lines=lines,
        effective_on=work.now().astimezone(SHANGHAI).date(),
        source=(name, str(number)),
        actor_id=signed[0],
        second_actor_id=signed[1],
        evidence=evidence,
    )
    return post(work, request).id


def locked(work: Work, gift: Gift) -> LedgerAccount:
    """Return the account of a gift, which nobody else moves until the end of the transaction."""
    return work.session.get_one(
        LedgerAccount,
        account_id(work, owner_of(gift)),
        with_for_update=True,
        populate_existing=True,
    )


def check_village(work: Work, village: str, *, by: Actor, permission: Permission) -> None:
    """Refuse what is no village within reach of *by*.

    Raises:
        NoSuchShop: so it is.
    """
    if at_level(village, Level.VILLAGE) != village or not reaches(by, permission, village):
        raise NoSuchShop(NO_SHOP)
    area = work.session.get(Area, village)
    if area is None or area.closed_at is not None:
        raise NoSuchShop(NO_SHOP)


def key_of(*parts: object) -> str:
    """Return a key of 64 letters for what was sent: the same form with the same words, the same."""
    return sha256(dumps(parts, default=str, ensure_ascii=False).encode()).hexdigest()
