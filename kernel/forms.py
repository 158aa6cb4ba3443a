"""What every form shares."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

# Line breaks and tabs are writing; other control characters, among them NUL
# (which PostgreSQL refuses) and the marks that turn the direction of what
# follows, are not.
KEPT: Final = frozenset("\n\t")
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What WTForms says of its own accord, in our words.
SENTENCES: Final = {
    "This field is required.": later("这里要填。"),
    "Field must be between %(min)d and %(max)d characters long.": later(
        "要写 %(min)s 到 %(max)s 个字。"
    ),
    "Field must be at least %(min)d character long.": later("至少写 %(min)s 个字。"),
    "Field cannot be longer than %(max)d character.": later("最多写 %(max)s 个字。"),
    "Not a valid choice.": later("请从列出来的里面选一个。"),
    "'%(value)s' is not a valid choice for this field.": later("请从列出来的里面选。"),
    "Not a valid date value.": later("日期要写成 2026-10-01 这样。"),
    "Not a valid time value.": later("时间要写成 19:30 这样。"),
    "Not a valid integer value.": later("这里只能写数字。"),
}
_REMARK: Final = re.compile("[（(]")  # what a label says beside its name
ELSE: Final = later("这里填得不对，请再看看。")


@dataclass(frozen=True, slots=True)
class Words:
    """Says what WTForms says in our words; what it may say one day, in general ones.

    With the field's name before it: on top of a form stand the sentences of all its fields.
    """

    label: object = ""  # spoken late, in the reader's language

    def gettext(self, string: str) -> str:
        """Return our sentence; a name, which ends in no full stop, stays."""
        sentence = SENTENCES.get(string)
        if sentence is None and not string.rstrip().endswith((".", "}")):
            return string
        name = _REMARK.split(str(self.label))[0].strip()
        said = str(sentence or ELSE)
        return str(_("%(name)s：%(said)s", name=name, said=said)) if name else said

    def ngettext(self, singular: str, _plural: str, _n: int) -> str:
        """Return our sentence, which is the same for one and many."""
        return self.gettext(singular)


class Form(FlaskForm):
    """A form.  The gate checks where it comes from and its token, so it has no token field."""

    class Meta(FlaskForm.Meta):
        """Switches off the field that Flask-WTF would add, and the English of WTForms."""

        csrf = False

        def get_translations(self, _form: BaseForm) -> Words:
            """Return what is spoken by where no field is named."""
            return Words()

        def bind_field(
            self, form: BaseForm, unbound_field: "UnboundField[Any]", options: dict[str, Any]
        ) -> Field:
            """Let the field and its checks speak by its name."""
            label = (*unbound_field.args, "")[0] or unbound_field.kwargs.get("label", "")
            spoken = {**options, "translations": Words(label)}
            bound: Field = super().bind_field(form, unbound_field, spoken)
            return bound


def cleaned(words: str) -> str:
    """Return *words* as they can be kept: no control or direction marks, no lone surrogates."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(filter(_is_writing, lines)).strip()


def text(field: Field) -> str:
    """Return what was typed into *field*, cleaned and without the spaces around it."""
    return cleaned(field.data or "")


def _is_writing(letter: str) -> bool:
    if letter in KEPT:
        return True
    return letter not in TURNING and unicodedata.category(letter) not in {"Cc", "Cs"}
