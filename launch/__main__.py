"""`python -m launch`, which is what `make run` does."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

from launch.house import SIGNALS, House, Trouble, ask, flask, supervised
from launch.machine import Standing, check_port, end_leftovers, examine, only_one
from launch.plan import Plan, ensure_keys, make_plan
from launch.welcome import everybody, say, welcome

BEAT: Final = 1.0
SHOW: Final = ("demo", "show", "--json")


def main() -> int:
    """Start everything and keep it until told to stop."""
    os.umask(0o077)  # what lies under VAR is nobody else's business
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        plan = make_plan(os.environ)
        if sys.argv[1:] == ["people"]:
            say(everybody(known_demo(plan)))
            return 0
        with only_one(plan.var):
            run(plan)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def run(plan: Plan) -> None:
    """Start, bring the database up to date meanwhile, say where it is, and watch.

    Raises:
        Misconfigured: with a sentence; nothing of it is left running.
    """
    end_leftovers(plan.var)
    check_port(plan.host, plan.port)
    with supervised(plan) as house:
        standing = examine(plan.env["DATABASE_URL"])
        ensure_keys(plan.env, holds_data=standing.has_tables)
        fill(plan, standing)
        say("Starting …")
        house.start_app()
        demo = known_demo(plan)
        house.wait_until_ready()
        say(welcome(plan, demo))
        watch(house)


def fill(plan: Plan, standing: Standing) -> None:
    """Bring the database up to date, and load the demo where there is nothing.

    Raises:
        Misconfigured: it failed, and has said why.
    """
    commands: list[Sequence[str]] = []
    if not standing.is_current:
        say("Bringing the database up to date …")
        commands.append(("db", "upgrade"))
    if plan.demo and not standing.has_areas:
        say("Loading the demo district …")
        commands += [plan.demo, SHOW]
    said = flask(plan, *commands) if commands else ""
    if SHOW in commands:
        _kept_demo(plan).write_text(said.splitlines()[-1], "utf-8")


def known_demo(plan: Plan) -> str:
    """Return what `flask demo show --json` says; asked once for each database, for it is slow."""
    kept = _kept_demo(plan)
    if kept.exists():
        return kept.read_text("utf-8")
    answer = ask(plan, *SHOW)
    if answer:
        kept.write_text(answer, "utf-8")
    return answer


def _kept_demo(plan: Plan) -> Path:
    name = sha256(plan.env["DATABASE_URL"].encode()).hexdigest()[:12]
    return plan.var / "run" / f"demo-{name}.json"


def watch(house: House) -> None:
    """Tell what goes wrong, until supervisord ends or a signal comes."""
    trouble, before = Trouble(house.plan.log), house.processes()
    while house.is_up():
        time.sleep(BEAT)
        for line in trouble.fresh():
            say(line)
        now = house.processes()
        for name in now.keys() & before.keys():
            if now[name] != before[name]:
                say(f"{name} ended and was started again.")
        before |= now


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
