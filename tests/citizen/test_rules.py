"""What a report is made of, when residents are told what."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen import rules
from citizen.errors import NothingSaid, TooManyWords
from citizen.rules import Place, Position, Said, Stage, Template
from grid.rules import CATALOGUE, TRANSITIONS, Concern, Level, Move, State
from kernel import crockford
from tests.factories import GRID
from tests.fakes import NOON, CountingChance

HERE = Place(area_code=GRID, code_id=7, name="东门")
SAID = Said(submission_key="k", words="灯不亮")

says = st.builds(
    Said,
    submission_key=st.just("k"),
    words=st.text(max_size=20),
    tile=st.sampled_from([None, "dirty", "broken"]),
    danger=st.sampled_from([None, True, False]),
    here=st.booleans(),
    where=st.text(max_size=5),
    phone=st.sampled_from([None, "13812345678", "13912345678"]),
    caller_name=st.text(max_size=5),
)


class TestDigest:
    @given(says, says)
    def test_two_are_the_same_exactly_when_they_say_the_same(self, one: Said, other: Said) -> None:
        same = rules.digest(one, HERE) == rules.digest(other, HERE)

        assert same == (one == other)

    @pytest.mark.parametrize(
        "other",
        [
            Said(submission_key="k", words="灯不亮", files=3),
            Said(submission_key="k", words="灯不亮", notice_version="2025-01"),
            Said(submission_key="k", words="灯不亮", lang="en"),
        ],
    )
    def test_a_retry_with_fewer_files_left_is_the_same(self, other: Said) -> None:
        assert rules.digest(other, HERE) == rules.digest(SAID, HERE)

    def test_a_point_counts_and_how_exact_it_is_does_not(self) -> None:
        def at(lat: float, acc: int) -> str:
            position = Position(lat=lat, lng=120, acc=acc)
            return rules.digest(
                Said(submission_key="k", words="灯", here=False, position=position), HERE
            )

        assert at(30.1, 5) == at(30.1, 80)
        assert at(30.1, 5) != at(30.2, 5)

    def test_the_same_words_at_another_code_are_another_report(self) -> None:
        there = Place(area_code=GRID, code_id=8, name="东门")

        assert rules.digest(SAID, there) != rules.digest(SAID, HERE)

    def test_a_fingerprint_is_64_characters_whatever_is_said(self) -> None:
        odd = Said(submission_key="k", words="😀\u202e\x00" * 600)

        assert len(rules.digest(odd, HERE)) == 64


@pytest.mark.parametrize("words", ["", "\u200b\u2060", " \n\u3000", "\u200d"])
def test_what_cannot_be_seen_says_nothing(words: str) -> None:
    with pytest.raises(NothingSaid):
        rules.checked_words(words, files=0)
    assert rules.checked_words(words, files=1) == words


@pytest.mark.parametrize("words", ["灯", "?", "😀", "👨\u200d👩\u200d👧"])
def test_whatever_can_be_seen_is_something(words: str) -> None:
    assert rules.checked_words(words, files=0) == words


class TestKey:
    @given(st.text(max_size=400))
    def test_any_key_fits_and_different_ones_stay_different(self, typed: str) -> None:
        kept = rules.key_of(typed)

        assert len(kept) <= rules.LONGEST_KEY
        assert (rules.key_of(typed + "x") == kept) is False


class TestNumber:
    @given(st.text(crockford.ALPHABET, min_size=11, max_size=11))
    def test_a_number_is_read_back_however_it_was_typed(self, body: str) -> None:
        number = rules.new_number(lambda _alphabet, _count: body)

        shown = rules.printed(number)
        assert len(number) == 12
        assert [len(part) for part in shown.split("-")] == [4, 4, 4]
        for typed in (shown, number.lower(), shown.replace("-", " "), shown.replace("0", "o")):
            assert rules.read_number(typed) == number

    def test_numbers_come_from_the_house_chance(self) -> None:
        chance = CountingChance()

        assert rules.new_number(chance.letters) != rules.new_number(chance.letters)

    @given(st.text(max_size=40))
    def test_whatever_is_typed_it_is_a_number_or_nothing(self, typed: str) -> None:
        read = rules.read_number(typed)

        assert read is None or (len(read) == 12 and crockford.is_valid(read))


class TestPlace:
    def test_here_is_the_place_of_the_code_whatever_else_was_typed(self) -> None:
        position = Position(lat=30, lng=120)
        settled = rules.settled(
            Said(submission_key="k", words="灯", where="那边", position=position)
        )

        assert (settled.where, settled.position) == ("", None)

    def test_elsewhere_is_not_the_place_of_the_code(self) -> None:
        position = Position(lat=30, lng=120)
        place = Place(area_code=GRID, name="东门", category="0301", position=position)
        elsewhere = Said(submission_key="k", words="灯", here=False, where="桥头")

        there = rules.place_of(elsewhere, place)

        assert (there.name, there.category, there.position) == ("", None, None)

    @pytest.mark.parametrize(
        ("tile", "category"), [(None, "0301"), ("broken", "0301"), ("dirty", None)]
    )
    def test_what_a_code_presets_yields_to_another_tile(
        self, tile: str | None, category: str | None
    ) -> None:
        place = Place(area_code=GRID, name="灯杆", category="0301")

        assert rules.place_of(Said(submission_key="k", tile=tile), place).category == category

    def test_a_tile_that_is_not_ours_is_none(self) -> None:
        assert rules.settled(Said(submission_key="k", tile="<b>")).tile is None

    @pytest.mark.parametrize(
        ("lat", "lng"),
        [("", ""), ("x", "1"), ("nan", "1"), ("inf", "1"), ("91", "1"), ("1", "181"), ("0", "0")],
    )
    def test_a_point_that_is_none_is_left_out(self, lat: str, lng: str) -> None:
        assert rules.position(lat, lng) is None

    @pytest.mark.parametrize(
        ("acc", "metres"), [("12.4", 12), ("", None), ("-3", None), ("nan", None), ("1e99", 100000)]
    )
    def test_how_exact_a_point_is_is_whole_metres(self, acc: str, metres: int | None) -> None:
        found = rules.position("30.1", "120.2", acc)

        assert found is not None
        assert found.acc == metres


class TestWords:
    def test_words_or_a_file_suffice(self) -> None:
        assert rules.checked_words("灯", files=0) == "灯"
        assert rules.checked_words("", files=1) == ""
        with pytest.raises(NothingSaid):
            rules.checked_words("", files=0)

    def test_two_thousand_words_and_no_more(self) -> None:
        assert rules.checked_words("灯" * 2000, files=0)
        with pytest.raises(TooManyWords, match="2001"):
            rules.checked_words("灯" * 2001, files=0)


class TestDays:
    def test_a_day_is_a_day_in_shanghai(self) -> None:
        assert rules.day_of(datetime(2026, 3, 2, 15, 59, tzinfo=UTC)).day == 2
        assert rules.day_of(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)).day == 3


class TestTelling:
    def test_only_four_states_are_told(self) -> None:
        told = {state: rules.template_for(Move.ASSIGN, state) for state in State}

        assert {state: template for state, template in told.items() if template} == {
            State.ACCEPTED: Template.ACCEPTED,
            State.DISPATCHED: Template.DISPATCHED,
            State.REJECTED: Template.REJECTED,
            State.CLOSED: Template.CLOSED,
        }

    def test_an_answer_to_an_objection_has_words_of_its_own(self) -> None:
        assert rules.template_for(Move.UPHOLD, State.ACCEPTED) is Template.UPHELD
        assert rules.template_for(Move.DISMISS, State.REJECTED) is Template.DISMISSED

    def test_everything_that_concerns_reporters_has_its_message(self) -> None:
        assert set(rules.CONCERNS) == set(Concern)

    def test_each_closing_is_a_step_of_its_own(self) -> None:
        first = rules.step_of(Template.CLOSED, of=NOON)
        second = rules.step_of(Template.CLOSED, of=NOON + timedelta(days=2))

        assert first != second
        assert len(first) <= 24
        assert rules.step_of(Template.ACCEPTED) == "T02"


class TestProgress:
    @pytest.mark.parametrize("state", [None, *State])
    def test_every_state_says_what_goes_on_or_is_over(self, state: State | None) -> None:
        title = rules.now_title(state)

        assert (title is None) == (state is not None and state.is_over)
        assert title != "待受理"

    @pytest.mark.parametrize("state", [State.DISPATCHED, State.HANDLING])
    @pytest.mark.parametrize("level", list(Level))
    def test_who_has_it_now_is_said_at_every_level(self, state: State, level: Level) -> None:
        title = rules.now_title(state, level)

        assert title is not None
        assert title != rules.now_title(state)
        assert ("网格员" in title) is (level is Level.GRID)

    def test_what_is_still_to_come_grows_shorter(self) -> None:
        way = [
            None,
            State.ACCEPTED,
            State.DISPATCHED,
            State.HANDLING,
            State.TO_VERIFY,
            State.CLOSED,
        ]

        left = [len(rules.stages_after(state)) for state in way]

        assert left == sorted(left, reverse=True)
        assert left[0] == len(Stage)
        assert left[-1] == 0


def test_every_tile_of_the_form_is_one_that_is_taken() -> None:
    assert all(rules.settled(Said(submission_key="k", tile=code)).tile for code in CATALOGUE.tiles)


@pytest.mark.parametrize(("typed", "kept"), [("2026-01", "2026-01"), ("<b>", ""), ("", "")])
def test_only_notices_that_were_shown_are_written_down(typed: str, kept: str) -> None:
    assert rules.known_notice(typed) == kept


def test_no_step_is_called_by_the_name_staff_give_it() -> None:
    assert rules.plain_title("派遣") == "派给了负责的人"
    assert rules.plain_title("接单，开始办理") == "接单，开始办理"
    assert not {row.name for row in TRANSITIONS if rules.plain_title(row.name) == row.name} & {
        "受理",
        "派遣",
        "重派",
        "重办派遣",
        "不予受理",
    }


@pytest.mark.parametrize(
    ("state", "is_rated", "said"),
    [
        (None, False, "正在送进队列"),
        (State.CLOSED, False, "已办结"),
        (State.CLOSED, True, "已办结，上报人评过了"),
        (State.REJECTED, False, "不予受理"),
        (State.OBJECTED, False, "异议待裁"),
    ],
)
def test_who_wrote_it_down_reads_how_far_it_is_in_the_staffs_words(
    state: State | None, *, is_rated: bool, said: str
) -> None:
    assert rules.staff_headline(state, is_rated=is_rated) == said
    assert "您" not in said
