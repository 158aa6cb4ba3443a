"""`python -m launch`, which is what `make run` does."""

import os
import signal
import sys
import time
from hashlib import sha256
from typing import Final, NoReturn

from launch.house import SIGNALS, House, Trouble, ask, flask, supervised
from launch.machine import check_port, end_leftovers, examine, only_one
from launch.plan import Plan, ensure_keys, make_plan
from launch.welcome import everybody, say, welcome

BEAT: Final = 1.0


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
    """Bring the database up to date, start, say where it is, and watch.

    Raises:
        Misconfigured: with a sentence; nothing of it is left running.
    """
    end_leftovers(plan.var)
    check_port(plan.host, plan.port)
    standing = examine(plan.env["DATABASE_URL"])
    ensure_keys(plan.env, holds_data=standing.has_tables)
    with supervised(plan) as house:
        house.start_redis()
        if not standing.is_current:
            say("Bringing the database up to date …")
            flask(plan, "db", "upgrade")
        if not standing.has_areas and plan.demo:
            say("Loading the demo district …")
            flask(plan, *plan.demo)
        say("Starting …")
        house.start_app()
        demo = known_demo(plan)
        house.wait_until_ready()
        say(welcome(plan, demo))
        watch(house)


def known_demo(plan: Plan) -> str:
    """Return what `flask demo show --json` says; asked once for each database, for it is slow."""
    name = sha256(plan.env["DATABASE_URL"].encode()).hexdigest()[:12]
    kept = plan.var / "run" / f"demo-{name}.json"
    if kept.exists():
        return kept.read_text("utf-8")
    answer = ask(plan, "demo", "show", "--json")
    if answer:
        kept.write_text(answer, "utf-8")
    return answer


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
