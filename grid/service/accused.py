"""Whom a case is against: they do not handle it, they hear of it, and their answer is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from grid.errors import Incomplete, NoSuchCase, NotThatWay, WrongMoment
from grid.models import Accused, AccusedAnswer, Case
from grid.models.cases import BARRED_AS
from grid.queries.accused import colleagues, family, may_accuse
from grid.queries.gone import missing
from grid.rules import Finding, State, says_something
from grid.rules.accused import (
    LONGEST_ANSWER,
    LONGEST_NAME,
    Against,
    Heard,
    checked_claim,
)
from grid.service.forgetting import told
from grid.service.recusal import take_away
from kernel import audit
from kernel.access import Actor
from kernel.work import Work
from people.models import Household
from people.queries.bars import members
from people.service.bars import bar

LONGEST_KEY: Final = 64
BATCH: Final = 500
# Rework may be asked for within seven days, rated within thirty; then nobody needs the name.
REMEMBERED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What somebody writes down: whom it is against, and what they are to hear."""

    key: str  # of the form: the same one again is the same
    against: Against
    claim: str
    person_id: int | None = None
    household: str = ""  # its number
    name: str = ""


def accuse(work: Work, case_id: int, charge: Charge, *, by: Actor) -> None:
    """Write down whom a case is against.

    Staff it is against, and the kin of anybody it is against, neither see nor handle it from
    now on; if one of them has it, it goes up at once.

    Raises:
        NoSuchCase: there is none that *by* is at.
        WrongMoment: it is over.
        Incomplete, NotThatWay: as the rules say, or it is nobody who can be accused here.
    """
    case = locked_for(work, case_id, by)
    claim = checked_claim(
        charge.claim, words=case.words, caller=case.caller_name, phone=case.caller_phone
    )
    key = charge.key[:LONGEST_KEY] or work.token()
    there = select(Accused.id).where(Accused.case_id == case.id, Accused.key == key)
    if work.session.scalar(there) is not None:
        return
    columns, people = _whom(work, case, charge, by)
    work.session.add(
        Accused(
            case_id=case.id,
            key=key,
            against=charge.against,
            claim=claim,
            noted_by=by.id,
            noted_at=work.now(),
            **columns,
        )
    )
    case.touched_at = work.now()
    work.session.flush()
    audit.note(work, by=by, action="case.accused", subject=f"case:{case.id}", area=case.area_code)
    together = family(work.session, case.id)
    if people and bar(work, BARRED_AS, together, accused=people):
        for number in together:
            row = case if number == case.id else work.session.get_one(Case, number)
            take_away(work, row)


def write_answer(
    work: Work, accused_id: int, *, key: str, heard: Heard, words: str, by: Actor
) -> int:
    """Write down what the accused said to the claim; return the case's id.

    Raises:
        NoSuchCase: there is none that *by* is at.
        WrongMoment: it is over.
        Incomplete, NotThatWay: nothing is said, or too much.
    """
    accused = work.session.get(Accused, accused_id)
    case = locked_for(work, 0 if accused is None else accused.case_id, by)
    if not says_something(words):
        raise Incomplete("请写下对方是怎么说的。")
    if len(words) > LONGEST_ANSWER:
        raise NotThatWay("写短一点，最多 1000 个字。")
    key = key[:LONGEST_KEY] or work.token()
    there = select(AccusedAnswer.id).where(
        AccusedAnswer.accused_id == accused_id, AccusedAnswer.key == key
    )
    if work.session.scalar(there) is None:
        work.session.add(
            AccusedAnswer(
                accused_id=accused_id,
                key=key,
                heard=heard,
                words=words,
                noted_by=by.id,
                noted_at=work.now(),
            )
        )
        case.touched_at = work.now()
    return case.id


def forget_unfounded(work: Work) -> int:
    """Forget whom the cases were against that turned out unfounded; return how many."""
    rows = work.session.scalars(
        select(Accused)
        .join(Case, Case.id == Accused.case_id)
        .where(
            Case.state == State.CLOSED,
            Case.finding == Finding.UNFOUNDED,
            Case.closed_at <= work.now() - REMEMBERED,
            Accused.forgotten_at.is_(None),
        )
        .order_by(Accused.id)
        .limit(BATCH)
        .with_for_update(of=Accused)
    ).all()
    for row in rows:
        row.person_id = row.household_id = row.name = None
        row.forgotten_at = work.now()
    return told(work, "accused", len(rows))


def locked_for(work: Work, case_id: int, by: Actor) -> Case:
    """Return a case that is not over, locked, for whoever may write down whom it is against.

    Raises:
        NoSuchCase, WrongMoment: there is none that *by* is at; it is over.
    """
    case = work.session.scalar(
        select(Case)
        .where(Case.id == case_id, may_accuse(by))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    if case is None:
        found: NoSuchCase = missing(work.session, case_id, by)
        raise found
    if case.state.is_over:
        raise WrongMoment("这件事现在是“%(state)s”，不能再改。", state=case.state.label)
    return case


def _whom(
    work: Work, case: Case, charge: Charge, by: Actor
) -> tuple[dict[str, object], frozenset[int]]:
    """Return the columns that say whom, and the people that are accused by it."""
    if charge.against is Against.STAFF:
        known = {one.person_id for one in colleagues(work.session, case.id, by=by)}
        if charge.person_id not in known:
            raise NotThatWay("请选是哪一位工作人员。")
        return {"person_id": charge.person_id}, frozenset({charge.person_id})
    if charge.against is Against.HOUSEHOLD:
        home = work.session.scalar(
            select(Household).where(
                Household.number == charge.household,
                Household.area_code.startswith(case.area_code[:9]),
            )
        )
        if home is None:
            raise NotThatWay("没有这个户号，请核对；不知道户号就选“别的人或事”。")
        return {"household_id": home.id}, members(work.session, home.id)
    if not says_something(charge.name):
        raise Incomplete("请写是谁、是哪家。")
    return {"name": charge.name[:LONGEST_NAME]}, frozenset()
