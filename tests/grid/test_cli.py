"""The commands of the grid."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import VILLAGE, make_area


def run(app: Flask, session: Session, *words: str) -> tuple[int, str]:
    """Run a command of the grid; return its exit code and what it said."""
    make_area(session, VILLAGE)
    session.commit()
    result = app.test_cli_runner().invoke(args=["grid", "hours", "--area", VILLAGE, *words])
    return result.exit_code, result.output


def test_hours_are_set_shown_and_forgotten(app: Flask, session: Session) -> None:
    done, said = run(app, session, "--role", "grid_full", "mon-tue@08:30-12:00", "sun@00:00-24:00")

    assert done == 0
    assert said.splitlines() == [
        "grid_full mon 08:30-12:00",
        "grid_full tue 08:30-12:00",
        "grid_full sun 00:00-24:00",
    ]
    assert run(app, session)[1] == said
    assert run(app, session, "--role", "grid_full", "--forget") == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("mon@08:00-09:00",),
        ("--role", "grid_full", "someday"),
        ("--role", "grid_full", "xyz@08:00-09:00"),
        ("--role", "grid_full", "mon@09:00-08:00"),
        ("--role", "grid_full", "mon@08:00-10:00", "mon@09:00-11:00"),
        ("--role", "town_admin", "mon@08:00-10:00"),
    ],
)
def test_what_cannot_be_hours_is_refused_in_words(
    app: Flask, session: Session, words: tuple[str, ...]
) -> None:
    done, said = run(app, session, *words)

    assert done != 0
    assert "Traceback" not in said
    assert run(app, session) == (0, "")
