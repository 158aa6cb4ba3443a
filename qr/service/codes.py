"""What can be done with a code.  `by` is None for whoever runs commands on the machine."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update

from kernel import audit, media
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.errors import NoSuchArea
from people.models import Area, Household
from people.queries import reaches, scoped
from qr import rules
from qr.errors import HasOwnPage, NoSuchCode, NotYourArea, OneCardOnly
from qr.models import Code, TownNumbers
from qr.queries import photo_owner
from qr.rules import CodeKind, CodeState, Look, Move, Position, Settled
from qr.service.settling import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What only some kinds of code have."""

    category: str | None = None  # preset for what is reported here; a code of grid's
    position: Position | None = None
    household_id: int | None = None  # a household card's owner, and only its


@dataclass(frozen=True, slots=True)
class Issued:
    """A new code, and its token: of a household card this is the only time it can be had."""

    code: Code
    token: str


PLAIN: Final = Particulars()
LONGEST_REASON: Final = 200


def issue(
    work: Work,
    *,
    kind: CodeKind,
    area_code: str,
    by: Actor | None,
    place_name: str = "",
    more: Particulars = PLAIN,
) -> Issued:
    """Order a new code, with a token nobody has had.

    Raises:
        NoSuchArea: there is no such area, or it was closed.
        NotYourArea: *by* may not order codes there.
        BadPlace: the name or the position cannot be printed or found.
        OneCardOnly: the household has a card that works; replace that one.
        ValueError: a household card without household, or another code with one.
    """
    if (kind is CodeKind.HOUSEHOLD) != (more.household_id is not None):
        raise ValueError("a household card, and nothing else, belongs to a household")
    area = work.session.get(Area, area_code)
    if area is None or area.closed_at is not None:
        raise NoSuchArea("没有这个区域。")
    if by is not None and not reaches(by, Permission.QR_ORDER, area_code):
        raise NotYourArea("您不能给这个区域申领平安码。")
    position = rules.checked_position(more.position)
    code = Code(
        kind=kind,
        area_code=area_code,
        town_code=rules.town_of(area_code),
        place_name=rules.checked_name(kind, place_name),
        check_word=rules.check_word(work.parts.chance.letters),
        category=more.category,
        lat=position and position.lat,
        lng=position and position.lng,
        household_id=more.household_id,
    )
    _refuse_second_card(work, code)
    if rules.is_numbered(kind):
        code.spot_number = _next_number(work, code.town_code)
    issued = save(work, code)
    note(work, code, "order", by)
    return issued


def replace(work: Work, code_id: int, *, reason: str, by: Actor | None) -> Issued:
    """Put a new code, with a new token, in the place of one that still counts.

    The successor takes over everything but the token, the spot number included.
    A public label leads on to it from now on; a household card is dead at once.

    Raises:
        NoSuchCode: there is none, or *by* may not replace it.
        HasOwnPage: it is an activity's code, or staff mean a household's card.
        WrongMoment: it was replaced or revoked before.
    """
    old = lock(work, code_id, by, Permission.QR_REPLACE)
    _refuse_off_walls(old, by)
    return anew(work, old, reason=reason, by=by)


def anew(work: Work, old: Code, *, reason: str, by: Actor | None) -> Issued:
    """Put a new code in the place of one that the caller has locked, as `replace`."""
    new = Code(
        kind=old.kind,
        area_code=old.area_code,
        town_code=old.town_code,
        place_name=old.place_name,
        spot_number=old.spot_number,
        check_word=old.check_word,  # the old label still hangs, and its page must match it
        category=old.category,
        lat=old.lat,
        lng=old.lng,
        household_id=old.household_id,
    )
    return succeed(work, old, new, reason=reason, by=by)


def revoke(work: Work, code_id: int, *, reason: str, by: Actor | None) -> Code:
    """End a code for good; a scan of it says so.  There is no way back.

    Raises:
        NoSuchCode: there is none, or *by* may not revoke it.
        HasOwnPage: it is an activity's code, or staff mean a household's card.
        WrongMoment: it was replaced or revoked before; revoke the successor.
    """
    code = lock(work, code_id, by, Permission.QR_REVOKE)
    _refuse_off_walls(code, by)
    end(work, code, reason=reason, by=by)
    return code


def note_printed(work: Work, code_id: int, look: Look, *, by: Actor | None) -> Code:
    """Write down that a code was printed, and how it looked the first time.

    Printing again changes neither look nor state, but stands in the audit log too.
    A look is only replaced when the link has outgrown it, which the caller decides.

    Raises:
        NoSuchCode: there is none, or *by* may not print it.
        WrongMoment: it was replaced or revoked.
    """
    code = lock(work, code_id, by, Permission.QR_PRINT)
    keep_look(code, look)
    mark_printed(work, code, by=by, detail=f"{look.version}-{look.ecc}-{look.mask}")
    work.session.flush()
    return code


