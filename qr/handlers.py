"""What happens to a household's card when something happened to the household."""

from kernel.work import Work
from people.events import HouseholdClosed, HouseholdMoved, HouseholdsMerged
from qr import service


def end_card_of_closed(work: Work, event: HouseholdClosed) -> None:
    """A household that is no more has no card that works."""
    service.end_card(work, event.household_id, reason="这一户注销了")


def end_card_of_merged(work: Work, event: HouseholdsMerged) -> None:
    """Who was merged uses the card of the household they belong to now."""
    service.end_card(work, event.closed_household_id, reason="这一户并到别的户了")


def move_card(work: Work, event: HouseholdMoved) -> None:
    """A card lies where its household lies."""
    service.move_card(work, event.household_id)
