"""The pages on which coins are taken, restored and appealed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import transaction
from points import service
from points.models import Appeal, Deduction
from points.rules.claims import Decision
from points.rules.deductions import DeductionState
from tests.factories import DISTRICT, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import Desk, plain, value
from tests.points.claims import Village, make_village

NOTICE = {"name": "李明", "rule": "N03", "words": "楼道堆了纸箱", "key": "k"}


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session) -> Village:
    """A village whose household has five coins."""
    with transaction() as work:
        found = make_village(work)
        found.fund()
        found.approve(found.claimed(), found.town)
    return found


def only(session: Session) -> Deduction:
    session.expire_all()
    return session.query(Deduction).one()


def test_from_notice_to_appeal_to_correction_on_pages(  # noqa: PLR0915 - a journey
    desk: Desk, there: Village, session: Session, clock: FixedClock
) -> None:
    desk.sits(there.village)
    fields = NOTICE | {"number": there.home.number}
    bad = desk.post("/staff/deductions/new", **fields | {"words": "他投诉我们"})
    assert bad.status_code == 422
    assert "他投诉我们" in bad.text
    assert desk.post("/staff/deductions/new", **fields).status_code == 303
    path = f"/staff/deductions/{only(session).id}"

    def look(**more: str) -> int:
        sent = {"turn": str(only(session).turn), "words": "去看了"} | more
        return desk.post(f"{path}/check", **sent).status_code

    assert look() == 422
    assert look(mended="no") == 409
    desk.sits(there.resident)
    own = desk.read("/me/deductions")
    assert "楼道堆了纸箱" in own
    token = {"csrf_token": value(own, "csrf_token")}
    mine = f"/me/deductions/{only(session).id}"
    empty = desk.client.post(f"{mine}/say", data=token | {"reason": " "})
    assert empty.status_code == 422
    said = token | {"reason": "是搬家"}
    assert desk.client.post(f"{mine}/say", data=said).status_code == 303
    assert desk.client.post(f"{mine}/appeal", data=said).status_code == 409

    clock.advance(days=8)
    desk.sits(there.village)
    assert "是搬家" in desk.read(path)
    assert look(mended="no") == 303
    assert look(mended="no") == 409
    desk.sits(there.town)
    seen = {"turn": str(only(session).turn), "words": "照片清楚"}
    assert desk.post(f"{path}/decide", **seen).status_code == 422
    assert desk.post(f"{path}/decide", agree="yes", **seen).status_code == 303
    assert only(session).state is DeductionState.DEDUCTED

    desk.sits(there.resident)
    assert "扣了 3 币" in desk.read("/me/deductions")
    token = {"csrf_token": value(desk.read("/me/deductions"), "csrf_token")}
    said = token | {"reason": "纸箱是邻居的"}
    assert desk.client.post(f"{mine}/appeal", data=said).status_code == 303
    judge = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    desk.sits(judge)
    assert "纸箱是邻居的" in desk.read("/staff/appeals")
    decided = f"/staff/appeals/{session.query(Appeal).one().id}"
    assert desk.post(decided, agree="x", reason="写了很多").text.count("写了很多") == 1
    assert desk.post(decided, agree="yes", reason="").status_code == 422
    assert desk.post(decided, agree="yes", reason="是邻居的").status_code == 303
    assert desk.post(decided, agree="no", reason="不").status_code == 409
    assert desk.post("/staff/appeals/99", agree="no", reason="不").status_code == 404

    assert "等另一个人签" in desk.read("/staff/appeals")
    assert desk.post(f"{decided}/confirm", agree="yes").status_code == 403
    assert "已经还了" not in plain(desk.client.get("/coins/corrections").text)
    desk.sits(make_staff(session, Role.DISTRICT_CMD, area=DISTRICT))
    assert desk.post(f"{decided}/confirm", reason="写了很多").text.count("写了很多") == 1
    assert desk.post(f"{decided}/confirm", agree="no", reason="").status_code == 422
    assert desk.post(f"{decided}/confirm", agree="yes").status_code == 303
    assert desk.post(f"{decided}/confirm", agree="yes").status_code == 409
    assert desk.post("/staff/appeals/99/confirm", agree="yes").status_code == 404

    public = plain(desk.client.get("/coins/corrections").text)
    assert "李*" in public
    assert "3 币，已经还了" in public
    assert "李明" not in public


def test_a_refused_claim_is_appealed_from_ones_own_page(
    desk: Desk, there: Village, session: Session
) -> None:
    with transaction() as work:
        there.work = work
        claim = there.written()
        no = {"decision": Decision.REFUSE, "reason": "没有这回事", "turn": claim.turn}
        service.review(work, claim.id, by=there.village, **no)  # type: ignore[arg-type]
        path = f"/me/claims/{claim.id}/appeal"
    desk.sits(there.resident)
    assert path in desk.read("/me/deductions")
    page = desk.read(path)
    assert "没有这回事" in page
    token = {"csrf_token": value(page, "csrf_token")}
    assert desk.client.post(path, data=token | {"reason": ""}).status_code == 422
    assert desk.client.post(path, data=token | {"reason": "有照片"}).status_code == 303
    assert "等上一级定" in desk.read("/me/deductions")
    assert desk.get("/me/claims/99/appeal").status_code == 404


def test_lists_ask_little_of_the_database(
    desk: Desk, there: Village, session: Session, statements: list[str]
) -> None:
    with transaction() as work:
        for code in ("N03", "N04"):
            service.notice(
                work,
                number=there.home.number,
                name="李明",
                code=code,
                words="堆物",
                key=code,
                by=there.village,
            )
    for by, path in (
        (there.village, "/staff/deductions"),
        (there.town, "/staff/appeals"),
        (there.resident, "/me/deductions"),
    ):
        desk.sits(by)
        statements.clear()
        desk.read(path)
        assert len(statements) <= 9, (path, len(statements))
