"""The timeline of a receipt, like a parcel's: which steps, in which words, for whose eyes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from grid.models import Act, Case, CaseFile, Objection, Step
from grid.queries.wording import step_title
from grid.rules import Move
from people.models import Person

# What a resident reads of the acts of staff; looks, notes and categories are inner business.
SHOWN_ACTS: Final = frozenset(
    {
        Act.OPENED,
        Act.CALLED,
        Act.ON_MY_WAY,
        Act.URGE,
        Act.SUPPLEMENT,
        Act.JOINED,
        Act.PAUSED,
        Act.RESUMED,
        Act.ASKED,
        Act.ANSWERED,
        Act.EXTENDED,
        Act.WARNED,
        Act.BROKEN,
        Act.SUPERVISED,
        Act.NOT_REACHED,
        Act.CALL_OWED,
        Act.OUTSIDE,
    }
)
# Of the main case, what only whoever said it, or was rung, reads.
OWN_ACTS: Final = frozenset(
    {Act.SUPPLEMENT, Act.URGE, Act.ANSWERED, Act.CALL_OWED, Act.SUPERVISED, Act.NOT_REACHED}
)
# Moves whose reason is written for the resident.
SHOWN_REASONS: Final = frozenset({Move.REJECT, Move.MERGE, Move.REOPEN, Move.WITHDRAW})
# What is written for everybody who reported the same thing.
FOR_ALL: Final = frozenset({Move.REJECT, Move.UPHOLD, Move.DISMISS})
# With them somebody else has it: their name is what a resident wants to know.
GIVES: Final = frozenset({Move.ASSIGN, Move.REASSIGN, Move.ESCALATE})
FOR_ALL_ACTS: Final = frozenset(
    {Act.PAUSED, Act.RESUMED, Act.ASKED, Act.EXTENDED, Act.WARNED, Act.BROKEN}
)
TITLES: Final = {
    Move.ACCEPT: "接单，开始办理",
    Move.RETURN: "这边办不了，要换人来办",
    Move.REASSIGN: "换了人来办",
    Move.ESCALATE: "交给上一级来办",
    Move.REPORT_RESULT: "办好了，等核实",
    Move.VERIFY: "核实过了，已办结",
    Move.CONFIRM: "您确认已解决，已办结",
    Move.SEND_BACK: "核实没通过，继续办理",
    Move.REOPEN: "您申请重办",
    Move.WITHDRAW: "您撤回了",
}
ACT_TITLES: Final = {
    Act.URGE: "您催办了一次",
    Act.SUPPLEMENT: "您补充了情况",
    Act.JOINED: "另有邻居也报了这件事",
    Act.PAUSED: "先停一停，不算时间",
    Act.RESUMED: "接着办了",
    Act.ASKED: "想请您再说一说",
    Act.ANSWERED: "您回答了",
    Act.EXTENDED: "要多用一些时间，上面批了",
    Act.WARNED: "可能要晚一点",
    Act.BROKEN: "没能按时办好",
    Act.OUTSIDE: "请了专业单位一起处理",
    Act.NOT_REACHED: "打电话没打通",
    Act.CALL_OWED: "上一级会打电话来问您",
}
# Who rang: 镇里打电话问过您.
SUPERVISED: Final = "上一级打电话问过您"
NO_NUMBER: Final = "没有您的电话，没法打给您；有话请写在这里"
# What another of those who reported it did, on the receipts of the rest.
OTHERS_TITLES: Final = {
    Move.CONFIRM: "一起上报的人确认已解决，已办结",
    Move.REOPEN: "一起上报的人申请重办",
    Move.OBJECT: "一起上报的人不同意，提了异议",
}

CASE_ID: Final = bindparam("case_id", type_=Integer)
# To build a statement costs more than to ask the database.
FILES: Final = select(CaseFile).where(CaseFile.case_id == CASE_ID).order_by(CaseFile.id)
Owner: Final = aliased(Person, name="given_to")
STEPS: Final = (
    select(Step, Person.public_name, Owner.public_name)
    .outerjoin(Person, Person.id == Step.who)
    .outerjoin(Owner, Owner.id == Step.owner_id)
    .where(or_(Step.case_id == CASE_ID, Step.case_id == bindparam("main_id", type_=Integer)))
    .order_by(Step.at, Step.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStep:
    """One line of the timeline."""

    at: datetime
    title: str
    who: str | None
    note: str
    attachment_ids: tuple[int, ...]
    by_staff: bool = False  # somebody at work did it: neither the reporter nor the program
    given_to: str = ""  # who has it from this step on; then it is not said who gave it


Rows = list[tuple[Step, str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose receipt it is: of several who reported the same, none reads what another one said."""

    case_id: int
    objector: int | None  # the case whose reporter objected
    hidden: bool = False  # what was merged into a case for the police

    def did(self, step: Step) -> bool:
        """Whether it was this reporter who took a reporter's step."""
        if step.move is Move.OBJECT and self.objector is not None:
            return self.objector == self.case_id
        return step.case_id == self.case_id

    def may_read(self, step: Step) -> bool:
        """Whether the words of a step are written for this reporter."""
        if step.by_reporter:
            return self.did(step)
        if step.move in FOR_ALL or step.act in FOR_ALL_ACTS:
            return not self.hidden or step.case_id == self.case_id
        return step.case_id == self.case_id and step.move in SHOWN_REASONS


