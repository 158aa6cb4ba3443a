"""The pages of the coins."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from points.models import Claim
from points.rules.claims import ClaimState
from points.rules.table import SHIPPED
from tests.factories import GRID, make_staff
from tests.grid.pages import Desk, plain, value
from tests.kernel.media.samples import HTML, picture
from tests.points.claims import Village, make_village


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session) -> Village:
    """A village that was committed, with one written claim."""
    with transaction() as work:
        found = make_village(work)
        found.written()
        found.fund()
    return found


def only(session: Session) -> Claim:
    session.expire_all()
    return session.query(Claim).one()


def test_the_public_page_is_the_rules_in_force(client: FlaskClient) -> None:
    page = client.get("/coins/rules").text

    for rule in SHIPPED.positive:
        assert (rule.name in page) == rule.active
    for one in SHIPPED.negative:
        assert (one.name in page) == one.active
    assert "拒绝调解" in page


def test_a_claim_goes_from_the_queue_to_paid(desk: Desk, there: Village, session: Session) -> None:
    claim = only(session)
    path = f"/staff/claims/{claim.id}"
    desk.sits(there.village)
    assert path in desk.read("/staff/claims")
    assert desk.post(f"{path}/review", decision="refuse", reason="", turn="0").status_code == 422
    kept = desk.post(f"{path}/review", decision="maybe", reason="写了很多", turn="0")
    assert kept.status_code == 422
    assert "写了很多" in kept.text
    assert desk.post(f"{path}/review", decision="approve", turn="0").status_code == 303

    late = desk.post(f"{path}/review", decision="refuse", reason="我不同意", turn="0")
    assert late.status_code == 409
    assert "我不同意" in late.text

    desk.sits(there.town)
    chosen = f"{claim.id}.{only(session).turn}"
    assert "都通过" in desk.post("/staff/claims/approve", claim=chosen).text
    assert only(session).state is ClaimState.VILLAGE_OK
    assert desk.post("/staff/claims/approve", claim=chosen, yes="1").status_code == 303
    assert only(session).state is ClaimState.PAID


@pytest.mark.parametrize("chosen", ["", "x", "1", "999.0", "1.99", "99999999999.1", "1.x"])
def test_a_mangled_choice_changes_nothing(
    desk: Desk, there: Village, session: Session, chosen: str
) -> None:
    desk.sits(there.village)

    assert desk.post("/staff/claims/approve", claim=chosen, yes="1").status_code in {303, 404}
    assert only(session).state is ClaimState.SUBMITTED


def test_the_next_village_finds_nothing(desk: Desk, there: Village, session: Session) -> None:
    path = f"/staff/claims/{only(session).id}"
    desk.sits(there.next_village)

    assert path not in desk.read("/staff/claims?part=all")
    assert desk.get(path).status_code == 404
    assert desk.post(f"{path}/review", decision="approve", turn="0").status_code == 404


def test_a_resident_claims_reads_and_takes_back(
    desk: Desk, there: Village, session: Session
) -> None:
    desk.sits(there.resident)
    page = desk.read("/me/claims/new")
    form = {"key": value(page, "key"), "csrf_token": value(page, "csrf_token")}
    wrong = desk.client.post("/me/claims/new", data={**form, "rule": "P13", "words": "送饭给老人"})
    assert wrong.status_code == 422
    assert "送饭给老人" in wrong.text
    filled = {**form, "rule": "P13", "day": "2026-03-01", "words": "送饭给老人"}
    for _ in range(2):
        assert desk.client.post("/me/claims/new", data=filled).status_code == 303
    assert session.query(Claim).count() == 2

    page = desk.read("/me/coins")
    assert "志愿助老或探访" in plain(page)
    back = re.findall(r"/me/claims/\d+/withdraw", page)
    assert len(back) == 2
    desk.client.post(back[0], data={"csrf_token": form["csrf_token"]})
    assert "已撤回" in desk.read("/me/coins")
    assert "这一年没有记过账" in desk.read("/me/coins/book")
    for year in ("0", "2999", "x", "-1"):
        assert "2026" in desk.read(f"/me/coins/book?year={year}")


def test_the_counter_prints_a_passbook_and_it_is_noted(
    desk: Desk, there: Village, session: Session
) -> None:
    desk.sits(there.village)

    page = desk.read(f"/staff/households/{there.home.id}/coins?year=2026")

    assert "这一年没有记过账" in page
    assert session.query(AuditLine).filter_by(action="coin.book-read").count() == 1
    desk.sits(there.next_village)
    assert desk.get(f"/staff/households/{there.home.id}/coins").status_code == 404


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([b""], "是空的"),
        ([HTML], "不是照片"),
        ([picture()[:40]], "打不开"),
        ([picture()] * 4, "照片最多 3 张"),
    ],
)
def test_a_bad_photo_costs_whoever_claims_no_word(
    desk: Desk, there: Village, session: Session, files: list[bytes], said: str
) -> None:
    desk.sits(there.resident)
    page = desk.read("/me/claims/new")
    form = {"key": value(page, "key"), "csrf_token": value(page, "csrf_token")}
    typed = {"rule": "P13", "day": "2026-03-01", "words": "送饭给老人"}
    photos = [(BytesIO(one), "1.jpg") for one in files]

    answer = desk.client.post("/me/claims/new", data={**form, **typed, "photos": photos})

    assert answer.status_code in {413, 422}
    assert said in answer.text
    assert "刚才选的照片没有收下，请再选一次" in answer.text
    assert "送饭给老人" in answer.text
    assert 'value="2026-03-01"' in answer.text
    assert re.search(r'value="P13" checked', answer.text)
    assert session.query(Claim).count() == 1


def test_the_town_gives_funds(desk: Desk, there: Village) -> None:
    desk.sits(there.town)
    village = "330106001001"

    assert desk.post("/staff/claims/funds", village=village, coins="-5", key="k").status_code == 422
    assert desk.post("/staff/claims/funds", village=village, coins="7", key="k").status_code == 303
    assert "1007" in desk.read("/staff/claims/funds")
    planned = {"village": village, "monthly": "77", "yuan": "很多"}
    wrong = desk.post("/staff/claims/funds/plan", **planned)
    assert wrong.status_code == 422
    assert ("77" in wrong.text, "很多" in wrong.text) == (True, True)
    assert desk.post("/staff/claims/funds/plan", **planned | {"yuan": "0300"}).status_code == 303
    page = plain(desk.read("/staff/claims/funds"))
    assert ("77" in page, "300 元" in page) == (True, True)
    desk.sits(there.village)
    assert desk.get("/staff/claims/funds").status_code == 403


def test_pages_ask_little_of_the_database(
    desk: Desk, there: Village, session: Session, statements: list[str]
) -> None:
    desk.sits(there.village)
    claim_id = only(session).id
    for path, most in ((f"/staff/claims/{claim_id}", 16), ("/staff/claims", 10)):
        statements.clear()
        desk.read(path)
        assert len(statements) <= most, len(statements)


def test_a_grid_worker_claims_for_somebody_on_a_page(
    desk: Desk, there: Village, session: Session
) -> None:
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    desk.sits(worker)
    fields = {"number": there.home.number, "name": "王秀英", "rule": "P13", "words": "送饭"}
    page = desk.read("/staff/claims/new")
    more = {"key": value(page, "key"), "day": "2026-03-01", "consent": "counter"}
    kept = desk.post("/staff/claims/new", **fields, **more | {"consent": "x"})
    assert kept.status_code == 422
    assert "送饭" in kept.text

    for _ in range(2):
        assert desk.post("/staff/claims/new", **fields, **more).status_code == 303
    assert session.query(Claim).count() == 2
    desk.sits(there.village)
    last = session.query(Claim).order_by(Claim.id.desc()).first()
    assert last is not None
    assert "本人当面点了头" in desk.read(f"/staff/claims/{last.id}")
