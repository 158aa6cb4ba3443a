"""Categories, tiles and departments: what the file says, and what follows from it."""

from importlib.resources import files
from itertools import product
from typing import Any

import pytest
import yaml

from grid.errors import NoSuchCategory
from grid.rules import (
    CATALOGUE,
    DEPARTMENTS,
    Catalogue,
    Danger,
    Level,
    Privacy,
    Urgency,
    department,
    level_of_department,
    urgency_of,
)
from grid.rules.source import packaged, tree
from kernel.grants import Role

DATA: dict[str, Any] = yaml.safe_load(
    files("grid").joinpath("data", "event_categories.yaml").read_text("utf-8")
)
ITEMS = {item["code"]: item for group in DATA["groups"] for item in group["items"]}
STATION, BUREAU, FIRE = (frozenset({name}) for name in ("police_station", "police", "fire"))


@pytest.mark.parametrize("code", list(ITEMS))
def test_a_category_is_what_the_file_says(code: str) -> None:
    item, ours = ITEMS[code], CATALOGUE.category(code)

    assert ours.name == item["name"]
    assert ours.urgency == item["urgent"]
    assert (ours.dept, list(ours.co)) == (item["dept"], item.get("co", []))
    assert ours.privacy == item.get("privacy", "normal")
    assert ours.public is item["public"]
    assert (ours.coin or "none") == item["coin"]
    assert ours.close_h == item.get("close_h")
    assert ours.ext_wd == item.get("ext_wd")
    assert ours.mediate is item.get("mediate", False)
    assert ours.version == 1
    numbers = [call["tel"] for call in DATA["call_first"] if code in call["codes"]]
    assert [call.tel for call in ours.call_first] == numbers


def test_every_category_lies_under_a_tile_and_every_tile_leads_somewhere() -> None:
    under = [one.code for tile in CATALOGUE.tiles for one in CATALOGUE.under(tile)]

    assert sorted(under) == sorted(ITEMS)
    assert all(CATALOGUE.under(tile) for tile in CATALOGUE.tiles)


def test_a_category_may_lie_under_another_tile_than_its_group() -> None:
    assert CATALOGUE.category("0799").tile == "other"
    assert CATALOGUE.category("0701").tile == "help"


def test_complaints_about_us_have_their_own_channel() -> None:
    complaint = CATALOGUE.category("9901")

    assert complaint.tile is None
    assert complaint.skip_level


@pytest.mark.parametrize("code", ["", "01", "0199", "０１０１", "0101 "])
def test_there_are_no_other_categories_tiles_or_departments(code: str) -> None:
    for look_up in (CATALOGUE.category, CATALOGUE.tile, department):
        with pytest.raises(NoSuchCategory, match="没有这个"):
            look_up(code)


@pytest.mark.parametrize(("code", "danger"), list(product([*ITEMS, None], [*Danger, None])))
def test_urgency_over_every_category_and_answer(code: str | None, danger: Danger | None) -> None:
    mode = ITEMS[code]["urgent"] if code else "ask"
    urgent = mode == "always" or (mode == "ask" and danger == "yes")

    category = CATALOGUE.category(code) if code else None

    assert urgency_of(category, danger) is (Urgency.URGENT if urgent else Urgency.NORMAL)


