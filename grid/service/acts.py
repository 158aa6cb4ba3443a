"""What staff do at a case beside moving it; each leaves a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from grid.errors import Incomplete, NotThatWay, NotYours, WrongMoment
from grid.models import Act, Case, FileKind
from grid.queries.detail import may_classify
from grid.queries.facts import category_of
from grid.rules import (
    CATALOGUE,
    SYSTEM,
    TABLE,
    Danger,
    Given,
    Level,
    Move,
    Privacy,
    State,
    Urgency,
    says_something,
    urgency_of,
)
from grid.rules.duty import asked_from
from grid.rules.signing import SIGNS
from grid.service.moving import Values, find_owner, make, move
from grid.service.opening import add_files
from grid.service.record import Entry, locked, reckon, silence, wind, write
from grid.service.recusal import bypass
from grid.service.signing import close
from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work

LONGEST_LINE: Final = 200
CONTACT_READ: Final = "case.contact-read"


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach whoever reported; None where they did not say."""

    name: str | None
    phone: str | None


def log_call(work: Work, case_id: int, *, by: Actor, note: str = "") -> None:
    """Write down that the resident was called; the first time stops the respond clock.

    Raises:
        NoSuchCase, NotYours, WrongMoment: there is none; it is another's; it is not in hand.
    """
    _respond(work, case_id, Entry(act=Act.CALLED, who=by.id, why=note), by)


def on_my_way(work: Work, case_id: int, *, by: Actor) -> None:
    """Write down 我去了; the first time stops the respond clock.

    Raises:
        NoSuchCase, NotYours, WrongMoment: there is none; it is another's; it is not in hand.
    """
    _respond(work, case_id, Entry(act=Act.ON_MY_WAY, who=by.id), by)


def classify(
    work: Work, case_id: int, *, by: Actor, category: str, urgency: Urgency | None = None
) -> None:
    """Settle what the case is about and how urgent; its clocks only get tighter.

    Without *urgency* the category decides, with what the resident said about danger.  A case for
    the police leaves everybody else's hands at once; one about ourselves those of grid and village.

    Raises:
        NoSuchCase: there is none whose category *by* may settle.
        NotYours: somebody else has it.
        NoSuchCategory: there is no such category.
        WrongMoment: it is over, or waits to be verified and would have to go to the police.
        NotThatWay: it is for the police, and nobody is there.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_CLASSIFY)
    _refuse_over(case)
    if not may_classify(case, by):
        raise NotYours("这件事不归您定类目。")
    chosen = CATALOGUE.category(category)
    danger = {True: Danger.YES, False: Danger.NO, None: None}[case.danger]
    case.category = chosen.code
    if case.owner_level is not Level.DEPARTMENT or chosen.privacy is Privacy.POLICE:
        # What a department has stays its own: another kind does not hand it over silently.
        case.department = chosen.dept
    case.urgency = urgency or urgency_of(chosen, danger)
    crosses = chosen.privacy is Privacy.POLICE and not case.is_police
    case.privacy = chosen.privacy
    wind(work, case, tighten=True)
    words = f"{chosen.name}，{case.urgency.label}"
    write(work, case, Entry(act=Act.CLASSIFY, who=by.id, why=words))
    if crosses:
        _hand_to_police(work, case)
    elif chosen.skip_level:
        bypass(work, case)
    reckon(work, case)


def write_voice_line(work: Work, case_id: int, *, by: Actor, line: str) -> None:
    """Write in one line what a voice note says, for those who read later; again replaces it.

    Raises:
        NoSuchCase: there is none whose voice notes *by* may hear.
        WrongMoment: it is over.
        Incomplete: the line is empty.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_CONTENT_READ)
    _refuse_over(case)
    if not says_something(line):
        raise Incomplete("请写一句录音里说了什么。")
    case.voice_line = line[:LONGEST_LINE]
    write(work, case, Entry(act=Act.VOICE_LINE, who=by.id, why=case.voice_line))


