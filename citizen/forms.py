"""What the front door asks people to fill in.  Any field may stay empty; the rules judge."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import Field, MultipleFileField, StringField

from citizen import rules
from citizen.rules import Channel, Position, Said, Satisfied, Solved
from citizen.service import File, Heard
from kernel.forms import Form, text
from kernel.media import Kind
from kernel.web import beside_field, sentence_of
from people import rules as people
from people.errors import BadField


class ReportForm(Form):
    """What is wrong, where, and how to find whoever saw it."""

    submission_key = StringField()
    agreed = StringField()
    tile = StringField()
    danger = StringField()
    words = StringField()
    voice = MultipleFileField()
    photos = MultipleFileField()
    at = StringField()
    where = StringField()
    lat = StringField()
    lng = StringField()
    acc = StringField()
    village = StringField()
    spot = StringField()  # the number on the label, where nothing was scanned
    phone = StringField()
    caller_name = StringField()
    files = StringField()  # how many the script will send afterwards

    def said(self, *, lang: str) -> Said | None:
        """Return what was said, or None after writing a sentence beside each wrong field."""
        phone = self._phone()
        where = self._short(self.where, rules.LONGEST_WHERE)
        name = self._short(self.caller_name, rules.LONGEST_NAME)
        if self.errors:
            return None
        return Said(
            submission_key=text(self.submission_key),
            words=text(self.words),
            tile=text(self.tile) or None,
            danger={"yes": True, "no": False}.get(text(self.danger)),
            here=text(self.at) != "elsewhere" or bool(text(self.spot)),
            where=where,
            # Who types a number stands anywhere: of that code their phone says nothing.
            position=None if text(self.spot) else self._position(),
            phone=phone,
            caller_name=name,
            notice_version=rules.known_notice(text(self.agreed)),
            lang=lang,
            files=_count(text(self.files)) + len(self.attached()),
        )

    def attached(self) -> list[File]:
        """Return the files that came in the same form, as the service takes them."""
        return _files(self.voice, Kind.SOUND) + _files(self.photos, Kind.PICTURE)

    def blame(self, name: str, sentence: str) -> None:
        """Write *sentence* beside the field *name*."""
        field: Field = self[name]
        field.errors = [*field.errors, beside_field(sentence)]

    def _phone(self) -> str | None:
        typed = text(self.phone)
        if not typed:
            return None
        try:
            return people.checked_phone(typed)
        except BadField as error:
            self.blame("phone", sentence_of(error))
            return None

    def _short(self, field: Field, most: int) -> str:
        typed = text(field).replace("\n", " ")
        if len(typed) > most:
            self.blame(field.name, _("最多写 %(most)s 个字", most=most))
        return typed

    def _position(self) -> Position | None:
        return rules.position(text(self.lat), text(self.lng), text(self.acc))


class AddForm(Form):
    """More about something already reported."""

    words = StringField()
    not_yet = StringField()  # it answers whether it is settled: no
    voice = MultipleFileField()
    photos = MultipleFileField()

    def attached(self) -> list[File]:
        """Return the files that came with the words."""
        return _files(self.voice, Kind.SOUND) + _files(self.photos, Kind.PICTURE)


class RateForm(Form):
    """How it went."""

    solved = StringField()
    satisfied = StringField()
    note = StringField()

    def answers(self) -> tuple[Solved, Satisfied] | None:
        """Return both answers, or None if one is missing."""
        try:
            return Solved(text(self.solved)), Satisfied(text(self.satisfied))
        except ValueError:
            return None


class ReasonForm(Form):
    """Why."""

    reason = StringField()


class CallbackForm(Form):
    """In which dialect, and when, to be called back."""

    dialect = StringField()
    hours = StringField()


class CodeForm(Form):
    """The phone that was left, and what was sent to it."""

    number = StringField()
    phone = StringField()
    code = StringField()


class CounterForm(Form):
    """What somebody says on the telephone, in three lines."""

    submission_key = StringField()
    step = StringField()
    place = StringField()
    area = StringField()
    words = StringField()
    tile = StringField()
    danger = StringField()
    caller = StringField()
    channel = StringField()

    def said(self, *, bare: bool = False) -> Said | None:
        """Return what was said, or None after writing a sentence beside each wrong field.

        *bare* leaves out who called: they do not want it written down.
        """
        caller = rules.Caller() if bare else self._caller()
        words = text(self.words)
        if not words:
            self.blame("words", _("请写一句是什么事"))
        elif len(words) > rules.MOST_WORDS:
            self.blame("words", _("最多写 %(most)s 个字", most=rules.MOST_WORDS))
        if self.errors or caller is None:
            return None
        return Said(
            submission_key=text(self.submission_key),
            words=words,
            tile=text(self.tile) or None,
            danger={"yes": True, "no": False}.get(text(self.danger)),
            phone=caller.phone,
            caller_name=caller.name,
        )

    def came(self) -> Channel:
        """Return how they came; by telephone unless it says otherwise."""
        return channel_of(text(self.channel))

    def blame(self, name: str, sentence: str) -> None:
        """Write *sentence* beside the field *name*."""
        field: Field = self[name]
        field.errors = [*field.errors, beside_field(sentence)]

    def _caller(self) -> rules.Caller | None:
        try:
            return rules.read_caller(text(self.caller))
        except BadField as error:
            self.blame("caller", sentence_of(error))
            return None


class SayForm(Form):
    """What a caller says of a report that is there."""

    key = StringField()
    channel = StringField()
    words = StringField()
    solved = StringField()
    satisfied = StringField()

    def heard(self) -> Heard:
        """Return it; an answer that is none is left out."""
        solved, satisfied = text(self.solved), text(self.satisfied)
        return Heard(
            key=text(self.key),
            channel=channel_of(text(self.channel)),
            words=text(self.words),
            solved=Solved(solved) if solved in set(Solved) else None,
            satisfied=Satisfied(satisfied) if satisfied in set(Satisfied) else None,
        )


def channel_of(typed: str) -> Channel:
    """Return the channel a form names."""
    return Channel(typed) if typed in set(Channel) else Channel.PHONE


def _files(field: Field, kind: Kind) -> list[File]:
    return [File(kind, one.stream) for one in _given(field)]


def _given(field: Field) -> Sequence[FileStorage]:
    """Return the files of a field; browsers send an empty one where none was chosen."""
    found: Sequence[Any] = field.data or ()
    return [one for one in found if isinstance(one, FileStorage) and one.filename]


def _count(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else 0  # noqa: PLR2004 - two digits


class JoinForm(Form):
    """Which household, by card or by number, and who asks."""

    card = StringField()
    number = StringField()
    name = StringField()
    person = StringField()


class OpenForm(Form):
    """Where somebody lives who opens a household of one."""

    area = StringField()
    address = StringField()
    name = StringField()


class OwnForm(Form):
    """What somebody puts right about themselves."""

    name = StringField()
    phone = StringField()
    code = StringField()
    sure = StringField()
