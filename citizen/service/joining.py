"""Joining a household with its printed card, which people cannot read: codes lie above it."""

from kernel.access import Actor
from kernel.work import Work
from people import service as people
from people.errors import NoSuchHousehold
from points import service as points
from qr import queries as qr
from qr.queries import Scanned
from qr.rules import CodeKind


def join_with_card(work: Work, *, card: str, name: str, by: Actor) -> None:
    """Belong to the household whose card somebody holds.

    A card that was replaced or revoked opens nothing, like one that never was.

    Raises:
        Refusal: as `people.service.join_with_card`.
    """
    scanned = qr.resolve(work.session, card)
    household_id = scanned.household_id if is_card(scanned) else None
    people.join_with_card(work, household_id, name=name, by=by)


def claim_with_card(work: Work, case_id: int, *, card: str, by: Actor | None = None) -> None:
    """File what a closed case has earned for the household whose card somebody holds.

    *by* is who helps at a counter.

    Raises:
        NoSuchHousehold: it is no card that works.
        CannotClaim: as `points.service.claim_by_card`.
    """
    scanned = qr.resolve(work.session, card)
    if not is_card(scanned) or scanned.household_id is None:
        raise NoSuchHousehold("没有这张户码，请看看有没有抄错。")
    points.claim_by_card(work, case_id, household_id=scanned.household_id, by=by)


def is_card(scanned: Scanned) -> bool:
    """Whether what was scanned is a household's card that works."""
    return (
        scanned.kind is CodeKind.HOUSEHOLD
        and not scanned.unknown
        and not scanned.revoked
        and not scanned.replaced
    )
