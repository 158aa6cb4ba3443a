from pathlib import Path

import pytest

from launch.house import Trouble, is_ready, readiness
from launch.plan import make_plan

WORKERS = {"urgent": 1, "default": 2}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"database": True, "redis": True, "workers": WORKERS}, True),
        ({"database": True, "redis": True, "workers": {**WORKERS, "bulk": 0}}, False),
        ({"database": True, "redis": True, "workers": {}}, False),
        ({"database": True, "redis": False, "workers": WORKERS}, False),
        ({"database": False, "redis": True, "workers": WORKERS}, False),
        ({}, False),
    ],
)
def test_it_is_ready_when_reports_are_taken_and_worked_on(
    facts: dict[str, object], *, expected: bool
) -> None:
    assert is_ready(facts) is expected


def test_where_nobody_listens_nothing_is_ready(tmp_path: Path) -> None:
    assert readiness(make_plan({"VAR": str(tmp_path), "PORT": "9", "REDIS_URL": "redis://x"})) == {}


class TestTrouble:
    def test_is_told_once_and_with_the_name_of_its_log(self, tmp_path: Path) -> None:
        (tmp_path / "web.log").write_text("ERROR of yesterday\n")
        trouble = Trouble(tmp_path)
        with (tmp_path / "web.log").open("a") as log:
            log.write('{"levelname": "INFO"}\n{"levelname": "ERROR", "message": "坏了"}\n')

        assert list(trouble.fresh()) == ['[web] {"levelname": "ERROR", "message": "坏了"}']
        assert list(trouble.fresh()) == []

    def test_is_found_in_a_log_that_was_begun_anew(self, tmp_path: Path) -> None:
        (tmp_path / "web.log").write_text("x" * 100)
        trouble = Trouble(tmp_path)
        (tmp_path / "web.log").write_text("ERROR\n")

        assert list(trouble.fresh()) == ["[web] ERROR"]
