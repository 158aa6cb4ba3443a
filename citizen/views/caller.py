"""A report in the hands of whoever helps its caller: read aloud, printed, added to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from citizen import queries, rules, service
from citizen.forms import SayForm
from citizen.models import Report
from citizen.queries import Helper, Receipt
from citizen.rules import Channel, Satisfied, Wish
from citizen.views import access
from citizen.views.blueprint import pages
from citizen.views.coins import coins_url, find_for
from citizen.views.show import BEFORE_TAKEN, actions_of, receipt_page
from kernel.access import Actor, require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.moments import to_minute
from kernel.permissions import Permission
from kernel.web import current_actor, sentence_of
from kernel.web.pages import status_of
from kernel.web.show import when
from kernel.work import parts, transaction
from people.queries import reaches
from people.rules import mask_phone
from qr.rules import artwork

DONE: Final[Mapping[Wish, str]] = {
    Wish.ADD: "记下了，办的人会看到。",
    Wish.URGE: "催过了，办的人和他的上级都会看到。",
    Wish.CONFIRM: "记下了：来电的人说已经解决。",
    Wish.RATE: "评价记下了。",
    Wish.REOPEN: "记下了：要求重办。",
}


@pages.get("/staff/counter/<number>")
@require(Permission.CASE_REPORT_FOR)
def counter_receipt(number: str) -> str:
    """Show what can be read aloud to whoever knows the number, and what they can ask for."""
    return _page(find_for(number))


@pages.get("/staff/counter/<number>/slip")
@require(Permission.CASE_REPORT_FOR)
def counter_slip(number: str) -> str:
    """Show a slip for the caller's pocket.

    Its picture opens all of the receipt only where whoever prints it has just written it down.
    """
    report, by = find_for(number), current_actor()
    found = _found(report)
    helper = queries.helper_of(db.session(), report)
    secret = service.secret_of(report.number) if _has_just_taken(helper, by) else None
    path = url_for("citizen.receipt", number=rules.printed(report.number), k=secret)
    link = parts().settings.public_url + path
    return render_template(
        "citizen/slip.html",
        r=receipt_page(found, full=False),
        groups=rules.printed(report.number).split("-"),
        said_at=to_minute(report.said_at),
        promises=_promises(found, to_minute),
        place=_place_for(report, helper, by),
        picture=_picture(link),
        opens_all=secret is not None,
        channel=_(helper.channel.label) if helper else "",
    )


@pages.post("/staff/counter/<number>/<wish>")
@require(Permission.CASE_REPORT_FOR)
def counter_say(number: str, wish: str) -> ResponseReturnValue:
    """Write down what the caller wants of it."""
    report, form = find_for(number), SayForm()
    if wish not in set(Wish):
        raise NotFound("没有找到这一页。")
    wanted, heard = Wish(wish), form.heard()
    trouble = _missing(wanted, form)
    if trouble:
        page = _page(report, form=form, wish=wanted, trouble=trouble)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            service.say_for(work, report.id, wanted, heard, by=current_actor())
    except Refusal as refusal:
        page = _page(access.find(number), form=form, wish=wanted, trouble=sentence_of(refusal))
        return page, status_of(refusal)
    url = url_for("citizen.counter_receipt", number=number, done=wanted.value)
    return redirect(url, HTTPStatus.SEE_OTHER)


def _place_for(report: Report, helper: Helper | None, by: Actor) -> str:
    """Return where it is, for whoever wrote it down or works there: a number tells the state."""
    mine = helper is not None and helper.person_id == by.id
    if not mine and not (
        reaches(by, Permission.CASE_REPORT_FOR, report.area_code)
        and queries.is_open_to(db.session(), report, by=by)
    ):
        return ""
    return report.place_name if report.here else report.where


def _missing(wish: Wish, form: SayForm) -> str:
    """Return what is still to be asked of the caller, or nothing."""
    heard = form.heard()
    if wish is Wish.RATE and (heard.solved is None or heard.satisfied is None):
        return str(_("两个问题都请选一个"))
    if wish in rules.IN_WORDS and not heard.words:
        return str(_("请写一句来电的人怎么说"))
    most = rules.LONGEST_NOTE_FOR if wish in {Wish.RATE, Wish.REOPEN} else rules.LONGEST_HEARD
    if len(heard.words) > most:
        return str(_("最多写 %(most)s 个字", most=most))
    return ""


def _picture(link: str) -> Markup:
    """Return the code of *link* as part of a page."""
    drawn = artwork.svg(link, artwork.choose_look(link))
    return Markup(drawn[drawn.index("<svg ") :])  # noqa: S704 - drawn by us


def _page(
    report: Report, *, form: SayForm | None = None, wish: Wish | None = None, trouble: str = ""
) -> str:
    by, found = current_actor(), _found(report)
    helper = queries.helper_of(db.session(), report)
    printed = rules.printed(report.number)
    offered = _offered(found, by=by)
    return render_template(
        "citizen/counter_receipt.html",
        r=receipt_page(found, full=False),
        groups=printed.split("-"),
        spoken=_("，").join(" ".join(group) for group in printed.split("-")),
        waits=found.progress is None,
        coins_url=coins_url(found),
        promises=_promises(found, when),
        unreachable=report.phone_index is None,
        mine=helper is not None and helper.person_id == by.id,
        texts_to=_texts_to(report, helper, by),
        offered=offered,
        judges=_may_judge(report, helper, by, offered),
        key=text(form.key) if form else parts().chance.token(),
        typed={wish.value: text(form.words)} if form and wish else {},
        wish=wish.value if wish else "",
        trouble=trouble,
        channels=[(one.value, _(one.label)) for one in Channel],
        chosen=(helper.channel if helper else Channel.PHONE).value,
        satisfied=[(one.value, _(one.label)) for one in Satisfied],
        done=_done(),
    )


def _found(report: Report) -> Receipt:
    return queries.receipt_of(db.session(), report, now=parts().clock.now())


def _promises(found: Receipt, said: Callable[[datetime], str]) -> list[str]:
    """Return by when what happens.  Who left no number is told by when it is worth asking."""
    progress = found.progress
    if progress is None or rules.now_title(progress.worked_state) is None:
        return []
    lines = []
    if progress.worked_state in BEFORE_TAKEN and progress.accept_by:
        lines.append(_("%(when)s 前接单", when=said(progress.accept_by)))
    owed = progress.state in BEFORE_TAKEN or progress.responds
    if owed and found.report.phone_index and progress.respond_by:
        lines.append(_("%(when)s 前打电话给您", when=said(progress.respond_by)))
    if progress.close_by:
        lines.append(_("%(when)s 前办好", when=said(progress.close_by)))
    return lines


def _offered(found: Receipt, *, by: Actor) -> frozenset[Wish]:
    """Return what its reporter could do now, if the case is one this helper has to do with."""
    can = actions_of(found)
    if not can or not queries.is_open_to(db.session(), found.report, by=by):
        return frozenset()
    return frozenset(wish for wish in Wish if can.get(f"can_{wish.value}"))


def _may_judge(
    report: Report, helper: Helper | None, by: Actor, offered: Iterable[Wish]
) -> frozenset[Wish]:
    wanted = rules.JUDGING.intersection(offered)
    at_it = queries.at_it(db.session(), report) if wanted else frozenset()
    return frozenset(
        wish
        for wish in wanted
        if rules.may_take_down(
            wish,
            by=by.id,
            at_it=at_it,
            helper=helper.person_id if helper else None,
            contact_given=report.phone_index is not None,
        )
    )


def _has_just_taken(helper: Helper | None, by: Actor) -> bool:
    age = None if helper is None else parts().clock.now() - helper.taken_at
    mine = helper is not None and helper.person_id == by.id
    return mine and age is not None and age < rules.JUST_TAKEN


def _texts_to(report: Report, helper: Helper | None, by: Actor) -> str:
    """Return where the message goes, for whoever has just written the number down."""
    phone = service.phone_of(db.session(), report) if _has_just_taken(helper, by) else None
    return mask_phone(phone) if phone and rules.gets_texts(phone) else ""


def _done() -> str:
    """Return the answer to what was written down a moment ago."""
    wish = request.args.get("done", "")
    return str(_(DONE[Wish(wish)])) if wish in set(Wish) else ""
