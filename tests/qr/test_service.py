"""Ordering, replacing and revoking codes."""

import pytest
from sqlalchemy import select

from kernel import crockford
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people.errors import NoSuchArea
from people.models import Household
from qr import queries, rules, service
from qr.errors import BadPlace, NoSuchCode, NotYourArea, OneCardOnly, WrongMoment
from qr.models import Code
from qr.rules import CodeKind, CodeState, Ecc, Look, Position
from qr.service import Issued, Particulars
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_household, make_staff
from tests.fakes import NOON


def order(work: Work, kind: CodeKind = CodeKind.SPOT, area: str = GRID) -> Issued:
    make_area(work.session, area)
    return service.issue(work, kind=kind, area_code=area, place_name="幸福路3号灯杆", by=None)


def order_card(work: Work, household: Household) -> Issued:
    return service.issue(
        work,
        kind=CodeKind.HOUSEHOLD,
        area_code=GRID,
        by=None,
        more=Particulars(household_id=household.id),
    )


def actions(work: Work) -> list[tuple[str, str]]:
    work.session.flush()
    lines = work.session.scalars(select(AuditLine).order_by(AuditLine.id))
    return [(line.action, line.subject) for line in lines if line.action.startswith("qr.")]


class TestIssue:
    def test_a_code_has_all_that_is_printed(self, work: Work) -> None:
        issued = order(work)

        assert issued.code.token == issued.token
        assert crockford.is_valid(issued.token)
        assert issued.code.state is CodeState.ORDERED
        assert issued.code.spot_number == rules.FIRST_SPOT_NUMBER
        assert len(issued.code.check_word) == 2
        assert issued.code.created_at == NOON

    def test_it_stands_in_the_audit_log(self, work: Work) -> None:
        issued = order(work)

        assert actions(work) == [("qr.order", f"qr_code:{issued.code.id}")]

    def test_the_audit_log_does_not_know_tokens(self, work: Work) -> None:
        issued = order_card(work, make_household(work.session, GRID))
        work.session.flush()

        lines = work.session.scalars(select(AuditLine)).all()

        assert not any(issued.token in line.detail + line.subject for line in lines)

    def test_spot_numbers_count_up_by_town_and_skip_what_hangs_nowhere(self, work: Work) -> None:
        numbers = [
            order(work).code.spot_number,
            order(work, CodeKind.SIGN_IN).code.spot_number,
            order(work, CodeKind.DESK, VILLAGE).code.spot_number,
            order(work, CodeKind.OPEN, "330106002").code.spot_number,
            order(work, area=NEXT_VILLAGE).code.spot_number,
        ]

        assert numbers == [1001, None, 1002, 1001, 1003]

    def test_what_is_preset_is_kept(self, work: Work) -> None:
        make_area(work.session, GRID)
        issued = service.issue(
            work,
            kind=CodeKind.PLACE,
            area_code=GRID,
            place_name=" 老王  五金店 ",
            by=None,
            more=Particulars(category="fire.exit", position=Position(30.12345678, 120.5)),
        )
        work.session.expire(issued.code)

        assert issued.code.place_name == "老王 五金店"
        assert issued.code.category == "fire.exit"
        assert (issued.code.lat, issued.code.lng) == (30.123457, 120.5)

    def test_of_a_card_only_the_digest_is_kept(self, work: Work) -> None:
        issued = order_card(work, make_household(work.session, GRID))

        assert len(issued.token) == 17
        assert issued.code.token is None
        assert issued.code.token_hash == rules.digest(issued.token)
        assert issued.code.spot_number is None

    def test_a_household_has_one_card(self, work: Work) -> None:
        household = make_household(work.session, GRID)
        first = order_card(work, household)

        with pytest.raises(OneCardOnly):
            order_card(work, household)
        service.revoke(work, first.code.id, reason="丢了", by=None)
        assert order_card(work, household).token != first.token

    @pytest.mark.parametrize("kind", list(CodeKind))
    def test_a_card_and_nothing_else_has_an_owner(self, work: Work, kind: CodeKind) -> None:
        is_card = kind is CodeKind.HOUSEHOLD
        owner = None if is_card else make_household(work.session, GRID).id

        with pytest.raises(ValueError, match="household"):
            service.issue(
                work,
                kind=kind,
                area_code=GRID,
                place_name="店",
                by=None,
                more=Particulars(household_id=owner),
            )

    def test_an_area_must_be_there_and_open(self, work: Work) -> None:
        with pytest.raises(NoSuchArea):
            service.issue(work, kind=CodeKind.OPEN, area_code="999999", by=None)
        make_area(work.session, GRID).closed_at = NOON
        with pytest.raises(NoSuchArea):
            service.issue(work, kind=CodeKind.OPEN, area_code=GRID, by=None)

    def test_a_spot_without_name_is_refused(self, work: Work) -> None:
        make_area(work.session, GRID)

        with pytest.raises(BadPlace):
            service.issue(work, kind=CodeKind.SPOT, area_code=GRID, by=None)

    def test_one_orders_only_for_ones_own_area(self, work: Work) -> None:
        admin = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        for area in (GRID, NEXT_VILLAGE, VILLAGE[:9]):
            make_area(work.session, area)

        service.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=admin)

        for area in (NEXT_VILLAGE, VILLAGE[:9]):
            with pytest.raises(NotYourArea):
                service.issue(work, kind=CodeKind.SPOT, area_code=area, place_name="桥头", by=admin)

    def test_a_grid_worker_orders_nothing(self, work: Work) -> None:
        make_area(work.session, GRID)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(NotYourArea):
            service.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=worker)


