"""What is asked of whoever claims, reviews, or gives a village its funds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, StringField

from kernel.forms import Form, text

MOST_DIGITS = 9


class ReviewForm(Form):
    """What somebody decides, and why."""

    decision = StringField()
    reason = StringField()
    turn = StringField()

    @property
    def seen(self) -> int:
        """The turn the page showed; -1 for none, which no claim has."""
        return whole(text(self.turn), -1)


class ClaimForm(Form):
    """What somebody did, when, and pictures of it."""

    key = StringField()
    rule = StringField()
    day = StringField()
    words = StringField()
    photos = MultipleFileField()

    @property
    def on(self) -> date | None:
        """The day that was meant, None for what is none."""
        try:
            return date.fromisoformat(text(self.day))
        except ValueError:
            return None

    def attached(self) -> Sequence[Any]:
        """Return the pictures; browsers send an empty one where none was chosen."""
        given = self.photos.data or ()
        return [one.stream for one in given if isinstance(one, FileStorage) and one.filename]


class QuotaForm(Form):
    """How many coins a village may award."""

    key = StringField()
    village = StringField()
    coins = StringField()

    @property
    def number(self) -> int:
        """The number, 0 for what is none."""
        return whole(text(self.coins), 0)


class BudgetForm(Form):
    """What a village gets each month, and the money for its gifts; -1 for what is no number."""

    village = StringField()
    monthly = StringField()
    yuan = StringField()

    @property
    def numbers(self) -> tuple[int, int]:
        """Coins a month, and yuan."""
        return whole(text(self.monthly), -1), whole(text(self.yuan), -1)


class ObjectionForm(Form):
    """What somebody does not agree with."""

    key = StringField()
    words = StringField()


class ShowingForm(Form):
    """How much a village shows."""

    shows = StringField()


class AnswerForm(Form):
    """What an objection is answered with."""

    answer = StringField()


class SignForm(Form):
    """What somebody remarks who has looked through a month."""

    remark = StringField()


def whole(typed: str, otherwise: int) -> int:
    """Return the whole number somebody typed."""
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    return int(typed) if fits else otherwise
