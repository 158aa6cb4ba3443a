"""One case on one page, whoever looks at it: only what they may see, only what they may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Final

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _

from grid import queries
from grid.errors import NoSuchCase
from grid.forms import (
    CallForm,
    CaseForm,
    ClassifyForm,
    EscalateForm,
    NoteForm,
    RejectForm,
    ResultForm,
    ReturnForm,
    SendBackForm,
    SpotCheckForm,
    TapForm,
    VerifyForm,
    VoiceForm,
)
from grid.models import Act, FileKind
from grid.queries import CaseDetail, FileLine, StepLine
from grid.queries.accused import accused_of
from grid.queries.pages import case_named
from grid.rules import CATALOGUE, Move, State
from grid.views.beside import beside
from grid.views.blueprint import now, pages
from grid.views.notes import in_words
from grid.views.offers import offer_phrases, promised_forms
from grid.views.show import clocks, level, place, tags
from kernel.access import Actor, require
from kernel.db import db
from kernel.errors import Conflict, NotFound, Refusal
from kernel.media import Kind
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.web.show import when
from kernel.work import parts
from people.rules import DIALECTS

# Which form belongs to which move; the other moves have a page of their own.
BY_MOVE: Final[Mapping[Move, type[CaseForm]]] = {
    Move.REPORT_RESULT: ResultForm,
    Move.VERIFY: VerifyForm,
    Move.SEND_BACK: SendBackForm,
    Move.RETURN: ReturnForm,
    Move.ESCALATE: EscalateForm,
    Move.REJECT: RejectForm,
}
BY_ACT: Final[Mapping[Act, type[CaseForm]]] = {
    Act.NOTE: NoteForm,
    Act.VOICE_LINE: VoiceForm,
    Act.CALLED: CallForm,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why something was not done, and what the person had typed."""

    sentence: str
    typed: tuple[tuple[str, str], ...]


@pages.get("/case/<number>")
@require(Permission.CASE_READ)
def case(number: str) -> Response:
    """Show one case."""
    return show(case_named(db.session(), number))


