"""The life of one case in the demo, from what somebody says to what they think of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from citizen import service as citizen
from citizen.models import Report
from citizen.rules import Place, Said, Satisfied, Solved
from citizen.rules import Position as Point
from demo.rules import stories
from demo.rules.chance import SeededChance
from demo.rules.folk import FIRST_RESIDENT, MOST_CALLERS, phone
from demo.rules.plots import STILL_OPEN, Course, Plot, daytime
from demo.rules.stories import STORIES, Story
from demo.service import counter
from demo.service.album import Album
from demo.service.cast import Cast
from demo.service.walk import Walk
from grid import service as grid
from grid.models import Case
from grid.rules import Finding, Move, State, Urgency, starts_at
from grid.service import Sighting, Values
from kernel import media
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Kind
from kernel.work import Work
from qr.models import Code

Times = Iterator[datetime]
PATROLS: Final = (Role.GRID_FULL, Role.GRID_LEADER)


@dataclass(slots=True, kw_only=True)
class Stage:
    """What all lives share."""

    walk: Walk
    cast: Cast
    album: Album
    codes: list[Code]  # those a resident may scan
    residents: list[int]  # people who signed in by phone
    lives: dict[int, "Life"] = field(default_factory=dict)  # by the number of their plot


class Life:
    """One case.  Each step waits for its moment, then does what somebody would do."""

    def __init__(self, stage: Stage, plot: Plot, chance: SeededChance) -> None:
        self.stage, self.plot, self.chance = stage, plot, chance
        self.story: Story = STORIES[plot.story]
        self.report: Report | None = None
        self.hands: set[int] = set()
        self._case: Case | None = None

    @property
    def work(self) -> Work:
        """The unit of work everything happens in."""
        return self.stage.walk.work

    @property
    def now(self) -> datetime:
        """Where the walk has come to."""
        return self.work.now()

    @property
    def case(self) -> Case:
        """The case, once what was said has become one."""
        if self._case is None:
            raise LookupError("nothing was said yet")
        return self._case

    def begin(self) -> None:
        """Say what is wrong, and have it in the queue."""
        self._say()
        self.stage.walk.settle()
        if self.report is not None:
            self._case = self.work.session.get_one(Case, self.report.case_id)
        self.stage.walk.watch(self.case)

    def later(self, least: int, most: int) -> datetime:
        """Return a moment so many minutes from now."""
        seconds = self.chance.between(least * 60, most * 60)
        return self.now + timedelta(seconds=seconds)

    def at_work(self, least: int, most: int) -> datetime:
        """Return such a moment in office hours; what still goes on at the end waits for none."""
        moment = self.later(least, most)
        return moment if self.plot.course in STILL_OPEN else daytime(moment)

    def _say(self) -> None:
        code = self._code()
        if self.plot.is_patrol and self._patrol(code):
            return
        said, files = self._said(), self.stage.album.with_report(self.story, self.chance)
        by = None
        if self.chance.happens(12):
            by = Actor(self.chance.pick(self.stage.residents))
        is_spoken = any(file.kind is Kind.SOUND for file in files)
        said = replace(said, words="" if is_spoken else said.words, files=len(files))
        place = Place(
            area_code=code.area_code,
            code_id=code.id,
            name=code.place_name,
            category=code.category,
            position=Point(lat=code.lat, lng=code.lng) if code.lat and code.lng else None,
        )
        self.report = counter.told(
            self.work, self.stage.cast, said, place, number=self.plot.number
        ) or citizen.submit_with_files(self.work, said, place, files, by=by)

    def _said(self) -> Said:
        gives_phone = self.chance.happens(22)
        caller = phone(self.chance.between(FIRST_RESIDENT, FIRST_RESIDENT + MOST_CALLERS))
        return Said(
            submission_key=self.work.token(),
            words=self.story.words,
            tile=self.story.tile,
            danger=self.story.danger,
            phone=caller if gives_phone else None,
            caller_name="李阿姨" if gives_phone and self.chance.happens(30) else "",
        )

    def _code(self) -> Code:
        """Return the code that is scanned: one where such a thing would be reported."""
        codes = self.stage.codes
        if self.plot.course in {Course.HANDLING, Course.TO_VERIFY} and self.plot.number % 3 == 0:
            return codes[0]  # whoever signs in as the first grid's worker finds something to do
        if self.plot.course is Course.UNOWNED:  # where the police are not there yet
            codes = [code for code in codes if code.town_code == codes[-1].town_code]
        elif self.plot.course is Course.POLICE:
            codes = [code for code in codes if code.town_code == codes[0].town_code]
        right = [code for code in codes if code.category == self.story.category]
        plain = [code for code in codes if code.category is None]
        fitting = right if right and self.plot.spot % 5 else plain  # a fifth anywhere
        return fitting[self.plot.spot % len(fitting)]

    def _patrol(self, code: Code) -> bool:
        who = [one for role in PATROLS for one in self.stage.cast.at(code.area_code, role)]
        if not who:
            return False
        by = self.chance.pick(who)
        seen = Sighting(
            key=self.work.token(),
            area_code=code.area_code,
            words=f"巡查发现：{self.story.words}",
            place_name=code.place_name,
            spot_id=code.id,
            tile=self.story.tile,
            category=self.story.category,
            danger=self.story.danger,
        )
        self._case = self.work.session.get_one(Case, grid.take_patrol(self.work, seen, by=by))
        return True

    # What staff do.

    def move(self, move: Move, *, by: Actor | None = None, values: Values | None = None) -> None:
        """Make a move, as the owner unless somebody else does."""
        by = by or self.stage.cast.actor(self.case.owner_id)
        if move is Move.ACCEPT:
            self.hands.add(by.id)
        grid.move(
            self.work,
            self.case.id,
            move,
            by=by,
            expected=self.case.state,
            values=values or Values(),
        )
        self.stage.walk.watch(self.case)

    def accept(self) -> Times:
        """接单 within the minute; at night, what can wait waits until seven."""
        begins = self.now
        if self.case.taken_at is None and self.plot.course not in STILL_OPEN:
            begins = max(self.now, starts_at(self.case.round_at, urgency=self.case.urgency))
        yield begins + timedelta(seconds=self.chance.between(6, 52))
        if self.case.state is State.DISPATCHED:
            self.move(Move.ACCEPT)

    def respond(self) -> Times:
        """Call, or set out, within five minutes; settle what it is about."""
        yield self.now + timedelta(seconds=self.chance.between(40, 180))
        by = self.stage.cast.actor(self.case.owner_id)
        self.hands.add(by.id)
        if self.case.caller_phone is not None:
            grid.read_contact(self.work, self.case.id, by=by)
            grid.log_call(self.work, self.case.id, by=by, note=stories.CALLED)
        else:
            grid.on_my_way(self.work, self.case.id, by=by)
        if self.case.category != self.story.category:
            grid.classify(self.work, self.case.id, by=by, category=self.story.category)
        if not self.case.words:
            grid.write_voice_line(self.work, self.case.id, by=by, line=self.story.words)
        self.stage.walk.watch(self.case)

    def take(self) -> Times:
        """Accept and respond."""
        yield from self.accept()
        yield from self.respond()

    def report_result(self, *, finding: Finding = Finding.TRUE, hours: int = 9) -> Times:
        """Handle it, perhaps with a picture, and say how it went."""
        if self.chance.happens(25):
            yield self.at_work(20, 90)
            self.note()
        yield self.at_work(30, hours * 60)
        result = stories.UNFOUNDED if finding is Finding.UNFOUNDED else self.story.result
        by = self.stage.cast.actor(self.case.owner_id)
        self.hands.add(by.id)
        grid.report_result(
            self.work,
            self.case.id,
            by=by,
            expected=self.case.state,
            values=Values(result_text=result, proposed_finding=finding),
            attachments=self._pictures() if self.chance.happens(25) else (),
        )
        self.stage.walk.watch(self.case)

    def verify(self, *, finding: Finding | None = None) -> Times:
        """Somebody else looks and closes it; where nobody else is there, the resident does."""
        yield self.at_work(40, 600)
        by = self.stage.cast.verifier(self.case, self.hands)
        if by is None:
            self.confirm()
            return
        finding = finding or self.case.proposed_finding
        self.move(Move.VERIFY, by=by, values=Values(finding=finding))

    def confirm(self) -> None:
        """The resident says that it is solved, where one reported it and nothing burns."""
        if self.report is not None and self.case.urgency is not Urgency.URGENT:
            citizen.confirm(self.work, self.report.id)

    def rate(self, solved: Solved = Solved.SOLVED) -> Times:
        """Half of those who reported say how it went."""
        if self.report is None or self.case.state is not State.CLOSED:
            return
        if solved is Solved.SOLVED and not self.chance.happens(42):
            return
        yield self.later(30, 1400)
        liked = (
            Satisfied.VERY_SATISFIED,
            Satisfied.SATISFIED,
            Satisfied.SATISFIED,
            Satisfied.SO_SO,
        )
        satisfied = Satisfied.DISSATISFIED
        if solved is Solved.SOLVED:
            satisfied = self.chance.pick(liked)
        note = self.chance.pick(stories.NOTES) if solved is Solved.SOLVED else stories.NOT_SOLVED
        citizen.rate(self.work, self.report.id, solved=solved, satisfied=satisfied, note=note)

    def assign(self, to: Actor) -> None:
        """The town's desk names somebody."""
        town = self.stage.cast.town(self.case.area_code)
        self.move(Move.ASSIGN, by=town, values=Values(owner=to.id))

    def impatient(self) -> Times:
        """Some residents urge or add something while they wait."""
        if self.report is None or not self.chance.happens(25):
            return
        yield self.later(3, 6)
        if self.chance.happens(50):
            citizen.urge(self.work, self.report.id)
        else:
            citizen.add(self.work, self.report.id, words=stories.SUPPLEMENT, files=())

    def note(self) -> None:
        """Write down how it looks on the spot."""
        by = self.stage.cast.actor(self.case.owner_id)
        grid.add_note(self.work, self.case.id, by=by, note=stories.ON_SITE)

    def _pictures(self) -> tuple[int, ...]:
        """Return a picture of how it looks now, where somebody drew one."""
        picture = self.stage.album.of_handling(self.story, self.chance)
        if picture is None:
            return ()
        owner = f"grid.case:{self.case.id}"
        key = f"{owner}:{self.work.token()}"
        return (media.receive(self.work, picture, kind=Kind.PICTURE, key=key, owner=owner).id,)
