"""The long run: ``python -m tests.torture [SECONDS]``, 60 if none are named; then its mutants.

Exits with 1 if anything does not hold, or if a mutant is not found.
"""

import signal
import sys
from itertools import cycle, islice
from typing import Final

from tests.torture.run import MUTANTS, Outcome, put_in, tortured

EVERY: Final = 1.4  # seconds between kills
WHAT: Final = ("backend", "postmaster", "writer", "backend", "backend, hard", "writer", "backend")
BRIEFLY: Final = 8.0  # seconds for a mutant
SHOWN: Final = 20


def main(arguments: list[str]) -> int:
    """Torture the ledger, then each mutant of it; return what the shell is told."""
    seconds = float(arguments[0]) if arguments else 60.0
    with tortured() as torture:
        outcome = torture.run(seconds, [*islice(cycle(WHAT), int(seconds / EVERY))])
    _say(outcome)
    missed = [name for name in MUTANTS if not _finds(name)]
    for name in missed:
        print("NOT FOUND:", name)  # noqa: T201 - a command's answer
    return 1 if outcome.faults or missed else 0


def _finds(name: str) -> bool:
    with tortured() as torture:
        put_in(torture.app, MUTANTS[name])
        outcome = torture.run(BRIEFLY, ["backend", "writer", "backend, hard"])
    found = outcome.faults[0].splitlines()[0] if outcome.faults else "nothing"
    print(f"mutant, {name}: {len(outcome.faults)} faults, the first: {found}")  # noqa: T201
    return bool(outcome.faults)


def _say(outcome: Outcome) -> None:
    kills = ", ".join(f"{name} {count}" for name, count in sorted(outcome.kills.items()))
    answers = ", ".join(f"{name} {count}" for name, count in outcome.answers.most_common())
    print(f"{outcome.wishes} wishes, {outcome.postings} postings; told: {answers}")  # noqa: T201
    print(f"killed: {kills}")  # noqa: T201
    for fault in outcome.faults[:SHOWN]:
        print("DOES NOT HOLD:", fault)  # noqa: T201
    print(f"{len(outcome.faults)} faults")  # noqa: T201


if __name__ == "__main__":
    # As by Ctrl-C, so that the cluster is taken down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
