"""Giving a case to a unit without an account, and what it may say."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grid import service
from grid.errors import (
    Incomplete,
    LinkGone,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    WrongMoment,
)
from grid.models import (
    Act,
    Case,
    CaseFile,
    External,
    FileKind,
    LinkDevice,
    Outside,
    Step,
    UnitWord,
)
from grid.queries import progress
from grid.rules import HandledBy, Move, Privacy, State
from grid.rules.outside import LASTS, MOST_SAID, Said, digest
from grid.service import Answer
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.departments import errand
from tests.grid.factories import acts_of, do, handle, make_case, make_station


def owned(work: Work, **values: object) -> tuple[Case, Actor]:
    """Return a case in hand, and the worker who has it."""
    worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
    case = make_case(work.session, state=State.HANDLING, owner_id=worker.id, **values)
    return case, worker


def count(session: Session, kind: type) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


class TestGiving:
    def test_a_link_is_kept_as_a_hash_and_leaves_a_step(
        self, work: Work, clock: FixedClock
    ) -> None:
        case, worker = owned(work)

        secret = service.give_link(work, case.id, errand(), by=worker)

        row = work.session.scalars(select(Outside)).one()
        assert row.secret == digest(secret)
        assert secret not in repr(vars(row))
        assert row.expires_at == clock.moment + LASTS
        assert (case.owner_id, case.state) == (worker.id, State.HANDLING)
        step = work.session.scalars(select(Step).where(Step.act == Act.OUTSIDE)).one()
        assert step.why.startswith("给了供电一个限时链接")

    def test_the_towns_desk_may_as_well(self, work: Work) -> None:
        case, _worker = owned(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        assert service.give_link(work, case.id, errand(), by=town)

    @pytest.mark.parametrize(
        ("role", "area", "error"),
        [
            (Role.GRID_FULL, GRID, NotYours),
            (Role.GRID_LEADER, VILLAGE, NotYours),
            (Role.GRID_FULL, NEXT_VILLAGE, NoSuchCase),
            (Role.TOWN_ADMIN, NEXT_TOWN, NoSuchCase),
        ],
    )
    def test_nobody_else_may(
        self, work: Work, role: Role, area: str, error: type[Exception]
    ) -> None:
        case, _worker = owned(work)

        with pytest.raises(error):
            service.give_link(work, case.id, errand(), by=make_staff(work.session, role, area=area))

    @pytest.mark.parametrize("unit", ["municipal", "police_station", "", "x"])
    def test_only_units_get_links(self, work: Work, unit: str) -> None:
        case, worker = owned(work)

        with pytest.raises(NotThatWay):
            service.give_link(work, case.id, errand(unit=unit), by=worker)

    @pytest.mark.parametrize(
        "values",
        [
            {"what": ""},
            {"what": "……"},
            {"what": "报的人是张三"},
            {"what": "请打 138 0013 8000"},
            {"where": "张三家门口"},
        ],
    )
    def test_what_is_asked_never_names_who_reported(
        self, work: Work, values: dict[str, str]
    ) -> None:
        case, worker = owned(work)

        with pytest.raises(Incomplete):
            service.give_link(work, case.id, errand(**values), by=worker)

    def test_the_same_form_twice_gives_one_link(self, work: Work) -> None:
        case, worker = owned(work)
        service.give_link(work, case.id, errand(), by=worker)

        with pytest.raises(OftenEnough):
            service.give_link(work, case.id, errand(), by=worker)

        assert count(work.session, Outside) == 1

    def test_police_matters_and_what_is_over_go_to_nobody(self, work: Work) -> None:
        station = make_station(work.session)
        police = make_case(
            work.session,
            state=State.HANDLING,
            owner_id=station.id,
            privacy=Privacy.POLICE,
            department="police_station",
        )
        _case, worker = owned(work)
        closed = make_case(work.session, state=State.CLOSED, owner_id=worker.id)

        with pytest.raises(NotThatWay):
            service.give_link(work, police.id, errand(), by=station)
        with pytest.raises(WrongMoment):
            service.give_link(work, closed.id, errand(), by=worker)

    def test_photos_are_those_of_the_case_and_never_of_a_sensitive_one(
        self, work: Work, make_attachment: int
    ) -> None:
        case, worker = owned(work)
        secret_case, other = owned(work, privacy=Privacy.SENSITIVE)
        work.session.add(
            CaseFile(
                case_id=secret_case.id,
                attachment_id=make_attachment,
                kind=FileKind.REPORT,
                step_number=1,
            )
        )
        work.session.flush()
        wanted = errand(photos=(make_attachment,))

        with pytest.raises(NotThatWay):
            service.give_link(work, case.id, wanted, by=worker)
        with pytest.raises(NotThatWay):
            service.give_link(work, secret_case.id, wanted, by=other)

    def test_a_call_is_written_down_with_what_they_said(self, work: Work) -> None:
        case, worker = owned(work)
        answer = Answer(key="", said=Said.COMING, words="明早八点")

        service.log_unit_call(work, case.id, errand(name="95598 小周"), answer, by=worker)

        row = work.session.scalars(select(Outside)).one()
        assert (row.name, row.last_said, row.secret) == ("95598 小周", Said.COMING, None)
        assert acts_of(work.session, case)[-1] is Act.OUTSIDE
        with pytest.raises(Incomplete):
            service.log_unit_call(
                work, case.id, errand("2"), Answer(key="", said=Said.DONE), by=worker
            )


class TestSaying:
    def test_each_word_is_a_step_with_the_units_name(self, work: Work) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(name="溪城供电所"), by=worker)

        for key, said, words in (
            ("1", Said.RECEIVED, ""),
            ("2", Said.COMING, "半小时"),
            ("3", Said.DONE, "接好了"),
        ):
            service.say(work, secret, Answer(key=key, said=said, words=words))

        told = work.session.scalars(
            select(Step.why).where(Step.act == Act.UNIT_SAID).order_by(Step.number)
        ).all()
        assert told == [
            "溪城供电所（链接）：收到",
            "溪城供电所（链接）：说了什么时候来。半小时",
            "溪城供电所（链接）：办好了。接好了",
        ]
        assert case.state is State.HANDLING  # the owner still has to report, somebody to look
        assert case.responded_at is None  # the clocks run on

    def test_the_same_form_twice_says_it_once(self, work: Work) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(), by=worker)

        for _ in range(3):
            service.say(work, secret, Answer(key="1", said=Said.RECEIVED))

        assert count(work.session, UnitWord) == 1

    def test_without_a_key_nothing_that_is_said_is_lost(self, work: Work) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(), by=worker)

        service.say(work, secret, Answer(key="", said=Said.RECEIVED))
        service.say(work, secret, Answer(key="", said=Said.DONE, words="接好了"))

        assert count(work.session, UnitWord) == 2

    @pytest.mark.parametrize("said", [Said.COMING, Said.DONE])
    def test_when_and_what_need_a_word(self, work: Work, said: Said) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(), by=worker)

        with pytest.raises(Incomplete):
            service.say(work, secret, Answer(key="1", said=said, words=" 。"))

    def test_a_stranger_with_the_link_cannot_fill_the_store(self, work: Work) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(), by=worker)

        for number in range(MOST_SAID):
            service.say(work, secret, Answer(key=str(number), said=Said.RECEIVED))
        with pytest.raises(OftenEnough):
            service.say(work, secret, Answer(key="more", said=Said.RECEIVED))

    def test_guessed_expired_and_revoked_links_say_nothing(
        self, work: Work, clock: FixedClock
    ) -> None:
        case, worker = owned(work)
        first = service.give_link(work, case.id, errand("1"), by=worker)
        second = service.give_link(work, case.id, errand("2"), by=worker)
        row = work.session.scalars(select(Outside).where(Outside.secret == digest(first))).one()
        service.revoke(work, row.id, by=worker)
        service.revoke(work, row.id, by=worker)  # again changes nothing

        for secret in (first, "guessed", digest(second)):
            with pytest.raises(LinkGone):
                service.say(work, secret, Answer(key="1", said=Said.RECEIVED))
        clock.advance(days=7)
        with pytest.raises(LinkGone):
            service.say(work, second, Answer(key="1", said=Said.RECEIVED))
        assert count(work.session, UnitWord) == 0

    def test_a_link_dies_with_its_case(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        make_station(work.session)
        merged, closing, crossing = owned(work), owned(work), owned(work)
        secrets = [
            service.give_link(work, case.id, errand(), by=worker)
            for case, worker in (merged, closing, crossing)
        ]
        main = make_case(work.session)
        do(work, merged[0], Move.MERGE, town, main_case=main.id, reason="同一件")
        do(work, closing[0], Move.REJECT, town, reason="不归", responsible_channel="供电")
        service.classify(work, crossing[0].id, by=crossing[1], category="0601")

        for secret in secrets:
            with pytest.raises(LinkGone):
                service.say(work, secret, Answer(key="1", said=Said.DONE, words="好了"))

    @pytest.mark.parametrize("area", [NEXT_TOWN, NEXT_VILLAGE])
    def test_who_has_nothing_to_do_with_it_cannot_switch_it_off(
        self, work: Work, area: str
    ) -> None:
        case, worker = owned(work)
        service.give_link(work, case.id, errand(), by=worker)
        row = work.session.scalars(select(Outside)).one()
        stranger = make_staff(work.session, Role.GRID_FULL, Role.GRID_LEADER, area=area)

        with pytest.raises(NoSuchCase):
            service.revoke(work, row.id, by=stranger)
        with pytest.raises(NoSuchCase):
            service.revoke(work, 999_999, by=worker)

    def test_devices_are_counted_once_each(self, work: Work) -> None:
        case, worker = owned(work)
        service.give_link(work, case.id, errand(), by=worker)
        row = work.session.scalars(select(Outside)).one()

        for device in ("a", "b", "a"):
            service.opened(work, row.id, device=device)

        assert count(work.session, LinkDevice) == 2

    def test_words_are_never_changed(self, work: Work) -> None:
        case, worker = owned(work)
        secret = service.give_link(work, case.id, errand(), by=worker)
        service.say(work, secret, Answer(key="1", said=Said.RECEIVED))
        work.session.flush()

        with pytest.raises(DBAPIError), work.session.begin_nested():
            work.session.query(UnitWord).update({"words": "别的话"})


class TestAfterwards:
    def test_what_a_unit_did_may_be_verified_by_who_reported_it(self, work: Work) -> None:
        reporter = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case, worker = owned(work, staff_reporter=reporter.id)
        secret = service.give_link(work, case.id, errand(), by=worker)
        service.say(work, secret, Answer(key="1", said=Said.DONE, words="接好了"))

        handle(work, case, worker)

        assert case.handled_kind is HandledBy.OUTSIDE_UNIT
        do(work, case, Move.VERIFY, reporter, finding=case.proposed_finding)
        assert case.state is State.CLOSED

    def test_the_reporter_reads_that_a_unit_was_asked_and_not_what_it_said(
        self, work: Work
    ) -> None:
        case, worker = owned(work, category="0103")
        secret = service.give_link(work, case.id, errand(), by=worker)
        service.say(work, secret, Answer(key="1", said=Said.COMING, words="明天"))

        found = progress(work.session, case.id, now=work.now())

        titles = [step.title for step in found.steps]
        assert titles == ["请了专业单位一起处理"]
        assert "明天" not in repr(found)
        assert [line.tel for _unit, line in found.hotlines] == ["95598"]


class TestNumbers:
    def test_one_for_each_system_and_it_can_be_corrected(self, work: Work) -> None:
        case, worker = owned(work)

        for number in ("ZJ-1", "ZJ-1", "ZJ-2"):
            service.set_number(work, case.id, by=worker, system="12345 热线", number=number)

        row = work.session.scalars(select(External)).one()
        assert (row.number, row.folded) == ("ZJ-2", "ZJ2")
        assert acts_of(work.session, case) == [Act.EXTERNAL, Act.EXTERNAL]

    def test_it_may_come_late_but_from_who_is_at_it(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.CLOSED, owner_id=worker.id)
        service.set_number(work, case.id, by=worker, system="12345 热线", number="9")

        colleague = make_staff(work.session, Role.GRID_FULL, area=GRID)
        with pytest.raises(NotYours):
            service.set_number(work, case.id, by=colleague, system="12345 热线", number="8")
        with pytest.raises(NotThatWay):
            service.set_number(work, case.id, by=worker, system="不知道的", number="8")
        with pytest.raises(Incomplete):
            service.set_number(work, case.id, by=worker, system="12345 热线", number="--")

    def test_a_town_has_its_own_systems(self, work: Work) -> None:
        case, worker = owned(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        service.set_systems(work, TOWN, by=town, names=["县平台", "", "县平台"])

        service.set_number(work, case.id, by=worker, system="县平台", number="1")
        with pytest.raises(NotThatWay):
            service.set_number(work, case.id, by=worker, system="12345 热线", number="1")
        with pytest.raises(NotYours):
            service.set_systems(work, NEXT_TOWN, by=town, names=["x"])
        service.set_systems(work, TOWN, by=town, names=[])
        service.set_number(work, case.id, by=worker, system="12345 热线", number="1")

    def test_a_copied_phone_is_written_down(self, work: Work) -> None:
        case, worker = owned(work)

        found = service.copy_contact(work, case.id, by=worker)

        assert (found.name, found.phone) == ("张三", "13800138000")
        actions = set(work.session.scalars(select(AuditLine.action)))
        assert actions == {"case.contact-read", "case.contact-copy"}
