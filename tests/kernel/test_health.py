from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from kernel.audit import AuditLine
from kernel.measures import BACKED_UP
from kernel.outbox import Delivery
from kernel.work import transaction
from tests.fakes import NOON, FixedClock, ListDispatch
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


def test_prometheus_reads_how_the_house_is_doing(client: FlaskClient, clock: FixedClock) -> None:
    assert "pinganma_backup_age_seconds" not in client.get("/metrics").text  # there was none
    with transaction() as work:
        work.later(write_fact, name="a")
        work.session.add(AuditLine(at=NOON, action=BACKED_UP, subject="backup"))
        work.session.flush()
        work.session.query(Delivery).one().slot = "a@1"
    clock.advance(minutes=10)

    page = client.get("/metrics").text

    assert "pinganma_backup_age_seconds 600.0" in page
    assert "pinganma_schedule_age_seconds 600.0" in page
    assert "pinganma_disk_free_bytes" in page
    assert "pinganma_database_bytes" in page


def test_what_waits_for_the_morning_is_not_late(client: FlaskClient, clock: FixedClock) -> None:
    with transaction() as work:
        work.later_at(NOON + timedelta(hours=11), write_fact, name="a")
    clock.advance(hours=10)
    early = client.get("/readyz").json
    clock.advance(hours=1, minutes=3)
    late = client.get("/readyz").json

    assert early is not None
    assert late is not None
    assert (early["lag_seconds"], late["lag_seconds"]) == (0, 180)
