"""The auditor's desk: masked, noted, narrowed, from nowhere else, and at a fixed cost."""

import io
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work, transaction
from people.models import Person
from points import queries, service
from points.errors import NoSuchClaim
from points.models import Claim, ClaimPicture
from points.rules.auditing import AuditWish
from tests.factories import DISTRICT, NEXT_TOWN, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.grid.pages import Desk, plain
from tests.people.homes import make_home, make_resident
from tests.points.claims import DAY, Village, make_village

ALL = AuditWish()


def picture_of(village: Village, claim: Claim, number: int, digest: str = "d") -> None:
    village.work.session.add(
        ClaimPicture(claim_id=claim.id, attachment_id=number, digest=digest * 64)
    )
    village.work.session.flush()


def elsewhere(village: Village) -> Claim:
    """Return a claim of the next village, with the same picture as the first one."""
    session = village.work.session
    make_area(session, NEXT_VILLAGE)
    home = make_home(session, area=NEXT_VILLAGE)
    other = make_resident(session)
    session.get_one(Person, other.id).household_id = home.id
    session.flush()
    claim = village.written(key="next", by=other)
    picture_of(village, claim, 2)
    return claim


def test_an_auditor_reads_names_masked_and_who_looked(village: Village) -> None:
    session, claim = village.work.session, village.written()
    session.get_one(Person, village.resident.id).name = "张小三"
    village.approve(claim, village.village)
    picture_of(village, claim, 1)
    twin = elsewhere(village)
    auditor = make_staff(session, Role.AUDITOR, area=DISTRICT)

    lines, more = queries.audited_claims(session, ALL, by=auditor)

    assert ([one.claim.id for one in lines], more) == ([twin.id, claim.id], False)
    line = lines[1]
    assert (line.who, line.elsewhere, len(line.reviews)) == ("张*", (twin.id,), 1)
    assert line.pictures[0].digest == "d" * 64
    [pair] = queries.pictures_across(session, ALL, by=auditor)
    assert [number for number, _place in pair] == [claim.id, twin.id]
    detail = queries.audited_claim(session, claim.id, by=auditor)
    assert (detail.version.version, detail.line.claim.words) == (1, "参加了反诈宣讲。")


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"village": VILLAGE}, 1),
        ({"village": NEXT_VILLAGE}, 0),
        ({"period": "2026-03"}, 1),
        ({"period": "2026-02"}, 0),
        ({"rule": "P04"}, 1),
        ({"rule": "P13"}, 0),
        ({"state": "village_ok"}, 1),
        ({"state": "deducted"}, 0),
        ({"reviewer": 999_999}, 0),
    ],
)
def test_each_filter_narrows(village: Village, wish: dict[str, str], found: int) -> None:
    village.approve(village.written(), village.village)
    auditor = make_staff(village.work.session, Role.AUDITOR, area=DISTRICT)

    lines, _more = queries.audited_claims(village.work.session, AuditWish(**wish), by=auditor)  # type: ignore[arg-type]

    assert len(lines) == found


def test_whoever_sits_elsewhere_or_holds_no_such_office_meets_nothing(village: Village) -> None:
    session, claim = village.work.session, village.written()
    village.approve(claim, village.village)
    picture_of(village, claim, 1)
    elsewhere(village)
    make_area(session, NEXT_TOWN)
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)

    for by in (away, village.village, village.next_village, village.resident):
        for read in (
            queries.audited_claims,
            queries.audited_deductions,
            queries.audited_reversals,
        ):
            assert read(session, ALL, by=by) == ([], False)
        assert queries.pictures_across(session, ALL, by=by) == []
        choices = queries.audit_choices(session, by=by)
        assert (list(choices.reviewers), VILLAGE in dict(choices.villages)) == ([], False)
        with pytest.raises(NoSuchClaim):
            queries.audited_claim(session, claim.id, by=by)
    assert queries.audit_choices(session, by=village.town).villages[0][0] == VILLAGE


def test_a_warning_about_two_villages_never_goes_to_whoever_reviewed_there(
    village: Village,
) -> None:
    session, claim = village.work.session, village.written()
    picture_of(village, claim, 1)
    elsewhere(village)
    assert len(queries.pictures_across(session, ALL, by=village.town)) == 1

    village.approve(claim, village.village)
    village.approve(claim, village.town)

    assert queries.pictures_across(session, ALL, by=village.town) == []


def test_two_grids_of_one_village_are_no_two_villages(village: Village) -> None:
    session, claim = village.work.session, village.written()
    other = village.written("P13", key="other")
    make_area(session, f"{VILLAGE}001")
    other.area_code = f"{VILLAGE}001"
    for number, one in enumerate((claim, other), 1):
        picture_of(village, one, number)

    assert queries.pictures_across(session, ALL, by=village.town) == []
    lines, _more = queries.audited_claims(session, ALL, by=village.town)
    assert [one.elsewhere for one in lines] == [(), ()]


