"""Measures the first scenarios and prints them: ``make bench``.

Each figure stands beside a bare Flask page and a bare INSERT from the same run,
so that it can be compared on another machine.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import psycopg

from bench.house import ROOT, House, environment, ready, running
from bench.load import Answer, many, percentile, request, steadily

PORT: Final = 8790
PAGES: Final = 2000
REPORTS: Final = 1000
RATE: Final = 20.0  # reports a second
RATE_SECONDS: Final = 60.0
DRAIN_SECONDS: Final = 120.0
LOOKS: Final = 10
MS: Final = 1000.0

Row = tuple[str, str]


def main() -> None:
    """Run the scenarios one after the other."""
    var = Path(mkdtemp(prefix="pinganma-bench-"))
    print(f"Log: {var / 'bench.log'}", flush=True)  # noqa: T201 - a command's answer
    with running(var, PORT) as house:
        token = _spot(var)
        rows = [*_yardsticks(house), *_scan(house, token), *_reports(house, token)]
        rows += _steady(house, token)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")  # noqa: T201 - a command's answer


def _spot(var: Path) -> str:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "show", "--json"]
    shown = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment(var), check=True, capture_output=True
    )
    codes = json.loads(shown.stdout)["codes"]
    return str(next(code["token"] for code in codes if code["kind"] == "spot"))


def _yardsticks(house: House) -> list[Row]:
    """A page with nothing on it, and a row with nothing around it."""
    before = house.bare.cpu()
    many(PAGES, lambda number: request("GET", f"{house.bare_url}/", sender=number))
    page = (house.bare.cpu() - before) / PAGES
    mine, theirs = time.process_time(), house.postgres.cpu()
    with psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, words text)")
        for number in range(PAGES):
            connection.execute("INSERT INTO bench_bare (words) VALUES (%s)", (f"灯 {number}",))
        connection.execute("DROP TABLE bench_bare")
    insert = (time.process_time() - mine + house.postgres.cpu() - theirs) / PAGES
    _scale["page"], _scale["insert"] = page, insert
    return [
        ("bare Flask page, web", f"{page * MS:.2f} ms CPU"),
        ("bare INSERT with commit, client and database", f"{insert * MS:.2f} ms CPU"),
    ]


_scale: Final[dict[str, float]] = {}


def _scan(house: House, token: str) -> list[Row]:
    web, database = house.web.cpu(), house.postgres.cpu()
    answers = many(PAGES, lambda n: request("GET", f"{house.url}/S/{token}", sender=n))
    _expect(answers, HTTPStatus.OK)
    page = (house.web.cpu() - web) / PAGES
    stored = (house.postgres.cpu() - database) / PAGES
    return [
        ("scan page, web", f"{page * MS:.2f} ms CPU = {page / _scale['page']:.1f} bare pages"),
        ("scan page, database", f"{stored * MS:.2f} ms CPU"),
    ]


def _report(house: House, token: str, run: str) -> Callable[[int], Answer]:
    def send(number: int) -> Answer:
        fields = {
            "submission_key": f"bench-{run}-{number:08}",
            "words": f"路灯不亮，晚上看不见路（{run} {number}）",
            "at": "here",
            "files": "0",
        }
        return request("POST", f"{house.url}/S/{token}", fields, sender=number)

    return send


def _reports(house: House, token: str) -> list[Row]:
    """As many as two cores take: CPU per report, everywhere, until the last case is open."""
    parts = {
        "web": house.web,
        "database": house.postgres,
        "Redis": house.redis,
    }
    before = {name: process.cpu() for name, process in parts.items()}
    workers = sum(worker.cpu() for worker in house.workers)
    began = time.perf_counter()
    answers = many(REPORTS, _report(house, token, "burst"))
    taken = time.perf_counter() - began
    _expect(answers, HTTPStatus.CREATED, HTTPStatus.OK)
    at_answer = {name: process.cpu() - before[name] for name, process in parts.items()}
    _drain(house)
    drained = time.perf_counter() - began
    spent = {name: (process.cpu() - before[name]) / REPORTS for name, process in parts.items()}
    spent["workers"] = (sum(worker.cpu() for worker in house.workers) - workers) / REPORTS
    both = spent["web"] + spent["database"]
    rows = [(f"text report, {name}", f"{value * MS:.2f} ms CPU") for name, value in spent.items()]
    ratio = both / (_scale["page"] + _scale["insert"])
    waits = [answer.seconds for answer in answers]
    return [
        *rows,
        ("text report, web and database", f"{both * MS:.2f} ms CPU = {ratio:.1f} x page + INSERT"),
        (
            "  of which until the answer",
            f"{sum(at_answer[n] for n in ('web', 'database')) / REPORTS * MS:.2f} ms CPU",
        ),
        (
            "text reports, 8 at a time",
            f"{REPORTS / taken:.0f} per second, p50 {percentile(waits, 50) * MS:.0f} ms",
        ),
        ("the same, until the last case is open", f"{REPORTS / drained:.0f} per second"),
    ]


def _steady(house: House, token: str) -> list[Row]:
    """Twenty a second for a minute: how long from the tap to the grid queue."""
    answers = steadily(RATE, RATE_SECONDS, _report(house, token, "steady"))
    _expect(answers, HTTPStatus.CREATED, HTTPStatus.OK)
    _drain(house)
    with psycopg.connect(os.environ["BENCH_DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT extract(epoch FROM o.done_at - r.said_at)::float FROM citizen_report r"
            " JOIN kernel_outbox o ON o.handler LIKE '%%push_to_grid'"
            " AND (o.payload ->> 'report_id')::bigint = r.id"
            " WHERE r.submission_key LIKE 'bench-steady-%%'"
        ).fetchall()
    delays = [float(row[0]) for row in rows]
    waits = [answer.seconds for answer in answers]
    if len(delays) != len(answers):
        raise SystemExit(f"{len(answers)} reports were sent, {len(delays)} are in the queue.")
    return [
        (f"{RATE:.0f} reports/s for {RATE_SECONDS:.0f} s, answer", _spread(waits)),
        (f"{RATE:.0f} reports/s for {RATE_SECONDS:.0f} s, submit to queue", _spread(delays)),
    ]


def _spread(values: list[float]) -> str:
    marks = ", ".join(f"p{mark} {percentile(values, mark) * MS:.0f} ms" for mark in (50, 95, 99))
    return f"{marks}, max {max(values) * MS:.0f} ms"


def _expect(answers: list[Answer], *statuses: HTTPStatus) -> None:
    wrong = [answer for answer in answers if answer.status not in statuses]
    if wrong:
        raise SystemExit(
            f"{len(wrong)} answers were wrong, the first: {wrong[0].status} {wrong[0].body[:200]!r}"
        )


def _drain(house: House) -> None:
    """Wait until nothing that is due is owed; what waits for the morning has no lag."""
    deadline = time.monotonic() + DRAIN_SECONDS
    empty = 0  # looks in a row; what was written this moment has no lag either
    while empty < LOOKS:
        empty = 0 if ready(house.url)["lag_seconds"] else empty + 1
        if time.monotonic() > deadline:
            raise SystemExit("The queue did not run empty.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
