"""What is asked about printed codes."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kernel.clock import SHANGHAI
from kernel.forms import Form, text
from kernel.web import beside_field
from qr import rules
from qr.queries import RegisterFilter, Wanted
from qr.rules import CodeKind, CodeState, Entry, Format, Only, Position, Watch, Wrong
from qr.rules.labels import Picture
from qr.service import ActivityWanted, Drawing

# A household's card is given out on the household's own page, an activity's code on its own.
KINDS = [
    SelectChoice(kind.value, _(name))
    for kind, name in rules.KIND_NAMES.items()
    if rules.is_hung(kind)
]
STATES = [SelectChoice(state.value, _(name)) for state, name in rules.STATE_NAMES.items()]
FORMATS = [SelectChoice(form.value, _(name)) for form, name in rules.FORMAT_NAMES.items()]
ONLY = [SelectChoice(only.value, _(name)) for only, name in rules.ONLY_NAMES.items()]
WATCH = [SelectChoice(one.value, _(name)) for one, name in rules.WATCH_NAMES.items()]
WRONG = [SelectChoice(one.value, _(name)) for one, name in rules.WRONG_NAMES.items()]
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


class ActivityForm(Form):
    """An activity at which people are to sign in."""

    name = StringField(
        _("活动名称"),
        [InputRequired(_("请写活动的名称。")), Length(max=rules.LONGEST_NAME)],
    )
    area = StringField(_("村社或网格"), _AREA)
    place = StringField(_("地点"), [Optional(), Length(max=rules.LONGEST_WHERE)])
    day = DateField(_("哪一天"), [InputRequired(_("请选日期。"))])
    starts = TimeField(_("几点开始"), [InputRequired(_("请选开始时间。"))])
    ends = TimeField(_("几点结束"), [InputRequired(_("请选结束时间。"))])

    def wanted(self) -> ActivityWanted:
        """Return what was asked for; `validate` has found day and hours."""
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        assert day is not None and starts is not None and ends is not None  # noqa: PT018, S101
        return ActivityWanted(
            name=text(self.name),
            area_code=text(self.area),
            place=text(self.place),
            starts_at=datetime.combine(day, starts, SHANGHAI),
            ends_at=datetime.combine(day, ends, SHANGHAI),
        )


class AttendForm(Form):
    """Who signs in, and what the page they opened by the screen carries."""

    name = StringField(_("姓名或称呼"), [Optional(), Length(max=rules.LONGEST_ATTENDER)])
    phone = StringField(_("手机号（可以不填）"), [Optional(), Length(max=30)])
    step = HiddenField(validators=[Optional(), Length(max=12)])
    key = HiddenField(validators=[Optional(), Length(max=40)])
    proof = HiddenField(validators=[Optional(), Length(max=40)])

    def blame(self, name: str, sentence: str) -> None:
        """Write *sentence* beside the field *name*."""
        self[name].errors = [*self[name].errors, beside_field(sentence)]

    def entry(self) -> Entry:
        """Return what the page carried; of what is no number, a step long ago."""
        typed = text(self.step)
        step = int(typed) if typed.isascii() and typed.isdigit() else 0
        return Entry(step=step, key=text(self.key), proof=text(self.proof))

    def carry(self, entry: Entry) -> None:
        """Let the page carry *entry*."""
        self.step.data, self.key.data = str(entry.step), entry.key
        self.proof.data = entry.proof


class AttenderForm(Form):
    """Somebody without a phone who is written down by the organiser."""

    name = StringField(
        _("姓名"),
        [InputRequired(_("请写姓名。")), Length(max=rules.LONGEST_ATTENDER)],
    )


class FindForm(Form):
    """What stands under a code, typed by who cannot scan it."""

    code = StringField(_("码下面的字母数字，或者点位号"), [Optional(), Length(max=300)])

    def blame(self, sentence: str) -> None:
        """Write *sentence* beside the field."""
        self.code.errors = [*self.code.errors, sentence]


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


class LookAlikeForm(Form):
    """Where somebody saw a sticker that is none of ours, and what it says."""

    where = StringField(
        _("在哪里看到的"),
        [
            InputRequired(_("请写在哪里看到的，比如：菜场东门的墙上。")),
            Length(max=80, message=_("写得太长了，最多 80 个字。")),
        ],
    )
    village = StringField(_("是哪个村、哪个社区"), [Optional()])
    seen = TextAreaField(
        _("上面写着什么，扫开是什么网址（可以不写）"),
        [Length(max=200, message=_("写得太长了，最多 200 个字。"))],
    )
    photo = FileField(_("照片（可不拍）"))

    def validate_where(self, field: StringField) -> None:
        """Refuse what leaves nothing to be seen."""
        if all(map(rules.is_invisible, text(field))):
            raise ValidationError(str(_("请写在哪里看到的，比如：菜场东门的墙上。")))

    def picture(self) -> FileStorage | None:
        """Return the picture that came along, as `HangForm.picture`."""
        data = self.photo.data
        return data if isinstance(data, FileStorage) and data.filename else None

    def blame(self, sentence: str) -> None:
        """Write *sentence* beside the picture."""
        self.photo.errors = [*self.photo.errors, beside_field(sentence)]


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
        [Length(max=200)],
    )

    def chosen(self) -> Wrong:
        """Return what was chosen."""
        return Wrong(self.wrong.data)
