from itertools import product

import pytest

from kernel.access import Actor, Hat
from kernel.grants import GRANTS, Role, Scope
from people.errors import BadField, NoSuchArea, WrongHat
from people.rules import (
    DIGITS,
    DISTRICT_ROLES,
    HatWanted,
    Level,
    checked_hat,
    may_give,
    reach,
    read_hats,
    role_named,
)
from tests.factories import DISTRICT, GRID, MICRO_GRID, TOWN, VILLAGE

AREAS = {
    Level.DISTRICT: DISTRICT,
    Level.TOWN: TOWN,
    Level.VILLAGE: VILLAGE,
    Level.GRID: GRID,
    Level.MICRO_GRID: MICRO_GRID,
}
WIDTH = {Scope.GRID: Level.GRID, Scope.VILLAGE: Level.VILLAGE, Scope.TOWN: Level.TOWN}


def wearable(role: Role, level: Level) -> bool:
    department = "fire" if role is Role.DEPT_HANDLER else ""
    try:
        checked_hat(HatWanted(role, AREAS[level], department))
    except WrongHat:
        return False
    return True


@pytest.mark.parametrize(("role", "level"), list(product(Role, Level)))
def test_no_hat_reaches_above_the_area_it_is_worn_at(role: Role, level: Level) -> None:
    if not wearable(role, level):
        return

    hat = Hat(role, AREAS[level])
    scopes = {grants[role] for grants in GRANTS.values() if role in grants} & set(WIDTH)

    # A micro-grid's head reads the whole grid; no hat leaves its village, or its own level.
    widest = min([DIGITS[level], DIGITS[Level.VILLAGE]])
    assert all(len(reach(hat, scope)) >= widest for scope in scopes), scopes


@pytest.mark.parametrize("role", sorted(DISTRICT_ROLES))
def test_who_sees_all_sits_in_the_district(role: Role) -> None:
    assert [level for level in Level if wearable(role, level)] == [Level.DISTRICT]


def test_every_role_but_the_residents_can_be_worn() -> None:
    never = [role for role in Role if not any(wearable(role, level) for level in Level)]

    assert never == [Role.RESIDENT]


@pytest.mark.parametrize(
    "hat",
    [
        HatWanted(Role.DEPT_HANDLER, DISTRICT),
        HatWanted(Role.DEPT_HANDLER, DISTRICT, "Fire; drop"),
        HatWanted(Role.GRID_FULL, GRID, "fire"),
    ],
)
def test_a_department_goes_with_its_own_role_only(hat: HatWanted) -> None:
    with pytest.raises(WrongHat):
        checked_hat(hat)


def test_a_hat_nowhere_is_no_hat() -> None:
    with pytest.raises(NoSuchArea):
        checked_hat(HatWanted(Role.GRID_FULL, "33"))


@pytest.mark.parametrize(("giver", "role"), list(product(Role, Role)))
def test_only_a_system_administrator_makes_those_who_see_all(giver: Role, role: Role) -> None:
    by = Actor(1, frozenset({Hat(giver, DISTRICT)}))

    assert may_give(by, role) == (role not in DISTRICT_ROLES or giver is Role.SYSADMIN)
    assert may_give(None, role)


def test_hats_are_read_as_a_file_names_them() -> None:
    read = read_hats(f"grid_full@{GRID}；辅警@{VILLAGE} ; dept_handler@{DISTRICT}/fire")

    assert read == (
        HatWanted(Role.GRID_FULL, GRID),
        HatWanted(Role.POLICE_AUX, VILLAGE),
        HatWanted(Role.DEPT_HANDLER, DISTRICT, "fire"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;",
        "grid_full",
        "king@330106",
        f"grid_full@{DISTRICT}",
        "grid_full@33",
        f"grid_full@{GRID};grid_full@{GRID}",
        f"resident@{GRID}",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        read_hats(text)


def test_a_role_goes_by_code_or_by_name() -> None:
    assert role_named("专职网格员") is role_named("grid_full") is Role.GRID_FULL
    assert role_named("GRID_FULL") is None
