"""What the demo draws."""

from datetime import datetime, timedelta

import pytest

from demo.rules import folk, spots, stories
from demo.rules.chance import SeededChance
from demo.rules.district import GRIDS, areas, boundary, inside
from demo.rules.pictures import Motif, draw
from demo.rules.plots import CASES, DAYS, SMALL, Course, daytime, plots
from demo.rules.sounds import speak
from grid.rules import CATALOGUE
from grid.rules.shapes import contains
from kernel.clock import SHANGHAI
from kernel.grants import Role
from kernel.media import pictures, sounds
from people.rules import Level, checked_hat, checked_phone, level_of, parent_of
from qr.rules import checked_name, checked_position

END = datetime(2026, 3, 2, 17, tzinfo=SHANGHAI)


class TestChance:
    def test_the_same_seed_draws_the_same(self) -> None:
        one, same = SeededChance("1"), SeededChance("1")

        assert [one.token() for _ in range(5)] == [same.token() for _ in range(5)]

    def test_another_seed_draws_something_else(self) -> None:
        assert SeededChance("1").token() != SeededChance("2").token()

    def test_a_branch_is_not_shifted_by_what_is_drawn_beside_it(self) -> None:
        one, other = SeededChance("1"), SeededChance("1")
        other.token()

        assert one.branch("a").token() == other.branch("a").token()

    def test_no_token_comes_twice(self) -> None:
        chance = SeededChance("1")

        assert len({chance.token() for _ in range(2000)}) == 2000

    def test_numbers_stay_within_their_limits_and_reach_both(self) -> None:
        chance = SeededChance("1")

        assert {chance.between(3, 6) for _ in range(200)} == {3, 4, 5, 6}

    def test_what_never_happens_does_not(self) -> None:
        chance = SeededChance("1")

        assert not any(chance.happens(0) for _ in range(100))
        assert all(chance.happens(100) for _ in range(100))


class TestDistrict:
    def test_every_area_lies_in_one_that_came_before(self) -> None:
        seen: set[str | None] = {None}
        for area in areas():
            assert parent_of(area.code) in seen
            seen.add(area.code)

    def test_there_are_as_many_as_were_asked_for(self) -> None:
        levels = [level_of(area.code) for area in areas()]

        assert [levels.count(level) for level in Level] == [1, 2, 6, 24, 4]

    def test_no_two_grids_overlap_and_each_holds_its_own_points(self) -> None:
        for grid in GRIDS:
            lat, lng = inside(grid, 50, 50)
            there = [code for code in GRIDS if contains(boundary(code), lat=lat, lng=lng)]
            assert there == [grid]


class TestFolk:
    def test_forty_people_wear_every_role_but_the_residents(self) -> None:
        staff = list(folk.staff())

        assert len({row.login for row in staff}) == 40
        assert len({row.phone for row in staff}) == 40
        roles = {checked_hat(hat).role for row in staff for hat in row.hats}
        assert roles == set(Role) - {Role.RESIDENT}

    def test_nobody_has_a_number_that_somebody_has(self) -> None:
        numbers = [row.phone for row in folk.staff()] + [folk.phone(folk.FIRST_RESIDENT)]

        assert all(checked_phone(number).startswith("13800000") for number in numbers)

    def test_households_have_one_to_five_members(self) -> None:
        chance = SeededChance("1")

        assert {len(folk.members(chance)) for _ in range(200)} == {1, 2, 3, 4, 5}


class TestCodes:
    def test_every_label_can_be_ordered(self) -> None:
        labels = list(spots.labels())

        assert len(labels) + 2 + spots.CARDS == 60  # a successor and an activity come later
        for label in labels:
            assert checked_name(label.kind, label.name) == label.name
            assert checked_position(label.position) == label.position
            assert label.category is None or label.category in CATALOGUE.categories


class TestStories:
    @pytest.mark.parametrize("story", stories.STORIES, ids=lambda story: story.words[:8])
    def test_a_story_lies_under_its_tile(self, story: stories.Story) -> None:
        assert CATALOGUE.category(story.category).tile == story.tile


class TestPlots:
    @pytest.mark.parametrize(("small", "count"), [(False, CASES), (True, SMALL)])
    def test_there_are_so_many_and_each_takes_a_course(self, small: bool, count: int) -> None:  # noqa: FBT001 - a parameter
        made = plots(SeededChance("1"), end=END, small=small)

        assert len(made) == count
        assert {plot.course for plot in made} == set(Course)
        assert sorted(plot.number for plot in made) == list(range(count))

    def test_they_lie_in_the_last_three_months_in_order(self) -> None:
        made = plots(SeededChance("1"), end=END, small=False)

        moments = [plot.at for plot in made]
        assert moments == sorted(moments)
        assert END - timedelta(days=DAYS) <= moments[0] < END - timedelta(days=DAYS - 10)
        assert END - timedelta(minutes=1) < moments[-1] < END

    def test_what_is_merged_follows_what_was_there_first(self) -> None:
        made = {plot.number: plot for plot in plots(SeededChance("1"), end=END, small=False)}

        for plot in made.values():
            if plot.partner is not None:
                assert made[plot.partner].at < plot.at
                assert made[plot.partner].story == plot.story

    def test_evenings_wait_for_the_morning(self) -> None:
        late = datetime(2026, 3, 2, 20, 15, tzinfo=SHANGHAI)
        early = datetime(2026, 3, 2, 5, 15, tzinfo=SHANGHAI)

        assert daytime(late) == datetime(2026, 3, 3, 8, 15, tzinfo=SHANGHAI)
        assert daytime(early) == datetime(2026, 3, 2, 8, 15, tzinfo=SHANGHAI)
        assert daytime(END) == END


class TestFiles:
    @pytest.mark.parametrize("motif", list(Motif))
    def test_every_motif_is_a_picture_before_and_after(self, motif: Motif) -> None:
        found, mended = draw(motif, mended=False), draw(motif, mended=True)

        assert pictures.measure(found)[1:] == pictures.measure(mended)[1:] == (640, 480)
        assert found != mended
        assert found == draw(motif, mended=False)

    def test_a_voice_note_lasts_as_long_as_it_says(self) -> None:
        _, seconds = sounds.measure(speak(2.5, voice=1))

        assert seconds == 2.5
