"""The pages of the month end: looked through, made public, taken away as files."""

import csv
import io
from hashlib import sha256

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.work import transaction
from points import jobs
from points.models import Close
from points.rules.months import cut_of
from tests.fakes import FixedClock
from tests.grid.pages import Desk, plain
from tests.points.claims import Village, make_village


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session, clock: FixedClock) -> Village:
    """A village whose month was cut."""
    with transaction() as work:
        found = make_village(work)
        found.home.number = "=cmd()"  # a spreadsheet must not run it
        found.fund()
        found.approve(found.claimed(), found.town)
        clock.moment = cut_of("2026-03")
        jobs.make_months(work)
    return found


def test_a_month_goes_from_the_table_to_the_public(  # noqa: PLR0915 - a journey
    desk: Desk, there: Village, session: Session, statements: list[str]
) -> None:
    close = session.query(Close).one()
    path = f"/staff/months/{close.id}"
    desk.sits(there.town)
    early = desk.post(f"{path}/sign", remark="先签了")
    assert early.status_code == 403
    assert "先签了" in early.text

    desk.sits(there.village)
    assert path in desk.read("/staff/months")
    assert desk.post(f"{path}/publish").status_code == 409
    assert desk.post(f"{path}/sign", remark="字" * 501).status_code == 422
    assert desk.post(f"{path}/sign", remark="和本子对过").status_code == 303
    desk.sits(there.town)
    assert desk.post(f"{path}/sign").status_code == 303
    assert desk.post(f"{path}/publish").status_code == 303
    statements.clear()
    page = desk.read(path)
    assert len(statements) <= 12, len(statements)
    assert "和本子对过" in page
    assert close.digest in page
    assert "2026-04-05 前可以提异议" in plain(page)
    paper = desk.read(f"{path}/print")
    assert paper.count("2026-03-31 23:50") == 3  # the cut and both signatures: no today on paper
    assert paper.count("签名____") == 2
    assert "隐患" not in paper  # it hangs on a wall
    assert "今年没有要到期的" in desk.read("/staff/months/expiring")
    desk.sits(there.next_village)
    for address in (path, f"{path}/print", f"{path}/table.csv", f"{path}/table.xlsx"):
        assert desk.get(address).status_code == 404


def test_the_fingerprint_is_that_of_the_file_and_both_files_say_the_same(
    desk: Desk, there: Village, session: Session
) -> None:
    close = session.query(Close).one()
    path = f"/staff/months/{close.id}/table"
    desk.sits(there.village)

    table, again = desk.get(f"{path}.csv").data, desk.get(f"{path}.csv").data
    book, twice = desk.get(f"{path}.xlsx").data, desk.get(f"{path}.xlsx").data

    assert sha256(table).hexdigest() == close.digest
    assert (table, book) == (again, twice)
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert rows[1][:3] == ["'=cmd()", "0", "5"]
    sheet = load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    read = [["" if one is None else str(one) for one in row] for row in sheet.values]
    assert read == rows
    assert sheet["C2"].value == 5
    assert session.query(AuditLine).filter_by(action="coin.month-read").count() == 4
