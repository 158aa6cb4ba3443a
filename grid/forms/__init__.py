"""What the pages of the grid queue ask for; rules and service judge what is typed."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage
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
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from grid.forms.phrases import Phrased
from grid.rules import CATALOGUE, Finding, State, Urgency
from grid.rules.phrases import Situation
from kernel.forms import Form, text
from kernel.grants import Role
from kernel.media import MOST_BYTES, Kind

LONGEST_TEXT: Final = 1000
LONGEST_LINE: Final = 200
LONGEST_WORDS: Final = 2000
LONGEST_CHANNEL: Final = 120
FINDINGS: Final = [SelectChoice(finding.value, _(finding.label)) for finding in Finding]
DANGERS: Final = [
    SelectChoice("yes", _("有危险，要马上去")),
    SelectChoice("no", _("没有危险")),
]
DAYS: Final = [
    SelectChoice(str(day), name)
    for day, name in enumerate(
        (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    )
]
HOURS_ROLES: Final = [
    SelectChoice(Role.GRID_FULL.value, _("专职网格员")),
    SelectChoice(Role.GRID_PART.value, _("兼职网格员、微网格长")),
    SelectChoice(Role.POLICE_AUX.value, _("辅警")),
]


def _reason() -> TextAreaField:
    return TextAreaField(
        _("原因"),
        [InputRequired(_("请写明原因。")), Length(max=LONGEST_TEXT)],
    )


def _photos() -> MultipleFileField:
    return MultipleFileField(_("照片（可不拍）"))


class CaseForm(Form):
    """A form on the page of a case, which carries what the page has seen.

    Several stand on one page, so the ids of its fields begin with the form's *name*.
    """

    name = ""
    state = HiddenField()  # where the case stood on the page
    turn = HiddenField()  # how many moves the page knew of
    key = HiddenField()  # of the files sent along: the same form sent twice sends them once

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{self.name}-{field.name}"
            field.label.field_id = field.id

    def seen(self, now: State) -> State:
        """Return the state the page showed; *now* where it does not say."""
        typed = text(self.state)
        return State(typed) if typed in set(State) else now

    @property
    def seen_turn(self) -> int | None:
        """How many moves the page knew of; None where it does not say."""
        return number(text(self.turn))

    def files(self) -> list[bytes]:
        """Return the pictures that came along, each read just past what is taken."""
        field = self._fields.get("photos")
        return [] if field is None else [_read(one, Kind.PICTURE) for one in given(field.data)]

    def typed(self) -> list[tuple[str, str]]:
        """Return what was written by hand: its label and the words."""
        return [
            (str(field.label.text), text(field))
            for field in self
            if isinstance(field, (StringField, TextAreaField))
            and not isinstance(field, HiddenField)
            and text(field)
        ]


class TapForm(CaseForm):
    """A button and nothing else."""

    name = "tap"


class CallForm(CaseForm):
    """How a call went."""

    name = "call"
    reached = RadioField(
        _("打通了吗"),
        [InputRequired(_("请选打通了没有。"))],
        choices=[SelectChoice("yes", _("打通了")), SelectChoice("no", _("没人接"))],
    )
    note = StringField(_("说了什么（可不写）"), [Optional(), Length(max=LONGEST_LINE)])


class NoteForm(CaseForm):
    """Something to keep in mind, with pictures or without."""

    name = "note"
    note = TextAreaField(
        _("记一笔"),
        [
            InputRequired(_("请写一句话。")),
            Length(max=LONGEST_TEXT),
        ],
    )
    photos = _photos()


class VoiceForm(CaseForm):
    """What a voice note says, for those who read later."""

    name = "voice"
    voice_line = StringField(
        _("录音的大意"),
        [
            InputRequired(_("请写一句录音说了什么。")),
            Length(max=LONGEST_LINE),
        ],
    )


class ResultForm(Phrased, CaseForm):
    """What came of it, and what it turned out to be."""

    name = "result"
    situation, says = Situation.RESULT, "result_text"
    result_text = TextAreaField(
        _("办了什么，结果怎样"),
        [
            InputRequired(_("请写一句办理结果。")),
            Length(max=LONGEST_TEXT),
        ],
    )
    finding = RadioField(
        _("您看到的情况"),
        [InputRequired(_("请选您看到的情况。"))],
        choices=FINDINGS,
    )
    # Asked where nobody has settled it; whether that is so only the case knows.
    category = SelectField(_("类目"), choices=[], validate_choice=False)
    photos = _photos()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.category.choices = [SelectChoice("", _("请选")), *category_choices()]

    def validate_category(self, field: SelectField) -> None:
        """Want an answer where the page asked."""
        if field.raw_data and text(field) not in CATALOGUE.categories:
            raise ValidationError(_("请选类目。"))


class VerifyForm(CaseForm):
    """The verifier's word."""

    name = "verify"
    finding = RadioField(
        _("结论"),
        [InputRequired(_("请定结论。"))],
        choices=FINDINGS,
    )


class SendBackForm(CaseForm):
    """Why it is not settled yet."""

    name = "send-back"
    reason = _reason()


class SpotCheckForm(CaseForm):
    """What somebody saw where the resident had said that it is solved."""

    name = "spot-check"
    note = StringField(
        _("看到了什么"),
        [
            InputRequired(_("请写一句看到了什么。")),
            Length(max=LONGEST_LINE),
        ],
    )


class ReturnForm(CaseForm):
    """Why somebody else has to do it."""

    name = "return"
    reason = _reason()


class EscalateForm(CaseForm):
    """Why it has to go one level up."""

    name = "escalate"
    reason = _reason()


