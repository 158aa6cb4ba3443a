"""A patrol of the demo's village that waits for review, and one that is to come.

After the walk, at moments of its own: what else happens in the demo stays to the last token.
"""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district
from demo.service.cast import Cast
from demo.service.walk import Walk
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from kernel.work import Work
from people.models import Household, Person
from people.rules import HouseholdKind
from points import service
from points.service import ActivityWanted, Confirmed

VILLAGE: Final = district.VILLAGES[0].code
PATROL: Final = "夜间巡防"
WORDS: Final = "走一圈楼道和河边，看看飞线和堆物。带手电，穿厚点。"
CARE: Final = "看望独居老人"
CARE_WORDS: Final = "两人一组，每组看望三户，帮着收收衣服、量量血压。"
BEGINS: Final = time(19)
PEOPLE: Final = 5
ENOUGH: Final = 60  # members to choose from
REMARK: Final = "当晚六点半集合，走了三个小区。"


def volunteer(walk: Walk, cast: Cast) -> None:
    """Let some go on patrol, their leader confirm the list, and others sign up for the next."""
    leaders = cast.at(VILLAGE, Role.GRID_LEADER)
    people = _residents(walk.work)
    if not leaders or len(people) < PEOPLE:
        return
    leader = leaders[0]
    begins = datetime.combine((walk.end - timedelta(days=4)).date(), BEGINS, SHANGHAI)
    walk.clock.moment = begins - timedelta(days=3)
    [done] = _post(walk.work, leader, PATROL, WORDS, "P05", begins)
    for person, _home in people[:PEOPLE]:
        service.sign_up(walk.work, done, by=Actor(person.id))
    for minutes, out in ((-5, False), (121, True)):
        walk.clock.moment = begins + timedelta(minutes=minutes)
        for person, home in people[:PEOPLE]:
            service.sign_in_for(
                walk.work, done, number=home.number, name=person.name, out=out, by=leader
            )
    walk.clock.moment = begins + timedelta(hours=14)
    late = {people[PEOPLE - 1][0].id: Confirmed(why="半路有事先走了")}
    service.confirm_roll(walk.work, done, late, remark=REMARK, by=leader)
    walk.clock.moment = walk.end - timedelta(hours=20)
    ahead = datetime.combine((walk.end + timedelta(days=3)).date(), BEGINS, SHANGHAI)
    first, *_rest = _post(walk.work, leader, PATROL, WORDS, "P05", ahead, weeks=2)
    _post(walk.work, leader, CARE, CARE_WORDS, "P13", ahead + timedelta(days=1), hours=1)
    for person, _home in people[1:PEOPLE]:
        service.sign_up(walk.work, first, by=Actor(person.id))
    walk.clock.moment = walk.end


def _post(  # noqa: PLR0913, PLR0917 - what differs between two activities
    work: Work,
    leader: Actor,
    name: str,
    words: str,
    rule: str,
    begins: datetime,
    weeks: int = 1,
    hours: int = 2,
) -> list[int]:
    wanted = ActivityWanted(
        name=name,
        area_code=VILLAGE,
        place="社区服务中心门口",
        starts_at=begins,
        ends_at=begins + timedelta(hours=hours),
        rule_code=rule,
        capacity=12,
        least_minutes=60 if rule == "P05" else 0,
        weeks=weeks,
        words=words,
        team="平安志愿队",
    )
    return [one.id for one in service.post_activity(work, wanted, by=leader)]


def _residents(work: Work) -> list[tuple[Person, Household]]:
    """Return some heads of the village's households, and their homes; no two of one name."""
    rows = work.session.execute(
        select(Person, Household)
        .join(Household, Household.id == Person.household_id)
        .where(
            Household.area_code.startswith(VILLAGE),
            Household.closed_at.is_(None),
            Household.kind == HouseholdKind.FAMILY,
        )
        .order_by(Household.id, Person.is_head.desc(), Person.id)
        .limit(ENOUGH)
    ).all()
    names = Counter((home.id, person.name) for person, home in rows)
    return [
        (person, home)
        for person, home in rows
        if person.is_head and names[home.id, person.name] == 1
    ][: PEOPLE + 1]
