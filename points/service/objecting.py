"""What a village shows of its months, and objections to what it has shown."""

from hashlib import sha256
from typing import Final

from sqlalchemy import Select, func, select, update

from kernel import audit, crockford
from kernel.access import Actor
from kernel.db import insert_once
from kernel.grants import Role
from kernel.inventory import kept
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from people.rules import reach
from points.errors import NoSuchMonth, NotYoursToSign, WrongMoment
from points.models import Close, Objection, Publication, Showing, Shows
from points.queries.months import GONE
from points.service.filing import checked_words
from points.service.ruling import today

LETTERS: Final = 11
KEPT: Final = kept("公示异议", after="答复")
BATCH: Final = 500


def choose_showing(
    work: Work, close_id: int, *, shows: Shows, named: bool = False, by: Actor
) -> None:
    """Choose how much a village shows of its months.

    Less holds at once, for every month; more holds for what is published from now on.  With
    *named* whoever agreed stands there with the whole name, where names are shown at all.

    Raises:
        NoSuchMonth: the table is none that *by* may publish.
    """
    close = _close(work, close_id, by)
    found = work.session.get(Showing, close.area_code, with_for_update=True, populate_existing=True)
    if found is None:
        found = Showing(village=close.area_code)
        work.session.add(found)
    named = named and shows is Shows.NAMES
    found.named_since = (found.named_since or work.now()) if named else None
    found.shows, found.set_by, found.set_at = shows, by.id, work.now()
    work.session.flush()
    about = f"area:{close.area_code}"
    audit.note(
        work,
        by=by,
        action="coin.showing-set",
        subject=about,
        detail=f"{shows.value}{' named' if named else ''}",
    )


def object_to(work: Work, village: str, period: str, *, words: str, key: str) -> Objection:
    """Take down that somebody does not agree; the same form again is the same objection.

    Raises:
        NoSuchMonth: nothing of that month was published there.
        WrongMoment: the days for it are over.
        Unsaid: nothing is said, or too much.
    """
    row = work.session.execute(
        select(Close, Publication)
        .join(Publication, Publication.close_id == Close.id)
        .where(Close.area_code == village, Close.period == period)
    ).one_or_none()
    if row is None:
        raise NoSuchMonth("这个村没有公示过这个月。")
    close, publication = row
    if today(work) > publication.until:
        raise WrongMoment("公示期过了。还有不同意见，请点页面下面的“投诉建议”。")
    checked_words(words)
    told = sha256(f"{close.id}:{key or work.token()}:{words}".encode()).hexdigest()
    insert_once(
        work.session,
        Objection,
        unique="key",
        key=told,
        number=crockford.with_check(work.parts.chance.letters(crockford.ALPHABET, LETTERS)),
        area_code=village,
        close_id=close.id,
        words=words,
        filed_at=work.now(),
        answer="",
    )
    return work.session.scalars(select(Objection).where(Objection.key == told)).one()


def answer_objection(work: Work, objection_id: int, *, words: str, by: Actor) -> Objection:
    """Answer an objection, once: the town does, which is one above whoever published.

    Raises:
        NoSuchMonth: it is none of *by*'s.
        NotYoursToSign: the village does not judge its own table.
        WrongMoment: it is answered.
        Unsaid: nothing is said.
    """
    statement = scoped(
        select(Objection).where(Objection.id == objection_id), by, Permission.LEDGER_PUBLISH
    )
    found = work.session.scalar(
        statement.with_for_update(of=Objection).execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchMonth("没有这条异议，或者它不归您看。")
    is_town = any(
        hat.role is Role.TOWN_ADMIN and found.area_code.startswith(reach(hat, scope))
        for hat, scope in by.hats_for(Permission.LEDGER_PUBLISH)
    )
    if not is_town:
        raise NotYoursToSign("异议由镇里答复，村里不能自己答复。")
    if found.answered_at is not None:
        raise WrongMoment("这条异议已经答复过了。")
    found.answer, found.answered_by, found.answered_at = checked_words(words), by.id, work.now()
    work.session.flush()
    audit.note(work, by=by, action="coin.objection-answered", subject=f"area:{found.area_code}")
    return found


def forget_objections(work: Work) -> int:
    """Forget what people wrote, a year after it was answered; say how many that were."""
    chosen = work.session.scalars(_over(work).order_by(Objection.id).limit(BATCH)).all()
    if chosen:
        gone = update(Objection).where(Objection.id.in_(chosen)).values(words="", answer="")
        work.session.execute(gone)
        detail = str(len(chosen))
        audit.note(
            work, by=None, action="retention.objection", subject="points_objection", detail=detail
        )
    return len(chosen)


def objections_due(work: Work) -> int:
    """Return how many ``forget_objections`` would still take."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def _over(work: Work) -> Select[int]:
    before = work.now() - KEPT
    return select(Objection.id).where(Objection.answered_at < before, Objection.words != "")


def _close(work: Work, close_id: int, by: Actor) -> Close:
    statement = scoped(select(Close).where(Close.id == close_id), by, Permission.LEDGER_PUBLISH)
    found = work.session.scalar(statement)
    if found is None:
        raise NoSuchMonth(GONE)
    return found
