"""What people is asked: at the door, about oneself, about areas and staff."""

from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import InputRequired, Length, Optional

from kernel.forms import Form, text
from kernel.grants import Role
from kernel.web import full_stop, sentence_of
from people import rules
from people.errors import BadField
from people.models import RobotKind
from people.queries import AuditFilter
from people.rules.actions import GROUPS

ROLES: Final = [
    SelectChoice(role.value, _(name))
    for role, name in rules.ROLE_NAMES.items()
    if role is not Role.RESIDENT
]


class SignInForm(Form):
    """Login, password and, for whoever turned it on, a code.  One page, so no step tells."""

    login = StringField(_("登录名"), [InputRequired(_("请写登录名。")), Length(max=80)])
    password = PasswordField(_("密码"), [InputRequired(_("请写密码。")), Length(max=300)])
    code = StringField(_("动态码"), [Optional(), Length(max=20)])
    next = HiddenField()


class PasswordForm(Form):
    """One's own password, anew."""

    current = PasswordField(
        _("现在的密码"), [InputRequired(_("请写现在的密码。")), Length(max=300)]
    )
    new = PasswordField(_("新密码"), [InputRequired(_("请写新密码。")), Length(max=300)])
    again = PasswordField(_("新密码再写一遍"), [InputRequired(_("请把新密码再写一遍。"))])

    def validate_again(self, field: PasswordField) -> None:
        """Make sure that both are the same."""
        if field.data != self.new.data:
            raise ValidationError(_("两遍写的不一样。"))


class TotpOnForm(Form):
    """A first code, to show that the phone has the secret."""

    code = StringField(_("动态码"), [InputRequired(_("请写 6 位动态码。")), Length(max=20)])


class ConfirmForm(Form):
    """One's password once more, before something that weakens the account."""

    password = PasswordField(
        _("现在的密码"), [InputRequired(_("请写现在的密码。")), Length(max=300)]
    )


class PhoneForm(Form):
    """A phone number, and the six digits that were sent to it."""

    phone = StringField(_("手机号"), [InputRequired(_("请写手机号。")), Length(max=30)])
    code = StringField(_("验证码"), [Optional(), Length(max=20)])
    next = HiddenField()

    def validate_phone(self, field: StringField) -> None:
        """Say what is wrong with the number."""
        try:
            rules.checked_phone(text(field))
        except BadField as refusal:
            raise ValidationError(full_stop(sentence_of(refusal))) from None


class OwnPinForm(Form):
    """A household's PIN, twice."""

    pin = PasswordField(_("换礼密码"), [InputRequired(_("请写 6 位数字。")), Length(max=40)])
    again = PasswordField(_("再写一遍"), [InputRequired(_("请把密码再写一遍。")), Length(max=40)])

    def validate_again(self, field: PasswordField) -> None:
        """Make sure that both are the same."""
        if field.data != self.pin.data:
            raise ValidationError(_("两遍写的不一样。"))


class PinForm(OwnPinForm):
    """The same at the counter, with who stands there."""

    who = SelectField(_("这家来的是谁"), [InputRequired(_("请选来的是谁。"))], choices=())

    def told_by(self) -> int | None:
        """Return the member who came, or None for somebody who came for them."""
        return int(self.who.data) if self.who.data.isdecimal() else None


class AreaForm(Form):
    """An area, new or changed."""

    code = StringField(_("编码"), [Optional(), Length(max=20)])
    name = StringField(_("名称"), [InputRequired(_("请写名称。")), Length(max=60)])
    zone = StringField(_("片区"), [Optional(), Length(max=40)])
    desk_phone = StringField(_("值班电话"), [Optional(), Length(max=20)])
    night_phone = StringField(_("夜间值班电话"), [Optional(), Length(max=20)])
    shows_phones = BooleanField(_("居民能看到网格员的工作电话"))
    boundary = TextAreaField(_("范围（可不填）"), [Optional()])

    def row(self, code: str) -> rules.AreaRow:
        """Return what was filled in, for the area with *code*.

        Raises:
            BadField: the boundary cannot be read.
        """
        return rules.AreaRow(
            code=code,
            name=text(self.name),
            zone=text(self.zone),
            desk_phone=text(self.desk_phone),
            night_phone=text(self.night_phone) if self.night_phone.raw_data else None,
            shows_phones=bool(self.shows_phones.data),
            boundary=rules.checked_boundary(text(self.boundary)),
        )


class RobotForm(Form):
    """Where an area's messages go.  A page never carries the address back."""

    kind = SelectField(
        _("哪家的机器人"),
        choices=[
            SelectChoice(RobotKind.WECOM.value, _("企业微信")),
            SelectChoice(RobotKind.DINGTALK.value, _("钉钉")),
        ],
    )
    url = PasswordField(
        _("工作群机器人地址"), [InputRequired(_("请粘贴机器人的地址。")), Length(max=500)]
    )


class ImportForm(Form):
    """A table to import."""

    file = FileField(_("表格文件（CSV 或 .xlsx）"), [FileRequired(_("请选一个文件。"))])


class HatForm(Form):
    """A role, and where it is worn."""

    role = SelectField(_("身份"), choices=ROLES)
    area = StringField(_("区域编码"), [InputRequired(_("请写区域编码。")), Length(max=20)])
    department = StringField(_("部门代码（只有部门承办人要写）"), [Optional(), Length(max=24)])

    def hat(self) -> rules.HatWanted:
        """Return the hat that was asked for."""
        return rules.HatWanted(Role(self.role.data), text(self.area), text(self.department))


