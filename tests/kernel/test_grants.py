import csv
from importlib.resources import files

import pytest
import yaml

from kernel.grants import GRANTS, Role, Scope
from kernel.permissions import Permission
from people.rules import ROLE_NAMES

DATA = files("kernel").joinpath("data")
SHEET = list(
    csv.DictReader(
        DATA.joinpath("roles_permissions.csv").read_text("utf-8-sig").splitlines(), strict=True
    )
)
ROLES = yaml.safe_load(DATA.joinpath("roles.yaml").read_text("utf-8"))


def test_the_table_has_every_permission_of_the_sheet_and_no_other() -> None:
    names = [row["permission"] for row in SHEET]

    assert len(set(names)) == len(names)
    assert set(names) == {permission.value for permission in Permission}
    assert set(GRANTS) == set(Permission)


def test_the_columns_of_the_sheet_are_the_roles_in_their_order() -> None:
    columns = [name for name in SHEET[0] if name in {role.value for role in Role}]

    assert columns == [role.value for role in Role]


@pytest.mark.parametrize("row", SHEET, ids=lambda row: row["permission"])
def test_every_cell_says_the_same_as_the_sheet(row: dict[str, str]) -> None:
    grants = GRANTS[Permission(row["permission"])]

    for role in Role:
        granted = grants.get(role)
        assert (granted.value if granted else "-") == row[role.value], role


def test_the_roles_are_those_of_the_list_in_its_order() -> None:
    assert [one["code"] for one in ROLES["roles"]] == [role.value for role in Role]
    assert {Role(one["code"]): one["name"] for one in ROLES["roles"]} == ROLE_NAMES


def test_the_scopes_are_those_of_the_list() -> None:
    assert {one["code"] for one in ROLES["scopes"]} == {"-", *(scope.value for scope in Scope)}


def test_nobody_who_watches_may_change_anything() -> None:
    watched = {permission for permission, grants in GRANTS.items() if Role.AUDITOR in grants}
    allowed = {Permission.COMPLAINT_ANSWER}  # about the district itself, which nobody else may

    assert all(p.endswith("read") for p in watched - allowed), watched
