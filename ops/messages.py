"""What Babel finds for the catalogue beside the templates: see babel.cfg and ops/translate.

Rules, refusals and tables are plain Chinese data that views hand to gettext when they show them:
rules know no gettext.  Marking each of some four hundred sentences would be noise that somebody
forgets, so every Chinese literal of a module that speaks to people is taken, marked or not.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, Final

import yaml

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]|\)s[：。]")
Found = tuple[int, str, str, list[str]]


def from_python(
    file: IO[bytes],
    _keywords: object,
    _tags: object,
    options: object,  # noqa: ARG001 - Babel hands it in by its name
) -> Iterator[Found]:
    """Yield every Chinese literal but docstrings and the pieces of f-strings."""
    tree = ast.parse(file.read())
    passed = _docstrings(tree) | _pieces(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in passed:
            continue
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield node.lineno, "_", node.value, []


def from_yaml(
    file: IO[bytes], _keywords: object, _tags: object, options: Mapping[str, str]
) -> Iterator[Found]:
    """Yield what stands at each of the paths in the option *shown*, such as ``tiles.label``."""
    tree = yaml.safe_load(file)
    for path in options["shown"].split():
        for words in _at(tree, path.split(".")):
            yield 1, "_", words, []


def _at(tree: Any, path: Collection[str]) -> Iterator[str]:  # noqa: ANN401 - whatever YAML holds
    if isinstance(tree, list):
        for one in tree:
            yield from _at(one, path)
    elif path:
        first, *rest = path
        if first in tree:
            yield from _at(tree[first], rest)
    else:
        yield str(tree)


def _docstrings(tree: ast.AST) -> set[int]:
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _pieces(tree: ast.AST) -> set[int]:
    whole = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return {id(piece) for string in whole for piece in string.values}