class StaffForm(HatForm):
    """A new member of staff, with a first hat."""

    login = StringField(_("登录名"), [InputRequired(_("请写登录名。")), Length(max=40)])
    name = StringField(_("姓名"), [InputRequired(_("请写姓名。")), Length(max=30)])
    public_name = StringField(_("对外称呼"), [Optional(), Length(max=30)])
    phone = StringField(_("手机号（不对外）"), [Optional(), Length(max=30)])
    work_phone = StringField(_("工作电话（可对外）"), [Optional(), Length(max=20)])

    def row(self) -> rules.StaffRow:
        """Return what was filled in."""
        return rules.StaffRow(
            login=text(self.login),
            name=text(self.name),
            public_name=text(self.public_name),
            phone=text(self.phone),
            work_phone=text(self.work_phone),
            hats=(self.hat(),),
        )


class PublicForm(Form):
    """What residents may read about a member of staff."""

    public_name = StringField(_("对外称呼"), [Optional(), Length(max=30)])
    work_phone = StringField(_("工作电话（可对外）"), [Optional(), Length(max=20)])


class AuditForm(Form):
    """Which part of the log; asked by GET."""

    action = SelectField(_("操作"), [Optional(), Length(max=40)], choices=[], validate_choice=False)
    area = StringField(_("区域编码"), [Optional(), Length(max=17)])
    first = DateField(_("从"), [Optional()])
    last = DateField(_("到"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.action.choices = [
            SelectChoice("", _("全部")),
            *(
                SelectChoice(action, _(name), optgroup=str(_(group)))
                for group, actions in GROUPS.items()
                for action, name in actions.items()
            ),
        ]


class AuditExportForm(AuditForm):
    """Which days of the log to hand out: both ends are asked for, so that nobody takes all."""

    first = DateField(_("从"), [InputRequired(_("请写从哪一天起。"))])
    last = DateField(_("到"), [InputRequired(_("请写到哪一天止。"))])

    def validate_last(self, field: DateField) -> None:
        """Make sure that the days are in order."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_("“到”不能早于“从”。"))

    def wanted(self) -> AuditFilter:
        """Return the part of the log that was asked for.

        Raises:
            NoSuchArea: if the area is no code.
        """
        area = text(self.area)
        if area:
            rules.level_of(area)
        first, last = self.first.data, self.last.data
        return AuditFilter(action=text(self.action), area=area, first=first, last=last)


class StaffSearchForm(Form):
    """Whom to list; asked by GET."""

    login = StringField(_("登录名"), [Optional(), Length(max=40)])
    area = StringField(_("区域编码"), [Optional(), Length(max=17)])


KINDS: Final = [SelectChoice(kind.value, _(name)) for kind, name in rules.KIND_NAMES.items()]


class HouseholdSearchForm(Form):
    """Which households to list; asked by GET."""

    number = StringField(_("户号"), [Optional(), Length(max=24)])
    address = StringField(_("地址或单位名称"), [Optional(), Length(max=60)])
    person = StringField(_("姓名、姓，或者手机号"), [Optional(), Length(max=30)])
    area = StringField(_("区域"), [Optional(), Length(max=17)])


class DoorForm(Form):
    """What kind of household it is, and where its door is."""

    kind = SelectField(_("类型"), choices=KINDS)
    name = StringField(_("单位或宿舍名称（家庭不用写）"), [Optional(), Length(max=60)])
    address = StringField(_("地址"), [Optional(), Length(max=120)])


class HouseholdForm(DoorForm):
    """A new household."""

    area = StringField(_("村社或网格"), [InputRequired(_("请选村社或网格。")), Length(max=17)])
    number = StringField(_("户号（空着就自动编一个）"), [Optional(), Length(max=30)])
    head = StringField(_("户主或管理人姓名"), [Optional(), Length(max=30)])
    phone = StringField(_("他的手机号（可不写）"), [Optional(), Length(max=30)])

    def row(self) -> rules.HouseholdRow:
        """Return what was filled in about the household."""
        return rules.HouseholdRow(
            area_code=text(self.area),
            kind=rules.HouseholdKind(self.kind.data),
            name=text(self.name),
            address=text(self.address),
            number=text(self.number),
        )

    def first(self) -> rules.MemberRow | None:
        """Return its head, if one was named."""
        if not text(self.head) and not text(self.phone):
            return None
        return rules.MemberRow(name=text(self.head), phone=text(self.phone), is_head=True)


class MemberForm(Form):
    """Somebody who lives there."""

    name = StringField(_("姓名"), [InputRequired(_("请写姓名。")), Length(max=30)])
    phone = StringField(_("手机号（可不写）"), [Optional(), Length(max=30)])

    def row(self) -> rules.MemberRow:
        """Return what was filled in."""
        return rules.MemberRow(name=text(self.name), phone=text(self.phone))


class ReasonForm(Form):
    """Why something is done; kept in the log."""

    reason = StringField(_("原因"), [InputRequired(_("请写原因。")), Length(min=2, max=200)])


class SplitForm(ReasonForm):
    """Who leaves to be a household of their own; the members come as boxes to tick."""

    head = StringField(_("新户的户主"), [InputRequired(_("请选新户的户主。")), Length(max=9)])
    address = StringField(_("新户的地址（空着就和原来一样）"), [Optional(), Length(max=120)])


class MergeForm(ReasonForm):
    """Which household is merged into this one."""

    number = StringField(
        _("并进来的那一户的户号"), [InputRequired(_("请写那一户的户号。")), Length(max=30)]
    )


class MoveForm(ReasonForm):
    """Where a household lives now."""

    area = StringField(_("搬到哪里"), [InputRequired(_("请选村社或网格。")), Length(max=17)])
    address = StringField(_("新的地址"), [Optional(), Length(max=120)])
