"""The case: where it stands, and who may see it."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

import people.queries.bars
import people.rules
from grid.models.kinds import HANDS_ON_ACTS, HANDS_ON_MOVES, one_of
from grid.models.steps import Step
from grid.rules import (
    ACTOR_ROLES,
    CATALOGUE,
    POLICE_LEVELS,
    ROLES_OF_LEVEL,
    Actor,
    Finding,
    HandledBy,
    Level,
    Privacy,
    State,
    Urgency,
)
from grid.rules.categories import POLICE_BUREAU
from kernel.access import Actor as Staff
from kernel.db import Model, Sealed
from kernel.grants import Role, Scope
from people.models import Account, Barred, InArea, Membership, Person
from qr.models import Code

GRID_DIGITS: Final = 15
BARRED_AS: Final = "case"  # in people_barred, and in audit lines
ALARM: Final = "grid.alarm:"  # before the number, what the log of messages calls its alarms
POLICE: Final = frozenset({*CATALOGUE.police.departments, POLICE_BUREAU})
# Nobody is in charge here yet, so the desk above reads what it has to give to somebody.
TO_GIVE_OUT: Final = frozenset({State.SUBMITTED, State.ACCEPTED, State.RETURNED, State.REOPENED})

# Who verifies where they work; the part-time ones what is not urgent, and the district what
# nobody below may.
VERIFIERS: Final = ACTOR_ROLES[Actor.VERIFIER] - {Role.GRID_PART, Role.DISTRICT_CMD}


def _in(column: str, states: Iterable[State]) -> str:
    return f"{column} IN ({', '.join(sorted(repr(state.value) for state in states))})"


class Case(InArea, Model):
    """The work item made of a report.  Its history is ``Step``; this is where it stands."""

    __tablename__ = "grid_case"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="whole_position"),
        CheckConstraint("(owner_id IS NULL) = (owner_level IS NULL)", name="whole_owner"),
        CheckConstraint(
            f"NOT {_in('state', {State.DISPATCHED, State.HANDLING, State.TO_VERIFY})}"
            " OR owner_id IS NOT NULL",
            name="somebody_has_it",
        ),
        CheckConstraint(
            "state = 'submitted' OR admitted_at IS NOT NULL OR state IN"
            " ('rejected', 'merged', 'withdrawn', 'objected')",
            name="admitted",
        ),
        CheckConstraint(
            "(state = 'merged') = (main_id IS NOT NULL) AND main_id <> id", name="merged_into"
        ),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)"
            " AND (state = 'closed') = (finding IS NOT NULL)",
            name="closed_with_finding",
        ),
        CheckConstraint(
            "state NOT IN ('to_verify', 'closed')"
            " OR (proposed_finding IS NOT NULL AND result_text <> '' AND handled_by IS NOT NULL)",
            name="result_before_closing",
        ),
        CheckConstraint(
            "state <> 'rejected' OR (rejected_at IS NOT NULL AND responsible_channel <> '')",
            name="rejected_names_a_way",
        ),
        # G3, for everybody who does not ask the rules first.
        CheckConstraint("verified_by <> handled_by", name="verifier_not_handler"),
        CheckConstraint(
            f"NOT {_in('state', {State.TO_VERIFY, State.CLOSED})} OR handled_by <> staff_reporter",
            name="handler_not_reporter",
        ),
        CheckConstraint("NOT to_spot_check OR state = 'closed'", name="spot_check_after_closing"),
        CheckConstraint("returns BETWEEN 0 AND 2", name="returns"),
        CheckConstraint("reopens BETWEEN 0 AND 1", name="reopens"),
        CheckConstraint("reporters >= 1", name="reporters"),
        CheckConstraint("reported_by IS NULL OR staff_reporter IS NULL", name="one_reporter"),
        CheckConstraint("length(number) = 12", name="number_length"),
        Index("ix_grid_case_owner_state", "owner_id", "state"),
        Index("ix_grid_case_climbs_at", "climbs_at"),
        Index("ix_grid_case_area_state", "area_code", "state"),
        # A number is never used again: receipts, audit lines and coins name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    source: Mapped[str] = mapped_column(String(80), unique=True)
    lang: Mapped[str] = mapped_column(String(5), default="zh")

    # What was said, and where.
    place_name: Mapped[str] = mapped_column(String(60), default="")
    spot_id: Mapped[int | None] = mapped_column(ForeignKey(Code.id), index=True)
    where: Mapped[str] = mapped_column(String(200), default="")  # elsewhere; "" is here
    lat: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))  # WGS-84
    lng: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))
    tile: Mapped[str | None] = mapped_column(String(24))
    danger: Mapped[bool | None]
    words: Mapped[str] = mapped_column(Text, default="")
    voice_line: Mapped[str] = mapped_column(String(200), default="")  # what a voice note says
    caller_name: Mapped[str | None] = mapped_column(Sealed)
    caller_phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    reported_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    staff_reporter: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)

    # What it was taken for.
    category: Mapped[str | None] = mapped_column(String(24), index=True)
    department: Mapped[str | None] = mapped_column(String(24), index=True)
    urgency: Mapped[Urgency]
    privacy: Mapped[Privacy]

    # Where it stands.
    state: Mapped[State] = mapped_column(index=True)
    turn: Mapped[int] = mapped_column(default=0)  # moves made: what a page says it has seen
    last_step: Mapped[int] = mapped_column(default=0)  # steps written: what a live page waits for
    touched_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    owner_level: Mapped[Level | None]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    handled_kind: Mapped[HandledBy] = mapped_column(default=HandledBy.GRID)
    verified_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    proposed_finding: Mapped[Finding | None] = mapped_column(one_of(Finding, "proposed_finding"))
    finding: Mapped[Finding | None]
    # Its reporter closed it, and it was drawn to be looked at on the spot all the same.
    to_spot_check: Mapped[bool] = mapped_column(default=False, index=True)
    result_text: Mapped[str] = mapped_column(Text, default="")
    responsible_channel: Mapped[str] = mapped_column(String(120), default="")
    returns: Mapped[int] = mapped_column(default=0)
    reopens: Mapped[int] = mapped_column(default=0)
    objections: Mapped[int] = mapped_column(default=0)
    upheld: Mapped[bool] = mapped_column(default=False)
    rejected_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reporters: Mapped[int] = mapped_column(default=1)
    main_id: Mapped[int | None] = mapped_column(ForeignKey("grid_case.id"), index=True)

    # When: everything in UTC.
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    round_at: Mapped[datetime]  # the start of this round: submitted, or asked for again
    admitted_at: Mapped[datetime | None]  # of this round; the close clock starts
    taken_at: Mapped[datetime | None]  # an owner tapped 接单; the accept clock stopped
    responded_at: Mapped[datetime | None]  # first logged call or 我去了; the respond clock stopped
    closed_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    accept_by: Mapped[datetime]
    respond_by: Mapped[datetime]
    close_by: Mapped[datetime | None]
    estimated: Mapped[bool] = mapped_column(default=False)  # a year without a calendar was touched
    night: Mapped[bool] = mapped_column(default=False)  # accept and respond start at 07:00
    burns_at: Mapped[datetime | None]  # the first running clock's end; empty when none runs
    climbs_at: Mapped[datetime | None]  # the next rung of the ladder

    # What was promised beside it, so that lists and clocks need not ask elsewhere.
    close_span: Mapped[str | None] = mapped_column(String(8))  # what close_by counts: 24h, 3wd
    paused_until: Mapped[datetime | None] = mapped_column(index=True)  # while the clock stands
    extended: Mapped[bool] = mapped_column(default=False, server_default=false())  # this round
    extension_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    questions: Mapped[int] = mapped_column(default=0, server_default="0")  # not answered yet
    warned_of: Mapped[datetime | None]  # the close_by whose lateness was announced
    broken_of: Mapped[datetime | None]  # the close_by that was not kept, and said so
    tells_at: Mapped[datetime | None] = mapped_column(index=True)  # the next word about it

    @property
    def is_police(self) -> bool:
        """Whether only the police see it."""
        return self.privacy is Privacy.POLICE

    @classmethod
    @lru_cache(maxsize=1024)  # to build it costs more than to ask the database
    def of_assignee(cls, person_id: int) -> ColumnElement[bool]:
        """Whose turn it is: its owner; who may verify it; while nobody has it, who gives it out."""
        main = aliased(cls)
        return or_(
            cls.owner_id == person_id,
            # Whoever works on the main case reads what was merged into it.
            and_(
                cls.state == State.MERGED,
                exists(select(main.id).where(main.id == cls.main_id, main.owner_id == person_id)),
            ),
            and_(
                or_(cls.state == State.TO_VERIFY, cls.to_spot_check),
                or_(
                    _wears(person_id, VERIFIERS, police=False),
                    and_(
                        _wears(person_id, {Role.DISTRICT_CMD}, police=False),
                        nobody_below_verifies(),
                    ),
                    and_(
                        cls.urgency != Urgency.URGENT,
                        _wears(person_id, {Role.GRID_PART}, police=False),
                    ),
                    _wears(person_id, {Role.DEPT_HANDLER}, police=True),
                ),
                ~had_a_hand(person_id),
                # What grid or village reported and handled needs a third person.
                or_(
                    cls.staff_reporter.is_(None),
                    cls.staff_reporter != person_id,
                    cls.handled_kind != HandledBy.GRID,
                ),
            ),
            and_(
                cls.state.in_(TO_GIVE_OUT),
                or_(
                    _wears(person_id, {Role.TOWN_ADMIN, Role.DISTRICT_CMD}, police=False),
                    _wears(person_id, {Role.DEPT_HANDLER}, police=True),
                ),
            ),
            # Whoever refused it does not judge the objection.
            and_(
                cls.state == State.OBJECTED,
                or_(cls.rejected_by.is_(None), cls.rejected_by != person_id),
                or_(
                    _wears(person_id, {Role.DISTRICT_CMD}, police=False),
                    _wears(person_id, {Role.DEPT_HANDLER}, police=True, among={POLICE_BUREAU}),
                ),
            ),
        )

    @classmethod
    def of_level(cls, person_id: int, level: Level) -> ColumnElement[bool]:
        """Whether somebody stands at *level* over the case; at the police's, as the police."""
        police = level in POLICE_LEVELS
        bureau = {POLICE_BUREAU} if level is Level.POLICE else POLICE
        return _wears(person_id, ROLES_OF_LEVEL[level], police=police, among=bureau)

    @classmethod
    def of_department(cls, code: str) -> ColumnElement[bool]:
        """What a department has been given; the police bureau stands above the station."""
        mine = cls.department == code
        return or_(mine, cls.privacy == Privacy.POLICE) if code == POLICE_BUREAU else mine

    @classmethod
    def open_to(cls, by: Staff) -> ColumnElement[bool]:
        """What is for the police only the police see, and only where they wear that hat.

        Nobody sees what is against them or their kin.
        """
        there = [
            and_(cls.area_code >= code, cls.area_code < people.rules.after(code))
            for code in sorted(police_areas(by))
        ]
        return and_(
            or_(cls.privacy != Privacy.POLICE, false(), *there),
            people.queries.bars.open_to(BARRED_AS, cls.id, by.id),
        )


