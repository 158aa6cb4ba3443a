from flask import Flask
from flask.testing import FlaskClient

from kernel.work import transaction
from tests.fakes import FixedClock, ListDispatch
from tests.kernel.conftest import write_fact


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_readiness_tells_what_is_owed_and_for_how_long(
    client: FlaskClient, clock: FixedClock
) -> None:
    with transaction() as work:
        work.later(write_fact, name="a")
    clock.advance(minutes=2)

    facts = client.get("/readyz").json

    assert facts is not None
    assert (facts["database"], facts["owed"], facts["parked"]) == (True, 1, 0)
    assert facts["lag_seconds"] == 120


def test_a_queue_that_is_away_does_not_take_the_site_off_the_net(
    client: FlaskClient, dispatch: ListDispatch
) -> None:
    dispatch.up = False

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["redis"] is False


def test_the_real_queue_is_asked_for_its_workers(live: Flask) -> None:
    answer = live.test_client().get("/readyz")

    assert answer.json is not None
    assert answer.json["redis"] is True
    assert answer.json["workers"] == {"urgent": 0, "default": 0, "bulk": 0, "outbound": 0}


def test_prometheus_reads_the_same(client: FlaskClient) -> None:
    page = client.get("/metrics").text

    assert "pinganma_database 1.0" in page
    assert 'pinganma_workers{queue="urgent"} 0.0' in page
