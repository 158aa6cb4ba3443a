"""The resident is told before a promise is broken, and when it was; each once, by the clock."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from grid.models import Act, Case, PromiseTold
from grid.queries.facts import clocks, promise_of
from grid.rules import Concern, State, Telling
from grid.service.alarms import about, tell, tell_desk
from grid.service.extending import lapse
from grid.service.record import Entry, reckon, write
from grid.service.reporters import concern
from kernel.moments import as_said
from kernel.work import Work

BATCH: Final = 200
ACTS: Final = {Telling.SOON: Act.WARNED, Telling.BROKEN: Act.BROKEN}
# Why, as far as the state of the case tells.
WHY: Final = {
    State.TO_VERIFY: "已经办好，还在等人去现场核实",
    State.RETURNED: "正在换人来办",
    State.REOPENED: "正在重新派人",
    State.ACCEPTED: "还在找人来办",
    State.DISPATCHED: "还没有人接单",
}


def tell_promises(work: Work) -> int:
    """Tell reporters whose promise is about to break, or broke; return how many cases.

    A second scheduler finds the rows locked.  What was missed while ours stood still is not made
    up for: of a promise that is broken already only that is said.
    """
    cases = work.session.scalars(
        select(Case)
        .where(Case.tells_at <= work.now())
        .order_by(Case.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        what = promise_of(case, clocks(case)).telling(work.now())
        if what is not None and case.close_by is not None:
            _say(work, case, what, case.close_by)
        reckon(work, case)
    return len(cases)


def _say(work: Work, case: Case, what: Telling, promised: datetime) -> None:
    if what is Telling.BROKEN and case.extension_open:
        lapse(work, case)  # the limit passed, and nobody had decided
    work.session.add(
        PromiseTold(case_id=case.id, kind=what, promised_for=promised, told_at=work.now())
    )
    case.warned_of = promised
    if what is Telling.BROKEN:
        case.broken_of = promised
    write(work, case, Entry(act=ACTS[what], why=_words(case, what, promised)))
    concern(work, case, Concern(what.value))
    ours = "快到办结时限了，请抓紧。" if what is Telling.SOON else "过了办结时限，请马上办。"
    if case.owner_id is not None:
        tell(work, case, case.owner_id, f"{about(work, case)}{ours}")
    else:
        tell_desk(work, case, f"{about(work, case)}{ours}")


def _words(case: Case, what: Telling, promised: datetime) -> str:
    """Return when it was promised, and why it takes longer where that is known."""
    why = WHY.get(case.state, "")
    said = f"说好{as_said(promised)}前办好" + (f"；{why}" if why else "")
    after = (
        "有急事请打电话问" if what is Telling.SOON else "对不起，没有按时办好，正在催；请打电话问"
    )
    return f"{said}。{after}负责的人，号码在这一页。"
