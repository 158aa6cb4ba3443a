"""What is asked about printed codes."""

from datetime import date

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional

from kernel.forms import Form, text
from qr import rules
from qr.queries import RegisterFilter, Wanted
from qr.rules import CodeKind, CodeState, Format, Only, Position, Watch, Wrong

# A household's card is given out on the household's own page.
KINDS = [
    SelectChoice(kind.value, _(name))
    for kind, name in rules.KIND_NAMES.items()
    if kind != "household"
]
STATES = [SelectChoice(state.value, _(name)) for state, name in rules.STATE_NAMES.items()]
FORMATS = [SelectChoice(form.value, _(name)) for form, name in rules.FORMAT_NAMES.items()]
ONLY = [SelectChoice(only.value, _(name)) for only, name in rules.ONLY_NAMES.items()]
WATCH = [SelectChoice(one.value, _(name)) for one, name in rules.WATCH_NAMES.items()]
WRONG = [SelectChoice(one.value, _(name)) for one, name in rules.WRONG_NAMES.items()]
_AREA = (InputRequired(_("请选村社或网格。")), Length(max=17))


class CardForm(Form):
    """Why a household's card is blocked or given out anew."""

    reason = StringField(
        _("原因"),
        [InputRequired(_("请写一句原因，比如：卡丢了。")), Length(min=2, max=200)],
    )

    def why(self) -> str:
        """Return the reason as it was typed."""
        return text(self.reason)


class EndForm(CardForm):
    """Why a code is replaced or revoked."""

    reason = StringField(
        _("原因"),
        [InputRequired(_("请写一句原因，比如：被雨淋坏了。")), Length(min=2, max=200)],
    )


class CodeForm(Form):
    """A code that is wanted."""

    area = StringField(_("村社或网格"), _AREA)
    kind = SelectField(_("种类"), choices=KINDS)
    name = StringField(_("挂在哪里"), [Optional(), Length(max=rules.LONGEST_NAME)])

    def wanted_kind(self) -> CodeKind:
        """Return the kind that was chosen."""
        return CodeKind(self.kind.data)


class RegisterForm(Form):
    """What is looked for in the register."""

    name = StringField(_("地点"), [Optional(), Length(max=rules.LONGEST_NAME)])
    number = StringField(_("点位号"), [Optional(), Length(max=20)])
    kind = SelectField(_("种类"), [Optional()], choices=[SelectChoice("", _("全部")), *KINDS])
    state = SelectField(_("状态"), [Optional()], choices=[SelectChoice("", _("在用的")), *STATES])
    watch = SelectField(_("要看的"), [Optional()], choices=[SelectChoice("", _("不限")), *WATCH])

    def wanted(self, after: int, today: date) -> RegisterFilter:
        """Return what is looked for, after the code with this number."""
        return RegisterFilter(
            name=text(self.name),
            # A number that can be none finds nothing, like one that nobody has.
            number=(rules.read_spot_number(text(self.number)) or 0) if text(self.number) else None,
            kind=CodeKind(self.kind.data) if self.kind.data else None,
            state=CodeState(self.state.data) if self.state.data else None,
            watch=Watch(self.watch.data) if self.watch.data else None,
            today=today,
            after=after,
        )


class PrintForm(Form):
    """What is to be printed."""

    area = StringField(_("哪里的"), _AREA)
    form = SelectField(_("印成什么"), choices=FORMATS)
    kind = SelectField(_("哪一种码"), [Optional()], choices=[SelectChoice("", _("都要")), *KINDS])
    only = SelectField(_("哪些"), choices=ONLY)

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        form = Format(self.form.data)
        chosen = self.kind.data if form is not Format.CARDS else ""
        return Wanted(
            area_code=text(self.area),
            form=form,
            kind=CodeKind(chosen) if chosen else None,
            only=Only(self.only.data),
        )


class OneForm(Form):
    """What one code is printed as."""

    form = SelectField(
        _("印成什么"), choices=[one for one in FORMATS if one.value != Format.CARDS.value]
    )

    def wanted(self) -> Format:
        """Return the format that was chosen."""
        return Format(self.form.data)


class HangForm(Form):
    """What an installer says about a code they have just hung; all of it may be left out."""

    photo = FileField(_("照片（可不拍）"))
    elsewhere = BooleanField(_("是在别处印的，已经贴好了"))
    lat, lng, acc = HiddenField(), HiddenField(), HiddenField()

    def picture(self) -> FileStorage | None:
        """Return the picture that came along; browsers send an empty one where none was chosen."""
        data = self.photo.data
        return data if isinstance(data, FileStorage) and data.filename else None

    def position(self) -> Position | None:
        """Return where the phone was, if it said so and was sure enough."""
        return rules.measured(text(self.lat), text(self.lng), text(self.acc))


class NameForm(Form):
    """What the place of a code is called."""

    name = StringField(_("挂在哪里"), [Optional(), Length(max=rules.LONGEST_NAME)])


class WrongForm(Form):
    """What somebody says is wrong with a code."""

    wrong = RadioField(
        _("哪里不对？"),
        [InputRequired(_("请选一项。"))],
        choices=WRONG,
        validate_choice=True,
    )
    seen = TextAreaField(
        _("扫开的网址，或者别的说明（可以不写）"),
        [Length(max=200, message=_("写得太长了，最多 200 个字。"))],
    )

    def chosen(self) -> Wrong:
        """Return what was chosen."""
        return Wrong(self.wrong.data)
