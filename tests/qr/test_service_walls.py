"""What happens to a code on its wall."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.media import Attachment, MediaRefused
from kernel.work import Work, transaction
from qr import jobs, queries, rules, service
from qr.errors import BadPlace, NeverPrinted, NoSuchCode, WrongMoment
from qr.models import Code, ScanWeek, Trouble
from qr.rules import CodeKind, CodeState, Ecc, Look, Position, Settled, Wrong
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_household, make_staff
from tests.fakes import NOON, FixedClock
from tests.kernel.media.samples import HTML, picture

TODAY = NOON.date()
GATE = Position(30.25, 120.16)


def printed(work: Work, *, kind: CodeKind = CodeKind.SPOT) -> Code:
    make_area(work.session, GRID)
    issued = service.issue(work, kind=kind, area_code=GRID, place_name="东门", by=None)
    return service.note_printed(work, issued.code.id, Look(Ecc.Q, 3), by=None)


def installer(work: Work, area: str = GRID, role: Role = Role.GRID_FULL) -> Actor:
    return make_staff(work.session, role, area=area)


def lines(work: Work, action: str) -> list[tuple[int | None, str]]:
    work.session.flush()
    found = select(AuditLine.actor_id, AuditLine.detail).where(AuditLine.action == action)
    return [(row[0], row[1]) for row in work.session.execute(found.order_by(AuditLine.id))]


def troubles(work: Work) -> list[Trouble]:
    return list(work.session.scalars(select(Trouble).order_by(Trouble.id)))


class TestHang:
    def test_the_day_the_place_and_who_hung_it_are_kept(self, work: Work) -> None:
        code, by = printed(work), installer(work)

        service.hang(work, code.id, by=by, position=GATE)

        assert (code.state, code.hung_on) == (CodeState.HUNG, TODAY)
        assert (code.lat, code.lng) == (30.25, 120.16)
        assert lines(work, "qr.hang") == [(by.id, "with position")]

    def test_without_a_place_the_one_that_was_known_stays(self, work: Work) -> None:
        code, by = printed(work), installer(work)
        code.lat, code.lng, code.far_reports = 1.0, 2.0, 3

        service.hang(work, code.id, by=by)

        assert (code.lat, code.lng, code.far_reports) == (1.0, 2.0, 3)

    def test_one_that_was_never_printed_asks_to_be_confirmed(self, work: Work) -> None:
        make_area(work.session, GRID)
        code = service.issue(
            work, kind=CodeKind.SPOT, area_code=GRID, place_name="东门", by=None
        ).code
        by = installer(work)

        with pytest.raises(NeverPrinted):
            service.hang(work, code.id, by=by)
        service.hang(work, code.id, by=by, printed_elsewhere=True)

        assert code.state is CodeState.HUNG

    def test_it_settles_what_was_said_to_be_wrong(self, work: Work) -> None:
        code = printed(work)
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN)

        service.hang(work, code.id, by=installer(work))

        assert [one.settled for one in troubles(work)] == [Settled.HUNG]

    def test_only_the_newest_picture_is_kept_and_none_of_an_old_code(self, work: Work) -> None:
        code, by = printed(work), installer(work)
        for width in (320, 300, 300):
            assert service.hang(work, code.id, by=by, photo=picture(width=width))
        owner = queries.photo_owner(code.id)
        kept = select(Attachment.id).where(Attachment.owner == owner)
        one = work.session.scalars(kept).all()

        service.replace(work, code.id, reason="旧了", by=None)

        assert len(one) == 1
        assert work.session.scalars(kept).all() == []

    def test_what_is_no_picture_is_refused_and_nothing_hangs(self, session: Session) -> None:
        with transaction() as work:
            code_id, by = printed(work).id, installer(work)

        with pytest.raises(MediaRefused), transaction() as work:
            service.hang(work, code_id, by=by, photo=HTML)

        assert session.get_one(Code, code_id).state is CodeState.PRINTED

    @pytest.mark.parametrize(
        ("role", "area"),
        [(Role.GRID_FULL, f"{NEXT_VILLAGE}001"), (Role.VILLAGE_ADMIN, NEXT_VILLAGE),
         (Role.TOWN_ADMIN, GRID[:9]), (Role.SYSADMIN, GRID[:6]), (Role.POLICE_AUX, GRID)],
    )  # fmt: skip
    def test_who_does_not_look_after_it_hangs_nothing_and_finds_nothing_sound(
        self, work: Work, role: Role, area: str
    ) -> None:
        code, by = printed(work), make_staff(work.session, role, area=area)

        with pytest.raises(NoSuchCode):
            service.hang(work, code.id, by=by)
        with pytest.raises(NoSuchCode):
            service.find_sound(work, code.id, by=by)

    def test_a_card_and_a_screen_hang_nowhere(self, work: Work) -> None:
        by, home = installer(work), make_household(work.session, GRID)
        clerk = installer(work, VILLAGE, Role.VILLAGE_ADMIN)
        codes = [service.issue_card(work, home.id, by=clerk).code]
        codes.append(printed(work, kind=CodeKind.SIGN_IN))

        for code in codes:
            with pytest.raises(NoSuchCode):
                service.hang(work, code.id, by=by, printed_elsewhere=True)
            with pytest.raises(NoSuchCode):
                service.say_wrong(work, code.id, wrong=Wrong.BROKEN)

    def test_what_has_ended_is_neither_hung_nor_sound(self, work: Work) -> None:
        code, by = printed(work), installer(work)
        service.revoke(work, code.id, reason="拆了", by=None)

        for verb in (service.hang, service.find_sound):
            with pytest.raises(WrongMoment):
                verb(work, code.id, by=by)


class TestSound:
    def test_the_day_is_kept_and_nobody_is_named(self, work: Work) -> None:
        code = printed(work)
        service.hang(work, code.id, by=installer(work))
        service.say_wrong(work, code.id, wrong=Wrong.COVERED)

        service.find_sound(work, code.id, by=installer(work, VILLAGE, Role.GRID_LEADER))

        assert (code.state, code.checked_on) == (CodeState.HUNG, TODAY)
        assert [one.settled for one in troubles(work)] == [Settled.SOUND]
        assert lines(work, "qr.check") == [(None, "sound")]


class TestWrong:
    def test_the_same_said_again_is_one_open_report(self, work: Work) -> None:
        code = printed(work)
        for seen in ("evil.example", "", "evil.example", "other.example"):
            service.say_wrong(work, code.id, wrong=Wrong.FOREIGN, seen=seen)

        (one,) = troubles(work)
        assert (one.times, one.seen) == (4, "evil.example\nother.example")
        assert code.state is CodeState.DAMAGED
        assert lines(work, "qr.said-wrong") == [(None, "foreign")]

    def test_what_was_settled_and_comes_again_is_a_new_report(self, work: Work) -> None:
        code = printed(work)
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN)
        service.find_sound(work, code.id, by=installer(work))
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN)

        assert [one.settled for one in troubles(work)] == [Settled.SOUND, None]

    @pytest.mark.parametrize("wrong", Wrong)
    def test_it_never_changes_what_a_scan_means(self, work: Work, wrong: Wrong) -> None:
        code = printed(work)
        before = queries.resolve(work.session, code.token or "")

        service.say_wrong(work, code.id, wrong=wrong)

        after = queries.resolve(work.session, code.token or "")
        assert (after.meaning, after.code_id) == (before.meaning, before.code_id)

    def test_what_is_typed_never_outgrows_its_column(self, work: Work) -> None:
        code = printed(work)
        for at in range(5):
            service.say_wrong(work, code.id, wrong=Wrong.FOREIGN, seen=f"{at}" * 200)

        assert troubles(work)[0].times == 5
        assert len(troubles(work)[0].seen) <= 500

    @pytest.mark.parametrize(
        ("end", "settled"), [("replace", Settled.REPLACED), ("revoke", Settled.REVOKED)]
    )
    def test_the_end_of_a_code_settles_it(self, work: Work, end: str, settled: Settled) -> None:
        code = printed(work)
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN)

        getattr(service, end)(work, code.id, reason="换掉", by=None)

        assert [one.settled for one in troubles(work)] == [settled]

    def test_it_is_forgotten_a_year_after_it_was_settled(
        self, work: Work, clock: FixedClock
    ) -> None:
        code = printed(work)
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN)
        service.find_sound(work, code.id, by=installer(work))
        service.say_wrong(work, code.id, wrong=Wrong.BROKEN, seen="还开着")
        work.session.add(ScanWeek(code_id=code.id, week=date(2026, 3, 2), scans=1))
        clock.advance(days=364)
        assert service.forget_troubles(work) == 0

        clock.advance(days=10)

        assert service.forget_troubles(work) == 1
        assert [one.seen for one in troubles(work)] == ["还开着"]
        assert work.session.scalars(select(ScanWeek)).all() == []


class TestRename:
    def test_the_new_name_is_shown_and_both_stand_in_the_log(self, work: Work) -> None:
        code = printed(work)
        by = installer(work, VILLAGE, Role.VILLAGE_ADMIN)

        service.rename(work, code.id, name=" 西门  灯杆 ", by=by)
        service.rename(work, code.id, name="西门 灯杆", by=by)

        assert queries.resolve(work.session, code.token or "").place_name == "西门 灯杆"
        assert lines(work, "qr.rename") == [(by.id, "东门 -> 西门 灯杆")]

    def test_it_is_refused_as_when_it_is_ordered(self, work: Work) -> None:
        code = printed(work)
        by = installer(work, VILLAGE, Role.VILLAGE_ADMIN)

        for name in ("", "😀", "路" * 61):
            with pytest.raises(BadPlace):
                service.rename(work, code.id, name=name, by=by)
        service.replace(work, code.id, reason="换掉", by=None)
        with pytest.raises(WrongMoment):
            service.rename(work, code.id, name="西门", by=by)
        with pytest.raises(NoSuchCode):
            service.rename(work, code.id, name="西门", by=installer(work))


class TestScans:
    def test_they_are_added_up_by_week(self, work: Work) -> None:
        code, other = printed(work), printed(work)
        first = {rules.scan_field(code.id, date(2026, 2, 27)): 2}
        later = {rules.scan_field(one, date(2026, 3, 2)): 3 for one in (code.id, other.id, 999)}

        for tallied in (first, later, first, {}):
            service.note_scans(work, tallied)

        work.session.expire_all()
        assert code.last_scan_on == date(2026, 3, 2)
        found = queries.scans_of(work.session, [code.id, other.id], today=TODAY)
        assert found[code.id] == (0, 0, 0, 0, 0, 0, 4, 3)
        assert found[other.id][-1] == 3

    def test_the_job_writes_each_count_once(self, app: Flask, session: Session) -> None:
        with transaction() as work:
            code_id = printed(work).id
        tally = app.extensions["parts"].tally
        tally.take(rules.TALLY)
        for _ in range(3):
            tally.add(rules.TALLY, rules.scan_field(code_id, TODAY))

        for _ in range(2):
            with transaction() as work:
                work.later(jobs.count_scans)
            deliver_all(session)

        session.expire_all()
        assert session.scalars(select(ScanWeek.scans)).all() == [3]


class TestFar:
    def test_reports_from_far_off_are_counted_until_it_hangs_anew(self, work: Work) -> None:
        code = printed(work)
        for _ in range(2):
            service.note_far_report(work, code.id)
        service.note_far_report(work, 4711)  # gone meanwhile

        assert code.far_reports == 2
        service.hang(work, code.id, by=installer(work), position=GATE)
        assert code.far_reports == 0
