"""What the lines of the audit log are called where people read them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final

from people.rules.dialects import DIALECTS
from people.rules.hats import ROLE_NAMES

# By what they are about.  tests/architecture/test_actions.py finds what is noted and not here.
GROUPS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "登录和密码": {
            "sign-in": "登录",
            "sign-in.failed": "登录没成功",
            "sign-in.locking": "错得太多，账号锁一阵",
            "sign-in.locked": "账号锁着时来登录",
            "sign-out": "退出登录",
            "password.change": "改了密码",
            "totp.on": "打开了动态码",
            "totp.off": "关掉了动态码",
            "resident.sign-in": "居民登录",
        },
        "工作人员": {
            "staff.add": "添加工作人员",
            "staff.edit": "改了对外称呼或电话",
            "staff.reset": "重设了密码",
            "staff.close": "停用账号",
            "staff.hat-give": "给了一个身份",
            "staff.hat-take": "去掉一个身份",
            "staff.dialects": "改了会说的方言",
            "staff.kin-noted": "登记了亲属",
            "staff.kin-dropped": "去掉了亲属",
        },
        "区域": {
            "area.add": "添加区域",
            "area.edit": "改了区域",
            "area.rename": "区域改名",
            "area.import": "从表格导入区域",
            "area.close": "撤销区域",
            "area.robot-set": "设了工作群机器人",
            "area.robot-try": "给工作群发了测试消息",
            "area.robot-remove": "去掉了工作群机器人",
        },
        "值班": {
            "duty.add": "排班",
            "duty.change": "改班",
            "duty.remove": "去掉一班",
            "duty.copy": "照抄一周的班",
            "duty.edit": "改了每周值班时间",
        },
        "事件": {
            "case.hand-over": "把手上的事交给别人",
            "case.place": "改了事情在哪里",
            "case.contact-read": "看了报的人的电话",
            "case.call-contact-read": "回访时看了报的人的电话",
            "case.contact-copy": "把联系方式抄到别的系统",
            "case.contact-forget": "报的人删掉了自己的联系方式",
            "case.accused": "记下说的是谁",
            "case.accused_link": "给被反映的一方发了链接",
            "case.export": "导出事件清单",
            "case.systems": "改了要抄送的系统",
            "phrase.add": "添了一句常用语",
            "phrase.remove": "去掉一句常用语",
        },
        "代录和回执": {
            "receipt.take-down": "替来电的人记下一件事",
            "receipt.say-for": "替来电的人补记",
            "receipt.find": "按回执号查",
            "receipt.find-by-phone": "按电话查",
            "report.contact-forget": "删掉了回执上的联系方式",
        },
        "投诉": {
            "complaint.named": "记下投诉的是谁",
            "complaint.contact-read": "看了投诉人的电话",
        },
        "住户": {
            "household.add": "添加住户",
            "household.edit": "改了住户",
            "household.read": "看了住户里有谁",
            "household.import": "从表格导入住户",
            "household.member-add": "添加一个人",
            "household.member-edit": "改了一个人",
            "household.member-remove": "移出一个人",
            "household.head": "换户主",
            "household.move": "搬家",
            "household.split": "分户",
            "household.split-off": "从别户分出来",
            "household.merge": "并进来一户",
            "household.merged": "并到别户",
            "household.close": "注销住户",
            "household.join-ask": "申请加入",
            "household.join-card": "用卡加入",
            "household.join-approve": "同意加入",
            "household.join-refuse": "不同意加入",
            "household.open-own": "自己开了一户",
            "household.belonged": "记下谁离开了这一户",
            "household.leave": "自己退出",
            "household.put-out": "请出一个人",
            "household.pin-set": "在柜台设了换礼密码",
            "household.pin-own": "家里人自己设了换礼密码",
            "household.pin-remove": "取消了换礼密码",
            "household.pin-wrong": "换礼密码输错了",
            "household.pin-blocked": "换礼密码错得太多，停用了",
            "household.pin-shut": "换礼密码停用着时来试",
            "household.code-used": "用了一次动态码",
            "household.code-again": "动态码用过了又来用",
            "household.code-wrong": "来用的动态码不对",
        },
        "居民自己的资料": {
            "person.read": "看了自己的资料",
            "person.copy": "下载了自己的资料",
            "person.correct-name": "改了自己的姓名",
            "person.correct-phone": "换了自己的手机号",
            "person.withdraw-consent": "撤回同意",
            "person.delete": "注销了自己",
        },
        "码和活动": {
            "qr.order": "要了一个码",
            "qr.import": "从表格导入点位",
            "qr.print": "印码",
            "qr.order_print": "下了印刷单",
            "qr.fetch": "取走印刷文件",
            "qr.hang": "贴好了码",
            "qr.check": "看过，码完好",
            "qr.said-wrong": "有人说码有问题",
            "qr.rename": "改了点位名",
            "qr.move": "户码跟着搬家",
            "qr.replace": "换了新码",
            "qr.revoke": "作废了码",
            "qr.take-off": "处理了一张假码",
            "qr.export": "导出码的登记表",
            "activity.sign-in-for": "替人签到",
            "activity.names-read": "看了签到名单",
        },
        "绿币": {
            "coin.quota": "给村里拨了额度",
            "coin.budget-set": "定了村里的月额度和经费",
            "coin.rules-set": "换了绿币规则",
            "coin.month-signed": "核对了月结表",
            "coin.month-published": "公示了月结表",
            "coin.month-read": "下载了月结表",
            "coin.audit-read": "审计看了一份申报",
            "coin.audit-export": "审计导出了表格",
            "coin.book-read": "看了一户的存折",
            "coin.showing-set": "定了公示多少",
            "coin.naming-given": "同意在公示里写全名",
            "coin.naming-ended": "不再同意在公示里写全名",
            "coin.objection-answered": "答复了公示异议",
            "coin.rules-draft": "写了一版新绿币规则",
            "coin.rules-agree": "同意了新绿币规则",
            "coin.rules-refuse": "没有同意新绿币规则",
            "coin.rule-narrow": "改了本镇的绿币规则",
            "coin.appeal": "对扣币或不通过提了申诉",
            "coin.appeal-decide": "定了一份申诉",
            "coin.appeal-confirm": "签了成立的申诉，或没有同意",
            "coin.opening-send": "导入了从前的余额",
            "coin.undo-propose": "提了冲正一行从前的余额",
            "coin.undo-decide": "签了冲正从前的余额，或没有同意",
            "coin.undo-withdraw": "撤回了冲正从前的余额",
            "coin.return-propose": "提了退回一份申报的币",
            "coin.return-decide": "签了退回一份申报的币，或没有同意",
            "coin.return-withdraw": "撤回了退回一份申报的币",
            "coin.opening-decide": "签了从前的余额，或没有同意",
            "coin.adjust-propose": "提了一笔分户、并户、搬走或去世的转账",
            "coin.adjust-decide": "签了一笔转账，或没有同意",
            "coin.adjust-withdraw": "撤回了自己提的转账",
            "deduction.notice": "告知要扣币，给时间改",
            "deduction.check": "看了改没改",
            "deduction.decide": "定了扣不扣币",
            "deduction.restore": "定了恢不恢复扣的币",
            "coin.sample": "抽查了一份发了币的申报",
            "coin.claim-for": "替别人申报了绿币",
            "shop.shelve": "按默认目录上架了礼品",
            "shop.gift-add": "上架了一样礼品",
            "shop.gift-edit": "改了一样礼品",
            "shop.goods-in": "登记了进货",
            "shop.goods-confirm": "点收了进货，入了库",
            "shop.goods-withdraw": "撤回了没入库的进货",
            "shop.goods-unname": "把捐赠人改成不具名",
            "shop.take-out": "记了坏掉或退掉的礼品",
            "shop.count": "盘点了一样礼品，等人签",
            "shop.count-sign": "签了盘点",
            "shop.count-withdraw": "撤回了没签的盘点",
            "volunteer.post": "发布了志愿活动",
            "volunteer.edit": "改了志愿活动",
            "volunteer.call-off": "取消了志愿活动",
            "volunteer.names-read": "看了志愿活动名单的全名",
            "volunteer.photo-add": "给活动加了照片",
            "volunteer.photo-drop": "删了活动的照片",
            "volunteer.confirm": "确认了志愿活动名单",
        },
        "系统": {
            "audit.export": "导出操作日志",
            "message.read": "看了消息记录",
            "message.again": "再发一次消息",
            "outbox.retry": "重试没办成的事",
            "calendar.load": "载入工作日历",
            "backup.made": "做了备份",
            "backup.restored": "从备份恢复",
            "media.lost": "文件找不到了",
            "media.swept": "清掉没用上的文件",
            "seal.rotate": "换了密钥",
            "upkeep.inspect": "系统自查",
            "upkeep.retention": "查了到期该删的",
        },
        "到期删除": {
            "retention.accused": "删掉被反映一方的说法",
            "retention.claim": "删掉绿币申报的话和照片",
            "retention.contact": "删掉联系方式",
            "retention.deduction": "删掉扣币和申诉的话",
            "retention.duty": "删掉旧的值班表",
            "retention.files": "删掉照片和录音",
            "retention.household": "删掉住户资料",
            "retention.log": "删掉旧日志",
            "retention.member": "删掉住户成员",
            "retention.photo": "删掉活动照片",
            "retention.outside": "删掉外部单位的往来",
            "retention.position": "删掉精确位置",
            "retention.sign_in": "删掉签到名单",
            "retention.objection": "删掉公示异议",
            "retention.sign_up": "删掉活动报名名单",
            "retention.trouble": "删掉码的问题记录",
        },
    }
)
ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict(chain.from_iterable(group.items() for group in GROUPS.values()))
)
# What a line is about: alone, or before a number.
THINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "居民",
        "area": "区域",
        "case": "事件",
        "cases": "事件清单",
        "citizen.report": "回执",
        "claim": "绿币申报",
        "claims": "绿币申报清单",
        "complaint": "投诉",
        "complaints": "投诉",
        "household": "住户",
        "household-import": "住户表",
        "member": "住户成员",
        "qr_code": "码",
        "qr_order": "印刷单",
        "qr_sign_in": "签到名单",
        "qr_look_alike": "假码",
        "rules": "绿币规则",
        "qr_trouble": "码的问题",
        "duty": "值班表",
        "message": "消息",
        "messages": "消息",
        "outbox": "没办成的事",
        "attachment": "文件",
        "media:incoming": "收到的文件",
        "login:unknown": "没有这个登录名",
        "phone": "电话（不记号码）",
        "audit": "操作日志",
        "backup": "备份",
        "calendar": "工作日历",
        "inspection": "系统自查",
        "inventory": "个人信息清单",
        "keys": "密钥",
    }
)
# Words of the code in a detail: alone, in a list, or at its beginning.
DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "with position": "带位置",
        "wecom": "企业微信",
        "dingtalk": "钉钉",
        "phone": "来电",
        "counter": "到柜台",
        "visit": "上门",
        "add": "补充",
        "urge": "催办",
        "confirm": "确认办好了",
        "rate": "评价",
        "reopen": "要求重办",
        "sound": "完好",
        "covered": "被遮住了，或者贴上了别的码",
        "broken": "破损、看不清",
        "misplaced": "地点不对",
        "foreign": "扫开的网址不一样",
        "ask": "请居民补充",
        "pause": "停表",
        "extend": "申请延期",
        "result": "报结果",
        "reject": "不予受理",
        "decide": "裁决异议",
        "labels_24": "不干胶，一页 24 张",
        "labels_10": "不干胶，一页 10 张",
        "page": "一页一张",
        "plate": "门牌",
        "poster_a4": "海报（A4）",
        "poster_a3": "海报（A3）",
        "cards": "户码卡",
        "waiting": "等着发",
        "held": "等到早上发",
        "sent": "已送出",
        "failed": "没送成，会再试",
        "given_up": "不发了",
        "sms": "短信",
        "voice": "语音电话",
        **{role.value: name for role, name in ROLE_NAMES.items()},
        **DIALECTS,
    }
)
Say = Callable[[str], str]
_NAMED: Final = re.compile(r"\b(person|household|case|message|qr_code):([0-9]{1,18})\b")
_FIRST: Final = re.compile(r"(with position|[a-z_0-9]+)(?=$|[：:@])")
_AREA: Final = re.compile(r"(@?)\b([0-9]{6,17})\b(?:/([a-z][a-z0-9_]{1,23})\b)?")
_SUCCESSOR: Final = re.compile(r"^by ([0-9]{1,18})(?=$|:)")  # of a code that was replaced
_ARTWORK: Final = re.compile(r"([0-9]{1,2})-([LMQH])-[0-7]")  # version, error correction, mask
_EXPORTED: Final = re.compile(r"([-0-9]{10}) ([-0-9]{10})(?: ([a-z_.-]+))?")  # days and an action


@dataclass(frozen=True, slots=True)
class Named:
    """What the lines of a page name, as far as whoever reads it may know."""

    staff: Mapping[int, str]
    places: Mapping[str, str]
    say: Say  # a sentence in the reader's language
    things: Mapping[str, str]  # what people call a subject
    departments: Mapping[str, str]  # by their codes

    def action(self, action: str) -> str:
        """Return what was done."""
        return self.say(ACTIONS[action]) if action in ACTIONS else action

    def thing(self, subject: str, by: int | None = None) -> str:
        """Return what it was done to: 住户 H0005; 自己 where *by* did it to themselves."""
        if by is not None and subject == f"person:{by}":
            return self.say("自己")
        if subject in THINGS:
            return self.say(THINGS[subject])
        kind, _, number = subject.partition(":")
        if kind == "person" and number.isdecimal():
            return self.person(int(number))
        if kind == "area":
            return self.places.get(number, number).rpartition(" · ")[2]  # the line says where
        if kind not in THINGS:
            return subject
        return f"{self.say(THINGS[kind])} {self.things.get(subject, number)}"

    def person(self, number: int) -> str:
        """Return a member of staff by name, anybody else by number: who they are is in no log."""
        name = self.staff.get(number)
        return f"{self.say(THINGS['person'])} {number}" if name is None else name

    def detail(self, detail: str) -> str:
        """Return what else was written down, without the words of the code."""
        artwork = _ARTWORK.fullmatch(detail)
        if artwork:
            return self.say("版本 {}，纠错 {}").format(*artwork.groups())
        exported = _EXPORTED.fullmatch(detail)
        if exported:
            first, last, action = exported.groups()
            return f"{first} – {last}" + (f" · {self.action(action)}" if action else "")
        words = detail.split("、")
        if set(words) <= set(DETAILS):
            return self.say("、").join(self.say(DETAILS[word]) for word in words)
        first = _FIRST.match(detail)
        if first and first[0] in DETAILS:
            detail = self.say(DETAILS[first[0]]) + detail[first.end() :]
        detail = _SUCCESSOR.sub(lambda found: self.say("换成") + f" qr_code:{found[1]}", detail)
        detail = _AREA.sub(self._area, detail)
        return _NAMED.sub(lambda found: self.thing(found[0]), detail)

    def _area(self, found: re.Match[str]) -> str:
        name = self.places.get(found[2]) or found[2]
        if found[3]:
            name += self.say("，") + self.say(self.departments.get(found[3], found[3]))
        return f"（{name}）" if found[1] else name


def codes_in(words: str) -> list[str]:
    """Return what may be the codes of areas in a detail."""
    return [code for _, code, _ in _AREA.findall(words)]


def subjects_in(words: str) -> set[str]:
    """Return the things that a detail names: ``{"household:12"}``."""
    found = {f"{kind}:{number}" for kind, number in _NAMED.findall(words)}
    replaced = _SUCCESSOR.match(words)
    return found | ({f"qr_code:{replaced[1]}"} if replaced else set())


def persons_in(words: str) -> set[int]:
    """Return the numbers of the persons that a subject or a detail names."""
    return {int(number) for kind, number in _NAMED.findall(words) if kind == "person"}
