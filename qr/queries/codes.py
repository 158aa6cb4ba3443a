"""What is read about the codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area, Household
from people.queries import lies_in, scoped
from qr import rules
from qr.models import Code
from qr.rules import CodeKind, CodeState, Meaning

MOST: Final = 20  # towns that one number is looked for in; cards of one household


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a scan found.  The facts are those of the code the scan leads to in the end.

    Of an unknown code there are none: `kind` is None, texts are empty.
    """

    meaning: Meaning  # live, ended or unknown; never succeeded, since that was followed
    token: str = ""  # as it stands on the label, in our spelling; empty if it cannot be one
    replaced: bool = False  # the label is an old one; a newer one hangs or should hang there
    label_id: int | None = None  # the code that was scanned
    code_id: int | None = None  # the code it leads to
    kind: CodeKind | None = None
    state: CodeState | None = None
    area_code: str = ""
    area_name: str = ""
    place_name: str = ""
    spot_number: int | None = None
    check_word: str = ""
    category: str | None = None
    lat: float | None = None  # WGS-84
    lng: float | None = None
    household_id: int | None = None

    @property
    def revoked(self) -> bool:
        """Whether the code is no longer valid, which the page has to say."""
        return self.meaning is Meaning.ENDED

    @property
    def unknown(self) -> bool:
        """Whether we never issued such a code."""
        return self.meaning is Meaning.UNKNOWN


def resolve(session: Session, token_text: str) -> Scanned:
    """Return what a scan of *token_text*, as it stands in the address, means.

    One statement, and one more for each successor.  What cannot be a token of ours
    never reaches the database.  Open to everybody, so nothing here is scoped.
    """
    token = rules.read(token_text)
    if token is None:
        return Scanned(meaning=Meaning.UNKNOWN)
    found = _one(session, _is(token))
    if found is None:
        return Scanned(meaning=Meaning.UNKNOWN, token=token)
    label = code = found[0]
    area_name = found[1]
    for _ in range(rules.MOST_HOPS):
        if rules.meaning(code.kind, code.state) is not Meaning.SUCCEEDED:
            break
        found = _one(session, Code.id == code.replaced_by_id)
        if found is None:
            break
        code, area_name = found
    return _scanned(token, label, code, area_name)


def find(session: Session, token_text: str) -> Code | None:
    """Return the code with just this token, replaced or not; for commands, unscoped."""
    token = rules.read(token_text)
    return None if token is None else session.scalar(select(Code).where(_is(token)))


def any_public(session: Session) -> Code | None:
    """Return the newest code with a page for everybody, to try printing with; unscoped."""
    tried = select(Code).where(
        Code.kind.in_((CodeKind.OPEN, CodeKind.SPOT, CodeKind.PLACE)),
        Code.state.not_in(rules.ENDED),
    )
    return session.scalar(tried.order_by(Code.id.desc()).limit(1))


def by_spot_number(session: Session, area_code: str, spot_number: int) -> Code | None:
    """Return what hangs at the spot somebody names on the telephone, in the town of an area."""
    return session.scalar(
        select(Code).where(
            Code.town_code == rules.town_of(area_code), Code.spot_number == spot_number
        )
    )


def with_spot_number(session: Session, spot_number: int) -> Sequence[Code]:
    """Return what hangs at that number in each town, for who does not say which town."""
    return session.scalars(
        select(Code).where(Code.spot_number == spot_number).order_by(Code.town_code).limit(MOST)
    ).all()


def in_area(session: Session, area_code: str, *, by: Actor | None) -> Sequence[Code]:
    """Return the codes of an area and all below it, oldest first.

    *by* sees what they may read; None is whoever runs commands on the machine.
    """
    statement = select(Code).where(lies_in(Code, area_code))
    if by is not None:
        statement = scoped(statement, by, Permission.QR_READ)
    return session.scalars(statement.order_by(Code.id)).all()


def cards_of(session: Session, household_id: int, *, by: Actor) -> Sequence[Code]:
    """Return the last few cards of a household that *by* may read, the newest first."""
    statement = select(Code).where(Code.household_id == household_id)
    statement = scoped(statement, by, Permission.QR_READ)
    return session.scalars(statement.order_by(Code.id.desc()).limit(MOST)).all()


def household_of_card(session: Session, token_text: str, *, village: str) -> int | None:
    """Return the household in *village* whose card, as scanned or typed, works.

    None, without a difference, where it was blocked or replaced, is none of ours, or the household
    was closed or lies elsewhere.  A card alone proves nothing: see `people.service.check_pin`.
    """
    token = rules.read(token_text)
    if token is None:
        return None
    return session.scalar(
        select(Household.id)
        .join(Code, Code.household_id == Household.id)
        .where(
            _is(token),
            Code.kind == CodeKind.HOUSEHOLD,
            Code.state.not_in(rules.ENDED),
            Household.closed_at.is_(None),
            lies_in(Household, village),
        )
    )


def _is(token: str) -> ColumnElement[bool]:
    if rules.is_secret_token(token):
        return Code.token_hash == rules.digest(token)
    return Code.token == token


def _one(session: Session, condition: ColumnElement[bool]) -> tuple[Code, str] | None:
    row = session.execute(select(Code, Area.name).join(Area).where(condition)).first()
    return None if row is None else (row[0], row[1])


def _scanned(token: str, label: Code, code: Code, area_name: str) -> Scanned:
    ended = rules.meaning(code.kind, code.state) is Meaning.ENDED
    return Scanned(
        # A chain that could not be followed to its end is still a place of ours.
        meaning=Meaning.ENDED if ended else Meaning.LIVE,
        token=token,
        replaced=label.state is CodeState.REPLACED,
        label_id=label.id,
        code_id=code.id,
        kind=code.kind,
        state=code.state,
        area_code=code.area_code,
        area_name=area_name,
        place_name=code.place_name,
        spot_number=code.spot_number,
        check_word=code.check_word,
        category=code.category,
        lat=code.lat,
        lng=code.lng,
        household_id=code.household_id,
    )
