"""What the pages about promises ask for: standstills, questions, more time, judgements, calls."""

from typing import Any, Final

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional

from grid.forms import LONGEST_LINE, LONGEST_TEXT, CaseForm
from grid.forms.phrases import Phrased
from grid.rules import PauseReason
from grid.rules.phrases import Situation
from kernel.forms import Form, text

YES_NO: Final = [SelectChoice("yes", _("同意")), SelectChoice("no", _("不同意"))]


def _words(label: str) -> TextAreaField:
    return TextAreaField(label, [Optional(), Length(max=LONGEST_TEXT)])


class PhraseForm(Phrased, CaseForm):
    """A form of a case whose words a ready sentence can begin."""

    words = _words(_("您要写的话"))

    @property
    def said(self) -> str:
        """What was chosen and what was typed, as one text."""
        return text(self.words)


class AskForm(PhraseForm):
    """A question to whoever reported it."""

    name = "ask"
    situation = Situation.ASK
    words = _words(_("要问什么"))


class PauseForm(PhraseForm):
    """Why the clock shall stand still."""

    name = "pause"
    situation = Situation.PAUSE
    reason = RadioField(
        _("为什么停"),
        [InputRequired(_("请选为什么停。"))],
        choices=[SelectChoice(one.value, _(one.label)) for one in PauseReason],
    )
    words = _words(_("写给居民看的话"))


class ExtendForm(PhraseForm):
    """Why more time is needed."""

    name = "extend"
    situation = Situation.EXTEND
    words = _words(_("为什么要延期"))


class ApproveForm(CaseForm):
    """Whether more time is given."""

    name = "approve"
    granted = RadioField(_("批不批"), [InputRequired(_("请选批还是不批。"))], choices=YES_NO)
    sentence = StringField(_("说一句（不同意时必须写）"), [Optional(), Length(max=LONGEST_LINE)])


class JudgeForm(PhraseForm):
    """Whether an objection is upheld, and why."""

    name = "judge"
    situation = Situation.DECIDE
    upheld = RadioField(
        _("怎么定"),
        [InputRequired(_("请选怎么定。"))],
        choices=[
            SelectChoice("yes", _("异议成立，重新受理")),
            SelectChoice("no", _("维持不予受理")),
        ],
    )
    words = _words(_("为什么这样定"))


class SupervisorCallForm(Form):
    """How a supervisor's call went."""

    reached = RadioField(
        _("打通了吗"),
        [InputRequired(_("请选打通了没有。"))],
        choices=[SelectChoice("yes", _("打通了")), SelectChoice("no", _("没人接"))],
    )
    note = TextAreaField(_("居民说了什么"), [Optional(), Length(max=LONGEST_TEXT)])


class NewPhraseForm(Form):
    """A town's own sentence."""

    area = SelectField(_("给哪里用"), [InputRequired(_("请选区域。"))], choices=[])
    situation = SelectField(_("什么时候用"), choices=[])
    words = StringField(
        _("那句话"),
        [
            InputRequired(_("请写一句话。")),
            Length(max=LONGEST_LINE),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.situation.choices = [SelectChoice(one.value, _(one.label)) for one in Situation]
