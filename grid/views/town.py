"""The town's desk: every case of the area, who gets it, and what belongs together."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import queries, service
from grid.errors import NotThatWay, NotYours
from grid.forms import AssignForm, CaseForm, DeskForm, MergeForm, choice
from grid.queries import Candidate, CaseDetail, Counts, Filters
from grid.queries.facts import hands
from grid.queries.pages import case_named, places
from grid.queries.wording import unit_of
from grid.rules import Move, State, Urgency
from grid.service import Values
from grid.views.blueprint import now, pages
from grid.views.case import Trouble, fresh, refuse
from grid.views.roster import open_tonight
from grid.views.show import GIVING, card_view, level, place
from kernel.access import require
from kernel.calendar import missing_years
from kernel.db import db
from kernel.errors import Conflict, NotFound, Refusal
from kernel.forms import cleaned, text
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, row_number, sentence_of, shown_as
from kernel.work import transaction
from people.queries import path_of, paths_of
from people.rules import Level

VILLAGE_DIGITS: Final = 12


@pages.get("/desk")
@require(Permission.CASE_READ)
def desk() -> str:
    """List the cases of the area, narrowed as asked, and how many lie where."""
    by, form = current_actor(), DeskForm(request.args)
    villages = places(
        db.session(), Permission.CASE_READ, Level.TOWN, Level.VILLAGE, Level.GRID, by=by
    )
    form.area.choices = [
        choice("", _("全部")),
        *(choice(one.code, _indented(one.code, one.name)) for one in villages),
    ]
    page = request.args.get("page", 1, type=row_number)
    moment = now()
    found = queries.listed(db.session(), by=by, now=moment, filters=filters_of(form), page=page)
    asked = {key: value for key, value in form.data.items() if value}
    return render_template(
        "grid/desk.html",
        form=form,
        totals=_totals(queries.counts(db.session(), by=by, now=moment)),
        cards=[card_view(card, by=by, now=moment) for card in found.cards],
        total=found.total,
        narrowed=bool(asked),
        missing=_missing_years(),
        loads=by.may(Permission.SYSTEM_CALENDAR_EDIT),
        phrases=by.may(Permission.SYSTEM_AREA_EDIT),
        open_tonight=open_tonight(),
        may=by.may,
        Permission=Permission,
        more=url_for("grid.desk", page=found.page + 1, **asked) if found.more else "",
    )


@pages.get("/case/<number>/assign")
@require(Permission.CASE_REASSIGN)
def assign(number: str) -> ResponseReturnValue:
    """Ask where it is and who shall have it."""
    case_id, area = case_named(db.session(), number), cleaned(request.args.get("area", ""))[:20]
    try:
        return _assign_page(case_id, area=area)
    except (NotThatWay, NotYours) as refusal:
        if not area:
            raise
        return _assign_page(case_id, refusal=refusal, status=shown_as(refusal))


@pages.post("/case/<number>/assign")
@require(Permission.CASE_REASSIGN)
def give(number: str) -> ResponseReturnValue:
    """Give it to somebody, for the first time or instead of another."""
    form = AssignForm()
    case_id = case_named(db.session(), number)
    if not form.validate():
        return _assign_again(case_id, form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    values = Values(
        turn=form.seen_turn,
        owner=form.owner_id,
        reason=text(form.reason),
        supervised=bool(form.supervised.data),
        area=text(form.area),
    )
    seen = form.seen(State.SUBMITTED)
    move = Move.REASSIGN if seen in {State.DISPATCHED, State.HANDLING} else Move.ASSIGN
    try:
        with transaction() as work:
            service.move(work, case_id, move, by=current_actor(), expected=seen, values=values)
    except (Conflict, NotFound) as refusal:
        return refuse(case_id, form, refusal)
    except Refusal as refusal:
        return _assign_again(case_id, form, refusal, shown_as(refusal))
    flash(_("派出去了，对方会收到消息。"))
    return redirect(url_for("grid.case", number=number), code=303)


@pages.get("/case/<number>/merge")
@require(Permission.CASE_MERGE)
def merge(number: str) -> ResponseReturnValue:
    """Look for the case that goes on for both."""
    return _merge_page(case_named(db.session(), number))


@pages.post("/case/<number>/merge")
@require(Permission.CASE_MERGE)
def join(number: str) -> ResponseReturnValue:
    """Let one case follow another."""
    form = MergeForm()
    case_id = case_named(db.session(), number)
    if not form.validate():
        return _merge_page(case_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen = form.seen(State.SUBMITTED)
    try:
        main = case_named(db.session(), text(form.main))
        values = Values(turn=form.seen_turn, main_case=main, reason=text(form.reason))
        with transaction() as work:
            service.move(
                work, case_id, Move.MERGE, by=current_actor(), expected=seen, values=values
            )
    except Conflict as refusal:
        return refuse(case_id, form, refusal)
    except Refusal as refusal:
        return _merge_page(case_id, form, refusal, shown_as(refusal))
    flash(_("合并了，两边的上报人都会收到主件的进展。"))
    return redirect(url_for("grid.case", number=number), code=303)


def _assign_again(
    case_id: int, form: AssignForm, refusal: Refusal | None, status: HTTPStatus
) -> Response:
    """Show the form again; with a place that cannot be, as if none had been chosen."""
    try:
        return _assign_page(case_id, form, refusal, status, area=text(form.area))
    except (NotThatWay, NotYours) as wrong:
        if not text(form.area):
            raise
        form.area.data = ""
        return _assign_page(case_id, form, wrong, shown_as(wrong))


def _assign_page(
    case_id: int,
    form: AssignForm | None = None,
    refusal: Refusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    area: str = "",
) -> Response:
    """Show who can have it where it is, or in *area*, where it turns out to be.

    Raises:
        NotYours, NotThatWay: it is not to be given, or cannot lie in *area*.
    """
    detail, by = _movable(case_id, *GIVING), current_actor()
    people = queries.candidates(db.session(), case_id, by=by, now=now(), area=area)
    where = [one.code for one in queries.places_for(db.session(), case_id, by=by, near=area)]
    names = paths_of(db.session(), where)
    reopened = detail.state is State.REOPENED
    before = hands(db.session(), case_id) if reopened else frozenset()
    filled = _carried(form, detail) if form else fresh(AssignForm, detail)
    if form is None and reopened:
        filled.owner.data = _somebody_new(people, before)
    filled.area.data = area
    page = render_template(
        "grid/assign.html",
        case=detail,
        level=level(detail.card),
        place=place(detail.card),
        form=filled,
        people=people,
        where=[(code, _indented(code, names[code])) for code in where],
        chosen=area or detail.card.area_code,
        chosen_path=path_of(db.session(), area, top=Level.TOWN) if area else "",
        unit_of=unit_of,
        again=detail.state in {State.DISPATCHED, State.HANDLING},
        reopened=reopened,
        before=before,
        trouble=_trouble(refusal),
    )
    return make_response(page, status)


def _somebody_new(people: Sequence[Candidate], before: frozenset[int]) -> str:
    """Return the nearest who did not have it before: to them goes rework nobody watches over."""
    new = (one for one in people if one.person_id not in before and not one.off)
    return str(next((one.person_id for one in new), ""))


def _merge_page(
    case_id: int,
    form: MergeForm | None = None,
    refusal: Refusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    by, moment = current_actor(), now()
    detail = _movable(case_id, Move.MERGE)
    asked = cleaned(request.args.get("q", ""))[:40]
    village = "" if asked else detail.card.area_code[:VILLAGE_DIGITS]
    wanted = Filters(number=asked, area=village, only_open=True)
    found = queries.listed(db.session(), by=by, now=moment, filters=wanted)
    page = render_template(
        "grid/merge.html",
        case=detail,
        level=level(detail.card),
        place=place(detail.card),
        form=_carried(form, detail) if form else fresh(MergeForm, detail),
        others=[
            card_view(card, by=by, now=moment)
            for card in found.cards
            if card.case_id != case_id and card.is_police == detail.card.is_police
        ],
        asked=asked,
        trouble=_trouble(refusal),
    )
    return make_response(page, status)


def _movable(case_id: int, *moves: Move) -> CaseDetail:
    """Return the case, if one of *moves* may be made on it now.

    Raises:
        NoSuchCase: this person may not read it.
        NotYours: it is not at that point, or not for this person to do.
    """
    detail = queries.detail(db.session(), case_id, by=current_actor(), now=now())
    if not any(offer.move in moves for offer in detail.offers):
        raise NotYours(_("这件事现在是“%(state)s”，这一步做不了。", state=_(detail.state.label)))
    return detail


def _carried(form: CaseForm, detail: CaseDetail) -> CaseForm:
    """Return the form that is shown again, with what the page now knows."""
    form.state.data, form.turn.data = detail.state.value, str(detail.card.turn)
    return form


def _trouble(refusal: Refusal | None) -> Trouble | None:
    return None if refusal is None else Trouble(sentence=full_stop(sentence_of(refusal)), typed=())


def filters_of(form: DeskForm) -> Filters:
    """Return what was asked for; what is no choice narrows nothing."""
    state, urgency = text(form.state), text(form.urgency)
    return Filters(
        state=State(state) if state in set(State) else None,
        # Who has a number asks for that one, be it open or not.
        only_open=state == "" and not text(form.q),
        area=text(form.area),
        urgency=Urgency(urgency) if urgency in set(Urgency) else None,
        category=text(form.category),
        overdue=bool(form.overdue.data),
        number=text(form.q),
    )


def _totals(counts: Counts) -> list[tuple[str, int, dict[str, str]]]:
    """Return how many cases lie where: the word, the number, and how to list them."""
    verify, closed = State.TO_VERIFY, State.CLOSED
    return [
        (_("没办完"), counts.open, {}),
        (_("紧急"), counts.urgent, {"urgency": Urgency.URGENT.value}),
        (_("已超时"), counts.overdue, {"overdue": "y"}),
        (_(verify.label), counts.by_state.get(verify, 0), {"state": verify.value}),
        (_(closed.label), counts.by_state.get(closed, 0), {"state": closed.value}),
    ]


def _missing_years() -> tuple[int, ...]:
    """Return the years whose holidays are unknown, for those who have to see to it."""
    if not current_actor().wears(Role.TOWN_ADMIN, Role.DISTRICT_CMD):
        return ()
    return missing_years(db.session(), now())


def _indented(code: str, name: str) -> str:
    """Return the name, set in by how deep the area lies: a select knows two levels at most."""
    return "\u3000" * {9: 0, 12: 1, 15: 2}.get(len(code), 0) + name
