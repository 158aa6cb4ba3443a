"""Splitting one household into two, and merging two into one."""

from collections.abc import Sequence

from sqlalchemy import select, update

from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people import rules
from people.errors import NoSuchMember, WrongRegrouping
from people.events import HouseholdsMerged, HouseholdSplit
from people.models import Household, JoinRequest, Person
from people.queries.bars import members
from people.service import homes
from people.service.bars import bar_mates
from people.service.pins import drop_pin

MOST_SPLIT = 200  # as many as one page can name; a dormitory is split in several goes


def split_household(
    work: Work, household_id: int, wanted: rules.SplitWanted, *, reason: str, by: Actor
) -> Household:
    """Let some members be a household of their own, in the same area; return it.

    Raises:
        BadField: something cannot be used, or there is no reason.
        NoSuchHousehold: there is none for *by*.
        NoSuchMember: one of them does not belong to it.
        WrongRegrouping: nobody goes, everybody goes, or the head of the rest would be gone.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_SPLIT)
    reason = rules.checked_reason(reason)
    going = sorted(set(wanted.members))
    _check_going(going, wanted.head_id, homes.count(work, home))
    people = [homes.member(work, home, person_id) for person_id in going]
    if any(person.is_head for person in people):
        raise WrongRegrouping("户主要留下；户主要走的，请先换一个户主。")
    row = rules.HouseholdRow(
        area_code=home.area_code,
        kind=home.kind,
        name=home.name,
        address=wanted.address or home.address,
    )
    homes.check_area(work, home.area_code, by=by, permission=Permission.HOUSEHOLD_SPLIT)
    new = homes.add_household(work, rules.checked_household(row))
    for person in people:
        person.household_id = new.id
        person.is_head = person.id == wanted.head_id
    work.session.flush()
    homes.note_belonged(work, home, going, by=by)
    homes.note(work, home, by=by, action="split", detail=f"household:{new.id} {reason}")
    homes.note(work, new, by=by, action="split-off", detail=f"household:{home.id} {reason}")
    work.announce(
        HouseholdSplit(household_id=home.id, new_household_id=new.id, members=len(people))
    )
    return new


def merge_households(
    work: Work, household_id: int, *, other_number: str, reason: str, by: Actor
) -> None:
    """Let the members of another household belong to this one; the other is closed.

    The head of this one stays; whoever was the other's head is a member.

    Raises:
        BadField: the number is none, or there is no reason.
        NoSuchHousehold: one of them is not there for *by*, or closed.
        WrongRegrouping: both are the same.
    """
    reason = rules.checked_reason(reason)
    number = rules.checked_number(other_number)
    other_id = work.session.scalar(select(Household.id).where(Household.number == number))
    if other_id == household_id:
        raise WrongRegrouping("不能和自己合并，请写另一户的户号。")
    if other_id is None:
        other_id = 0  # nobody's number: answered like somebody else's household
    home, other = homes.locked_all(
        work, [household_id, other_id], by=by, permission=Permission.HOUSEHOLD_MERGE
    )
    old_head = homes.head_of(work, other)
    keeps_head = homes.head_of(work, home) is not None
    homes.note_belonged(work, other, members(work.session, other.id), by=by)
    work.session.execute(
        update(Person)
        .where(Person.household_id == other.id)
        .values(household_id=home.id, is_head=False)
        .execution_options(synchronize_session=False)
    )
    work.session.expire_all()
    if old_head is not None and not keeps_head:
        homes.make_head(work, home, homes.locked_person(work, old_head.id))
    other.closed_at = work.now()
    homes.end_requests(work, JoinRequest.household_id == other.id)
    drop_pin(work, other.id)
    work.session.flush()
    bar_mates(work, home.id)
    homes.note(work, home, by=by, action="merge", detail=f"household:{other.id} {reason}")
    homes.note(work, other, by=by, action="merged", detail=f"household:{home.id} {reason}")
    work.announce(HouseholdsMerged(household_id=home.id, closed_household_id=other.id))


def _check_going(going: Sequence[int], head_id: int, there: int) -> None:
    if not going:
        raise WrongRegrouping("请选要分出去的人。")
    if len(going) > MOST_SPLIT:
        raise WrongRegrouping("一次最多分出 %(most)s 个人。", most=MOST_SPLIT)
    if len(going) >= there:
        raise WrongRegrouping("不能全都分出去：全家搬走请用迁移，不住了请用注销。")
    if head_id not in going:
        raise NoSuchMember("新户的户主要从分出去的人里选。")
