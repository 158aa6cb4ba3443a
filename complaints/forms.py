"""What is asked of whoever complains, and of whoever answers.  Rules and service judge it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import Field, MultipleFileField, StringField

from complaints.rules import LONGEST_KEY, About, Said
from complaints.service import File
from kernel.forms import Form, text
from kernel.media import Kind
from kernel.web import beside_field, sentence_of
from people.errors import BadField
from people.rules import checked_phone


class ComplainForm(Form):
    """What it is about, where, the words, and a number if they like."""

    submission_key = StringField()
    about = StringField()
    area = StringField()
    about_number = StringField()
    words = StringField()
    voice = MultipleFileField()
    photos = MultipleFileField()
    phone = StringField()

    def said(self, *, area_code: str, about_number: str, lang: str) -> Said | None:
        """Return what was said, or None after writing a sentence beside each wrong field."""
        about, phone = self._about(), self._phone()
        if about is None or self.errors:
            return None
        return Said(
            key=text(self.submission_key)[:LONGEST_KEY],
            about=about,
            words=text(self.words),
            area_code=area_code,
            about_number=about_number,
            phone=phone,
            files=len(self.attached()),
            lang=lang,
        )

    def attached(self) -> list[File]:
        """Return the files that came in the same form."""
        return [File(Kind.SOUND, one.stream) for one in _given(self.voice)] + [
            File(Kind.PICTURE, one.stream) for one in _given(self.photos)
        ]

    def blame(self, name: str, sentence: str) -> None:
        """Write *sentence* beside the field *name*."""
        field: Field = self[name]
        field.errors = [*field.errors, beside_field(sentence)]

    def _about(self) -> About | None:
        typed = text(self.about)
        if typed in set(About):
            return About(typed)
        self.blame("about", _("请选说的是谁"))
        return None

    def _phone(self) -> str | None:
        typed = text(self.phone)
        if not typed:
            return None
        try:
            return checked_phone(typed)
        except BadField as error:
            self.blame("phone", sentence_of(error))
            return None


class WordsForm(Form):
    """An answer, or a reason."""

    words = StringField()


class RateForm(Form):
    """How content somebody is with the answer."""

    satisfied = StringField()
    note = StringField()


class NameForm(Form):
    """Who of the staff it is about."""

    person = StringField()

    @property
    def person_id(self) -> int | None:
        """The chosen member of staff, None for anything else."""
        typed = text(self.person)
        fits = typed.isascii() and typed.isdigit() and len(typed) < 10  # noqa: PLR2004 - digits
        return int(typed) if fits else None


def _given(field: Field) -> Sequence[FileStorage]:
    """Return the files of a field; browsers send an empty one where none was chosen."""
    found: Sequence[Any] = field.data or ()
    return [one for one in found if isinstance(one, FileStorage) and one.filename]