def show(
    case_id: int,
    *,
    filled: CaseForm | None = None,
    trouble: Trouble | None = None,
    phone: str | None = None,
    caller: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Answer with the page of a case: *filled* is the form that has to be shown again.

    Raises:
        NoSuchCase: there is none that this person may read.
    """
    by, moment = current_actor(), now()
    detail = queries.detail(db.session(), case_id, by=by, now=moment)
    moves = frozenset(offer.move for offer in offers(detail, by))
    forms, aside = _forms(detail, moves, filled), beside(detail, by)
    if filled is not None and filled.name not in forms:
        trouble = _kept(filled, trouble)  # there is no form any more to show it in
    page = render_template(
        "grid/case.html",
        case=detail,
        card=detail.card,
        level=level(detail.card),
        place=place(detail.card),
        tags=tags(detail.card),
        clocks=clocks(detail.card, now=moment),
        names={offer.move: offer.name for offer in detail.offers},
        moves=moves,
        acts=_acts(detail),
        forms=forms,
        opened=filled.name if filled else _first(detail, moves, signed=not aside.may_sign),
        trouble=trouble,
        errors={} if filled is None or trouble else filled.errors,
        ids={} if filled is None else _ids(filled),
        phone=phone,
        caller=caller,
        accused=accused_of(db.session(), case_id, by=by) if detail.is_against else (),
        dialects=DIALECTS,
        steps=_timeline(detail),
        voices=_of(detail, Kind.SOUND),
        photos=_photos(_of(detail, Kind.PICTURE), FileKind.REPORT),
        category=CATALOGUE.categories.get(detail.category or ""),
        beside=aside,
        Move=Move,
        Act=Act,
        State=State,
    )
    return make_response(page, status)


def refuse(case_id: int, form: CaseForm, refusal: Refusal) -> Response:
    """Answer a refusal with the case as it is now, and everything that was typed.

    Whoever lost the case to somebody faster is told so, as long as they may still look at it.
    """
    status, sentence = shown_as(refusal), full_stop(sentence_of(refusal))
    if isinstance(refusal, NotFound):
        found = queries.detail(db.session(), case_id, by=current_actor(), now=now())
        if form.seen_turn is None or form.seen_turn == found.card.turn:
            raise refusal
        status, sentence = HTTPStatus.CONFLICT, _since(found)
    stale = status is HTTPStatus.CONFLICT or isinstance(refusal, Conflict)
    return show(
        case_id,
        filled=None if stale else form,
        trouble=Trouble(sentence=sentence, typed=tuple(form.typed()) if stale else ()),
        status=status,
    )


def _ids(form: CaseForm) -> dict[str, str]:
    """Return where on the page each field is; of several choices the first."""
    first = {
        field.name: f"{field.id}-{field.name}-1" for field in form if field.type == "RadioField"
    }
    return {field.name: field.id for field in form} | first


def _kept(form: CaseForm, trouble: Trouble | None) -> Trouble:
    """Return what is wrong with everything that was typed."""
    wrong = next((str(said[0]) for said in form.errors.values() if said), "")
    return Trouble(sentence=trouble.sentence if trouble else wrong, typed=tuple(form.typed()))


def offers(detail: CaseDetail, by: Actor) -> tuple[queries.Offer, ...]:
    """Return the moves to offer: of a result, only to whoever may still look at it (G3)."""
    second_look = {Move.VERIFY, Move.SEND_BACK}
    may_look = detail.content is not None and detail.card.owner_id != by.id
    return tuple(one for one in detail.offers if may_look or one.move not in second_look)


def fresh(kind: type[CaseForm], detail: CaseDetail, **values: Any) -> CaseForm:  # noqa: ANN401 - a form's values
    """Return an empty form that knows what the page has seen."""
    return kind(
        formdata=None,
        state=detail.state.value,
        turn=str(detail.card.turn),
        key=parts().chance.token(),
        **values,
    )


def _forms(
    detail: CaseDetail, moves: Iterable[Move], filled: CaseForm | None
) -> dict[str, CaseForm]:
    wanted: list[type[CaseForm]] = [TapForm]
    wanted += [form for move, form in BY_MOVE.items() if move in moves]
    wanted += [form for act, form in BY_ACT.items() if act in _acts(detail)]
    wanted += [ClassifyForm] if detail.may_classify else []
    wanted += [SpotCheckForm] if detail.to_spot_check else []
    wanted += promised_forms(detail.promises)
    forms = {kind.name: fresh(kind, detail, **_known(kind, detail)) for kind in wanted}
    if filled is not None and filled.name in forms:
        filled.state.data, filled.turn.data = detail.state.value, str(detail.card.turn)
        forms[filled.name] = filled
    for form in forms.values():
        offer_phrases(form, detail.promises)
    return forms


def _acts(detail: CaseDetail) -> frozenset[Act]:
    """Return what may be noted now: calls and rides only while the case is in hand.

    Who has set out need not say so again, until the case has moved on and come back.  What a
    department was given is signed for first.
    """
    if detail.state is not State.HANDLING:
        return detail.acts - {Act.CALLED, Act.ON_MY_WAY}
    since = takewhile(lambda step: step.act is not None, reversed(detail.steps))
    has_gone = detail.card.unsigned or any(step.act is Act.ON_MY_WAY for step in since)
    return detail.acts - ({Act.ON_MY_WAY} if has_gone else set())


def _known(kind: type[CaseForm], detail: CaseDetail) -> dict[str, Any]:
    """Return what a form already says."""
    known: dict[type[CaseForm], dict[str, Any]] = {
        ClassifyForm: {"category": detail.category},
        VerifyForm: {"finding": detail.proposed_finding and detail.proposed_finding.value},
        VoiceForm: {"voice_line": detail.content.voice_line if detail.content else ""},
    }
    return known.get(kind, {})


def _first(detail: CaseDetail, moves: Iterable[Move], *, signed: bool) -> str:
    """Return the name of the form that stands open: what comes next."""
    if Move.VERIFY in moves:
        return VerifyForm.name
    if detail.to_spot_check:
        return SpotCheckForm.name
    if Move.REPORT_RESULT in moves and detail.card.responded and signed:
        return ResultForm.name
    return ""


def _timeline(detail: CaseDetail) -> list[dict[str, Any]]:
    """Return the history, first things first; the pictures stand where they came in."""
    last = len(detail.steps) - 1
    pictures = _of(detail, Kind.PICTURE)
    later = (FileKind.SUPPLEMENT, FileKind.HANDLING)
    return [
        {
            "state": "now" if index == last and not detail.state.is_over else "done",
            "title": _title(step),
            "when": when(step.at),
            "who": _who(step),
            "note": in_words(step.note),
            "photos": _photos([one for one in pictures if one.step_number == step.number], *later),
        }
        for index, step in enumerate(detail.steps)
    ]


def _who(step: StepLine) -> str:
    if step.act is Act.UNIT_SAID:
        return str(_("外部单位"))
    return step.who or (_("上报人") if step.by_reporter else _("系统"))


def _title(step: StepLine) -> str:
    if step.finding is None:
        return str(_(step.title))
    return str(_("%(head)s：%(rest)s", head=_(step.title), rest=_(step.finding.label)))


def _of(detail: CaseDetail, kind: Kind) -> list[FileLine]:
    return [] if detail.content is None else [f for f in detail.content.files if f.media is kind]


def _photos(files: Iterable[FileLine], *kinds: FileKind) -> list[dict[str, str]]:
    """Return the pictures of those kinds that can be shown."""
    shown = [file for file in files if file.kind in kinds and file.ready]
    return [
        {
            "url": url_for("grid.file", attachment_id=file.attachment_id),
            "thumb": url_for("grid.file", attachment_id=file.attachment_id, thumb=1),
            "alt": _("照片 %(n)s", n=index),
        }
        for index, file in enumerate(shown, 1)
    ]


def _since(detail: CaseDetail) -> str:
    """Say who did what last."""
    if not detail.steps:
        raise NoSuchCase("没有这件事，或者它不在您的区域。")
    step = detail.steps[-1]
    said = _(
        "%(who)s %(when)s 已经%(what)s，现在是“%(state)s”，请看过再办。",
        who=_who(step),
        when=when(step.at),
        what=_(step.title),
        state=_(detail.state.label),
    )
    return str(said)
