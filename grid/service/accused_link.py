"""The accused without an account answer by themselves: a link to one claim, for a week.

All a stranger behind it reads is the claim in our words and whom to ring; all they can do is
write what they say to it, a few times.  Staff hear of it as of any answer.
"""

from sqlalchemy import func, select, update

from grid.errors import Incomplete, NotThatWay, OftenEnough
from grid.models import Accused, AccusedLink, AccusedSaid, Case
from grid.rules import says_something
from grid.rules.accused import LONGEST_ANSWER, MOST_GIVEN, MOST_WRITTEN
from grid.rules.outside import LASTS, digest
from grid.service.accused import LONGEST_KEY, locked_for
from grid.service.alarms import about, tell_owner
from grid.service.links import behind
from kernel import audit
from kernel.access import Actor
from kernel.work import Work


def give_accused_link(work: Work, accused_id: int, *, by: Actor) -> str:
    """Return the secret of a link for the accused, which nobody can ask for again.

    It takes the place of an earlier one.

    Raises:
        NoSuchCase: there is none that *by* is at.
        WrongMoment, NotThatWay: it is over; it is for the police.
        OftenEnough: there were too many.
    """
    accused = work.session.get(Accused, accused_id)
    case = locked_for(work, 0 if accused is None else accused.case_id, by)
    if case.is_police:
        raise NotThatWay("涉警的事由民警当面去问，不发链接。")
    given = select(func.count(AccusedLink.id)).where(AccusedLink.accused_id == accused_id)
    if (work.session.scalar(given) or 0) >= MOST_GIVEN:
        raise OftenEnough("给过很多次链接了，请上门或者打电话听。")
    _revoke(work, accused_id)
    secret = work.token()
    work.session.add(
        AccusedLink(
            accused_id=accused_id,
            secret=digest(secret),
            given_by=by.id,
            given_at=work.now(),
            expires_at=work.now() + LASTS,
        )
    )
    audit.note(
        work, by=by, action="case.accused_link", subject=f"case:{case.id}", area=case.area_code
    )
    return secret


def revoke_accused_link(work: Work, accused_id: int, *, by: Actor) -> None:
    """Let the link of the accused open nothing any more; again changes nothing.

    Raises:
        NoSuchCase, WrongMoment: there is none that *by* is at; it is over, and the link with it.
    """
    accused = work.session.get(Accused, accused_id)
    locked_for(work, 0 if accused is None else accused.case_id, by)
    _revoke(work, accused_id)


def say_as_accused(work: Work, secret: str, *, key: str, words: str) -> None:
    """Write down what the accused says by the link; the same form sent twice says it once.

    Raises:
        LinkGone: the link opens nothing (any more).
        Incomplete, NotThatWay: nothing is said, or too much.
        OftenEnough: this link has said enough.
    """
    case, link = _behind(work, secret)
    key = key[:LONGEST_KEY] or work.token()
    there = select(AccusedSaid.id).where(AccusedSaid.link_id == link.id, AccusedSaid.key == key)
    if work.session.scalar(there) is not None:
        return
    if not says_something(words):
        raise Incomplete("请写一句您的说法。")
    if len(words) > LONGEST_ANSWER:
        raise NotThatWay("写短一点，最多 1000 个字。")
    said = select(func.count(AccusedSaid.id)).where(AccusedSaid.link_id == link.id)
    if (work.session.scalar(said) or 0) >= MOST_WRITTEN:
        raise OftenEnough("已经写得够多了，别的请打电话说。")
    work.session.add(AccusedSaid(link_id=link.id, key=key, at=work.now(), words=words))
    case.touched_at = work.now()
    tell_owner(work, case, f"{about(work, case)}被反映的一方写来了说法。")


def _revoke(work: Work, accused_id: int) -> None:
    work.session.execute(
        update(AccusedLink)
        .where(AccusedLink.accused_id == accused_id, AccusedLink.revoked_at.is_(None))
        .values(revoked_at=work.now())
    )


def _behind(work: Work, secret: str) -> tuple[Case, AccusedLink]:
    of_case = select(Accused.case_id).join(AccusedLink, AccusedLink.accused_id == Accused.id)
    return behind(work, AccusedLink, of_case, secret)
