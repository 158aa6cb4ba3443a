import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.grants import Role
from kernel.work import Work
from people import queries, service
from people.errors import (
    BadField,
    LoginTaken,
    NoSuchArea,
    NoSuchPerson,
    OutOfReach,
    PhoneTaken,
    WrongHat,
)
from people.models import Account, Person
from people.rules import HatWanted, StaffRow, is_password
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_person,
    make_staff,
)

WORKER = HatWanted(Role.GRID_FULL, GRID)


def new(login: str = "wang.wei", *hats: HatWanted, phone: str = "") -> StaffRow:
    return StaffRow(login=login, name="王伟", phone=phone, hats=hats or (WORKER,))


def worn(session: Session, person_id: int) -> set[HatWanted]:
    return set(queries.hats_of(session, person_id))


def actions(work: Work) -> list[str]:
    return list(work.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


@pytest.fixture
def town(work: Work) -> Actor:
    make_area(work.session, GRID)
    make_area(work.session, NEXT_GRID)
    return make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)


@pytest.fixture
def root(work: Work) -> Actor:
    return make_staff(work.session, Role.SYSADMIN, area=DISTRICT)


class TestAdding:
    def test_an_account_has_a_password_that_must_be_changed(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new("Wang.Wei"), by=town)

        account = work.session.get_one(Account, issued.person_id)
        assert (account.login, account.must_change) == ("wang.wei", True)
        assert is_password(issued.password, account.password)
        assert worn(work.session, issued.person_id) == {WORKER}
        assert actions(work) == ["staff.add", "staff.hat-give"]

    def test_the_log_does_not_hold_the_password(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)

        for line in work.session.scalars(select(AuditLine)):
            assert issued.password not in f"{line.detail}{line.subject}"

    def test_a_login_is_taken_in_any_case(self, work: Work, town: Actor) -> None:
        service.add_staff(work, new("wang.wei"), by=town)

        with pytest.raises(LoginTaken):
            service.add_staff(work, new("WANG.WEI"), by=town)

    @pytest.mark.parametrize(
        "row",
        [
            StaffRow(login="x", name="王", hats=(WORKER,)),
            StaffRow(login="wang", name="", hats=(WORKER,)),
            StaffRow(login="wang", name="王", phone="12", hats=(WORKER,)),
            StaffRow(login="wang", name="王", work_phone="tel", hats=(WORKER,)),
            StaffRow(login="wang", name="王", public_name="长" * 31, hats=(WORKER,)),
        ],
    )
    def test_bad_fields_are_refused(self, work: Work, town: Actor, row: StaffRow) -> None:
        with pytest.raises(BadField):
            service.add_staff(work, row, by=town)

    def test_nobody_works_without_a_hat(self, work: Work, town: Actor) -> None:
        with pytest.raises(WrongHat):
            service.add_staff(work, StaffRow(login="wang", name="王"), by=town)

    def test_a_resident_of_the_district_may_come_to_work(self, work: Work, town: Actor) -> None:
        index = keyring().index("13812345678")
        resident = make_person(work.session)
        resident.phone_index = index
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)

        with pytest.raises(PhoneTaken):
            service.add_staff(work, new(phone="13812345678"), by=town)
        issued = service.add_staff(work, new(phone="13812345678"), by=district)

        assert issued.person_id == resident.id
        with pytest.raises(PhoneTaken):
            service.add_staff(work, new("other", phone="13812345678"), by=None)


