"""A small town in a real house: gunicorn, every worker and the schedule, as `make run` has them."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask
from flask_migrate import upgrade
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from bootstrap import create_app
from citizen.models import Report
from grid import service as grid
from grid.rules.duty import DAY, WEEK, Shift
from kernel.db import db
from kernel.grants import Role
from kernel.outbound import Message
from kernel.settings import Settings
from kernel.work import Work, transaction
from launch.house import is_ready, readiness
from launch.machine import ROOT, end_leftovers, wait_until
from launch.plan import Plan, ensure_keys, make_plan
from people import service as people
from people.rules import AreaRow, HatWanted, StaffRow
from qr import service as qr
from qr.rules import CodeKind

PATIENCE: Final = 60.0
FAREWELL: Final = 20.0
PASSWORD: Final = "only-for-journeys"
DISTRICT, TOWN = "330106", "330106001"
VILLAGE = f"{TOWN}001"
GRID, NEXT_GRID = f"{VILLAGE}001", f"{VILLAGE}002"
PLACE: Final = "老街菜场东门"
AREAS: Final = (
    AreaRow(DISTRICT, "云溪区", desk_phone="0571-00000100"),
    AreaRow(TOWN, "清溪街道", desk_phone="0571-00000110"),
    AreaRow(VILLAGE, "清溪社区", desk_phone="0571-00000201"),
    AreaRow(GRID, "第1网格"),
    AreaRow(NEXT_GRID, "第2网格"),
)
STAFF: Final[Mapping[str, tuple[str, Role, str]]] = {
    "wang": ("王师傅", Role.GRID_FULL, GRID),
    "zhao": ("赵师傅", Role.GRID_FULL, NEXT_GRID),
    "li_zhan": ("李站长", Role.GRID_LEADER, VILLAGE),
    "chen": ("陈主任", Role.VILLAGE_ADMIN, VILLAGE),
    "sun": ("孙科长", Role.TOWN_ADMIN, TOWN),
    "zhou": ("周主任", Role.DISTRICT_CMD, DISTRICT),
    "wu_jie": ("吴副主任", Role.DISTRICT_CMD, DISTRICT),
    "admin": ("钱管理员", Role.SYSADMIN, DISTRICT),
}
WORKER_PHONE: Final = "0571-00001001"


@dataclass(frozen=True, slots=True)
class Town:
    """The town while it is open."""

    url: str
    token: str  # of the code at the market's gate
    app: Flask

    @property
    def scan(self) -> str:
        """What the code at the market's gate opens."""
        return f"/S/{self.token}"

    def reports(self, words: str) -> list[str]:
        """Return the numbers of the reports that say exactly that."""
        with self.reading() as session:
            return list(session.scalars(select(Report.number).where(Report.words == words)))

    def messages(self, phone: str) -> list[str]:
        """Return what was written to a phone, the newest first."""
        with self.reading() as session:
            kept = session.scalars(select(Message).order_by(Message.id.desc()))
            return [message.text for message in kept if message.recipient == phone]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look into the database as it is at this moment."""
        with self.app.app_context():
            try:
                yield db.session()
            finally:
                db.session.remove()


def make_town_plan(folder: Path, database_url: str, redis_url: str) -> Plan:
    """Decide where the house is built: on a port nobody has, in *folder*."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return make_plan(
        {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "VAR": str(folder / "var"),
            "PORT": str(port),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
        }
    )


@contextmanager
def opened(plan: Plan) -> Iterator[Town]:
    """Build the tables, settle the town, start every process, and take it all down at the end."""
    ensure_keys(plan.env, holds_data=False)
    app = create_app(Settings.from_env(plan.env))
    with app.app_context():
        upgrade()
        with transaction() as work:
            token = settle(work)
        db.session.remove()
    try:
        with running(plan):
            yield Town(plan.env["PUBLIC_URL"], token, app)
    finally:
        with app.app_context():
            db.engine.dispose()


@contextmanager
def running(plan: Plan) -> Iterator[None]:
    """Start every process and wait until all are alive; none survives, however this ends."""
    with Redis.from_url(plan.env["REDIS_URL"]) as redis:
        redis.flushdb()
    try:
        with ExitStack() as stack:
            for name, *command in (
                ("web", "gunicorn", "-c", "ops/gunicorn.conf.py", "wsgi:app"),
                ("workers", "launch.workers"),
            ):
                log = stack.enter_context((plan.log / f"{name}.log").open("wb"))
                stack.enter_context(started(plan, command, log.fileno()))
            assert wait_until(lambda: is_ready(readiness(plan)), PATIENCE), last_words(plan)
            yield
    finally:
        end_leftovers(plan.var)


@contextmanager
def started(plan: Plan, command: list[str], log: int) -> Iterator[None]:
    """Run one program of the house."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=plan.env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # a Ctrl-C is pytest's, which then ends us in order
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def last_words(plan: Plan) -> str:
    """Return what the processes have said."""
    return "\n".join(path.read_text("utf-8", "replace") for path in plan.log.glob("*.log"))


def settle(work: Work) -> str:
    """Found the areas, hire the staff, hang one code; return its token."""
    for row in AREAS:
        people.add_area(work, row, by=None)
    whole_days = [Shift(day, 0, DAY) for day in WEEK]
    grid.set_hours(work, area_code=TOWN, role=Role.GRID_FULL, shifts=whole_days, by=None)
    for login, (name, role, area) in STAFF.items():
        hired = StaffRow(
            login=login,
            name=name,
            public_name=name,
            work_phone=WORKER_PHONE,
            hats=(HatWanted(role, area),),
        )
        people.add_staff(work, hired, by=None, password=PASSWORD)
    spot = qr.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name=PLACE, by=None)
    return spot.token