def test_what_was_undone_is_there_with_who_signed_it(village: Village) -> None:
    session = village.work.session
    village.fund()
    claim = village.approve(village.claimed(), village.town)
    assert claim.posting_id is not None
    service.reverse(
        village.work,
        claim.posting_id,
        effective_on=DAY,
        actor_id=village.town.id,
        second_actor_id=village.district.id,
    )
    auditor = make_staff(session, Role.AUDITOR, area=DISTRICT)

    [line], _more = queries.audited_reversals(session, ALL, by=auditor)

    assert (line.claim_id, line.coins, len(line.signers)) == (claim.id, -claim.granted, 2)
    [shown], _more = queries.audited_claims(session, ALL, by=auditor)
    assert shown.reversed_at is not None
    for none in (AuditWish(period="2026-02"), AuditWish(rule="N01"), AuditWish(village="33")):
        lines, _more = queries.audited_reversals(session, none, by=auditor)
        assert len(lines) == (1 if none.village else 0)


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session) -> Village:
    with transaction() as work:
        found = make_village(work)
        found.approve(found.written(), found.village)
    return found


def test_a_read_and_an_export_are_in_the_log_and_the_file_is_masked(
    desk: Desk, there: Village, session: Session
) -> None:
    name = session.get_one(Person, there.resident.id).name
    claim = session.scalars(select(Claim)).one()
    desk.sits(make_staff(session, Role.AUDITOR, area=DISTRICT))

    for path in (f"/staff/coin-audit/claims/{claim.id}", f"/staff/claims/{claim.id}"):
        assert name not in desk.read(path)
    asked = {"part": "claims", "village": VILLAGE, "month": "2026-03"}
    table = desk.post("/staff/coin-audit/export", **asked).text
    book = desk.post("/staff/coin-audit/export", **asked, **{"as": "xlsx"}).data

    assert (name in table, "P04" in table, "村里" in table or "村级" in table) == (
        False,
        True,
        True,
    )
    sheet = ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert (name in sheet, "P04" in sheet) == (False, True)
    noted = session.scalars(
        select(AuditLine).where(AuditLine.action.startswith("coin.audit"))
    ).all()
    assert [one.action for one in noted] == ["coin.audit-read"] * 2 + ["coin.audit-export"] * 2
    assert noted[0].subject == f"claim:{claim.id}"
    assert "csv 1 claims" in noted[2].detail


def test_an_auditor_meets_no_whole_name_on_any_page_of_the_coins(
    desk: Desk, there: Village, session: Session
) -> None:
    name = session.get_one(Person, there.resident.id).name
    desk.sits(make_staff(session, Role.AUDITOR, area=DISTRICT))

    pages = ["/staff/claims", "/staff/deductions", "/staff/warnings"]
    pages += [f"/staff/coin-audit?part={part}" for part in ("claims", "deductions", "reversals")]
    for path in (*pages, "/staff/coin-audit?part=warnings&month=2026-03"):
        assert name not in desk.read(path)


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-13",
        "month=0001-01",
        "month=9999-12",
        "part=all",
        "state=x",
        "village=%25",
        "rule=a%0Ab",
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    desk: Desk, there: Village, session: Session, query: str
) -> None:
    desk.sits(make_staff(session, Role.AUDITOR, area=DISTRICT))

    answer = desk.get(f"/staff/coin-audit?{query}")

    assert answer.status_code == 422
    assert "e-filter" in answer.text
    if query.startswith("month"):
        assert query.partition("=")[2] in answer.text
    assert desk.post("/staff/coin-audit/export", part="warnings").status_code == 422
    for rule in ("a\nb", "规则", '";x'):  # it is part of the file's name
        assert desk.post("/staff/coin-audit/export", rule=rule).status_code == 422
    assert "没有符合的" not in plain(answer.text)


def test_thirty_claims_cost_as_many_statements_as_one(
    desk: Desk, there: Village, session: Session, statements: list[str]
) -> None:
    desk.sits(make_staff(session, Role.AUDITOR, area=DISTRICT))
    desk.read("/staff/coin-audit")
    statements.clear()
    desk.read("/staff/coin-audit")
    one = len(statements)
    with transaction() as work:
        _thirty(there, work)

    statements.clear()
    desk.read("/staff/coin-audit")

    assert one == len(statements) <= 24, (one, len(statements))


def _thirty(there: Village, work: Work) -> None:
    there.work = work
    for number in range(30):
        claim = there.written(key=f"many-{number}")
        picture_of(there, claim, 100 + number, "abcdef"[number % 6])
