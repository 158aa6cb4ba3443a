"""Looking through a village's month: signed by two people, then made public."""

from datetime import timedelta

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.db import take_turns
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from people.rules import reach
from points.errors import NoSuchMonth, NotYoursToSign, Unsaid, WrongMoment
from points.models import Close, Publication, Showing, Shows, Signature
from points.queries.months import GONE
from points.queries.ruling import rules_in_force
from points.rules.claims import MOST_WORDS
from points.rules.months import SIGNERS
from points.rules.table import ReviewLevel
from points.service.ruling import today

HATS = {ReviewLevel.VILLAGE: Role.VILLAGE_ADMIN, ReviewLevel.TOWN: Role.TOWN_ADMIN}


def sign_month(work: Work, close_id: int, *, remark: str = "", by: Actor) -> ReviewLevel:
    """Say that one has looked through a village's table; return at which level.

    The village first, then the town, and never the same person.  What is wrong in it is put right
    by a posting, which stands in the next month: the table itself stays as it is.

    Raises:
        NoSuchMonth: there is none that *by* may read.
        WrongMoment: both have signed.
        NotYoursToSign: it is not *by*'s level, or they have signed before.
        Unsaid: the remark is too long.
    """
    close = _locked(work, close_id, by, Permission.LEDGER_READ)
    signed = work.session.scalars(select(Signature).where(Signature.close_id == close_id)).all()
    there = {one.level for one in signed}
    level = next((one for one in SIGNERS if one not in there), None)
    if level is None:
        raise WrongMoment("这张月结表两级都核对过了。")
    if not _wears(by, level, close.area_code):
        raise NotYoursToSign("现在不是您这一级核对：先由村里，再由镇里。")
    if by.id in {one.person_id for one in signed}:
        raise NotYoursToSign("前一级就是您核对的，这一级要换别人。")
    if len(remark) > MOST_WORDS:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_WORDS)
    work.session.add(
        Signature(close_id=close_id, level=level, person_id=by.id, remark=remark, at=work.now())
    )
    work.session.flush()
    _note(work, close, "coin.month-signed", by)
    return level


def publish_month(work: Work, close_id: int, *, by: Actor) -> None:
    """Make a table public that both levels have signed; once is enough.

    Raises:
        NoSuchMonth: there is none that *by* may publish.
        WrongMoment: not both have signed.
    """
    close = _locked(work, close_id, by, Permission.LEDGER_PUBLISH)
    if work.session.get(Publication, close_id) is not None:
        return
    signed = work.session.scalars(select(Signature.level).where(Signature.close_id == close_id))
    if set(signed) != set(SIGNERS):
        raise WrongMoment("村里和镇里都核对过，才能公示。")
    choice = work.session.get(Showing, close.area_code)
    days = int(rules_in_force(work.session, today(work)).tree["publicity"]["days"])
    work.session.add(
        Publication(
            close_id=close_id,
            person_id=by.id,
            shows=Shows.NAMES if choice is None else choice.shows,
            until=today(work) + timedelta(days=days),
            at=work.now(),
        )
    )
    work.session.flush()
    _note(work, close, "coin.month-published", by)


def _wears(by: Actor, level: ReviewLevel, village: str) -> bool:
    return any(
        hat.role is HATS[level] and village.startswith(reach(hat, scope))
        for hat, scope in by.hats_for(Permission.LEDGER_MONTH_CLOSE)
    )


def _locked(work: Work, close_id: int, by: Actor, permission: Permission) -> Close:
    """Return a table that nobody else signs or publishes meanwhile.

    By turns and not by its row: the application's login may lock nothing that it may not change.
    """
    take_turns(work.session, f"points.month:{close_id}")
    found = work.session.scalar(scoped(select(Close).where(Close.id == close_id), by, permission))
    if found is None:
        raise NoSuchMonth(GONE)
    return found


def _note(work: Work, close: Close, action: str, by: Actor) -> None:
    audit.note(work, by=by, action=action, subject=f"area:{close.area_code}", detail=close.period)
