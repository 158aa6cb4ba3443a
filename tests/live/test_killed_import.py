"""A table of households is written whole and once, whatever is killed on its way."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.clock import SystemClock
from kernel.db import db
from kernel.delivery import sweep
from kernel.facts import check_keys
from kernel.grants import Role
from kernel.outbox import Queue
from kernel.work import transaction
from people import service
from people.models import Household, HouseholdImport
from people.rules import ImportState
from tests.factories import GRID, TOWN, make_area, make_staff
from tests.live.test_killed_worker import ended, kill_hard, parts, wait_for, worker_process

LINES = 700  # three parts


def send(app: Flask) -> tuple[int, Actor]:
    parts(app)[1].moment = SystemClock().now()  # the worker's clock is the machine's
    check_keys()
    make_area(db.session(), GRID)
    town = make_staff(db.session(), Role.TOWN_ADMIN, area=TOWN)
    db.session.commit()
    lines = "".join(f"QX-{n},{GRID},王\n" for n in range(LINES))
    with transaction() as work:
        return service.send_households(work, f"户号,区域编码,姓名\n{lines}".encode(), by=town), town


def work_off(app: Flask, stall: Path) -> None:
    with worker_process(app, stall, "burst", queue=Queue.BULK) as worker:
        assert ended(worker) == 0


def standing(import_id: int) -> tuple[ImportState, int, int]:
    """Return (state, lines done, households that are there)."""
    db.session.rollback()
    row = db.session.get_one(HouseholdImport, import_id)
    there = db.session.scalar(select(func.count()).select_from(Household)) or 0
    return row.state, row.done_lines, there


def test_killed_in_mid_part_the_rest_follows_and_nothing_twice(live: Flask, tmp_path: Path) -> None:
    with live.app_context():
        number, town = send(live)
        stall = tmp_path / "stall"
        work_off(live, stall)
        assert standing(number) == (ImportState.CHECKED, LINES, 0)
        with transaction() as work:
            service.confirm_import(work, number, by=town)
        stall.touch()

        with worker_process(live, stall, queue=Queue.BULK) as worker:
            wait_for(stall.with_suffix(".reached"))
            kill_hard(worker)
        stall.unlink()
        assert standing(number) == (ImportState.WRITING, 0, 0)
        parts(live)[1].advance(minutes=5)
        assert sweep() == 1
        work_off(live, stall)

        assert standing(number) == (ImportState.WRITTEN, LINES, LINES)
