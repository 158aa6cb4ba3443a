"""Reads about areas.  Names and codes are public; changing them is not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.errors import Unavailable
from kernel.permissions import Permission
from people import rules
from people.errors import NoSuchArea
from people.models import Area
from people.queries.scope import area_ranges, reaches

BETWEEN: Final = " · "
MOST_SHOWN: Final = 500  # nothing has that many children; a page stays a page


def find_area(session: Session, code: str) -> Area | None:
    """Return an area that is not closed, or None."""
    if not rules.is_code(code):  # a database need not be asked, and PostgreSQL refuses a NUL
        return None
    area = session.get(Area, code)
    return None if area is None or area.closed_at is not None else area


def children(session: Session, code: str | None) -> Sequence[Area]:
    """Return the open areas directly below *code*, by code; below None lies the district."""
    statement = select(Area).where(_below(code), Area.closed_at.is_(None))
    return session.scalars(statement.order_by(Area.code).limit(MOST_SHOWN)).all()


def path_of(session: Session, code: str, *, top: rules.Level = rules.Level.VILLAGE) -> str:
    """Return the names from the village down to *code*: 清溪村 · 第3网格.

    What lies above *top* is left out, unless *code* itself lies there.
    """
    return paths_of(session, [code], top=top).get(code, "")


def paths_of(
    session: Session, codes: Iterable[str], *, top: rules.Level = rules.Level.VILLAGE
) -> Mapping[str, str]:
    """Return `path_of` for many codes with one statement; a code that is none is left out."""
    shown = {code: _shown(code, top) for code in set(codes)}
    wanted = {part for parts in shown.values() for part in parts}
    found = session.execute(select(Area.code, Area.name).where(Area.code.in_(sorted(wanted))))
    names = dict(found.all())
    return {
        code: BETWEEN.join(names[part] for part in parts if part in names)
        for code, parts in shown.items()
        if code in names
    }


def known_areas(session: Session) -> rules.KnownAreas:
    """Return all codes there are, for an import to be checked against."""
    rows = session.execute(select(Area.code, Area.closed_at)).all()
    return rules.KnownAreas(
        open=frozenset(code for code, closed_at in rows if closed_at is None),
        closed=frozenset(code for code, closed_at in rows if closed_at is not None),
    )


def managed_areas(session: Session, under: str | None, *, by: Actor) -> Sequence[Area]:
    """Return the areas directly below *under* that *by* may change, closed ones too.

    Without *under*, the highest ones that *by* may change.
    """
    ranges = list(area_ranges(by, Permission.SYSTEM_AREA_EDIT))
    within = or_(false(), *(and_(Area.code >= start, Area.code < end) for start, end in ranges))
    if under is None:
        place: ColumnElement[bool] = Area.code.in_([start for start, _ in ranges])
    else:
        place = _below(under)
    return session.scalars(
        select(Area).where(within, place).order_by(Area.code).limit(MOST_SHOWN)
    ).all()


def managed_area(session: Session, code: str, *, by: Actor) -> Area:
    """Return an area that *by* may change.

    Raises:
        NoSuchArea: there is none with that code, or not for this person.
    """
    area = session.get(Area, code) if rules.is_code(code) else None
    if area is None or not reaches(by, Permission.SYSTEM_AREA_EDIT, code):
        raise NoSuchArea("没有这个区域，或者它不归您管。")
    return area


def villages(session: Session) -> Sequence[tuple[str, str]]:
    """Return code and name of every open village, for whoever says where something is."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(Area.level == rules.Level.VILLAGE, Area.closed_at.is_(None))
        .order_by(Area.code)
    )
    return [(code, name) for code, name in rows]


def desk_for(session: Session, village: str) -> str:
    """Return *village* if it is one of ours, else the district, whose desk takes the rest.

    Raises:
        Unavailable: no area was set up yet.
    """
    wanted = (Area.code == village) & (Area.level == rules.Level.VILLAGE) & Area.closed_at.is_(None)
    found = session.scalar(
        select(Area.code)
        .where(wanted | (Area.level == rules.Level.DISTRICT))
        .order_by(wanted.desc(), Area.code)
        .limit(1)
    )
    if found is None:
        raise Unavailable("这里还没有开通上报，请打服务电话。")
    return found


def with_places(session: Session, rows: Iterable[tuple[int, str, str]]) -> list[tuple[int, str]]:
    """Return everybody once, with the names of where they work.

    *rows* are (person, name, area code), one for each place of a person; names are not unique.
    """
    known, names = dict[int, list[str]](), dict[int, str]()
    for person_id, name, code in rows:
        names[person_id] = name
        known.setdefault(person_id, []).append(code)
    paths = paths_of(session, (code for codes in known.values() for code in codes))
    places = {
        person_id: "、".join(dict.fromkeys(paths[code] for code in codes if code in paths))
        for person_id, codes in known.items()
    }
    return [
        (person_id, f"{name}（{places[person_id]}）" if places[person_id] else name)
        for person_id, name in names.items()
    ]


def _shown(code: str, top: rules.Level) -> tuple[str, ...]:
    """Return the codes whose names make the path, from the outside in."""
    parts = tuple(part for part in rules.ancestors(code) if len(part) >= rules.DIGITS[top])
    return parts[::-1] or (code,)


def _below(code: str | None) -> ColumnElement[bool]:
    """Return the condition of lying directly below *code*.

    Raises:
        NoSuchArea: if *code* is no code.
    """
    if code is None:
        return func.length(Area.code) == rules.DIGITS[rules.Level.DISTRICT]
    rules.level_of(code)
    deeper = [length for length in rules.LEVELS if length > len(code)]
    if not deeper:
        return false()
    return and_(
        Area.code > code,
        Area.code < rules.after(code),
        func.length(Area.code) == min(deeper),
    )
