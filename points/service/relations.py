"""What two households are to each other, who agrees for them, and whom both concern."""

from typing import Final

from sqlalchemy import select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.work import Work
from people.errors import BadField
from people.models import Household, Person
from people.queries.former import concerned_in
from people.rules.households import checked_number
from points.errors import CannotAdjust, NobodyThere, Unsaid
from points.models import Claim
from points.queries.adjustments import HOUSEHOLD, merged_into
from points.rules.adjustments import MOST_NAME, AdjustmentWhy
from points.rules.helping import Consent
from points.service.concerned import refuse_concerned

NO_HOME: Final = "没有这个户号，或者它不归您管，请看看户号。"


def household_named(work: Work, number: str) -> Household:
    """Return the household with a number, also one that has ended.

    Raises:
        NobodyThere: there is none.
    """
    try:
        kept = checked_number(number)
    except BadField as error:
        raise NobodyThere(NO_HOME) from error
    home = work.session.scalar(select(Household).where(Household.number == kept))
    if home is None:
        raise NobodyThere(NO_HOME)
    return home


def check_relation(
    work: Work, giver: Household, taker: Household | None, why: AdjustmentWhy
) -> None:
    """See that a split, or the end of the household that gives, stands behind it.

    The log says so, which the verbs on households write themselves and nobody can change.

    Raises:
        CannotAdjust: nothing does.
    """
    if taker is not None and taker.id == giver.id:
        raise CannotAdjust("两边是同一户，不用转。")
    if taker is not None and taker.closed_at is not None:
        raise CannotAdjust("收币的那一户已经注销了，不能再收。")
    if giver.closed_at is None:
        _check_split(work, giver, taker, why)
    else:
        _check_end(work, giver, taker, why)


def agreed(
    work: Work, home: Household, name: str, consent: Consent | None, *, needed: bool
) -> tuple[str | None, str | None]:
    """Return who agreed for a household and how.

    Where somebody lives there it is its head, or anybody if it has none; for one that has ended
    whoever speaks for it, or, where that is not *needed*, nobody.

    Raises:
        NobodyThere: nobody there who could agree is called that.
        Unsaid: it was not said who agreed, or how.
    """
    wanted = "".join(name.split())
    if not wanted and not needed:
        return None, None
    if not wanted or consent is None:
        raise Unsaid("请写两边是谁同意的、怎么同意的")
    if len(wanted) > MOST_NAME:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_NAME)
    if home.closed_at is None:
        living = work.session.scalars(select(Person).where(Person.household_id == home.id)).all()
        heads = [one for one in living if one.is_head] or list(living)
        if wanted not in {"".join(one.name.split()) for one in heads}:
            raise NobodyThere(
                "%(number)s 的户主不叫这个名字，请写同意的户主的姓名。", number=home.number
            )
    return wanted, consent.value


def refuse_near(work: Work, giver: Household, taker: Household | None, by: Actor) -> None:
    """Keep out whoever lives, lived or earned in either household, and their kin.

    Raises:
        NotYoursToReview: *by* is one of them.
    """
    refuse_concerned(work, _people(work, *filter(None, (giver, taker))), by)


def _check_split(work: Work, giver: Household, taker: Household | None, why: AdjustmentWhy) -> None:
    if why is not AdjustmentWhy.SPLIT:
        raise CannotAdjust("这一户还在。还在的户，只有分了户才能转币，请选“分户”。")
    if taker is None or not (_split(work, giver, taker) or _split(work, taker, giver)):
        raise CannotAdjust("这两户之间没有分过户，不能转。")


def _check_end(work: Work, giver: Household, taker: Household | None, why: AdjustmentWhy) -> None:
    merged = _merged_into(work, giver)
    if (why is AdjustmentWhy.MERGE) != (merged is not None) or why is AdjustmentWhy.SPLIT:
        raise CannotAdjust("选的和这一户注销的原因对不上，请看看是并户、搬走还是去世。")
    if merged is not None and merged.closed_at is None:
        if taker is None or taker.id != merged.id:
            raise CannotAdjust("这一户并到了 %(number)s，币只能转给那一户。", number=merged.number)
    elif taker is None and _somebody_is_left(work, giver):
        raise CannotAdjust("这一户还有人住在别的户里，请转给他们那一户，不能归村里。")


def _split(work: Work, old: Household, new: Household) -> bool:
    """Whether *new* was split from *old*, as the log has it."""
    said = select(AuditLine.id).where(
        AuditLine.subject == f"{HOUSEHOLD}{old.id}",
        AuditLine.action == "household.split",
        AuditLine.detail.like(f"{HOUSEHOLD}{new.id} %"),
    )
    return work.session.scalar(said.limit(1)) is not None


def _merged_into(work: Work, home: Household) -> Household | None:
    number = merged_into(work.session, [home.id]).get(home.id)
    return None if number is None else work.session.get(Household, number, populate_existing=True)


def _somebody_is_left(work: Work, home: Household) -> bool:
    """Whether anybody who lived there or earned for it lives in a household of ours now."""
    found = (
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(Person.id.in_(_people(work, home)), Household.closed_at.is_(None))
        .limit(1)
    )
    return work.session.scalar(found) is not None


def _people(work: Work, *homes: Household) -> frozenset[int]:
    """Return who lives or lived in households, or has earned coins for them."""
    numbers = [home.id for home in homes]
    earned = select(Claim.person_id).where(Claim.household_id.in_(numbers))
    return concerned_in(work.session, numbers) | frozenset(work.session.scalars(earned))
