"""What the pages of departments, outside units and other systems ask for."""

from typing import Any, Final

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are of 3.2
from wtforms.validators import InputRequired, Length, Optional

from grid.rules.outside import UNITS, Said
from kernel.forms import Form
from kernel.media import MOST_BYTES, Kind

LONGEST: Final = 500
LONGEST_NAME: Final = 60
LONGEST_PLACE: Final = 300
LONGEST_NUMBER: Final = 40


def _words(label: str, missing: str) -> TextAreaField:
    return TextAreaField(label, [InputRequired(missing), Length(max=LONGEST)])


class HelpForm(Form):
    """Whom a department asks to join in, and for what."""

    to = SelectField(_("请谁"), [InputRequired(_("请选请谁支援。"))], choices=[])
    words = _words(_("要对方来做什么"), _("请写明要对方来做什么。"))


class AnswerForm(Form):
    """Whether one comes, and when or why not."""

    comes = RadioField(
        _("来不来"),
        [InputRequired(_("请选来不来。"))],
        choices=[SelectChoice("yes", _("来支援")), SelectChoice("no", _("来不了"))],
    )
    words = _words(_("什么时候来，或者为什么来不了"), _("请写一句什么时候来，或者为什么来不了。"))


class HandoverForm(Form):
    """Which department should have it instead, and why."""

    to = SelectField(_("转给谁"), [InputRequired(_("请选转给哪个部门。"))], choices=[])
    reason = _words(_("为什么要转"), _("请写明为什么要转给他们。"))


class DecideForm(Form):
    """The town's word on a hand-over."""

    agreed = RadioField(
        _("同意转吗"),
        [InputRequired(_("请选同意不同意。"))],
        choices=[SelectChoice("yes", _("同意转")), SelectChoice("no", _("不同意"))],
    )
    words = TextAreaField(_("说明（不同意的要写原因）"), [Optional(), Length(max=LONGEST)])


class _UnitForm(Form):
    """Which unit."""

    key = HiddenField()
    unit = SelectField(_("哪一家"), [InputRequired(_("请选一个外部单位。"))], choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.unit.choices = [
            SelectChoice("", _("请选")),
            *(SelectChoice(code, _(unit.name)) for code, unit in UNITS.items()),
        ]


class LinkForm(_UnitForm):
    """What a unit is asked to do, and what it may see."""

    name = StringField(_("具体是谁（可不写）"), [Optional(), Length(max=LONGEST_NAME)])
    what = _words(_("请他们做什么"), _("请写明请他们做什么。"))
    where = StringField(
        _("在哪里"),
        [InputRequired(_("请写在哪里。")), Length(max=LONGEST_PLACE)],
    )
    photos = SelectMultipleField(_("带上哪些照片"), choices=[], validate_choice=False)

    @property
    def ticked(self) -> tuple[int, ...]:
        """Return the pictures that were ticked; what is no number is nothing."""
        found = [one for one in self.photos.data or () if one.isascii() and one.isdigit()]
        return tuple(int(one) for one in found[:20] if len(one) < 10)  # noqa: PLR2004 - digits


class UnitCallForm(_UnitForm):
    """How a call to a unit went."""

    name = StringField(_("谁接的、什么号码（可不写）"), [Optional(), Length(max=LONGEST_NAME)])
    what = _words(_("请他们做什么"), _("请写明请他们做什么。"))
    said = RadioField(
        _("对方怎么答"),
        [InputRequired(_("请选对方怎么答的。"))],
        choices=[SelectChoice(one.value, _(one.label)) for one in Said],
    )
    words = _words(_("对方的话"), _("请写一句对方怎么说的。"))


class SayForm(Form):
    """What a unit answers by its link."""

    key = HiddenField()
    said = HiddenField()
    words = TextAreaField(_("说一句"), [Optional(), Length(max=LONGEST)])
    photos = MultipleFileField(_("照片（可不拍）"))

    def sent(self) -> list[tuple[Kind, bytes]]:
        """Return the pictures that came along, each read just past what is taken."""
        files = [one for one in self.photos.data or () if getattr(one, "filename", "")]
        return [(Kind.PICTURE, one.stream.read(MOST_BYTES[Kind.PICTURE] + 1)) for one in files]


class ExternalForm(Form):
    """The number of a case in another system."""

    system = SelectField(_("哪个系统"), [InputRequired(_("请选一个系统。"))], choices=[])
    number = StringField(
        _("对方的编号"),
        [
            InputRequired(_("请写对方系统里的编号。")),
            Length(max=LONGEST_NUMBER),
        ],
    )


class CopyForm(Form):
    """Whether name and number go along."""

    contact = BooleanField(_("带上报人的称呼和电话（会记在日志里）"))


class SystemsForm(Form):
    """Whose numbers a town writes down, one a line."""

    area = SelectField(_("哪个镇街"), [InputRequired(_("请选镇街。"))], choices=[])
    names = TextAreaField(_("系统的名字，一行一个"), [Optional(), Length(max=LONGEST)])
