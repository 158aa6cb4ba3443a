"""What is to stand on the pieces of one file, read off the rows before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from kernel.settings import Settings
from kernel.work import Work
from people import queries as people
from people.models import Household
from people.rules import Level
from qr import rules
from qr.models import Code, PrintItem, PrintOrder
from qr.rules import CodeKind, Format, Imprint, Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A piece before it is drawn, and whose it is."""

    number: int  # in the order, from 1
    piece_id: int  # of the code, or of the household that is to get a card
    kind: CodeKind
    token: str
    check_word: str
    place: str
    area: str
    spot_number: int | None = None
    printed: Look | None = None  # as it was printed before


def drafts_of(work: Work, order: PrintOrder, positions: range) -> Sequence[Draft]:
    """Return what stands at *positions* of an order, but for what has ended since."""
    if order.form is Format.CARDS:
        return _cards(work, order, positions)
    return code_drafts(work.session, order, positions)


def code_drafts(session: Session, order: PrintOrder, positions: range) -> Sequence[Draft]:
    """Return the same of an order that holds no cards, whose tokens can be read."""
    rows = session.execute(
        select(PrintItem.position, Code)
        .join(Code, PrintItem.code_id == Code.id)
        .where(
            _at(order, positions),
            Code.state.not_in(rules.ENDED),
            Code.kind != CodeKind.SIGN_IN,  # ordered when they still were printed
        )
        .order_by(PrintItem.position)
    ).all()
    paths = people.paths_of(session, (code.area_code for _position, code in rows), top=Level.TOWN)
    return [
        Draft(
            number=position + 1,
            piece_id=code.id,
            kind=code.kind,
            token=code.token or "",
            check_word=code.check_word,
            place=code.place_name,
            area=paths.get(code.area_code, ""),
            spot_number=code.spot_number,
            printed=code.look,
        )
        for position, code in rows
    ]


def imprint_of(settings: Settings, order: PrintOrder) -> Imprint:
    """Return what is the same on all of an order."""
    return Imprint(
        app_name=settings.app_name,
        host=urlsplit(settings.public_url).netloc.lower(),
        hotline=settings.hotline,
        order=f"第{order.id}批",
        sample=order.sample,
    )


def _cards(work: Work, order: PrintOrder, positions: range) -> Sequence[Draft]:
    """Draw a token for each card; it counts once the file is kept, and never before."""
    rows = work.session.execute(
        select(PrintItem.position, Household.id)
        .join(Household, PrintItem.household_id == Household.id)
        .where(_at(order, positions), Household.closed_at.is_(None))
        .order_by(PrintItem.position)
    ).all()
    holders = people.card_holders(work.session, [home for _position, home in rows])
    letters = work.parts.chance.letters
    return [
        Draft(
            number=position + 1,
            piece_id=home,
            kind=CodeKind.HOUSEHOLD,
            token=rules.new_token(CodeKind.HOUSEHOLD, letters),
            check_word=rules.check_word(letters),
            place=holders[home].name,
            area=holders[home].area,
        )
        for position, home in rows
    ]


def _at(order: PrintOrder, positions: range) -> ColumnElement[bool]:
    return and_(
        PrintItem.order_id == order.id,
        PrintItem.position >= positions.start,
        PrintItem.position < positions.stop,
    )