def add_note(
    work: Work, case_id: int, *, by: Actor, note: str, attachments: Sequence[int] = ()
) -> None:
    """Note something for colleagues, perhaps with pictures of the handling.

    Raises:
        NoSuchCase: there is none that *by* is at.
        WrongMoment: it is over.
        Incomplete: there is neither a word nor a file.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_CONTENT_READ)
    _refuse_over(case)
    if not says_something(note) and not attachments:
        raise Incomplete("请写一句，或加一张照片。")
    number = write(work, case, Entry(act=Act.NOTE, who=by.id, why=note))
    add_files(work, case, attachments, kind=FileKind.HANDLING, step=number)


def report_result(
    work: Work,
    case_id: int,
    *,
    by: Actor,
    expected: State,
    values: Values,
    attachments: Sequence[int] = (),
) -> None:
    """Report what came of it; the pictures hang on that step, so that the reporter sees them.

    Raises:
        NoSuchCase, WrongMoment, NotYours, Incomplete: as ``move`` does.
        NoSuchCategory: there is no such category.
        NotThatWay: things of that kind others have to handle.
    """
    if values.category:
        _settle_kind(work, case_id, values.category, by=by)
    case = move(work, case_id, Move.REPORT_RESULT, by=by, expected=expected, values=values)
    add_files(work, case, attachments, kind=FileKind.HANDLING, step=case.last_step)


def _settle_kind(work: Work, case_id: int, category: str, *, by: Actor) -> None:
    """Settle the category of a case that has none, unless others have to handle that kind."""
    case = locked(work, case_id, by=by, permission=Permission.CASE_HANDLE)
    if category_of(case) is not None:
        return
    chosen = CATALOGUE.category(category)
    if chosen.skip_level or (chosen.privacy is Privacy.POLICE and not case.is_police):
        raise NotThatWay("这一类要转给别人办，不能由您报结果。请在“类目”里改，改了就转过去。")
    classify(work, case_id, by=by, category=category)


def read_contact(work: Work, case_id: int, *, by: Actor) -> Contact:
    """Return who reported and their number; every look is written down (G5).

    Raises:
        NoSuchCase: there is none that *by* is at.
        WrongMoment: it is over, and nobody needs the number any more.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_CONTACT_READ)
    if case.state.is_over:
        raise WrongMoment("这件事已经结束，不再显示联系方式。")
    audit.note(work, by=by, action=CONTACT_READ, subject=f"case:{case.id}", area=case.area_code)
    write(work, case, Entry(act=Act.LOOK, who=by.id))
    return Contact(case.caller_name, case.caller_phone)


def spot_check(work: Work, case_id: int, *, by: Actor, note: str) -> None:
    """Write down what was seen where a case its reporter closed was drawn for a second look.

    Raises:
        NoSuchCase: there is none whose result *by* may look at.
        WrongMoment: it was not drawn, or somebody has looked already.
        NotYours: *by* had a hand in it (G3).
        Incomplete: nothing is said about what was seen.
    """
    case = locked(work, case_id, by=by, permission=Permission.CASE_VERIFY)
    if not case.to_spot_check:
        raise WrongMoment("这件事不用抽查，或者已经有人看过了。")
    mine = select(Case.id).where(Case.id == case.id, Case.of_assignee(by.id))
    # Its owner reads it too, but is not a second pair of eyes.
    if case.owner_id == by.id or work.session.scalar(mine) is None:
        raise NotYours("您办过这件事，请别人去看。")
    if not says_something(note):
        raise Incomplete("请写一句看到了什么。")
    case.to_spot_check = False
    write(work, case, Entry(act=Act.SPOT_CHECK, who=by.id, why=note))


def _respond(work: Work, case_id: int, entry: Entry, by: Actor) -> None:
    case = locked(work, case_id, by=by, permission=Permission.CASE_HANDLE)
    if case.owner_id != by.id:
        raise NotYours("这件事现在不归您办。")
    if case.state is not State.HANDLING:
        raise WrongMoment("这件事现在是“%(state)s”，请先接单。", state=case.state.label)
    case.responded_at = case.responded_at or work.now()
    write(work, case, entry)
    if case.owner_level in SIGNS:  # whoever calls or goes has it in hand, button or not
        close(work, case, who=by.id)
    reckon(work, case)
    silence(work, case, answered_by=by.id)


def _hand_to_police(work: Work, case: Case) -> None:
    """Give a case that turned out to be for the police to the first of them who is there."""
    if (case.state, Move.ESCALATE) not in TABLE:
        raise WrongMoment("涉警的事要由派出所办，请先退回办理，再改类目。")
    owner = find_owner(work, case, asked_from(None, police=True))
    if owner is None:
        raise NotThatWay("现在没有派出所的人可以接，请先打电话给派出所。")
    given = Given(owner=owner.person_id, owner_level=owner.level, reason="涉警，转派出所")
    # What nobody had yet is given out, and not only passed on.
    first = case.state is State.ACCEPTED
    make(work, case, Move.ASSIGN if first else Move.ESCALATE, mover=SYSTEM, given=given)


def _refuse_over(case: Case) -> None:
    if case.state.is_over:
        raise WrongMoment("这件事现在是“%(state)s”，不能再改。", state=case.state.label)
