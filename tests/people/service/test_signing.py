from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.errors import NoSuchPerson, WeakPassword, WrongPassword
from people.models import Account
from people.rules import HatWanted, StaffRow
from tests.factories import DISTRICT, GRID, make_area, make_person
from tests.fakes import FixedClock

GOOD = "门前老槐树下的石凳"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def account(work: Work) -> Account:
    make_area(work.session, GRID)
    row = StaffRow(login="wang.wei", name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
    issued = service.add_staff(work, row, by=None, password=GOOD)
    return work.session.get_one(Account, issued.person_id)


def enters(work: Work, password: str = GOOD, *, login: str = "wang.wei", code: str = "") -> bool:
    return service.sign_in(work, login=login, password=password, code=code) is not None


def last_actions(work: Work, count: int) -> list[str]:
    lines = select(AuditLine.action).order_by(AuditLine.id.desc()).limit(count)
    return list(work.session.scalars(lines))[::-1]


class TestSigningIn:
    def test_the_right_password_opens_in_any_case_of_the_login(
        self, work: Work, account: Account
    ) -> None:
        assert service.sign_in(work, login=" Wang.WEI ", password=GOOD) is account
        assert last_actions(work, 1) == ["sign-in"]

    @pytest.mark.parametrize("login", ["", "nobody", "wang", "wang.wei'--", "\0", "%", "王" * 500])
    def test_an_unknown_login_opens_nothing_and_leaves_a_line(
        self, work: Work, account: Account, login: str
    ) -> None:
        assert not enters(work, login=login)

        line = work.session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()
        assert line is not None
        assert (line.actor_id, line.subject, line.detail) == (None, "login:unknown", "")

    def test_a_closed_account_is_like_none(self, work: Work, account: Account) -> None:
        account.closed_at = work.now()

        assert not enters(work)
        assert account.failures == 0


class TestLockOut:
    def test_five_failures_lock_even_the_right_password_out(
        self, work: Work, account: Account, clock: FixedClock
    ) -> None:
        assert [enters(work, "wrong-password") for _ in range(5)] == [False] * 5
        assert not enters(work)

        clock.advance(minutes=14, seconds=59)
        assert not enters(work)
        clock.advance(seconds=1)
        assert enters(work)
        assert (account.failures, account.locked_until) == (0, None)

    def test_knocking_at_a_locked_door_does_not_lock_it_longer(
        self, work: Work, account: Account, clock: FixedClock
    ) -> None:
        for _ in range(12):
            enters(work, "wrong-password")

        assert account.failures == 5
        clock.advance(minutes=15)
        assert enters(work)

    def test_each_lock_is_longer(self, work: Work, account: Account, clock: FixedClock) -> None:
        spans = []
        for _ in range(6):
            for _ in range(5):
                enters(work, "wrong-password")
            assert account.locked_until is not None
            spans.append(account.locked_until - work.now())
            clock.moment = account.locked_until

        assert spans == [timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 240)]

    def test_four_failures_and_a_success_start_over(self, work: Work, account: Account) -> None:
        for _ in range(3):
            assert [enters(work, "wrong-password") for _ in range(4)] == [False] * 4
            assert enters(work)

    def test_the_log_tells_failing_locking_and_locked(self, work: Work, account: Account) -> None:
        for _ in range(6):
            enters(work, "wrong-password")

        assert last_actions(work, 6) == [
            *["sign-in.failed"] * 4,
            "sign-in.locking",
            "sign-in.locked",
        ]

    def test_wrong_codes_lock_like_wrong_passwords(self, work: Work, account: Account) -> None:
        account.totp = SECRET

        for _ in range(5):
            assert not enters(work, code="000000")

        assert account.locked_until is not None


class TestTotp:
    def test_with_totp_the_password_alone_opens_nothing(self, work: Work, account: Account) -> None:
        account.totp = SECRET

        assert not enters(work)
        assert not enters(work, "wrong-password", code=pyotp.TOTP(SECRET).at(work.now()))
        assert enters(work, code=pyotp.TOTP(SECRET).at(work.now()))

    def test_a_code_that_was_used_does_not_open_again(
        self, work: Work, account: Account, clock: FixedClock
    ) -> None:
        account.totp = SECRET
        code = pyotp.TOTP(SECRET).at(work.now())

        assert enters(work, code=code)
        assert not enters(work, code=code)
        clock.advance(seconds=30)
        assert not enters(work, code=code)
        assert enters(work, code=pyotp.TOTP(SECRET).at(work.now()))

    def test_a_wrong_password_does_not_use_up_the_code(self, work: Work, account: Account) -> None:
        account.totp = SECRET
        code = pyotp.TOTP(SECRET).at(work.now())

        assert not enters(work, "wrong-password", code=code)
        assert enters(work, code=code)

    def test_it_is_turned_on_by_a_code_that_then_counts_no_more(
        self, work: Work, account: Account
    ) -> None:
        code, by = pyotp.TOTP(SECRET).at(work.now()), Actor(account.person_id)

        with pytest.raises(WrongPassword):
            service.turn_totp_on(work, secret=SECRET, code="000000", by=by)
        assert enters(work)
        service.turn_totp_on(work, secret=SECRET, code=code, by=by)

        assert account.totp == SECRET
        assert not enters(work, code=code)

    def test_it_is_turned_off_with_the_password(self, work: Work, account: Account) -> None:
        account.totp, by = SECRET, Actor(account.person_id)

        with pytest.raises(WrongPassword):
            service.turn_totp_off(work, password="wrong-password", by=by)
        service.turn_totp_off(work, password=GOOD, by=by)

        assert enters(work)


class TestChangingThePassword:
    def test_ends_every_other_session(self, work: Work, account: Account) -> None:
        account.must_change = True

        epoch = service.change_password(
            work, current=GOOD, new="tulip-rivet-42", by=Actor(account.person_id)
        )

        assert epoch == account.epoch == 1
        assert not account.must_change
        assert enters(work, "tulip-rivet-42")
        assert not enters(work)

    @pytest.mark.parametrize("new", [GOOD, "short", "1234567890", "wang.wei-2026"])
    def test_refuses_a_weak_one_or_the_same(self, work: Work, account: Account, new: str) -> None:
        with pytest.raises(WeakPassword):
            service.change_password(work, current=GOOD, new=new, by=Actor(account.person_id))

    def test_refuses_without_the_current_one(self, work: Work, account: Account) -> None:
        with pytest.raises(WrongPassword):
            service.change_password(
                work, current="wrong", new="tulip-rivet-42", by=Actor(account.person_id)
            )

    def test_a_resident_has_none(self, work: Work) -> None:
        make_area(work.session, DISTRICT)
        by = Actor(make_person(work.session).id)

        with pytest.raises(NoSuchPerson):
            service.change_password(work, current="", new="tulip-rivet-42", by=by)