def note_exported(work: Work, area_code: str, *, by: Actor | None) -> None:
    """Write down that somebody took the register away as a table."""
    audit.note(work, by=by, action="qr.export", subject="qr_code", area=area_code)


def keep_look(code: Code, look: Look) -> None:
    """Keep how a code was drawn, so that a reprint is the same picture."""
    code.ecc, code.version, code.mask = look.ecc, look.version, look.mask


def mark_printed(work: Work, code: Code, *, by: Actor | None, detail: str = "") -> None:
    """Write down that a code, which the caller has locked, was printed.

    Raises:
        WrongMoment: it was replaced or revoked.
    """
    code.state = rules.next_state(code.state, Move.PRINT)
    note(work, code, "print", by, detail)


def end(work: Work, code: Code, *, reason: str, by: Actor | None) -> None:
    """End a code, which the caller has locked, for good.

    Raises:
        WrongMoment: it was replaced or revoked before.
    """
    code.state = rules.next_state(code.state, Move.REVOKE)
    code.revoked_at = work.now()
    code.reason = reason[:LONGEST_REASON]
    settle(work, code.id, Settled.REVOKED)
    media.forget(work, photo_owner(code.id))
    work.session.flush()
    note(work, code, "revoke", by, code.reason)


def succeed(
    work: Work, old: Code, new: Code, *, reason: str, by: Actor | None, token: str = ""
) -> Issued:
    """Put *new* in the place of *old*, which gives up what only one code may have."""
    old.state = rules.next_state(old.state, Move.REPLACE)
    old.reason = reason[:LONGEST_REASON]
    old.spot_number = None
    work.session.flush()  # number and household are free before the successor takes them
    issued = save(work, new, token)
    old.replaced_by_id = new.id
    settle(work, old.id, Settled.REPLACED)
    media.forget(work, photo_owner(old.id))
    work.session.flush()
    note(work, old, "replace", by, f"by {new.id}: {old.reason}")
    return issued


def save(work: Work, code: Code, token: str = "") -> Issued:
    """Keep a new code, with *token* or one that nobody has had."""
    token = token or rules.new_token(code.kind, work.parts.chance.letters)
    if rules.is_secret(code.kind):
        code.token_hash = rules.digest(token)
    else:
        code.token = token
    code.state = CodeState.ORDERED
    code.created_at = work.now()
    work.session.add(code)
    work.session.flush()
    return Issued(code, token)


def lock(work: Work, code_id: int, by: Actor | None, permission: Permission) -> Code:
    """Return a code that *by* reaches, as it is now, and let nobody else change it.

    Raises:
        NoSuchCode: there is none for *by*.
    """
    statement = select(Code).where(Code.id == code_id)
    if by is not None:
        statement = scoped(statement, by, permission)
    code = work.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if code is None:
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    return code


def _refuse_off_walls(code: Code, by: Actor | None) -> None:
    """Refuse what has a page of its own, where more than the code is asked about and ends with it.

    Cards can be ended on the machine itself, by whoever holds the token.
    """
    if code.kind is CodeKind.SIGN_IN:
        raise HasOwnPage(
            "这是活动的签到码，不能换，也不能在这里作废。不办了，请到这场活动的页面取消。"
        )
    if by is not None and rules.is_secret(code.kind):
        raise HasOwnPage("这是一户人家的户码，请到这一户的页面换卡、停卡。")


def _refuse_second_card(work: Work, code: Code) -> None:
    """Say it in words; the household is locked, so that the second of two waits to hear it."""
    if code.household_id is None:
        return
    work.session.get(Household, code.household_id, with_for_update=True, populate_existing=True)
    working = select(Code.id).where(
        Code.household_id == code.household_id, Code.state.not_in(rules.ENDED)
    )
    if work.session.scalar(working.limit(1)) is not None:
        raise OneCardOnly("这户已有户码，请用“换码”。")


def _next_number(work: Work, town_code: str) -> int:
    """Count on.  Whoever asks at the same time waits for this one to commit."""
    insert_once(
        work.session,
        TownNumbers,
        unique="town_code",
        town_code=town_code,
        last_number=rules.FIRST_SPOT_NUMBER - 1,
    )
    return work.session.execute(
        update(TownNumbers)
        .where(TownNumbers.town_code == town_code)
        .values(last_number=TownNumbers.last_number + 1)
        .returning(TownNumbers.last_number)
    ).scalar_one()


def note(work: Work, code: Code, verb: str, by: Actor | None, detail: str = "") -> None:
    """Write down in the audit log what happened to a code."""
    audit.note(
        work,
        by=by,
        action=f"qr.{verb}",
        subject=f"qr_code:{code.id}",
        area=code.area_code,
        detail=detail,
    )
