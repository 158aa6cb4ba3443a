"""Joining a household with its printed card, which people cannot read: codes lie above it."""

from kernel.access import Actor
from kernel.work import Work
from people import service as people
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


def is_card(scanned: Scanned) -> bool:
    """Whether what was scanned is a household's card that works."""
    return (
        scanned.kind is CodeKind.HOUSEHOLD
        and not scanned.unknown
        and not scanned.revoked
        and not scanned.replaced
    )
