"""What a scan finds."""

from dataclasses import FrozenInstanceError

import pytest
from sqlalchemy.orm import Session

from kernel import crockford
from kernel.grants import Role
from kernel.work import Work
from qr import queries, rules, service
from qr.queries import Scanned
from qr.rules import CodeKind, CodeState, Meaning
from qr.service import Issued, Particulars
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_household, make_staff

UNKNOWN = crockford.with_check("7K2M9XQ4AB3C")


def order(work: Work, area: str = GRID, kind: CodeKind = CodeKind.SPOT) -> Issued:
    make_area(work.session, area)
    return service.issue(work, kind=kind, area_code=area, place_name="幸福路3号灯杆", by=None)


class TestResolve:
    def test_it_says_what_hangs_there_in_one_statement(self, work: Work, reads: list[str]) -> None:
        issued = order(work)
        work.session.flush()
        work.session.expunge_all()
        reads.clear()

        scanned = queries.resolve(work.session, issued.token)

        assert len(reads) == 1
        assert scanned.meaning is Meaning.LIVE
        assert (scanned.token, scanned.kind) == (issued.token, CodeKind.SPOT)
        assert (scanned.area_code, scanned.place_name) == (GRID, "幸福路3号灯杆")
        assert scanned.area_name
        assert scanned.spot_number == 1001
        assert len(scanned.check_word) == 2
        assert not any((scanned.replaced, scanned.revoked, scanned.unknown))

    def test_it_takes_a_token_as_people_type_it(self, work: Work) -> None:
        issued = order(work)
        typed = rules.printed(issued.token).lower().replace("0", "o").replace("1", "l")

        assert queries.resolve(work.session, f" {typed} ").code_id == issued.code.id

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0",
            "\0" * 13,
            UNKNOWN[:-1],
            UNKNOWN + "0",
            UNKNOWN[:-1] + ("0" if UNKNOWN[-1] != "0" else "1"),
            "' OR 1=1 --",
            "../../etc",
            "7" * 100_000,
            "平安码",
        ],
    )
    def test_what_cannot_be_a_token_never_reaches_the_database(
        self, session: Session, reads: list[str], text: str
    ) -> None:
        reads.clear()

        assert queries.resolve(session, text) == Scanned(meaning=Meaning.UNKNOWN)
        assert reads == []

    def test_a_token_nobody_was_given_is_unknown_but_remembered(self, session: Session) -> None:
        scanned = queries.resolve(session, UNKNOWN.lower())

        assert scanned == Scanned(meaning=Meaning.UNKNOWN, token=UNKNOWN)
        assert scanned.unknown

    def test_a_replaced_label_leads_to_its_successor(self, work: Work) -> None:
        old = order(work)
        new = service.replace(work, old.code.id, reason="", by=None)

        scanned = queries.resolve(work.session, old.token)

        assert (scanned.label_id, scanned.code_id) == (old.code.id, new.code.id)
        assert (scanned.meaning, scanned.replaced) == (Meaning.LIVE, True)
        assert scanned.token == old.token
        assert scanned.spot_number == 1001
        assert not queries.resolve(work.session, new.token).replaced

    def test_a_revoked_code_still_says_where_it_hung(self, work: Work) -> None:
        issued = order(work)
        service.revoke(work, issued.code.id, reason="假的", by=None)

        scanned = queries.resolve(work.session, issued.token)

        assert scanned.revoked
        assert (scanned.kind, scanned.area_code) == (CodeKind.SPOT, GRID)

    def test_an_old_label_whose_successor_was_revoked_has_ended_too(self, work: Work) -> None:
        old = order(work)
        new = service.replace(work, old.code.id, reason="", by=None)
        service.revoke(work, new.code.id, reason="", by=None)

        scanned = queries.resolve(work.session, old.token)

        assert scanned.revoked
        assert scanned.replaced

    @pytest.mark.parametrize(("times", "reached"), [(7, 7), (8, 8), (9, 8)])
    def test_it_is_followed_eight_times_and_no_further(
        self, work: Work, reads: list[str], times: int, reached: int
    ) -> None:
        chain = [order(work)]
        for _ in range(times):
            chain.append(service.replace(work, chain[-1].code.id, reason="", by=None))
        reads.clear()

        scanned = queries.resolve(work.session, chain[0].token)

        assert scanned.code_id == chain[reached].code.id
        assert scanned.meaning is Meaning.LIVE
        assert len(reads) == 1 + reached

    def test_a_ring_of_successors_ends_as_well(self, work: Work) -> None:
        first = order(work)
        second = service.replace(work, first.code.id, reason="", by=None)
        second.code.state, second.code.replaced_by_id = CodeState.REPLACED, first.code.id
        work.session.flush()

        scanned = queries.resolve(work.session, first.token)

        assert scanned.area_code == GRID
        assert not scanned.unknown

    def test_an_old_label_without_successor_still_says_where_it_hangs(self, work: Work) -> None:
        issued = order(work)
        issued.code.state = CodeState.REPLACED
        work.session.flush()

        scanned = queries.resolve(work.session, issued.token)

        assert (scanned.meaning, scanned.replaced) == (Meaning.LIVE, True)
        assert scanned.area_code == GRID

    def test_a_card_is_found_by_its_digest_only(self, work: Work) -> None:
        household = make_household(work.session, GRID)
        card = service.issue(
            work,
            kind=CodeKind.HOUSEHOLD,
            area_code=GRID,
            by=None,
            more=Particulars(household_id=household.id),
        )
        digest = card.code.token_hash or ""

        assert queries.resolve(work.session, card.token).household_id == household.id
        assert queries.resolve(work.session, digest).unknown

    def test_what_was_found_cannot_be_changed(self) -> None:
        scanned = Scanned(meaning=Meaning.UNKNOWN)

        with pytest.raises(FrozenInstanceError):
            scanned.meaning = Meaning.LIVE  # type: ignore[misc]


class TestFind:
    def test_it_finds_the_label_itself_and_not_its_successor(self, work: Work) -> None:
        old = order(work)
        service.replace(work, old.code.id, reason="", by=None)

        assert queries.find(work.session, old.token.lower()) is old.code
        assert queries.find(work.session, UNKNOWN) is None
        assert queries.find(work.session, "?") is None


class TestInArea:
    def test_an_area_holds_what_lies_below_it_and_nothing_beside_it(self, work: Work) -> None:
        for area in (GRID, VILLAGE, VILLAGE[:9], NEXT_VILLAGE):
            order(work, area)

        found = queries.in_area(work.session, VILLAGE, by=None)

        assert [code.area_code for code in found] == [GRID, VILLAGE]

    def test_somebody_from_the_next_village_sees_none(self, work: Work) -> None:
        order(work)
        stranger = make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        own = make_staff(work.session, Role.GRID_FULL, area=GRID)

        assert queries.in_area(work.session, VILLAGE, by=stranger) == []
        assert len(queries.in_area(work.session, VILLAGE, by=own)) == 1
