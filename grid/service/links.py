"""Links that open one thing to somebody without an account: of a unit, of the accused."""

from typing import TypeVar

from sqlalchemy import Select, select

from grid.errors import LinkGone
from grid.models import AccusedLink, Case, Outside
from grid.rules.outside import LinkState, digest, link_state
from kernel.work import Work

L = TypeVar("L", Outside, AccusedLink)


def behind(work: Work, kind: type[L], of_case: Select[int], secret: str) -> tuple[Case, L]:
    """Return case and link behind a *secret* that still opens; the case is locked first.

    *of_case* is the statement for the numbers of the cases that links of that *kind* belong to.

    Raises:
        LinkGone: the link opens nothing any more, or there is none.
    """
    kept = digest(secret)
    case = work.session.scalar(
        select(Case)
        .where(Case.id == of_case.where(kind.secret == kept).scalar_subquery())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    link = work.session.scalar(
        select(kind).where(kind.secret == kept).execution_options(populate_existing=True)
    )
    if case is None or link is None:
        raise LinkGone("没有这个链接。")
    state = link_state(
        state=case.state,
        police=case.is_police,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        now=work.now(),
    )
    if state is not LinkState.OPEN:
        raise LinkGone("这个链接已经不能用了。")
    return case, link
