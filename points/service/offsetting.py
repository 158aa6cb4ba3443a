"""Taking coins that a decision names: as far as the balance goes, the rest from later awards."""

from collections.abc import Iterable

from sqlalchemy import select, update

from kernel.work import Work
from people.models import Household
from points.models import Deduction, LedgerAccount, Posting
from points.queries.adjustments import merged_into
from points.rules import Line, PostingKind, Request, System
from points.rules.deductions import TAKEN
from points.service.accounts import Owner, account_ids
from points.service.ending import reverse
from points.service.posting import post
from points.service.ruling import today


def owing(work: Work, household_ids: Iterable[int]) -> list[Deduction]:
    """Return what households still owe, locked; before any account, as decisions do."""
    return list(
        work.session.scalars(
            select(Deduction)
            .where(
                Deduction.household_id.in_(sorted(set(household_ids))),
                Deduction.owed > 0,
                Deduction.state.in_(TAKEN),
            )
            .order_by(Deduction.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def follow_merged(work: Work, *, household_id: int, closed_household_id: int) -> None:
    """Let decisions against a household be against the one it became part of.

    Its people answer and appeal from there, and nobody gets rid of a debt by merging.  If that
    household is part of another one by now, they go there: events come in any order.
    """
    work.session.execute(
        update(Deduction)
        .where(Deduction.household_id == closed_household_id)
        .values(household_id=_there_at_last(work, household_id))
        .execution_options(synchronize_session="fetch")
    )


def offset(work: Work, owed: Iterable[Deduction], awarded: Iterable[tuple[int, int]]) -> None:
    """Take what is owed from what households were awarded just now, the oldest debt first."""
    left: dict[int, int] = {}
    for home, coins in awarded:
        left[home] = left.get(home, 0) + coins
    for one in owed:
        some = min(one.owed, left.get(one.household_id, 0))
        if some > 0:
            left[one.household_id] -= some
            one.owed -= some
            take(work, one, some)


def take_what_is_there(work: Work, one: Deduction) -> int:
    """Take as much of a decision's coins as its household has free; return how many."""
    home = account_ids(work, [Owner.household(one.household_id)])
    [account_id] = home.values()
    free = work.session.scalars(
        select(LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held)
        .where(LedgerAccount.id == account_id)
        .with_for_update()
    ).one()
    some = min(free, one.coins)
    if some > 0:
        take(work, one, some)
    return max(some, 0)


def take(work: Work, one: Deduction, coins: int) -> None:
    """Post one part of a decision; both who signed it stand on the posting."""
    home, gone = Owner.household(one.household_id), Owner.system(System.DEDUCTED)
    accounts = account_ids(work, [home, gone])
    one.parts += 1
    one.taken += coins
    line = Line(debit=accounts[home], credit=accounts[gone], amount=coins, person_id=one.person_id)
    post(
        work,
        Request(
            key=f"{key_of(one)}{one.parts}",
            kind=PostingKind.DEDUCT,
            lines=[line],
            effective_on=today(work),
            source=("deduction", str(one.id)),
            actor_id=one.checked_by,
            second_actor_id=one.decided_by,
            rule=(one.rule_code, one.rule_version),
        ),
    )
    work.session.flush()


def give_back(work: Work, one: Deduction, *, actor_id: int, second: int) -> int:
    """Undo all that a decision took, by reversals, and what it still wants; return the coins."""
    back = one.taken
    numbers = work.session.scalars(
        select(Posting.id)
        .where(Posting.source_type == "deduction", Posting.source_id == str(one.id))
        .order_by(Posting.id)
    ).all()
    for number in numbers:
        reverse(
            work,
            number,
            effective_on=today(work),
            actor_id=actor_id,
            second_actor_id=second,
        )
    one.taken, one.owed, one.frozen_until = 0, 0, None
    return back


def _there_at_last(work: Work, household_id: int) -> int:
    """Return what a household has become part of, or itself; locked, so that it does not merge.

    The lock comes before the log is asked: whoever merges it meanwhile waits, and their event
    finds what was written here.
    """
    home = work.session.get_one(
        Household, household_id, with_for_update={"read": True}, populate_existing=True
    )
    after = merged_into(work.session, [home.id]).get(home.id)
    return home.id if after is None else _there_at_last(work, after)


def key_of(one: Deduction) -> str:
    """Return what the keys of a decision's postings begin with."""
    return f"deduct:decision:{one.id}:"
