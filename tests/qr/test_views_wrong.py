"""「这个码有问题」, as whoever passes by says it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import crockford
from kernel.work import transaction
from qr import queries, rules, service
from qr.models import Code, Trouble
from qr.rules import CodeKind, Wrong
from tests.citizen.factories import make_code
from tests.factories import GRID, make_area, make_household
from tests.fakes import NOON

UNKNOWN = crockford.with_check("7K2M9XQ4AB3C")


@pytest.fixture
def token(session: Session) -> str:
    return make_code(session)


def troubles(session: Session) -> list[Trouble]:
    session.expire_all()
    return list(session.scalars(select(Trouble)))


def test_the_page_of_a_scan_leads_to_it_and_it_names_what_is_genuine(
    client: FlaskClient, session: Session, token: str
) -> None:
    code = session.scalars(select(Code)).one()
    scanned = client.get(f"/s/{token.lower()}").text

    page = client.get(f"/S/{token}/w")

    assert f'href="/S/{token}/w"' in scanned
    assert "127.0.0.1:8000" in scanned
    assert page.status_code == 200
    for words in (code.check_word, "127.0.0.1:8000", code.place_name, str(code.spot_number)):
        assert words in page.text


def test_without_a_script_or_a_name_it_is_taken_down_and_thanked_for(
    client: FlaskClient, session: Session, token: str
) -> None:
    answer = client.post(f"/S/{token}/w", data={"wrong": "foreign", "seen": "evil.example"})

    assert answer.status_code == 303
    assert "谢谢" in client.get(answer.location).text
    (one,) = troubles(session)
    assert (one.wrong, one.seen) == (Wrong.FOREIGN, "evil.example")
    assert client.post(f"/S/{token}", data={"words": "灯不亮"}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [({}, "请选一项"), ({"wrong": "evil"}, ""), ({"wrong": "broken", "seen": "长" * 201}, "200")],
)
def test_what_is_not_answered_is_asked_again_and_what_was_typed_stays(
    client: FlaskClient, session: Session, token: str, typed: dict[str, str], said: str
) -> None:
    answer = client.post(f"/S/{token}/w", data=typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert typed.get("seen", "") in answer.text
    assert troubles(session) == []


def test_on_an_old_label_it_is_said_of_the_new_code(
    client: FlaskClient, session: Session, token: str
) -> None:
    with transaction() as work:
        old = queries.find(work.session, token)
        assert old is not None
        new = service.replace(work, old.id, reason="旧了", by=None).code.id

    client.post(f"/S/{token}/w", data={"wrong": "misplaced"})

    assert [one.code_id for one in troubles(session)] == [new]


def test_a_revoked_code_can_still_be_complained_of(
    client: FlaskClient, session: Session, token: str
) -> None:
    with transaction() as work:
        old = queries.find(work.session, token)
        assert old is not None
        service.revoke(work, old.id, reason="拆了", by=None)

    assert client.post(f"/S/{token}/w", data={"wrong": "foreign"}).status_code == 303


def test_cards_strangers_codes_and_nonsense_are_all_unknown(
    client: FlaskClient, session: Session
) -> None:
    make_area(session, GRID)
    home = make_household(session, GRID)
    session.commit()
    with transaction() as work:
        more = service.Particulars(household_id=home.id)
        card = service.issue(
            work, kind=CodeKind.HOUSEHOLD, area_code=GRID, by=None, more=more
        ).token

    for token in (card, UNKNOWN, "x", "\u3164"):
        for answer in (
            client.get(f"/S/{token}/w"),
            client.post(f"/S/{token}/w", data={"wrong": "broken"}),
        ):
            assert answer.status_code == 404
    assert troubles(session) == []


def test_it_is_limited_by_address_and_what_was_typed_stays(
    client: FlaskClient, session: Session, token: str
) -> None:
    for _ in range(60):
        client.post(f"/S/{token}/w", data={"wrong": "broken"})

    answer = client.post(f"/S/{token}/w", data={"wrong": "foreign", "seen": "evil.example"})

    assert answer.status_code == 429
    assert "evil.example" in answer.text
    assert [one.times for one in troubles(session)] == [60]


def test_a_scan_is_counted_and_a_reload_a_robot_and_a_head_are_not(
    app: Flask, client: FlaskClient, session: Session, token: str
) -> None:
    tally = app.extensions["parts"].tally
    tally.take(rules.TALLY)
    code = session.scalars(select(Code)).one().id

    client.get(f"/S/{token}")
    client.head(f"/S/{token}")
    client.get(f"/S/{token}?fs=3")
    client.get(f"/S/{token}?lang=en")
    client.get(f"/S/{token}", headers={"User-Agent": "Googlebot/2.1"})
    client.get(f"/S/{UNKNOWN}")
    client.post(f"/S/{token}", data={"words": "灯不亮"})

    assert tally.take(rules.TALLY) == {rules.scan_field(code, NOON.date()): 1}
