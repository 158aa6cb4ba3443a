"""What the pages of the table of duty, of handing over and of calls back ask for."""

from typing import Any, Final

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from grid.errors import NotThatWay
from grid.forms import LONGEST_LINE, choice, number
from grid.rules.roster import LABELS, USUAL, Kind, Line, read_minutes
from kernel.forms import Form, text

KINDS: Final = [choice(kind.value, _(label)) for kind, label in LABELS.items()]


class DutyForm(Form):
    """One line of the table."""

    area = HiddenField()
    week = HiddenField()  # which week the page showed
    kind = SelectField(_("哪种班"), choices=KINDS, validate_choice=False)
    person = SelectField(_("谁值班"), choices=[], validate_choice=False)
    stands_for = SelectField(_("替谁（只有替班要选）"), choices=[], validate_choice=False)
    first_day = DateField(_("从哪天"), [InputRequired(_("请选从哪天起。"))])
    last_day = DateField(_("到哪天"), [Optional()])
    opens = StringField(_("从几点"), [Optional(), Length(max=5)])
    closes = StringField(_("到几点"), [Optional(), Length(max=5)])

    def offer(self, people: list[Any]) -> None:
        """Let the person be chosen of *people*, options of a select."""
        self.person.choices = [choice("", _("请选")), *people]
        self.stands_for.choices = [choice("", _("不是替班")), *people]

    def line(self) -> Line:
        """Return what was filled in; hours left empty are the usual ones of the kind.

        Raises:
            NotThatWay: nobody is chosen, or a time is none.
        """
        if text(self.kind) not in set(Kind):
            raise NotThatWay("请选哪种班。")
        kind = Kind(text(self.kind))
        person = number(text(self.person))
        if person is None:
            raise NotThatWay("请选谁值班。")
        usual = USUAL[kind]
        first = self.first_day.data
        if first is None:
            raise NotThatWay("请选从哪天起。")
        return Line(
            area=text(self.area),
            person_id=person,
            kind=kind,
            first_day=first,
            last_day=self.last_day.data or first,
            opens=_minutes(text(self.opens), usual[0]),
            closes=_minutes(text(self.closes), usual[1]),
            stands_for=number(text(self.stands_for)),
        )


class HandOverForm(Form):
    """Whom the chosen cases go to, and why."""

    owner = HiddenField()
    reason = StringField(
        _("原因（对方和记录里看得到）"),
        [InputRequired(_("请写明原因。")), Length(max=LONGEST_LINE)],
    )


def _minutes(typed: str, usual: int) -> int:
    return read_minutes(typed) if typed else usual
