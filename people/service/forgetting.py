"""What is forgotten about households that were given up, as the privacy notice promises."""

from typing import Final

from sqlalchemy import Select, exists, func, or_, select, update

from kernel import audit
from kernel.inventory import kept
from kernel.work import Work
from people.models import Account, Household, Person

BATCH: Final = 200
KEEP: Final = kept("户籍与家庭关系", after="注销")


def forget_households(work: Work) -> int:
    """Forget address and family of the next few households closed a month ago; say how many.

    The number stays, because ledgers and cards name it.  Whoever has a phone or an account here is
    somebody in their own right and keeps their name; of the others nothing was kept for but the
    household.
    """
    chosen = work.session.scalars(_over(work).order_by(Household.id).limit(BATCH)).all()
    if not chosen:
        return 0
    members = Person.household_id.in_(chosen)
    has_account = exists().where(Account.person_id == Person.id)
    quiet = {"synchronize_session": False}
    nameless = update(Person).where(members, Person.phone_index.is_(None), ~has_account)
    work.session.execute(nameless.values(name="", public_name=""), execution_options=quiet)
    parted = update(Person).where(members).values(household_id=None, is_head=False)
    work.session.execute(parted, execution_options=quiet)
    emptied = update(Household).where(Household.id.in_(chosen)).values(address="")
    work.session.execute(emptied, execution_options=quiet)
    number = str(len(chosen))
    audit.note(work, by=None, action="retention.household", subject="household", detail=number)
    return len(chosen)


def households_due(work: Work) -> int:
    """Return how many households there are of which something is to be forgotten."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def _over(work: Work) -> Select[int]:
    has_members = exists().where(Person.household_id == Household.id)
    return select(Household.id).where(
        Household.closed_at <= work.now() - KEEP, or_(Household.address != "", has_members)
    )
