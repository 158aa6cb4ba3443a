"""The English catalogue: whole, sound, and compiled from what it says."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "translations" / "en" / "LC_MESSAGES"
HAN = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")
NAMED = re.compile(r"%\((\w+)\)s")


@cache
def extracted() -> frozenset[str]:
    return frozenset(_extracted())


def _extracted() -> Iterator[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's
    found = extract_from_dir(ROOT, methods, options, keywords={"_": None})
    for _file, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else message[0]


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    with (FOLDER / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {str(one.id): str(one.string) for one in catalogue if one.id and not one.fuzzy}


def test_everything_shown_to_people_has_an_english_sentence(english: dict[str, str]) -> None:
    shown = extracted()

    assert len(shown) > 500
    assert [words for words in sorted(shown) if not english.get(words)] == []


def test_nothing_in_it_is_shown_nowhere(english: dict[str, str]) -> None:
    assert set(english) - extracted() == set()


def test_an_english_sentence_fills_in_what_the_chinese_one_does(english: dict[str, str]) -> None:
    for chinese, words in english.items():
        assert sorted(NAMED.findall(words)) == sorted(NAMED.findall(chinese)), chinese
        assert words.count("#") == chinese.count("#"), chinese
        assert "%" not in NAMED.sub("", words), chinese


def test_it_is_english_and_cannot_break_out_of_an_attribute(english: dict[str, str]) -> None:
    for words in english.values():
        assert not HAN.search(words), words
        assert not set('<>&"') & set(words), words


def test_what_runs_is_compiled_from_it(english: dict[str, str]) -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = {str(one.id): str(one.string) for one in read_mo(file) if one.id}

    assert compiled == english