class RejectForm(Phrased, CaseForm):
    """Why it is not ours, and whose it is."""

    name = "reject"
    situation, says = Situation.REJECT, "reason"
    reason = _reason()
    responsible_channel = StringField(
        _("这件事该找谁"),
        [
            InputRequired(_("请写明这件事该找谁。")),
            Length(max=LONGEST_CHANNEL),
        ],
    )


class ClassifyForm(CaseForm):
    """What a case is about, and whether anybody is in danger."""

    name = "classify"
    category = SelectField(_("类目"), [InputRequired(_("请选类目。"))])
    danger = RadioField(_("现在有危险吗"), [Optional()], choices=DANGERS, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        # Nothing chosen first: whoever is in a hurry must not make a gas leak of it.
        self.category.choices = [SelectChoice("", _("还没定")), *category_choices(), *about_us()]

    @property
    def in_danger(self) -> bool | None:
        """The answer about danger; None where there was none."""
        return {"yes": True, "no": False}.get(text(self.danger))


class AssignForm(CaseForm):
    """Who gets it."""

    name = "assign"
    area = HiddenField()  # where it turned out to be; "" for where it is taken to be
    owner = RadioField(
        _("派给谁"), [InputRequired(_("请选派给谁。"))], choices=[], validate_choice=False
    )
    reason = TextAreaField(_("原因"), [Optional(), Length(max=LONGEST_TEXT)])
    supervised = BooleanField(_("还是原来的人办，由上一级盯着，主管打电话给居民"))

    @property
    def owner_id(self) -> int | None:
        """Return who was chosen; None for what is no person."""
        return number(text(self.owner))


class MergeForm(CaseForm):
    """Which case goes on for both."""

    name = "merge"
    main = RadioField(
        _("合并到哪一件"),
        [InputRequired(_("请选合并到哪一件。"))],
        choices=[],
        validate_choice=False,
    )
    reason = _reason()


class DeskForm(Form):
    """What the town desk narrows its list to; asked by GET."""

    state = SelectField(_("状态"), choices=[])
    area = SelectField(_("地方"), choices=[], validate_choice=False)
    urgency = SelectField(_("紧急程度"), choices=[])
    category = SelectField(_("类目"), choices=[])
    overdue = BooleanField(_("只看超时的"))
    q = StringField(_("编号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.state.choices = [
            SelectChoice("", _("没办完的")),
            SelectChoice("all", _("全部")),
            *(SelectChoice(state.value, _(state.label)) for state in State),
        ]
        self.urgency.choices = [
            SelectChoice("", _("不限")),
            *(SelectChoice(one.value, _(one.label)) for one in Urgency),
        ]
        self.category.choices = [SelectChoice("", _("不限")), *category_choices()]


class PatrolForm(Form):
    """What a worker has seen on the way."""

    submission_key = HiddenField()
    area = SelectField(_("在哪个网格"), [InputRequired(_("请选网格。"))], choices=[])
    where = StringField(
        _("具体位置"),
        [
            InputRequired(_("请写具体位置，别人才找得到。")),
            Length(max=LONGEST_LINE),
        ],
    )
    category = SelectField(_("类目（拿不准可以不选）"), [Optional()], choices=[])
    danger = RadioField(
        _("现在有危险吗"), [InputRequired(_("请选现在有没有危险。"))], choices=DANGERS
    )
    words = TextAreaField(_("看到了什么"), [Length(max=LONGEST_WORDS)])
    photos = _photos()
    voice = MultipleFileField(_("录音（可不录）"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.category.choices = [SelectChoice("", _("还说不准")), *category_choices()]

    def sent(self) -> list[tuple[Kind, bytes]]:
        """Return the files that came along, each read just past what is taken."""
        return [(Kind.PICTURE, _read(one, Kind.PICTURE)) for one in given(self.photos.data)] + [
            (Kind.SOUND, _read(one, Kind.SOUND)) for one in given(self.voice.data)
        ]


class HoursForm(Form):
    """A stretch of the week in which the workers of one role are on duty."""

    area = SelectField(_("区域"), [InputRequired(_("请选区域。"))], choices=[])
    role = SelectField(_("身份"), choices=HOURS_ROLES)
    days = SelectMultipleField(_("星期几"), [InputRequired(_("请至少选一天。"))], choices=DAYS)
    opens = StringField(_("从几点"), [InputRequired(_("请写从几点开始。"))])
    closes = StringField(_("到几点"), [InputRequired(_("请写到几点结束。"))])


def category_choices() -> list[SelectChoice]:
    """Return the categories under the tiles that lead to them, for a select."""
    return [
        SelectChoice(one.code, _(one.name), optgroup=str(_(tile.label)))
        for tile in CATALOGUE.tiles.values()
        for one in CATALOGUE.under(tile.code)
    ]


def about_us() -> list[SelectChoice]:
    """Return the categories that skip a level: under no tile, but what is said may be one."""
    return [
        SelectChoice(one.code, _(one.name), optgroup=str(_("说我们自己的")))
        for one in CATALOGUE.categories.values()
        if one.skip_level
    ]


def choice(value: str, label: object, group: str | None = None) -> SelectChoice:
    """Return one option of a select, under *group* where there is one."""
    return SelectChoice(value, label, optgroup=group)


def number(typed: str) -> int | None:
    """Return a number that fits a column; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None  # noqa: PLR2004 - digits


def given(data: object) -> Sequence[FileStorage]:
    """Return the files of a field; browsers send an empty one where none was chosen."""
    found: Iterable[Any] = data if isinstance(data, (list, tuple)) else ()
    return [one for one in found if isinstance(one, FileStorage) and one.filename]


def _read(file: FileStorage, kind: Kind) -> bytes:
    return file.stream.read(MOST_BYTES[kind] + 1)
