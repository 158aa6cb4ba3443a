"""What is asked about printed codes."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional

from kernel.forms import Form, text
from qr import rules
from qr.queries import RegisterFilter, Wanted
from qr.rules import CodeKind, CodeState, Format, Only
from qr.rules.labels import Picture
from qr.service import Drawing

# A household's card is given out on the household's own page.
KINDS = [
    SelectChoice(kind.value, _(name))
    for kind, name in rules.KIND_NAMES.items()
    if kind != "household"
]
STATES = [SelectChoice(state.value, _(name)) for state, name in rules.STATE_NAMES.items()]
FORMATS = [SelectChoice(form.value, _(name)) for form, name in rules.FORMAT_NAMES.items()]
ONLY = [SelectChoice(only.value, _(name)) for only, name in rules.ONLY_NAMES.items()]
PICTURES = [
    SelectChoice("svg", _("SVG（设计软件、刻字机）")),
    SelectChoice("eps", _("EPS（印刷厂）")),
    SelectChoice("png", _("PNG（放进文档，300 dpi）")),
]
# A phone reads a code from about ten times its width.
WIDTHS = [
    SelectChoice("30", _("30 毫米（手边看，约 30 厘米）")),
    SelectChoice("60", _("60 毫米（约 60 厘米）")),
    SelectChoice("100", _("100 毫米（约 1 米）")),
    SelectChoice("200", _("200 毫米（约 2 米）")),
]
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


class SpotsForm(Form):
    """A table of spots."""

    file = FileField(_("表格文件（CSV 或 .xlsx）"), [FileRequired(_("请选一个文件。"))])


class ExportForm(Form):
    """Whose register is wanted as a table."""

    area = StringField(_("哪里的"), _AREA)


class RegisterForm(Form):
    """What is looked for in the register."""

    name = StringField(_("地点"), [Optional(), Length(max=rules.LONGEST_NAME)])
    number = StringField(_("点位号"), [Optional(), Length(max=20)])
    kind = SelectField(_("种类"), [Optional()], choices=[SelectChoice("", _("全部")), *KINDS])
    state = SelectField(_("状态"), [Optional()], choices=[SelectChoice("", _("在用的")), *STATES])

    def wanted(self, after: int) -> RegisterFilter:
        """Return what is looked for, after the code with this number."""
        return RegisterFilter(
            name=text(self.name),
            # A number that can be none finds nothing, like one that nobody has.
            number=(rules.read_spot_number(text(self.number)) or 0) if text(self.number) else None,
            kind=CodeKind(self.kind.data) if self.kind.data else None,
            state=CodeState(self.state.data) if self.state.data else None,
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


class PictureForm(Form):
    """As what picture one code is wanted."""

    picture = SelectField(_("文件"), choices=PICTURES)
    width = SelectField(_("宽（连白边）"), choices=WIDTHS)

    def wanted(self) -> Drawing:
        """Return what was chosen."""
        return Drawing(kind=Picture(self.picture.data), width_mm=float(self.width.data))


class OneForm(Form):
    """What one code is printed as."""

    form = SelectField(
        _("印成什么"), choices=[one for one in FORMATS if one.value != Format.CARDS.value]
    )

    def wanted(self) -> Format:
        """Return the format that was chosen."""
        return Format(self.form.data)
