"""Verbs on areas.  *by* None is whoever runs the machine itself, from the command line."""

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.outbound import Channel, send_robot
from kernel.permissions import Permission
from kernel.work import Work
from people import queries, rules
from people.errors import AreaInUse, AreaTaken, NoRobot, NoSuchArea, OutOfReach
from people.models import Area, Household, Membership, RobotKind


def add_area(work: Work, area: rules.AreaRow, *, by: Actor | None) -> Area:
    """Add an area below one that is open.

    Raises:
        AreaTaken: there is one with that code, open or closed, or a district already.
        BadField: a field cannot be used.
        NoSuchArea: the code is none, or what should contain it is not there.
        OutOfReach: the code lies beyond what *by* may change.
    """
    level = rules.level_of(area.code)
    _check_reach(by, area.code)
    parent = rules.parent_of(area.code)
    if parent is None:
        if queries.known_areas(work.session).districts():
            raise AreaTaken("只能有一个区县。")
    elif _locked(work, parent).closed_at is not None:
        raise NoSuchArea("上级区域已经撤销。")
    # Asked under the parent's lock: of two who add the same, the second is told.
    if work.session.get(Area, area.code, populate_existing=True) is not None:
        raise AreaTaken("这个编码已经有了。")
    added = Area(code=area.code, name="", level=level)
    write_area(added, area)
    work.session.add(added)
    work.session.flush()
    _note(work, added, by, "area.add")
    return added


def rename_area(work: Work, code: str, *, name: str, by: Actor | None) -> None:
    """Give an open area another name.

    Raises:
        BadField: the name cannot be used.
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    area = _own(work, code, by)
    name = rules.checked_words(name, what="名称", most=60)
    if name != area.name:
        _note(work, area, by, "area.rename", f"{area.name} → {name}")
        area.name = name


def describe_area(work: Work, area: rules.AreaRow, *, by: Actor | None) -> None:
    """Write everything about an open area anew, its name included.

    Raises:
        BadField: a field cannot be used.
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    found = _own(work, area.code, by)
    was = found.name
    write_area(found, area)
    _note(work, found, by, "area.edit", "" if was == found.name else f"{was} → {found.name}")


def close_area(work: Work, code: str, *, by: Actor | None) -> None:
    """Close an area; what happened there keeps lying there.

    Raises:
        AreaInUse: an open area lies below it, somebody wears a hat there or lives there.
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    area = _own(work, code, by)
    if queries.children(work.session, code):
        raise AreaInUse("下面还有没撤销的区域，请先撤销它们。")
    worn = select(Membership.id).where(Membership.area_code == code).limit(1)
    if work.session.scalar(worn) is not None:
        raise AreaInUse("还有人在这里任职，请先把他们调走。")
    lived_in = select(Household.id).where(
        Household.area_code >= code,
        Household.area_code < rules.after(code),
        Household.closed_at.is_(None),
    )
    if work.session.scalar(lived_in.limit(1)) is not None:
        raise AreaInUse("这里还有住户，请先把他们迁走。")
    area.closed_at = work.now()
    _note(work, area, by, "area.close")


def set_robot(work: Work, code: str, *, kind: RobotKind, url: str, by: Actor | None) -> None:
    """Let an area's messages go to a group's robot; its address is a password and never shown.

    Raises:
        BadField: the address leads elsewhere than ``ROBOT_URLS`` allows.
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    area = _own(work, code, by)
    allowed = work.parts.settings.robot_url_allowed
    area.robot, area.robot_url = kind, rules.checked_robot_url(url, allowed=allowed)
    _note(work, area, by, "area.robot-set", kind.value)


def remove_robot(work: Work, code: str, *, by: Actor | None) -> None:
    """Let an area have no robot; messages go to that of the area above.  Again changes nothing.

    Raises:
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    area = _own(work, code, by)
    if area.robot is not None:
        area.robot = area.robot_url = None
        _note(work, area, by, "area.robot-remove")


def try_robot(work: Work, code: str, *, by: Actor | None) -> None:
    """Owe the area's own group a message that shows that its robot works.

    Raises:
        NoRobot: the area has no robot of its own.
        NoSuchArea: there is no open area with that code, or not for *by*.
    """
    area = _own(work, code, by)
    if area.robot is None or area.robot_url is None:
        raise NoRobot("这里还没有设群机器人。")
    text = f"【测试】{area.name}的消息会发到这个群。"
    channel = Channel(area.robot.value)
    send_robot(work, channel=channel, url=area.robot_url, text=text, mention=None)
    _note(work, area, by, "area.robot-try")


def write_area(area: Area, written: rules.AreaRow) -> None:
    """Put the fields of *written* into *area*.

    Raises:
        BadField: one of them cannot be used.
    """
    area.name = rules.checked_words(written.name, what="名称", most=60)
    area.zone = rules.checked_words(written.zone, what="片区", most=40, least=0)
    area.desk_phone = rules.checked_desk_phone(written.desk_phone)
    area.shows_phones = written.shows_phones
    if written.night_phone is not None:
        area.night_phone = rules.checked_desk_phone(written.night_phone) or None
    if written.boundary is not None:
        area.boundary = dict(written.boundary)


def _own(work: Work, code: str, by: Actor | None) -> Area:
    rules.level_of(code)
    area = _locked(work, code)
    if area.closed_at is not None or not _may(by, code):
        raise NoSuchArea("没有这个区域，或者它不归您管。")
    return area


def _locked(work: Work, code: str) -> Area:
    area = work.session.scalar(
        select(Area)
        .where(Area.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if area is None:
        raise NoSuchArea("没有这个区域，或者它不归您管。")
    return area


def _check_reach(by: Actor | None, code: str) -> None:
    if not _may(by, code):
        raise OutOfReach("这个区域不归您管。")


def _may(by: Actor | None, code: str) -> bool:
    return by is None or queries.reaches(by, Permission.SYSTEM_AREA_EDIT, code)


def _note(work: Work, area: Area, by: Actor | None, action: str, detail: str = "") -> None:
    audit.note(
        work, by=by, action=action, subject=f"area:{area.code}", detail=detail, area=area.code
    )
