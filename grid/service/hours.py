"""The table of hours a town sets: who is at work when."""

from collections.abc import Iterable
from itertools import pairwise

from sqlalchemy import delete, select

from grid.errors import NotThatWay, NotYours
from grid.models import Hours
from grid.queries.staff import BY_THE_HOURS, LEVELS
from grid.rules.duty import Shift
from kernel import audit
from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import reaches


def set_hours(
    work: Work, *, area_code: str, role: Role, shifts: Iterable[Shift], by: Actor | None
) -> None:
    """Replace the week of one role in one area; without any shift the area above decides again.

    *by* None is whoever runs the machine.

    Raises:
        NotYours: *by* sets no hours there.
        NotThatWay: this role is asked at any hour, the area is not there, or shifts overlap.
    """
    if by is not None and not reaches(by, Permission.DUTY_EDIT, area_code):
        raise NotYours("这个区域的值班时间不归您定。")
    if LEVELS.get(role) not in BY_THE_HOURS:
        raise NotThatWay("值班时间只给专职、兼职网格员和辅警定。")
    if work.session.scalar(select(Area.code).where(Area.code == area_code)) is None:
        raise NotThatWay("没有这个区域。")
    week = sorted(shifts, key=lambda shift: (shift.weekday, shift.opens))
    for before, shift in pairwise(week):
        if before.weekday == shift.weekday and before.closes > shift.opens:
            raise NotThatWay("同一天的两班重叠了。")
    if any(not (0 <= one.opens < one.closes <= 24 * 60) for one in week):
        raise NotThatWay("下班要在上班之后；过夜的请写成两班。")
    work.session.execute(delete(Hours).where(Hours.area_code == area_code, Hours.role == role))
    work.session.add_all(
        Hours(
            area_code=area_code,
            role=role,
            weekday=shift.weekday,
            opens=shift.opens,
            closes=shift.closes,
        )
        for shift in week
    )
    audit.note(
        work,
        by=by,
        action="duty.edit",
        subject=f"area:{area_code}",
        detail=f"{role}：{len(week)} 班",
        area=area_code,
    )