def police_areas(by: Staff) -> frozenset[str]:
    """Return the areas in which *by* is of the police."""
    return frozenset(
        people.rules.reach(hat, Scope.GRID)
        for hat in by.hats
        if hat.role is Role.POLICE_AUX
        or (hat.role is Role.DEPT_HANDLER and hat.department in POLICE)
    )


def _wears(
    person_id: int, roles: Iterable[Role], *, police: bool, among: Iterable[str] = POLICE
) -> ColumnElement[bool]:
    """Whether somebody wears one of *roles* over the case; for police cases, as the police."""
    hat = Membership
    # The head of a micro-grid verifies in the whole grid, as in the table of permissions.
    inside = func.substr(Case.area_code, 1, func.length(hat.area_code)) == hat.area_code
    micro = func.substr(Case.area_code, 1, GRID_DIGITS) == func.substr(
        hat.area_code, 1, GRID_DIGITS
    )
    return and_(
        Case.privacy == Privacy.POLICE if police else Case.privacy != Privacy.POLICE,
        exists(
            select(hat.id).where(
                hat.person_id == person_id,
                hat.role.in_(sorted(roles)),
                hat.department.in_(sorted(among)) if police else true(),
                or_(inside, and_(func.length(hat.area_code) > GRID_DIGITS, micro)),
            )
        ),
    )


