"""What is forgotten about households, as the privacy notice promises."""

from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update

from kernel import audit
from kernel.inventory import kept
from kernel.work import Work
from people.models import Account, Household, JoinRequest, Person
from people.rules import OWN_TO_UNDO, JoinState

BATCH: Final = 200
MEMBERS: Final = 2000  # of one go: a dormitory is emptied in several
SPAN: Final = kept("户籍与家庭关系", after="注销")


def forget_households(work: Work) -> int:
    """Forget who lived in a household, and where, 30 days after it was closed.

    The number stays, so that what is booked under it can be explained.  Whoever has neither a
    phone nor an account was known as a member only, and is forgotten whole.  Returns how many
    households or members this go took.
    """
    long_closed = Household.closed_at <= work.now() - SPAN
    members = _members(work, long_closed)
    if members:
        _forget_people(work, members)
        return len(members)
    homes = work.session.scalars(
        select(Household.id)
        .where(long_closed, (Household.address != "") | (Household.name != ""))
        .order_by(Household.id)
        .limit(BATCH)
    ).all()
    if homes:
        work.session.execute(
            update(Household)
            .where(Household.id.in_(homes))
            .values(address="", name="")
            .execution_options(synchronize_session=False)
        )
        _told(work, "household", len(homes))
    return len(homes)


def households_due(work: Work) -> int:
    """Return how many households there are of which something is to be forgotten."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def _over(work: Work) -> Select[int]:
    has_members = exists().where(Person.household_id == Household.id)
    names = (Household.address != "") | (Household.name != "")
    return select(Household.id).where(
        Household.closed_at <= work.now() - SPAN, or_(names, has_members)
    )


def end_old_requests(work: Work) -> None:
    """End the wishes to join that nobody answered in time; forget those that ended long ago."""
    work.session.execute(
        update(JoinRequest)
        .where(JoinRequest.state == JoinState.WAITING, JoinRequest.expires_at <= work.now())
        .values(state=JoinState.EXPIRED, decided_at=work.now())
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        delete(JoinRequest)
        .where(JoinRequest.decided_at < work.now() - OWN_TO_UNDO)
        .execution_options(synchronize_session=False)
    )


def _members(work: Work, long_closed: ColumnElement[bool]) -> list[int]:
    statement = (
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(long_closed)
        .order_by(Person.id)
        .limit(MEMBERS)
    )
    return list(work.session.scalars(statement))


def _forget_people(work: Work, chosen: list[int]) -> None:
    has_account = exists().where(Account.person_id == Person.id)
    only_a_member = and_(Person.id.in_(chosen), Person.phone_index.is_(None), ~has_account)
    nobody = work.session.scalars(select(Person.id).where(only_a_member)).all()
    work.session.execute(
        update(Person)
        .where(Person.id.in_(nobody))
        .values(name="", name_index=None, surname_index=None, public_name="", work_phone="")
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(Person)
        .where(Person.id.in_(chosen))
        .values(household_id=None, is_head=False)
        .execution_options(synchronize_session=False)
    )
    _told(work, "member", len(chosen))


def _told(work: Work, what: str, count: int) -> None:
    audit.note(work, by=None, action=f"retention.{what}", subject=what, detail=str(count))