def read_steps(session: Session, case: Case, main: Case) -> Rows:
    """Return every step of one's own case and of the main one, as they came."""
    return list(session.execute(STEPS, {"case_id": case.id, "main_id": main.id}))


def timeline(
    session: Session, rows: Rows, case: Case, main: Case, objection: Objection | None
) -> tuple[ProgressStep, ...]:
    """Return the timeline: one's own case, then the main one from the day they were joined."""
    files: dict[tuple[int, int], list[int]] = {}
    for file in session.scalars(FILES, {"case_id": case.id}):
        files.setdefault((file.case_id, file.step_number), []).append(file.attachment_id)
    joined = _joined_at(rows, case, main)
    # What staff write to reporters all of them read; of a police case only its own reporter.
    hidden = case is not main and main.is_police
    objector = None if objection is None else objection.said_on
    return tuple(
        _line(step, name, owner, reader=Reader(case.id, objector, hidden=hidden), files=files)
        for step, name, owner in rows
        if _is_shown(step, case) and (step.case_id == case.id or (joined and step.id > joined))
    )


def _joined_at(rows: Rows, case: Case, main: Case) -> int | None:
    """Return the number of the step with which *case* went into *main*."""
    if case is main:
        return None
    merges = (step.id for step, *_ in rows if step.case_id == case.id and step.move is Move.MERGE)
    return max(merges, default=0) or None


def _is_shown(step: Step, case: Case) -> bool:
    if step.act is None:
        return True
    mine = step.case_id == case.id
    return step.act in SHOWN_ACTS and (mine or step.act not in OWN_ACTS)


def _line(
    step: Step,
    name: str | None,
    owner: str | None,
    *,
    reader: Reader,
    files: dict[tuple[int, int], list[int]],
) -> ProgressStep:
    given_to = (owner or "") if step.move in GIVES else ""
    return ProgressStep(
        at=step.at,
        title=_title(step, reader),
        who=None if given_to else name,
        by_staff=step.who is not None and not step.by_reporter,
        given_to=given_to,
        note=step.why if reader.may_read(step) else "",
        attachment_ids=tuple(files.get((step.case_id, step.number), ())),
    )


def _title(step: Step, reader: Reader) -> str:
    if step.act is Act.SUPERVISED:
        return SUPERVISED
    if step.act is Act.NOT_REACHED and step.who is None:
        return NO_NUMBER
    if step.act is not None:
        return ACT_TITLES.get(step.act) or step_title(step)
    move = step.move or Move.ADMIT
    if step.by_reporter and not reader.did(step):
        return OTHERS_TITLES.get(move) or step_title(step)
    return TITLES.get(move) or step_title(step)