class TestReach:
    @pytest.mark.parametrize(
        "hat",
        [
            HatWanted(Role.GRID_FULL, f"{NEXT_TOWN}001001"),
            HatWanted(Role.TOWN_ADMIN, NEXT_TOWN),
            HatWanted(Role.DISTRICT_CMD, DISTRICT),
            HatWanted(Role.SYSADMIN, DISTRICT),
            HatWanted(Role.AUDITOR, DISTRICT),
            HatWanted(Role.DEPT_HANDLER, DISTRICT, "fire"),
        ],
    )
    def test_a_town_hands_out_nothing_beyond_itself(
        self, work: Work, town: Actor, hat: HatWanted
    ) -> None:
        make_area(work.session, f"{NEXT_TOWN}001001")
        issued = service.add_staff(work, new(), by=town)

        with pytest.raises(OutOfReach):
            service.give_hat(work, issued.person_id, hat=hat, by=town)
        with pytest.raises(OutOfReach):
            service.add_staff(work, new("other", hat), by=town)

        assert worn(work.session, issued.person_id) == {WORKER}

    @pytest.mark.parametrize("role", [Role.DISTRICT_CMD, Role.SYSADMIN, Role.AUDITOR])
    def test_only_a_system_administrator_makes_who_sees_all(
        self, work: Work, root: Actor, role: Role
    ) -> None:
        district = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)

        with pytest.raises(OutOfReach):
            service.add_staff(work, new("one", HatWanted(role, DISTRICT)), by=district)
        issued = service.add_staff(work, new("two", HatWanted(role, DISTRICT)), by=root)

        assert worn(work.session, issued.person_id) == {HatWanted(role, DISTRICT)}

    @pytest.mark.parametrize(
        "role", sorted(set(Role) - {Role.TOWN_ADMIN, Role.DISTRICT_CMD, Role.SYSADMIN})
    )
    def test_other_roles_hand_out_nothing(self, work: Work, town: Actor, role: Role) -> None:
        by = make_staff(work.session, role, area=DISTRICT, department="fire")

        with pytest.raises(OutOfReach):
            service.add_staff(work, new(), by=by)

    def test_a_closed_area_or_none_takes_nobody(self, work: Work, root: Actor) -> None:
        make_area(work.session, GRID).closed_at = work.now()

        with pytest.raises(OutOfReach):
            service.add_staff(work, new(), by=root)
        with pytest.raises(NoSuchArea):
            service.add_staff(work, new("x.y", HatWanted(Role.GRID_FULL, "3")), by=root)

    def test_nobody_changes_themselves(self, work: Work, town: Actor) -> None:
        for verb in (service.reset_password, service.close_account):
            with pytest.raises(OutOfReach):
                verb(work, town.id, by=town)
        with pytest.raises(OutOfReach):
            service.give_hat(work, town.id, hat=WORKER, by=town)

    def test_an_account_is_touched_only_by_who_could_hand_out_all_its_hats(
        self, work: Work, town: Actor
    ) -> None:
        both = make_staff(work.session, Role.GRID_FULL, area=GRID)
        service.give_hat(work, both.id, hat=HatWanted(Role.SYSADMIN, DISTRICT), by=None)

        for verb in (service.reset_password, service.close_account):
            with pytest.raises(OutOfReach):
                verb(work, both.id, by=town)

    def test_somebody_from_the_next_town_is_nobody(self, work: Work, town: Actor) -> None:
        stranger = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        for verb in (service.reset_password, service.close_account):
            with pytest.raises(NoSuchPerson):
                verb(work, worker.id, by=stranger)
        with pytest.raises(NoSuchPerson):
            service.take_hat(work, worker.id, hat=WORKER, by=stranger)
        with pytest.raises(NoSuchPerson):
            service.describe_staff(work, worker.id, public_name="", work_phone="", by=stranger)

    def test_a_resident_has_no_account_to_touch(self, work: Work, root: Actor) -> None:
        with pytest.raises(NoSuchPerson):
            service.reset_password(work, make_person(work.session).id, by=root)


class TestHats:
    def test_the_same_hat_twice_is_one(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)

        service.give_hat(work, issued.person_id, hat=WORKER, by=town)

        assert worn(work.session, issued.person_id) == {WORKER}

    def test_who_moves_wears_the_new_one_only(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)
        there = HatWanted(Role.GRID_FULL, NEXT_GRID)

        service.move(work, issued.person_id, old=WORKER, new=there, by=town)

        assert worn(work.session, issued.person_id) == {there}
        with pytest.raises(WrongHat):
            service.move(work, issued.person_id, old=WORKER, new=there, by=town)

    def test_a_move_to_the_same_place_keeps_the_hat(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)

        service.move(work, issued.person_id, old=WORKER, new=WORKER, by=town)

        assert worn(work.session, issued.person_id) == {WORKER}

    def test_the_last_hat_is_not_taken(self, work: Work, town: Actor) -> None:
        leader = HatWanted(Role.GRID_LEADER, VILLAGE)
        issued = service.add_staff(work, new("wang.wei", WORKER, leader), by=town)

        service.take_hat(work, issued.person_id, hat=leader, by=town)
        service.take_hat(
            work, issued.person_id, hat=HatWanted(Role.GRID_LEADER, NEXT_VILLAGE), by=town
        )
        with pytest.raises(WrongHat):
            service.take_hat(work, issued.person_id, hat=WORKER, by=town)

        assert worn(work.session, issued.person_id) == {WORKER}
        assert actions(work).count("staff.hat-take") == 1

    def test_what_residents_read_can_be_changed(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)

        service.describe_staff(
            work, issued.person_id, public_name="王师傅", work_phone="0571-8765432", by=town
        )

        assert work.session.get_one(Person, issued.person_id).public_name == "王师傅"


class TestKeys:
    def test_a_reset_ends_sessions_and_takes_everything_off(self, work: Work, town: Actor) -> None:
        issued = service.add_staff(work, new(), by=town)
        account = work.session.get_one(Account, issued.person_id)
        account.must_change, account.failures, account.totp = False, 5, "SECRET"
        account.locked_until, account.totp_step = work.now(), 7

        again = service.reset_password(work, issued.person_id, by=town)

        assert again.password != issued.password
        assert is_password(again.password, account.password)
        assert queries.signed_in(work.session, issued.person_id, 0) is None
        work.session.flush()
        work.session.refresh(account)
        shown = [account.must_change, account.failures, account.locked_until]
        assert shown == [True, 0, None]
        assert [account.totp, account.totp_step, account.epoch] == [None, 0, 1]

    def test_a_closed_account_wears_nothing_and_opens_nothing(
        self, work: Work, town: Actor
    ) -> None:
        issued = service.add_staff(work, new(), by=town)

        service.close_account(work, issued.person_id, by=town)

        assert worn(work.session, issued.person_id) == set()
        assert queries.actor_of(work.session, issued.person_id) is None
        assert service.sign_in(work, login="wang.wei", password=issued.password) is None
        with pytest.raises(NoSuchPerson):
            service.reset_password(work, issued.person_id, by=town)
        assert work.session.scalar(select(func.count()).select_from(Person)) == 2
