"""Whatever is typed into whichever form, its fault is said in our words and never in WTForms'."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import flask_wtf.file
import pytest
import wtforms
from werkzeug.datastructures import MultiDict

from grid.forms.phrases import Phrased
from kernel.forms import Form, Words
from people.forms import ReasonForm

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3,}")
# Abbreviations that say what kind of file it is have no Chinese.
KINDS_OF_FILE = {"CSV", "xlsx"}
OTHERS = ("wtforms.", "flask_wtf.", "tests.")
TYPED = ("", "合", "字" * 5000, "²", "0001-13-45", "\x00a\u202eb")
THEIRS = [
    Path(wtforms.__file__).with_name("validators.py"),
    *Path(wtforms.__file__).with_name("fields").glob("*.py"),
    Path(flask_wtf.file.__file__),
]


def said_by_wtforms() -> Iterator[str]:
    for path in THEIRS:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="gettext" | "ngettext"),
                    args=[ast.Constant(value=str(words)), *_],
                ):
                    yield words


def forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    for one in kind.__subclasses__():
        if one is not Phrased:  # half a form, which has no words of its own
            yield one
        yield from forms(one)


def strangers(kind: type[wtforms.form.BaseForm] = wtforms.form.BaseForm) -> Iterator[type]:
    for one in kind.__subclasses__():
        if not issubclass(one, Form) and not one.__module__.startswith(OTHERS):
            yield one
        yield from strangers(one)


@pytest.mark.parametrize("english", sorted(set(said_by_wtforms())))
def test_nothing_that_wtforms_says_is_shown_as_it_is(english: str) -> None:
    said = Words().gettext(english)

    assert HAN.search(said)
    assert not LATIN.search(re.sub(r"%\(\w+\)\w", "", said))
    assert set(re.findall(r"%\((\w+)\)", said)) <= set(re.findall(r"%\((\w+)\)", english))


def test_a_sentence_names_its_field_and_the_limit() -> None:
    form = ReasonForm(MultiDict({"reason": "合"}))

    assert not form.validate()
    assert form.errors == {"reason": ["原因：要写 2 到 200 个字。"]}


def test_every_form_speaks_by_our_words() -> None:
    assert len(list(forms())) > 50
    assert list(strangers()) == []


@pytest.mark.parametrize("form", sorted(set(forms()), key=str))
def test_what_a_form_finds_wrong_it_says_in_chinese(form: type[Form]) -> None:
    names = list(form())
    for typed in TYPED:
        filled = form(MultiDict({field.name: typed for field in names}))
        filled.validate()
        for field in filled:
            for said in map(str, field.errors):
                assert HAN.search(said), (field.name, typed)
                assert set(LATIN.findall(said)) <= KINDS_OF_FILE, said
