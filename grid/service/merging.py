"""Several reports of the same thing become one case, and all of them follow it."""

from sqlalchemy import select

from grid.errors import NoSuchCase, NotThatWay
from grid.models import Act, Case
from grid.models.cases import BARRED_AS
from grid.queries.accused import family
from grid.queries.gone import GONE
from grid.queries.wording import unit_of
from grid.rules import DEPARTMENTS, State
from grid.service.record import Entry, write
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from people.service.bars import spread


def locked_pair(work: Work, case_id: int, main_id: int | None, *, by: Actor) -> Case:
    """Lock the case, its main case and all that were merged into it, in the order of their keys.

    Raises:
        NoSuchCase: *by* may not merge one of the two, or it is not there.
        NotThatWay: the main case is over, or only one of the two is for the police.
    """
    wanted = {case_id} if main_id is None else {case_id, main_id}
    reached = set(
        work.session.scalars(
            scoped(
                select(Case).where(Case.id.in_(wanted)), by, Permission.CASE_MERGE
            ).with_only_columns(Case.id)
        )
    )
    if reached != wanted:
        raise NoSuchCase(GONE)
    rows = work.session.scalars(
        select(Case)
        .where(Case.id.in_(wanted) | (Case.main_id == case_id))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = {row.id: row for row in rows}
    case, main = found[case_id], found[main_id] if main_id is not None else None
    if main is not None and main is not case:
        _refuse_main(case, main)
    return case


def join(work: Work, case: Case, main_id: int | None, *, who: int | None) -> None:
    """Make *case*, and whatever was merged into it before, follow the main case."""
    case.main_id = main_id  # before anything is asked: a merged case without a main one is refused
    main = work.session.get_one(Case, main_id)
    for row in work.session.scalars(select(Case).where(Case.main_id == case.id).order_by(Case.id)):
        row.main_id = main.id
    main.reporters += case.reporters
    work.session.flush()
    # Whoever one of them is against reads none of what goes on in the other.
    spread(work, BARRED_AS, family(work.session, main.id))
    write(work, main, Entry(act=Act.JOINED, who=who))


def channel_of(work: Work, main_id: int) -> str:
    """Return who is in charge of the main case, for whoever asks after the merged one."""
    main = work.session.get_one(Case, main_id)
    department = DEPARTMENTS.get(main.department or "")
    return department.name if department else unit_of(main.owner_level, None) or "镇街"


def _refuse_main(case: Case, main: Case) -> None:
    if main.state is State.MERGED or main.state.is_over:
        raise NotThatWay("要合并到的那一件已经结束，请选还在办的。")
    if main.privacy is not case.privacy and (main.is_police or case.is_police):
        raise NotThatWay("涉警的事只能和涉警的事合并。")
