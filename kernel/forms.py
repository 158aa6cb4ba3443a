"""What every form shares."""

import unicodedata
from typing import Final

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Field, TimeField

# Line breaks and tabs are writing; other control characters, among them NUL
# (which PostgreSQL refuses) and the marks that turn the direction of what
# follows, are not.
KEPT: Final = frozenset("\n\t")
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Form(FlaskForm):
    """A form.  The gate checks where it comes from and its token, so it has no token field."""

    class Meta(FlaskForm.Meta):
        """Switches off the field that Flask-WTF would add."""

        csrf = False


class DayField(DateField):
    """A day, whose fault is said in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no day.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_("日期要写成 2026-10-01 这样。"))) from None


class HourField(TimeField):
    """An hour and its minutes, whose fault is said in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no time of day.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_("时间要写成 19:30 这样。"))) from None


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
