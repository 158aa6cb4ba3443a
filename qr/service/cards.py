"""What can be done with a household's card.  Its token is its bearer's secret."""

from dataclasses import dataclass

from sqlalchemy import select

from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.errors import NoSuchHousehold
from people.models import Household
from people.queries import scoped
from qr import rules
from qr.errors import WrongMoment
from qr.models import Code
from qr.rules import CodeKind, CodeState, Look
from qr.service.codes import (
    Issued,
    Particulars,
    anew,
    end,
    issue,
    keep_look,
    mark_printed,
    note,
    save,
    succeed,
)


@dataclass(frozen=True, slots=True)
class NewCard:
    """What was printed on a card that is about to count."""

    token: str
    check_word: str
    look: Look
    printed: bool = True  # for good; else 样张 stands across it


def issue_card(work: Work, household_id: int, *, by: Actor) -> Issued:
    """Give a household its card; the token is to be printed at once, since it is not kept.

    Raises:
        NoSuchHousehold: there is none for *by*, or it was closed.
        OneCardOnly: it has a card that works; replace that one.
    """
    home = _home(work, household_id, by, Permission.QR_ORDER)
    more = Particulars(household_id=home.id)
    return issue(work, kind=CodeKind.HOUSEHOLD, area_code=home.area_code, by=by, more=more)


def reissue_card(work: Work, household_id: int, *, reason: str, by: Actor) -> Issued:
    """Give a household another card; the old one is dead at once.

    Raises:
        NoSuchHousehold: there is none for *by*, or it was closed.
        WrongMoment: it has no card that works.
    """
    home = _home(work, household_id, by, Permission.QR_REPLACE)
    card = _card_that_works(work, home.id)
    return anew(work, card, reason=reason, by=by)


def put_card(work: Work, household_id: int, card: NewCard, *, by: Actor | None) -> Code | None:
    """Let a card that was just printed count; the household's old one is dead at once.

    None if the household was closed meanwhile: then its card counts as little as a stranger's.
    """
    home = work.session.get(Household, household_id, with_for_update=True, populate_existing=True)
    if home is None or home.closed_at is not None:
        return None
    new = Code(
        kind=CodeKind.HOUSEHOLD,
        area_code=home.area_code,
        town_code=rules.town_of(home.area_code),
        place_name="",
        check_word=card.check_word,
        household_id=home.id,
    )
    old = _working_card(work, household_id)
    if old is None:
        save(work, new, card.token)
    else:
        succeed(work, old, new, reason="印了新卡", by=by, token=card.token)
    note(work, new, "order", by)
    keep_look(new, card.look)
    if card.printed:
        mark_printed(work, new, by=by)
    return new


def block_card(work: Work, household_id: int, *, reason: str, by: Actor) -> None:
    """End a card that was lost; a scan of it says so, and a new one can be issued.

    Raises:
        NoSuchHousehold: there is none for *by*, or it was closed.
        WrongMoment: it has no card that works.
    """
    home = _home(work, household_id, by, Permission.HOUSEHOLD_CARD_BLOCK)
    end(work, _card_that_works(work, home.id), reason=reason, by=by)


def end_card(work: Work, household_id: int, *, reason: str) -> None:
    """Revoke the card of a household that is no more; without one, or again, nothing happens."""
    card = _working_card(work, household_id)
    if card is not None:
        end(work, card, reason=reason, by=None)


def move_card(work: Work, household_id: int) -> None:
    """Let a card lie where its household lies by now; again changes nothing."""
    card = _working_card(work, household_id)
    home = work.session.get(Household, household_id)
    if card is not None and home is not None and card.area_code != home.area_code:
        card.area_code = home.area_code
        card.town_code = rules.town_of(home.area_code)
        work.session.flush()
        note(work, card, "move", None)


def _home(work: Work, household_id: int, by: Actor, permission: Permission) -> Household:
    """Return an open household, locked, so that the second of two waits for what the first did."""
    statement = scoped(select(Household).where(Household.id == household_id), by, permission)
    home = work.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if home is None or home.closed_at is not None:
        raise NoSuchHousehold("没有这一户，或者它不归您管，或者已经注销。")
    return home


def _card_that_works(work: Work, household_id: int) -> Code:
    card = _working_card(work, household_id)
    if card is None:
        raise WrongMoment("这户没有在用的户码，请先发一张。")
    return card


def _working_card(work: Work, household_id: int) -> Code | None:
    """Return the one card of a household that neither was replaced nor revoked, locked."""
    ended = (CodeState.REPLACED, CodeState.REVOKED)
    return work.session.scalar(
        select(Code)
        .where(Code.household_id == household_id, Code.state.not_in(ended))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
