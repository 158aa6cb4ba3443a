"""Whatever the code notes in the audit log has a name that people can read."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from people.rules.actions import ACTIONS
from tests.architecture.test_shape import MODULES, ROOT, tree_of

AUDIT = ROOT / "kernel" / "audit.py"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """Where an expression stands: its module, and the function around it."""

    path: Path
    function: Function | None


@cache
def calls(path: Path) -> list[tuple[ast.Call, Function | None]]:
    found = []

    def walk(node: ast.AST, function: Function | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                found.append((child, function))
            walk(child, child if isinstance(child, Function) else function)

    walk(tree_of(path), None)
    return found


@cache
def calls_by_name() -> dict[str, list[tuple[ast.Call, Place]]]:
    """Return every call of every module by the name it is called by."""
    found: dict[str, list[tuple[ast.Call, Place]]] = {}
    for path in MODULES:
        for call, around in calls(path):
            match call.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.setdefault(name, []).append((call, Place(path, around)))
    return found


@cache
def imports(path: Path, module: str, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and name in {one.name for one in node.names}
        for node in tree_of(path).body
    )


def calls_it(call: ast.Call, caller: Path, name: str, home: Path) -> bool:
    """Whether *call*, in the module *caller*, is one of the function *name* of *home*."""
    module = ".".join(home.relative_to(ROOT).with_suffix("").parts)
    match call.func:
        case ast.Name(id=found):
            return found == name and (caller == home or imports(caller, module, name))
        case ast.Attribute(value=ast.Name(id=found), attr=attribute):
            return (found, attribute) == (home.stem, name)
    return False


@cache
def constants(package: str) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == package:
            for node in tree_of(path).body:
                match node:
                    case (
                        ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value)
                        | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant() as value)
                    ):
                        found[name] = value
    return found


def home_of(name: str, path: Path) -> str:
    """Return the package a name in *path* comes from."""
    for node in tree_of(path).body:
        if isinstance(node, ast.ImportFrom) and name in {one.name for one in node.names}:
            return str(node.module).partition(".")[0]
    return path.relative_to(ROOT).parts[0]


def given_to(place: Place, parameter: str) -> Iterator[str]:
    """Yield what callers give for *parameter* of the function at *place*."""
    path, function = place
    assert function is not None
    names = [one.arg for one in function.args.args]
    for call, caller in calls_by_name().get(function.name, []):
        if not calls_it(call, caller.path, function.name, path):
            continue
        by_name = {one.arg: one.value for one in call.keywords}
        by_place = dict(zip(names, call.args, strict=False))
        given = by_name.get(parameter) or by_place.get(parameter)
        if given is not None:
            yield from values(given, caller)


def values(node: ast.expr, place: Place) -> Iterator[str]:
    """Yield every text that an expression may have; fail where that cannot be read."""
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.IfExp(body=one, orelse=other):
            yield from values(one, place)
            yield from values(other, place)
        case ast.FormattedValue(value=inside):
            yield from values(inside, place)
        case ast.JoinedStr(values=parts):
            yield from map("".join, product(*(list(values(part, place)) for part in parts)))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield from of_name(name, place)
        case _:
            raise AssertionError(f"{place.path}:{node.lineno}: an action that nobody can read")


def of_name(name: str, place: Place) -> Iterator[str]:
    arguments = place.function.args if place.function else None
    if arguments and name in {one.arg for one in (*arguments.args, *arguments.kwonlyargs)}:
        yield from given_to(place, name)
        return
    for node in ast.walk(place.function or ast.Module([], [])):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield from values(value, place)
                return
    known = constants(home_of(name, place.path))
    assert name in known, f"{place.path}: {name} is an action that nobody can read"
    yield from values(known[name], place)


def noted() -> Iterator[str]:
    for call, place in calls_by_name()["note"]:
        if calls_it(call, place.path, "note", AUDIT):
            [action] = [one.value for one in call.keywords if one.arg == "action"]
            yield from values(action, place)


def test_every_action_has_a_name_and_every_name_an_action() -> None:
    found = set(noted())

    assert len(found) > 90
    assert found == set(ACTIONS)
