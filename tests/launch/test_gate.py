import os
import subprocess
import sys
from pathlib import Path

import pytest

from launch.gate import GATE, pass_gate, shut
from launch.machine import ROOT

CODE = "from launch.gate import pass_gate; print('waits', flush=True); pass_gate(); print('passed')"


def test_who_comes_while_it_is_shut_waits_until_it_opens(tmp_path: Path) -> None:
    gate = tmp_path / "gate"

    with shut(gate):
        waiting = subprocess.Popen(
            [sys.executable, "-c", CODE],
            cwd=ROOT,
            env={**os.environ, GATE: str(gate)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert waiting.stdout
        assert waiting.stdout.readline() == "waits\n"
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.3)

    assert waiting.communicate()[0] == "passed\n"


@pytest.mark.parametrize("name", [None, "nobody-made-it", "open"])
def test_where_it_is_not_shut_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.delenv(GATE, raising=False)
    if name is not None:
        monkeypatch.setenv(GATE, str(tmp_path / name))
    (tmp_path / "open").touch()

    pass_gate()