class TestReplace:
    def test_the_successor_takes_over_all_but_the_token(self, work: Work) -> None:
        old = order(work)
        number, word = old.code.spot_number, old.code.check_word

        new = service.replace(work, old.code.id, reason="被贴住了", by=None)

        assert new.token != old.token
        assert old.code.token == old.token
        assert (old.code.state, old.code.replaced_by_id) == (CodeState.REPLACED, new.code.id)
        assert old.code.spot_number is None
        assert (new.code.spot_number, new.code.check_word) == (number, word)
        assert new.code.place_name == old.code.place_name
        assert new.code.state is CodeState.ORDERED
        assert new.code.look is None

    def test_whoever_says_the_spot_number_is_led_to_the_successor(self, work: Work) -> None:
        old = order(work)
        new = service.replace(work, old.code.id, reason="", by=None)

        found = queries.by_spot_number(work.session, GRID, rules.FIRST_SPOT_NUMBER)

        assert found is new.code
        assert queries.by_spot_number(work.session, "330106002", 1001) is None

    def test_a_card_gets_a_new_secret_and_the_old_one_is_dead(self, work: Work) -> None:
        old = order_card(work, make_household(work.session, GRID))

        new = service.replace(work, old.code.id, reason="丢了", by=None)

        assert queries.resolve(work.session, old.token).revoked
        assert queries.resolve(work.session, new.token).household_id == old.code.household_id

    def test_what_is_over_is_not_replaced_again(self, work: Work) -> None:
        old = order(work)
        service.replace(work, old.code.id, reason="", by=None)

        with pytest.raises(WrongMoment):
            service.replace(work, old.code.id, reason="", by=None)

    def test_both_names_stand_in_the_audit_log(self, work: Work) -> None:
        old = order(work)
        new = service.replace(work, old.code.id, reason="旧了", by=None)
        work.session.flush()

        line = work.session.scalars(select(AuditLine).where(AuditLine.action == "qr.replace")).one()

        assert line.subject == f"qr_code:{old.code.id}"
        assert line.detail == f"by {new.code.id}: 旧了"


class TestRevoke:
    def test_a_revoked_code_stays_and_says_when_and_why(self, work: Work) -> None:
        code = order(work).code

        service.revoke(work, code.id, reason="x" * 300, by=None)

        assert (code.state, code.revoked_at) == (CodeState.REVOKED, NOON)
        assert code.reason == "x" * 200

    def test_there_is_no_way_back(self, work: Work) -> None:
        code = order(work).code
        service.revoke(work, code.id, reason="", by=None)

        for verb in (service.revoke, service.replace):
            with pytest.raises(WrongMoment):
                verb(work, code.id, reason="", by=None)
        with pytest.raises(WrongMoment):
            service.note_printed(work, code.id, Look(Ecc.Q, 3), by=None)


class TestPrinted:
    def test_the_first_print_fixes_the_look(self, work: Work) -> None:
        code = order(work).code

        service.note_printed(work, code.id, Look(Ecc.Q, 3), by=None)
        service.note_printed(work, code.id, Look(Ecc.Q, 3), by=None)

        assert code.state is CodeState.PRINTED
        assert code.look == Look(Ecc.Q, 3)
        assert [action for action, _ in actions(work)] == ["qr.order", "qr.print", "qr.print"]


class TestWhoMay:
    @pytest.mark.parametrize("area", [GRID, VILLAGE])
    def test_the_village_next_door_does_not_even_learn_that_it_exists(
        self, work: Work, area: str
    ) -> None:
        code = order(work, area=area).code
        stranger = make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)

        for verb in (service.revoke, service.replace):
            with pytest.raises(NoSuchCode):
                verb(work, code.id, reason="", by=stranger)
        with pytest.raises(NoSuchCode):
            service.note_printed(work, code.id, Look(Ecc.Q, 3), by=stranger)
        assert code.state is CodeState.ORDERED

    def test_a_grid_worker_may_not_revoke_what_hangs_in_the_own_grid(self, work: Work) -> None:
        code = order(work).code
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(NoSuchCode):
            service.revoke(work, code.id, reason="", by=worker)

    def test_ones_own_village_may(self, work: Work) -> None:
        code: Code = order(work).code
        admin = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)

        service.note_printed(work, code.id, Look(Ecc.Q, 3), by=admin)
        new = service.replace(work, code.id, reason="", by=admin)
        service.revoke(work, new.code.id, reason="", by=admin)

        assert new.code.state is CodeState.REVOKED

    def test_a_code_that_was_never_there_is_answered_alike(self, work: Work) -> None:
        with pytest.raises(NoSuchCode):
            service.revoke(work, 4711, reason="", by=None)
