"""Tables of what is claimed: the rules a claim is made under, the claim, who looked at it."""

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    false,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column

import people.queries.bars
import people.rules
from grid.models import Case
from grid.models.cases import BARRED_AS
from kernel.access import Actor
from kernel.db import Model
from kernel.grants import Role
from people.models import Household, InArea, Person
from points.models.ledger import MaybeWhole, Posting
from points.rules.caps import Earner
from points.rules.claims import MOST_WORDS, ClaimState, Decision
from points.rules.helping import Consent
from points.rules.table import ReviewLevel, Rule, RuleTable

_BACK: Final = aliased(Posting)  # never the posting that a statement itself asks for


@lru_cache(maxsize=16)
def read_table(text: str) -> RuleTable:
    """Return the table a canonical text holds; it was checked when it was written."""
    return RuleTable.of(json.loads(text))


class RuleVersion(Model):
    """A version of the rule table, as canonical JSON.  Written once: triggers refuse a change."""

    __tablename__ = "points_rule_version"
    __table_args__ = (CheckConstraint("length(digest) = 64", name="whole_digest"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the text, in hex
    valid_from: Mapped[date] = mapped_column(Date, index=True)
    set_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # None: shipped
    set_at: Mapped[datetime]

    def table(self) -> RuleTable:
        """Return the table it holds."""
        return read_table(self.text)


class Claim(InArea, Model):
    """Somebody wants coins for something.  Its history is ``ClaimReview``.

    One thing is claimed once: ``source_kind`` and ``source_id`` name it, a case or a form.
    ``area_code`` is where the household lies.
    """

    __tablename__ = "points_claim"
    __table_args__ = (
        UniqueConstraint("source_kind", "source_id"),
        CheckConstraint("coins > 0 AND granted >= 0 AND cut >= 0", name="whole_coins"),
        CheckConstraint(
            "state NOT IN ('paid', 'capped', 'waiting_quota') OR granted + cut = coins",
            name="granted_or_cut",
        ),
        CheckConstraint(
            "(state IN ('paid', 'waiting_quota')) = (granted > 0)", name="granted_when_passed"
        ),
        CheckConstraint("(state = 'paid') = (posting_id IS NOT NULL)", name="paid_by_posting"),
        CheckConstraint(
            "CASE WHEN waiting_for IS NULL THEN state NOT IN ('submitted', 'village_ok')"
            " ELSE state IN ('submitted', 'village_ok', 'town_ok') END",
            name="somebody_looks",
        ),
        CheckConstraint("(source_kind = 'case') = (case_id IS NOT NULL)", name="whole_source"),
        Index("ix_points_claim_queue", "waiting_for", "due_by"),
        Index("ix_points_claim_person_day", "person_id", "earned_on"),
        Index("ix_points_claim_household_day", "household_id", "earned_on"),
        Index("ix_points_claim_state", "state", "area_code"),
        # A number is never used again: postings and pictures name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_kind: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    rule_code: Mapped[str] = mapped_column(String(3))
    rule_version: Mapped[int] = mapped_column(ForeignKey(RuleVersion.version))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id))
    filed_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # None: the program
    words: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    earned_on: Mapped[date] = mapped_column(Date)  # in Shanghai; what caps count by
    coins: Mapped[int]
    granted: Mapped[int] = mapped_column(default=0)
    cut: Mapped[int] = mapped_column(default=0)
    cut_by: Mapped[str] = mapped_column(String(24), default="")
    levels: Mapped[str] = mapped_column(String(40))  # who has to look: village,town
    state: Mapped[ClaimState]
    waiting_for: Mapped[ReviewLevel | None]
    turn: Mapped[int] = mapped_column(default=0)  # moves made: what a page says it has seen
    round: Mapped[int] = mapped_column(default=1)  # one more each time it is sent in again
    flagged: Mapped[bool] = mapped_column(default=False)  # too many at once: never in bulk
    sensitive: Mapped[bool] = mapped_column(default=False)  # who reported is not for the village
    due_by: Mapped[date | None] = mapped_column(Date)  # the last day of whoever is to look
    filed_at: Mapped[datetime] = mapped_column(index=True)
    passed_at: Mapped[datetime | None]  # the last level was content: the place in the line
    paid_at: Mapped[datetime | None]
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)
    # What paid it was reversed: the books say so, and the claim stays as it was decided.
    returned: Mapped[bool] = column_property(
        exists().where(_BACK.reverses_id == posting_id).correlate_except(_BACK)
    )

    @property
    def standing(self) -> str:
        """Where it stands, as everybody reads it."""
        return "退回了" if self.returned else self.state.label

    @property
    def owner(self) -> str:
        """What its own pictures name it by."""
        return f"points.claim:{self.id}"

    @property
    def asked(self) -> tuple[ReviewLevel, ...]:
        """Who has to look at it, in their order."""
        return tuple(ReviewLevel(one) for one in self.levels.split(","))

    @property
    def earner(self) -> Earner:
        """Whose caps it counts against."""
        return Earner(self.person_id, self.household_id, self.earned_on)

    def terms(self, table: RuleTable) -> Rule:
        """Return the rule it was made under, of the version it names."""
        return table.by_code[self.rule_code]

    @classmethod
    def open_to(cls, by: Actor) -> ColumnElement[bool]:
        """Nobody meets a case that is against them by way of its reporter's coins.

        Who reported what is sensitive only town, district and auditor read.
        """
        above = [
            and_(cls.area_code >= hat.area, cls.area_code < people.rules.after(hat.area))
            for hat in sorted(by.hats, key=lambda one: (one.area, one.role))
            if hat.role in {Role.TOWN_ADMIN, Role.DISTRICT_CMD}
        ]
        everywhere = true() if by.wears(Role.AUDITOR) else false()
        return and_(
            people.queries.bars.open_to(BARRED_AS, cls.case_id, by.id),  # type: ignore[arg-type]
            or_(cls.sensitive.is_(False), everywhere, *above),
        )


class ClaimReview(Model):
    """What somebody decided about a claim.  Written once: triggers refuse to change it.

    Two people: nobody decides twice in one round, and each level once.
    """

    __tablename__ = "points_claim_review"
    __table_args__ = (
        UniqueConstraint("claim_id", "round", "level"),
        UniqueConstraint("claim_id", "round", "reviewer_id"),
        CheckConstraint("decision = 'approve' OR reason <> ''", name="reason_to_say_no"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id))
    round: Mapped[int]
    level: Mapped[ReviewLevel]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    decision: Mapped[Decision]
    reason: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    at: Mapped[datetime] = mapped_column(index=True)


class ClaimHelp(Model):
    """Somebody claimed for somebody: who helped, and how it was agreed.  Written once."""

    __tablename__ = "points_claim_help"

    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), primary_key=True)
    helper_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    consent: Mapped[Consent]
    at: Mapped[datetime]


class ClaimPicture(Model):
    """A picture that speaks for a claim; its fingerprint stays when the file is forgotten.

    No foreign key: files go when their time is over, what was judged by them does not.
    """

    __tablename__ = "points_claim_picture"

    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), primary_key=True)
    attachment_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of what was sent
