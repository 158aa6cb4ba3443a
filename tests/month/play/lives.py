"""The life of one case: each step waits for its moment, then does what somebody would do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from citizen import service as citizen
from citizen.models import Report
from citizen.rules import Channel, Place, Said, Satisfied, Solved
from complaints import rules as complaints
from complaints import service as filing
from demo.rules.plots import daytime
from grid import service as grid
from grid.models import Case
from grid.queries.facts import hands
from grid.queries.staff import candidates
from grid.rules import CATALOGUE, ONE_UP, Finding, Level, Move, Privacy, State, Urgency, starts_at
from grid.service import Sighting, Values
from kernel.access import Actor
from kernel.db import db
from kernel.grants import Role
from kernel.work import Work
from qr.models import Code
from tests.month.play.plots import POLICE, Pace, Plot, Way
from tests.month.play.town import Town
from tests.month.play.world import Times, World

ROUNDS_BY: Final = (Role.GRID_LEADER, Role.GRID_FULL)
TOWN_DIGITS: Final = 9
GIVEN: Final = frozenset({Level.GRID, Level.GRID_LEADER, Level.VILLAGE})
IN_HAND: Final = frozenset({State.DISPATCHED, State.HANDLING})
BEGINS: Final = frozenset({State.SUBMITTED, State.ACCEPTED})
ANYTHING: Final = "0799"  # what nobody could say more of


@dataclass(slots=True)
class Stage:
    """What all lives share."""

    world: World
    town: Town
    lives: dict[int, "Life"] = field(default_factory=dict)  # by the number of their plot
    gone: set[int] = field(default_factory=set)  # whose account is closed


class Life:
    """One case, and whoever has to do with it."""

    def __init__(self, stage: Stage, plot: Plot) -> None:
        self.stage, self.plot, self.chance = stage, plot, plot.chance
        self.report_id: int | None = None
        self.case_id: int | None = None
        self.category: str | None = None  # as it was known at first

    # Time.

    @property
    def now(self) -> datetime:
        """Where the month has come to."""
        return self.stage.world.clock.moment

    def later(self, least: int, most: int) -> datetime:
        """Return a moment so many minutes from now, a little after a full minute."""
        moment = self.now + timedelta(minutes=self.chance.between(least, most))
        return moment.replace(second=self.chance.between(3, 57), microsecond=0)

    def at_work(self, least: int, most: int) -> datetime:
        """Return such a moment in office hours."""
        moment = daytime(self.later(least, most)).astimezone(self.now.tzinfo)
        return moment.replace(second=self.chance.between(3, 57))

    # The case.

    @contextmanager
    def at_case(self) -> Iterator[tuple[Work, Case]]:
        """Do something at the case; then its reporter looks at the receipt."""
        with self.stage.world.doing() as work:
            case = work.session.get_one(Case, self.case_id)
            yield work, case
            work.session.flush()
            self.stage.world.looks.at_case(work.session, case, self.now)

    def owner(self, case: Case) -> Actor:
        """Return whose it is now."""
        return self.stage.town.cast.actor(case.owner_id)

    def read(self, work: Work) -> Case:
        """Return the case as it is now."""
        return work.session.get_one(Case, self.case_id)

    def is_in(self, *states: State) -> bool:
        """Whether the case stands there now."""
        return self._now(lambda case: case.state in states)

    def has_time(self) -> bool:
        """Whether it is in hand and its limit has not passed."""
        return self._now(
            lambda case: (
                case.state is State.HANDLING
                and case.close_by is not None
                and case.close_by > self.now
                and case.paused_until is None
            )
        )

    def is_alone(self) -> bool:
        """Whether nobody else reported the same."""
        return self._now(lambda case: case.reporters == 1)

    def is_police(self) -> bool:
        """Whether only the police see it."""
        return self._now(lambda case: case.is_police)

    def is_at_the_top(self) -> bool:
        """Whether nobody stands above whoever has it."""
        return self._now(lambda case: case.owner_level not in ONE_UP)

    def is_left(self) -> bool:
        """Whether it lies with somebody who has left."""
        return self._now(lambda case: case.owner_id in self.stage.gone)

    def like(self) -> int | None:
        """Return the number of another case in the same town that is still in hand."""
        others = [one.case_id for one in self.stage.lives.values() if one is not self]
        with self.stage.world.doing() as work:
            case = self.read(work)
            return work.session.scalar(
                select(Case.id)
                .where(
                    Case.id.in_([one for one in others if one is not None]),
                    Case.state.in_(IN_HAND),
                    Case.area_code.startswith(case.area_code[:TOWN_DIGITS]),
                    Case.privacy != Privacy.POLICE,
                )
                .order_by(Case.id.desc())
                .limit(1)
            )

    def _now(self, asked: Callable[[Case], bool]) -> bool:
        with self.stage.world.app.app_context():
            return asked(db.session.get_one(Case, self.case_id))

    # How it begins.

    def say(self) -> Times:
        """Say what is wrong, and wait until it has become a case."""
        with self.stage.world.doing() as work:
            self._say(work)
        while self.case_id is None:
            self._find()
            if self.case_id is None:
                yield self.later(30, 60)
        with self.at_case():
            pass

    def _find(self) -> None:
        with self.stage.world.doing() as work:
            self.case_id = work.session.get_one(Report, self.report_id).case_id

    def _code(self) -> Code:
        codes, kind = self.stage.town.codes, self.plot.kind
        right = [code for code in codes if code.category == kind.category]
        plain = [code for code in codes if code.category is None]
        fitting = right if right and self.plot.spot % 3 else plain
        return fitting[self.plot.spot % len(fitting)]

    def _say(self, work: Work) -> None:
        code, kind = self._code(), self.plot.kind
        self.category = code.category
        if self.plot.way is Way.PATROL and kind.tile != POLICE:
            self.case_id = self._patrol(work, code)
            return
        said = Said(
            submission_key=work.token(),
            words=kind.words,
            tile=kind.tile,
            danger=kind.danger,
            phone=self.plot.phone,
        )
        place = Place(
            area_code=code.area_code, code_id=code.id, name=code.place_name, category=code.category
        )
        if self.plot.way is Way.COUNTER:
            clerk = self.stage.town.cast.at(code.area_code, Role.VILLAGE_ADMIN)[0]
            report = citizen.take_down(work, said, place, channel=Channel.PHONE, by=clerk)
        else:
            report = citizen.submit(work, said, place)
        self.report_id = report.id
        self.category = report.category

    def _patrol(self, work: Work, code: Code) -> int:
        kind = self.plot.kind
        self.category = kind.category
        cast = self.stage.town.cast
        by = next(one for role in ROUNDS_BY for one in cast.at(code.area_code, role))
        seen = Sighting(
            key=work.token(),
            area_code=code.area_code,
            words=kind.words,
            place_name=code.place_name,
            spot_id=code.id,
            tile=kind.tile,
            category=kind.category,
            danger=kind.danger,
        )
        return grid.take_patrol(work, seen, by=by)

    # What staff do.

    def move(self, move: Move, *, by: Actor | None = None, values: Values | None = None) -> None:
        """Make a move, as the owner unless somebody else does."""
        with self.at_case() as (work, case):
            actor = by or self.owner(case)
            grid.move(work, case.id, move, by=actor, expected=case.state, values=values or Values())

    def _kind(self, case: Case) -> str:
        """Return what it turned out to be; what only the police handle is theirs to say."""
        known = CATALOGUE.categories.get(self.plot.kind.category or "")
        fits = known is not None and (case.is_police or known.privacy is not Privacy.POLICE)
        return known.code if known is not None and fits else ANYTHING

    def _pace(self, pace: Pace, prompt: int) -> datetime:
        """Return when somebody does what is due within minutes."""
        with self.stage.world.app.app_context():
            case = db.session.get_one(Case, self.case_id)
            begins = max(self.now, starts_at(self.now, urgency=case.urgency))
        if pace is Pace.PROMPT:
            return begins + timedelta(seconds=self.chance.between(4, prompt))
        spread = (3, 40) if pace is Pace.LATE else (70, 600)
        moment = begins + timedelta(minutes=self.chance.between(*spread))
        return moment.replace(second=self.chance.between(3, 57), microsecond=0)

    def accept(self) -> Times:
        """接单, in time or not.  Of a no-show whoever has it by then does."""
        yield self._pace(self.plot.accepts, 50)
        while self.is_in(*BEGINS, State.RETURNED):
            yield self.at_work(10, 120)  # until the desk has given it to somebody
            if self.is_in(State.RETURNED):
                self.give()
        yield from self.wait_for_somebody()
        if self.is_in(State.DISPATCHED):
            self.move(Move.ACCEPT)

    def respond(self) -> Times:
        """Call or go, in time or not; settle what it is about."""
        yield self._pace(self.plot.responds, 170)
        yield from self.wait_for_somebody()
        if not self.is_in(State.HANDLING):
            return
        with self.at_case() as (work, case):
            by = self.owner(case)
            if case.caller_phone is not None:
                grid.log_call(work, case.id, by=by, note="联系过了")
            else:
                grid.on_my_way(work, case.id, by=by)
            known = self.plot.kind.category
            if case.category is None and known is not None and not case.is_police:
                grid.classify(work, case.id, by=by, category=known)

    def wait_for_somebody(self) -> Times:
        """Wait while it lies with somebody who has left."""
        while self.is_left():
            yield self.later(30, 120)

    def take(self) -> Times:
        """Accept and respond; until it is in somebody's hands."""
        yield from self.accept()
        yield from self.respond()
        while self.is_in(State.DISPATCHED):  # it went to somebody else meanwhile
            self.move(Move.ACCEPT)
            yield self.later(1, 4)

    def give(self, to: Actor | None = None) -> None:
        """Let the town's desk name somebody: another worker, unless it says who."""
        with self.at_case() as (work, case):
            town = self.stage.town.cast.town(case.area_code)
            offered = candidates(work.session, case.id, by=town, now=self.now)
            had = hands(work.session, case.id)
            fresh = (o.person_id for o in offered if o.level in GIVEN and o.person_id not in had)
            owner = next(fresh, offered[0].person_id) if to is None else to.id
            values = Values(owner=owner, reason="换个人来办")
            grid.move(work, case.id, Move.ASSIGN, by=town, expected=case.state, values=values)

    def report_result(self, least: int = 30, most: int = 540) -> Times:
        """Handle it and say how it went."""
        yield self.at_work(least, most)
        yield from self.wait_for_somebody()
        while self.is_in(State.DISPATCHED):
            self.move(Move.ACCEPT)
            yield self.later(1, 4)
        if self.is_in(State.HANDLING):
            with self.at_case() as (work, case):
                values = Values(
                    result_text="处理好了。",
                    proposed_finding=Finding.TRUE,
                    category=self._kind(case),
                )
                by, now = self.owner(case), case.state
                grid.report_result(work, case.id, by=by, expected=now, values=values)

    def verify(self) -> Times:
        """Somebody else looks and closes it; where nobody else is there, the resident does."""
        yield self.at_work(40, 600)
        if not self.is_in(State.TO_VERIFY):
            return
        by = self.verifier()
        if by is not None:
            self.move(Move.VERIFY, by=by, values=Values(finding=Finding.TRUE))
        else:
            self.confirm()

    def verifier(self) -> Actor | None:
        """Return who may look whether it is settled."""
        with self.stage.world.doing() as work:
            case = work.session.get_one(Case, self.case_id)
            return self.stage.town.cast.verifier(case, set(hands(work.session, case.id)))

    # What residents do.

    def confirm(self) -> None:
        """Say that it is solved, where that is enough."""
        if self.report_id is None:
            return
        with self.at_case() as (work, case):
            if case.urgency is not Urgency.URGENT and case.state is State.TO_VERIFY:
                citizen.confirm(work, self.report_id)

    def rate(self, solved: Solved = Solved.SOLVED) -> Times:
        """Say how it went."""
        if self.report_id is None or not self.is_in(State.CLOSED):
            return
        yield self.later(30, 1400)
        with self.at_case() as (work, case):
            if case.state is State.CLOSED:
                satisfied = Satisfied.SATISFIED
                citizen.rate(work, self.report_id, solved=solved, satisfied=satisfied)

    def complain(self) -> None:
        """Complain about whoever came."""
        with self.stage.world.doing() as work:
            case = self.read(work)
            said = complaints.Said(
                key=work.token(),
                about=complaints.About.WORKER,
                words=f"第 {self.plot.number} 件，来的人态度不好。",
                area_code=case.area_code,
                about_number=case.number,
            )
            filing.file(work, said)