class TestTiles:
    def test_show_the_numbers_of_all_they_lead_to_once(self) -> None:
        assert [call.tel for call in CATALOGUE.call_first(None, "hazard")] == ["119", "120"]
        assert [call.tel for call in CATALOGUE.call_first(None, "safe")] == ["110", "96110"]
        assert [call.tel for call in CATALOGUE.call_first("0602", "hazard")] == ["110", "96110"]
        assert CATALOGUE.call_first(None, None) == ()

    @pytest.mark.parametrize(
        ("category", "tile", "privacy"),
        [
            pytest.param("0101", "safe", Privacy.NORMAL, id="the category decides"),
            pytest.param("0601", None, Privacy.POLICE, id="a police category"),
            pytest.param(None, "safe", Privacy.POLICE, id="nothing but police under it"),
            pytest.param(None, "broken", Privacy.NORMAL, id="nothing but normal under it"),
            pytest.param(None, "hazard", Privacy.SENSITIVE, id="still open"),
            pytest.param(None, None, Privacy.SENSITIVE, id="nothing tapped"),
        ],
    )
    def test_say_who_may_see_a_case_before_its_category_is_settled(
        self, category: str | None, tile: str | None, privacy: Privacy
    ) -> None:
        assert CATALOGUE.privacy_of(category, tile) is privacy

    def test_name_the_department_where_they_leave_no_choice(self) -> None:
        assert CATALOGUE.department_of(None, "safe") == "police_station"
        assert CATALOGUE.department_of(None, "hazard") is None
        assert CATALOGUE.department_of("0301", None) == "municipal"

    def test_refuse_a_code_that_is_none(self) -> None:
        with pytest.raises(NoSuchCategory):
            CATALOGUE.privacy_of("0100", "hazard")

    def test_tell_mediation_from_the_rest(self) -> None:
        mediated = {tile for tile in CATALOGUE.tiles if CATALOGUE.is_mediated(None, tile)}

        assert mediated == {"quarrel"}
        assert not CATALOGUE.is_mediated(None, None)


class TestPolice:
    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("departments", [frozenset[str](), STATION, BUREAU, FIRE])
    def test_let_in_the_auxiliary_and_handlers_of_station_and_bureau(
        self, role: Role, departments: frozenset[str]
    ) -> None:
        allowed = role is Role.POLICE_AUX or (
            role is Role.DEPT_HANDLER and departments in (STATION, BUREAU)
        )

        assert CATALOGUE.police_may(frozenset({role}), departments) is allowed

    def test_stand_in_for_town_and_district(self) -> None:
        assert CATALOGUE.police.stands_in == {
            Role.TOWN_ADMIN: Role.DEPT_HANDLER,
            Role.DISTRICT_CMD: Role.DEPT_HANDLER,
        }

    def test_categories_go_to_the_station(self) -> None:
        secret = [one for one in CATALOGUE.categories.values() if one.privacy is Privacy.POLICE]

        assert {one.dept for one in secret} == {"police_station"}
        assert not any(one.public or one.coin for one in secret)


class TestDepartments:
    def test_are_there_for_every_category(self) -> None:
        used = {d for one in CATALOGUE.categories.values() for d in (one.dept, *one.co)}

        assert used <= set(DEPARTMENTS)

    def test_show_their_public_numbers(self) -> None:
        assert [line.tel for line in department("telecom").hotlines] == ["10000", "10086", "10010"]
        assert department("fire").hotlines == ()
        assert department("fire").aliases == ("消防",)

    @pytest.mark.parametrize(
        ("code", "level"),
        [
            ("police_station", Level.POLICE_STATION),
            ("police", Level.POLICE),
            ("town", Level.TOWN),
            ("village", Level.VILLAGE),
            ("fire", Level.DEPARTMENT),
            ("power", Level.DEPARTMENT),
        ],
    )
    def test_stand_at_a_level(self, code: str, level: Level) -> None:
        assert level_of_department(code) is level


class TestAnotherVersion:
    text = packaged("event_categories")

    def test_is_read_from_its_text(self) -> None:
        newer = Catalogue.read(self.text.replace("version: 1", "version: 2"))

        assert newer.version == newer.category("0101").version == 2
        assert CATALOGUE.version == 1

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("urgent: always", "urgent: sometimes"),
            ("privacy: police,", "privacy: secret,"),
            ("dept: fire", "depart: fire"),
            ("groups:", "bunches:"),
        ],
    )
    def test_with_a_slip_in_it_is_not_taken(self, old: str, new: str) -> None:
        with pytest.raises((ValueError, KeyError)):
            Catalogue.read(self.text.replace(old, new))

    def test_that_is_no_map_is_not_taken(self) -> None:
        with pytest.raises(TypeError):
            tree("- 1")
