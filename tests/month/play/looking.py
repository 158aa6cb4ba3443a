"""What residents were shown: the receipt's own query, asked whenever its promise had changed.

Of one case in so many the page itself is opened as well, by whoever knows no more than its number.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Final

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import queries
from grid.models import Case

OPENED: Final = 20  # one case in so many
TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What stood on a receipt at a moment."""

    at: datetime
    respond_by: datetime | None
    close_by: datetime | None
    stands_until: datetime | None
    extended_why: str
    is_night: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A receipt as it was read."""

    at: datetime
    text: str


@dataclass(slots=True)
class Looks:
    """Every look, by case."""

    by_case: dict[int, list[Look]] = field(default_factory=dict)
    pages: dict[int, list[Page]] = field(default_factory=dict)
    _to_open: dict[int, str] = field(default_factory=dict)  # case, and number of its receipt
    _seen: dict[int, tuple[object, ...]] = field(default_factory=dict)
    _until: datetime | None = None

    def at_case(self, session: Session, case: Case, moment: datetime) -> None:
        """Look at the receipt of *case*, if what it promises is not what was seen last."""
        said = (case.respond_by, case.close_by, case.paused_until, case.extended)
        if self._seen.get(case.id) == said:
            return
        self._seen[case.id] = said
        if case.id % OPENED == 0 and case.staff_reporter is None:
            self._to_open[case.id] = case.number
        shown = queries.progress(session, case.id, now=moment)
        self.by_case.setdefault(case.id, []).append(
            Look(
                at=moment,
                respond_by=shown.respond_by,
                close_by=shown.close_by,
                stands_until=shown.standstill.until if shown.standstill else None,
                extended_why=shown.extended_why,
                is_night=shown.night,
            )
        )

    def open_pages(self, client: FlaskClient, moment: datetime) -> None:
        """Open the receipts that say something new, after the commit."""
        for case_id, number in self._to_open.items():
            from_there = {"REMOTE_ADDR": f"10.0.{case_id // 250}.{case_id % 250}"}
            answer = client.get(f"/r/{number}", environ_base=from_there)
            self.pages.setdefault(case_id, []).append(
                Page(at=moment, text=unescape(TAG.sub("", answer.text)))
            )
        self._to_open.clear()

    def at_what_changed(self, session: Session, moment: datetime) -> None:
        """Look at every receipt where something happened since the last time."""
        chosen = select(Case).where(Case.touched_at <= moment)
        if self._until is not None:
            chosen = chosen.where(Case.touched_at >= self._until)
        for case in session.scalars(chosen.order_by(Case.id)):
            self.at_case(session, case, moment)
        self._until = moment
