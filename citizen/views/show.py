"""What a receipt's page says, as the template wants it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from flask import request, url_for
from flask_babel import gettext as _

from citizen import queries, rules, service
from citizen.models import Report
from citizen.queries import Receipt
from citizen.rules import Satisfied, Solved
from citizen.views import access
from citizen.views.coins import coins_url
from citizen.views.steps import Shown, now_of, photos_of, ready, timeline_of, url_of
from grid import queries as grid
from grid.queries import Progress
from grid.rules import CATALOGUE, State
from kernel.db import db
from kernel.media import Kind
from kernel.web.show import called, when
from kernel.work import parts
from people.rules import DIALECTS, mask_phone

LEVELS: Final[Mapping[str, str]] = {
    "green": "绿色·正常办",
    "yellow": "黄色·要尽快",
    "red": "红色·马上去",
}
BEFORE_TAKEN: Final = frozenset({State.SUBMITTED, State.ACCEPTED, State.DISPATCHED})
# Only these name somebody else to turn to; while it is worked on, whoever has it is named.
TURNED_AWAY: Final = frozenset({State.REJECTED, State.OBJECTED})
FRESH_SECONDS: Final = 180
ACTIONS: Final = ("add", "answer", "urge", "rate", "reopen", "object", "withdraw", "confirm")
# Where a verb is a word of Python's.
ENDPOINTS: Final = {"object": "object_to"}


def receipt_page(found: Receipt, *, full: bool, **more: object) -> Shown:
    """Return what the template calls ``receipt``; without *full*, the state and no more."""
    progress, report = found.progress, found.report
    shown: Shown = {
        "number": rules.printed(report.number),
        "headline": _(_headline(found)),
        "level": _level(found),
        "timeline": timeline_of(found, full=full),
        "who": _who(progress),
        "responsible": _responsible(found),
        "full": full,
        "helped": helped_line(found),
        "etag": f'"{etag_of(found)}"',
        "state_url": url_for("citizen.state", number=rules.printed(report.number)),
        "actions": {},
        "hotlines": progress.hotlines if progress else (),
        "is_over": progress is not None and now_of(progress) is None,
        **_deadlines(found, full=full),
    }
    if full:
        shown |= _own(found)
    return shown | more


def _headline(found: Receipt) -> str:
    progress = found.progress
    if progress is None:
        return rules.headline(None)
    return rules.headline(progress.worked_state, progress.owner_level, is_rated=found.is_rated)


def etag_of(found: Receipt) -> str:
    """Return a fingerprint of all that the page may show; a live page waits for another one."""
    progress = found.progress
    ready = [one.id for one in found.attachments if one.is_ready]
    facts: list[object] = [found.report.files_lost, ready, found.ratings]
    if progress is not None:
        facts += [progress.state, progress.headline, progress.colour, progress.steps]
        facts += [progress.owner_name, progress.close_by, progress.merged_into]
        facts += [progress.worked_state, progress.questions, progress.standstill]
        facts += [progress.objecting, sorted(progress.may)]
    return sha256(repr(facts).encode()).hexdigest()[:32]


def _own(found: Receipt) -> Shown:
    report = found.report
    tile = CATALOGUE.tiles.get(report.tile or "")
    what = [_(tile.label) if tile else "", report.place_name if report.here else report.where]
    age = (parts().clock.now() - report.said_at).total_seconds()
    return {
        "fresh": found.progress is None and age < FRESH_SECONDS,
        "what": " · ".join(filter(None, what)),
        "danger": report.danger,
        "words": report.words,
        "photos": photos_of(found, found.own, ""),
        "voice": [{"url": url_of(found, one)} for one in ready(found.own, Kind.SOUND)],
        "contact": mask_phone(service.phone_of(db.session(), report)) if report.phone_index else "",
        "forget_url": url_for(
            "citizen.forget_contact", number=rules.printed(report.number), **access.carried()
        ),
        "notices": _notices(found),
        "result": found.progress.result_text if found.progress else "",
        "pending_files": max(0, report.files_expected - len(found.own) - report.files_lost),
        "secret_link": _secret_link(report.number),
        "actions": actions_of(found),
        "callback": _callback(found),
        "coins_url": coins_url(found),
        "questions": found.progress.questions if found.progress else (),
        "not_solved": found.last_solved is Solved.NOT_SOLVED,
        "satisfied_options": [(one.value, _(one.label)) for one in Satisfied],
    }


def _callback(found: Receipt) -> Shown | None:
    """Return what was said about a call back; nothing where nobody can or will call."""
    progress, report = found.progress, found.report
    if progress is None or report.case_id is None or not report.phone_index:
        return None
    if now_of(progress) is None:
        return None
    said = grid.callback_of(db.session(), report.case_id)
    return callback_of(report, dialect=said.dialect, hours=said.hours)


def callback_of(report: Report, *, dialect: str, hours: str, error: str = "") -> Shown:
    """Return the form for a call back as it stands."""
    number = rules.printed(report.number)
    return {
        "url": url_for("citizen.callback", number=number, **access.carried()),
        "dialects": [(code, _(name)) for code, name in DIALECTS.items()],
        "dialect": dialect,
        "dialect_name": _(DIALECTS[dialect]) if dialect in DIALECTS else "",
        "hours": hours,
        "error": error,
    }


def actions_of(found: Receipt) -> Shown:
    """Return what its reporter can do now, and where."""
    progress, report = found.progress, found.report
    if progress is None:
        return {}
    may = {"add"} if "supplement" in progress.may else set()
    may |= progress.may & {"withdraw", "reopen", "confirm", "answer", "object"}
    now = parts().clock.now()
    if "urge" in progress.may and not queries.urged_at(db.session(), report, now):
        may.add("urge")
    if progress.closed_at is not None and not found.is_rated:
        may.add("rate")
    number = rules.printed(report.number)
    shown: Shown = {}
    for name in ACTIONS:
        shown[f"can_{name}"] = name in may
        endpoint = ENDPOINTS.get(name, name)
        shown[f"{name}_url"] = url_for(f"citizen.{endpoint}", number=number, **access.carried())
    return shown


def helped_line(found: Receipt) -> str:
    """Return who wrote it down for its reporter; nothing where nobody did."""
    helper = queries.helper_of(db.session(), found.report)
    if helper is None:
        return ""
    return str(_("由%(place)s%(name)s代您报的", place=helper.area_name, name=helper.name))


def _who(progress: Progress | None) -> str:
    """Return what whoever is named has to do with it."""
    if progress is None or now_of(progress) is not None:
        return str(_("谁来办"))
    return str(_("谁答复的") if progress.worked_state is State.REJECTED else _("谁办的"))


def _responsible(found: Receipt) -> Shown:
    """Return who has it now, whom one may ring.

    Between two hands that is nobody: whoever had it, or looks after the place, may be just who is
    not to have it again.
    """
    progress = found.progress
    if progress is not None and progress.worked_state is State.OBJECTED:
        return {"name": _("上一级的人，不是原来那个人"), "phone": None}
    if progress is not None and progress.worked_state is State.REJECTED and progress.steps[-1].who:
        return {"name": progress.steps[-1].who, "phone": None}  # who refused, not who had it before
    if progress is not None and progress.owner_name:
        return {"name": called(progress.owner_name), "phone": progress.owner_phone}
    if progress is not None and now_of(progress) is not None:
        return {"name": _("正在安排"), "phone": None}
    desk = grid.responsible_for(db.session(), found.report.area_code)
    return {"name": called(desk.name), "phone": desk.phone}


def _deadlines(found: Receipt, *, full: bool) -> Shown:
    """Return by when somebody takes it and answers, until they have, and by when it is done."""
    progress = found.progress
    shown: Shown = {"accept_by": None, "answer_by": None, "done_by": None, "night_note": None}
    if progress is None or now_of(progress) is None:
        return shown
    if progress.worked_state is State.OBJECTED:
        made = progress.objecting
        known = _("%(when)s 前给您答复", when=when(made.decide_by)) if made else None
        shown["answer_by"] = known and known + _late(made.decide_by if made else None)
    elif progress.worked_state in BEFORE_TAKEN:
        taken = progress.accept_by
        shown["accept_by"] = _("%(when)s 前接单", when=when(taken)) + _late(taken)
        shown["answer_by"] = _answered(found, full=full)
        shown["done_by"] = _done_by(progress)
        if progress.night:
            shown["night_note"] = _night_note(progress, rings=not full or _may_ring(found))
    else:
        if progress.responds:
            shown["answer_by"] = _answered(found, full=full)
        shown["done_by"] = _done_by(progress)
    return shown


def _done_by(progress: Progress) -> str | None:
    """Return by when it is done; what was turned away and is looked at again has no day yet."""
    if progress.close_by is None:
        return None
    guessed = _("（放假安排还没公布，是估计的）") if progress.estimated else ""
    known: str = _("%(when)s 前办好", when=when(progress.close_by)) + guessed
    return known + (_stands(progress) or _late(progress.close_by))


def _stands(progress: Progress) -> str:
    """Return what is added while the clock stands still."""
    return _("（先停一停，接着办以后再算）") if progress.standstill else ""


def _answered(found: Receipt, *, full: bool) -> str | None:
    """Return by when somebody rings or comes, and where they answer who left no number.

    The number of a receipt alone does not tell whether a telephone's was left.
    """
    if found.progress is None:
        return None
    until = found.progress.respond_by
    if not full:
        said = _("%(when)s 前给您答复", when=when(until))
    elif _may_ring(found):
        said = _("%(when)s 前联系您", when=when(until))
    else:
        said = _("没有您的电话：%(when)s 前的答复写在这一页，请再来看", when=when(until))
    return str(said) + _late(until)


def _may_ring(found: Receipt) -> bool:
    return found.report.phone_index is not None


def _night_note(progress: Progress, *, rings: bool) -> str:
    """Return the policy's own words (grid/data/sla_policies.yaml, night.receipt).

    To whoever left no number nobody can promise a call.
    """
    name = called(progress.owner_name)
    received = _("夜里已收到并派给%(name)s", name=name) if name else _("夜里已收到")
    then = _("早上 7 点起联系您") if rings else _("早上 7 点起开始办")
    said = _("%(received)s，%(then)s；有危险请拨 110、119、120。", received=received, then=then)
    return str(said)


def _late(by: datetime | None) -> str:
    """Return what is added to a promise that was not kept; nothing while it may be."""
    return _("（已经晚了，正在催）") if by and by < parts().clock.now() else ""


def _level(found: Receipt) -> Shown:
    if found.progress is not None:
        code = str(found.progress.colour)
    else:
        code = "red" if found.report.danger else "green"
    return {"code": code, "label": _(LEVELS[code])}


def _notices(found: Receipt) -> list[str]:
    said = []
    if found.report.files_lost:
        said.append(_("您说的事已经收到，但照片或录音没能存下来，请过一会儿在下面补充。"))
    refused = dict.fromkeys(one.refused_why for one in found.own if one.refused_why)
    if found.progress is not None and found.progress.merged_into:
        said.append(_("别人也报了同一件事，合在一起办。谁来办、结果怎样，都写在这一页。"))
    said += _promised(found)
    if found.progress is not None and found.progress.worked_state in TURNED_AWAY:
        if found.progress.refused_why:
            said.append(_("没有受理，因为：%(why)s", why=_(found.progress.refused_why)))
        channel = called(found.progress.responsible_channel or _("服务电话"))
        said.append(_("这件事该找：%(channel)s", channel=channel))
    return [*_heard(found), *said, *(_(why) for why in refused)]


def _promised(found: Receipt) -> list[str]:
    """Say what became of the promised day: it stands, moved, is judged, or was not kept."""
    progress, said = found.progress, list[str]()
    if progress is None:
        return said
    stop = progress.standstill
    if stop is not None:
        guessed = _("（放假安排还没公布，是估计的）") if stop.estimated else ""
        until = when(stop.until) + guessed
        why = _(rules.plain_title(stop.reason.label))
        said.append(_("先停一停，不算时间：%(why)s，最晚到 %(when)s。", why=why, when=until))
    if progress.extended_why and now_of(progress) is not None:
        why, due = progress.extended_why, when(progress.close_by)
        said.append(_("要多用一些时间：%(why)s。新的时限是 %(when)s。", why=why, when=due))
    if progress.objecting is not None and progress.objecting.upheld is None:
        said.append(_("对不予受理提了异议，由上一级的人看，不是原来那个人。"))
    return said


def _heard(found: Receipt) -> list[str]:
    """Say that a tap arrived: its button is gone, and nothing else on top of the page changed."""
    if found.progress is None:
        return []
    said = [_("收到了，谢谢。办事的人看得到。")] if "heard" in request.args else []
    open_still = now_of(found.progress) is not None
    urged_at = queries.urged_at(db.session(), found.report, parts().clock.now())
    if open_still and urged_at is not None:
        said.append(_urged(found.progress, urged_at))
    if not open_still and found.is_rated:
        said.append(_("您的评价收到了，谢谢。"))
        if found.last_solved is Solved.NOT_SOLVED and "reopen" in found.progress.may:
            said.append(_("您说没解决：留了电话的，上一级会打给您；也可以在下面要求重办一次。"))
    return said


def _urged(progress: Progress, urged_at: datetime) -> str:
    """Say that it was urged today, or what somebody at work did about it since."""
    since = [step for step in progress.steps if step.by_staff and step.at > urged_at]
    if not since:
        return str(_("今天催过了，办事的人和他的上级都会看到。"))
    what = _(rules.plain_title(since[-1].title))
    return str(
        _("您今天催过以后，%(when)s 有了进展：%(what)s。", when=when(since[-1].at), what=what)
    )


def _secret_link(number: str) -> str:
    path = url_for("citizen.receipt", number=rules.printed(number), k=service.secret_of(number))
    return parts().settings.public_url + path
