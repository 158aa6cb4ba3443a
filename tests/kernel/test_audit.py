import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from kernel.audit import AuditLine, note
from kernel.work import Work
from tests.fakes import NOON


def test_a_line_says_who_what_and_when(session: Session, work: Work) -> None:
    note(work, by=None, action="area.add", subject="area:330106", detail="字" * 900)
    work.session.flush()

    line = session.query(AuditLine).one()
    assert (line.at, line.actor_id, line.action) == (NOON, None, "area.add")
    assert len(line.detail) == 500


@pytest.mark.parametrize(
    "verb", ["UPDATE kernel_audit SET action = 'x'", "DELETE FROM kernel_audit"]
)
def test_the_database_itself_keeps_what_was_written(
    session: Session, work: Work, verb: str
) -> None:
    note(work, by=None, action="area.add", subject="area:330106")
    work.session.flush()

    with pytest.raises(DatabaseError, match="only ever added to"), session.begin_nested():
        session.execute(text(verb))
