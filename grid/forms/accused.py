"""What is asked about whom a case is against, and about what they say to it."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grid.forms import CaseForm, choice, number
from grid.rules.accused import (
    LONGEST_ANSWER,
    LONGEST_CLAIM,
    LONGEST_NAME,
    Against,
    Heard,
)
from kernel.forms import Form, text


class AccuseForm(CaseForm):
    """Whom or what it is against, and the claim as they are to hear it."""

    name = "accuse"
    against = RadioField(
        _("说的是谁"),
        [InputRequired(_("请选说的是谁。"))],
        choices=[choice(one.value, _(one.label)) for one in Against],
    )
    person = SelectField(_("哪一位工作人员"), choices=[], validate_choice=False)
    who = StringField(_("户号、店名，或者怎么称呼"), [Length(max=LONGEST_NAME)])
    claim = TextAreaField(
        _("告诉对方的话"),
        [
            InputRequired(_("请用自己的话写一句：说的是什么事。")),
            Length(max=LONGEST_CLAIM),
        ],
    )

    @property
    def person_id(self) -> int | None:
        """The chosen member of staff."""
        return number(text(self.person))


class AnswerForm(CaseForm):
    """What the accused said."""

    name = "answer"
    accused = HiddenField()
    heard = RadioField(
        _("怎么听到的"),
        [InputRequired(_("请选怎么听到的。"))],
        choices=[choice(one.value, _(one.label)) for one in Heard],
    )
    words = TextAreaField(
        _("对方怎么说"),
        [
            InputRequired(_("请写下对方是怎么说的。")),
            Length(max=LONGEST_ANSWER),
        ],
    )

    @property
    def accused_id(self) -> int:
        """Whose answer it is; 0 where the form does not say."""
        return number(text(self.accused)) or 0


class ClaimForm(Form):
    """What the accused write by their link."""

    key = HiddenField()
    words = TextAreaField(
        _("您怎么说"),
        [
            InputRequired(_("请写一句您的说法。")),
            Length(max=LONGEST_ANSWER),
        ],
    )