@cache
def nobody_below_verifies() -> ColumnElement[bool]:
    """Whether all who verify below the district had a hand in the case, or may not meet it.

    A town's only officer handles what lies at the town: then the district goes and looks.
    """
    hat, barred, hand = aliased(Membership), aliased(Barred), aliased(Step)
    inside = func.substr(Case.area_code, 1, func.length(hat.area_code)) == hat.area_code
    micro = func.substr(Case.area_code, 1, GRID_DIGITS) == func.substr(
        hat.area_code, 1, GRID_DIGITS
    )
    away = exists(
        select(barred.ref)
        .where(barred.person_id == hat.person_id, barred.about == BARRED_AS, barred.ref == Case.id)
        .correlate(Case, hat)
    )
    handled = exists(
        select(hand.id)
        .where(
            hand.case_id == Case.id,
            hand.who == hat.person_id,
            or_(hand.move.in_(HANDS_ON_MOVES), hand.act.in_(HANDS_ON_ACTS)),
        )
        .correlate(Case, hat)
    )
    somebody = (
        select(hat.id)
        .join(Account, and_(Account.person_id == hat.person_id, Account.closed_at.is_(None)))
        .where(
            or_(
                hat.role.in_(sorted(VERIFIERS)),
                and_(hat.role == Role.GRID_PART, Case.urgency != Urgency.URGENT),
            ),
            or_(inside, and_(func.length(hat.area_code) > GRID_DIGITS, micro)),
            or_(Case.owner_id.is_(None), hat.person_id != Case.owner_id),
            or_(
                Case.staff_reporter.is_(None),
                Case.staff_reporter != hat.person_id,
                Case.handled_kind != HandledBy.GRID,
            ),
            ~away,
            ~handled,
        )
        .correlate(Case)
    )
    return ~exists(somebody)


def had_a_hand(person_id: int) -> ColumnElement[bool]:
    """Whether somebody took the case in hand, in whichever round."""
    return exists(
        select(Step.id).where(
            Step.case_id == Case.id,
            Step.who == person_id,
            or_(Step.move.in_(HANDS_ON_MOVES), Step.act.in_(HANDS_ON_ACTS)),
        )
    )
