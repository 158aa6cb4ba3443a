"""What stands beside a case on its page: other departments, outside units, other systems."""

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _

from grid.models import Act
from grid.queries import CaseDetail
from grid.queries.departments import (
    HandoverLine,
    HelpLine,
    handovers_of,
    helps_of,
    signs_as,
)
from grid.queries.external import numbers_of
from grid.queries.outside import OutsideLine, is_desk, outside_of
from grid.rules import CATALOGUE, Hotline, State
from grid.rules.copyout import as_text, without_numbers
from grid.rules.outside import hotlines_of
from grid.views.blueprint import now
from grid.views.show import place
from kernel.access import Actor
from kernel.db import db
from kernel.web.show import called, when

TO_SIGN: Final = frozenset({State.DISPATCHED, State.HANDLING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What this reader may do and read there."""

    may_sign: bool
    may_ask: bool  # for help, or to hand over
    may_hand_over: bool
    may_give: bool  # to an outside unit
    may_number: bool  # write down an outside number
    helps: tuple[HelpLine, ...]
    handovers: tuple[HandoverLine, ...]
    outsides: tuple[OutsideLine, ...]
    numbers: tuple[tuple[str, str], ...]
    hotlines: tuple[tuple[str, Hotline], ...]
    text: str  # to be copied into another system; without name and number


def beside(detail: CaseDetail, by: Actor) -> Beside:
    """Return what stands beside *detail* for *by*: nothing is asked where nothing was noted."""
    session, card = db.session(), detail.card
    acts = {step.act for step in detail.steps}
    police, over = card.is_police, detail.state.is_over
    mine = card.owner_id == by.id
    unit = signs_as(
        by, level=card.owner_level, department=detail.department, area_code=card.area_code
    )
    lies_there = unit is not None and card.unsigned
    answers = mine or is_desk(by, card.area_code, police=police)
    may_ask = mine and unit is not None and detail.state is State.HANDLING and not lies_there
    numbers = numbers_of(session, card.case_id) if Act.EXTERNAL in acts else ()
    return Beside(
        may_sign=(lies_there and detail.state in TO_SIGN)
        or (unit is not None and not mine and detail.state is State.DISPATCHED),
        may_ask=may_ask,
        may_hand_over=may_ask and not police,
        may_give=answers and not police and not over,
        may_number=answers,
        helps=helps_of(session, card.case_id) if Act.HELP in acts else (),
        handovers=handovers_of(session, card.case_id) if Act.HANDOVER in acts else (),
        outsides=outside_of(session, card.case_id, now=now()) if Act.OUTSIDE in acts else (),
        numbers=numbers,
        hotlines=hotlines_of(detail.category),
        text=as_copied(detail, numbers),
    )


def as_copied(
    detail: CaseDetail, numbers: tuple[tuple[str, str], ...], *more: tuple[str, str]
) -> str:
    """Return the case as text for another system; *more* is what was ticked on top."""
    card, content = detail.card, detail.content
    category = CATALOGUE.categories.get(detail.category or "")
    words = content.words if content else ""
    spoken = content.voice_line if content else ""
    lines = [
        (_("编号"), "-".join(card.number[at : at + 4] for at in (0, 4, 8))),
        *numbers,
        (_("事情"), _(card.title)),
        (_("类目"), f"{category.code} {_(category.name)}" if category else ""),
        (_("紧急程度"), _(card.urgency.label)),
        (_("地点"), without_numbers(place(card))),
        (_("上报时间"), when(card.submitted_at)),
        (_("原话"), without_numbers(words)),
        (_("录音的大意"), without_numbers(spoken)),
        *more,
        (_("状态"), _(detail.state.label)),
        (_("谁在办"), called(card.owner_name)),
        (_("办结时限"), when(card.close_by)),
        (_("办理结果"), without_numbers(detail.result_text)),
        (_("结论"), _(detail.finding.label) if detail.finding else ""),
    ]
    return as_text([(str(label), str(value)) for label, value in lines], colon=_("："))
