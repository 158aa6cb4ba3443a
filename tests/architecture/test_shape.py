"""The shape of the repository, where no tool checks it."""

import ast
import configparser
import importlib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest

from bootstrap import JOBS, SCAN_TARGETS, SCHEDULE, SUBSCRIBERS
from kernel.db import db
from kernel.events import Event, Plain
from qr.rules import CodeKind

ROOT = Path(__file__).parents[2]
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE = 400


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls_to(name: str, path: Path) -> Iterator[int]:
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Call(func=ast.Attribute(attr=found)) if found == name:
                yield node.lineno


def test_every_package_is_under_contract() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert set(setup["importlinter"]["root_packages"].split()) == PACKAGES


def test_every_table_is_known_to_the_application() -> None:
    known = set(db.metadata.tables)
    for name in PACKAGES:
        if (ROOT / name / "models.py").exists() or (ROOT / name / "models").exists():
            importlib.import_module(f"{name}.models")
    assert set(db.metadata.tables) == known


def test_what_is_scheduled_is_a_job() -> None:
    assert {turn.job for turn in SCHEDULE} <= set(JOBS)


def test_every_kind_of_code_leads_somewhere() -> None:
    assert set(SCAN_TARGETS) == {*CodeKind, None}


@pytest.mark.parametrize("event", list(SUBSCRIBERS), ids=lambda event: event.__name__)
def test_an_event_survives_the_journey_as_json(event: type[Event]) -> None:
    hints = get_type_hints(event)
    plain = {int, str, bool, int | None, str | None, bool | None, Plain}
    assert {hints[field.name] for field in fields(event)} <= plain


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
class TestModule:
    def test_is_short_enough_to_hold_in_mind(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= LONGEST_MODULE

    def test_leaves_committing_to_the_unit_of_work(self, path: Path) -> None:
        allowed = [ROOT / "kernel" / "work.py"]
        assert list(calls_to("commit", path)) == [] or path in allowed

    def test_imports_at_its_top_only(self, path: Path) -> None:
        tree = tree_of(path)
        inside = [
            node.lineno
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert inside == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_is_skipped(path: Path) -> None:
    marks = {"skip", "skipif", "xfail", "importorskip"}
    names = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    assert names & marks == set()
