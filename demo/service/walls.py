"""How the demo's codes fare on their walls: printed, hung, scanned, looked after, said to be wrong.

After the walk, at moments of its own: what else happens in the demo stays to the last token.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district, spots
from demo.rules.chance import SeededChance
from demo.service.cast import Cast
from demo.service.walk import Walk
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from kernel.work import Work
from qr import rules
from qr import service as qr
from qr.models import Code
from qr.rules import CodeState, Wrong, artwork
from qr.service import ActivityWanted

HUNG: Final = timedelta(days=88)  # before the end
LOOKED: Final = timedelta(days=5)
SAID: Final = timedelta(hours=20)
BEGAN: Final = timedelta(hours=1)
LASTS: Final = timedelta(hours=3)
SEEN: Final = "上面贴了一张“扫码领鸡蛋”的小广告"
STRANGE: Final = "写着“平安码缴费”，扫开要填银行卡号"
MOST_A_DAY: Final = 6  # scans of one code
DAYS: Final = (1, 4)  # of each week on which they are counted, from its Monday


def hang_up(walk: Walk, cast: Cast, chance: SeededChance) -> None:
    """Let most codes hang and be scanned, and one be stuck over; some wait to be printed."""
    work = walk.work
    fates = {label.name: label.fate for label in spots.labels()}
    codes = [one for one in _on_walls(work) if fates.get(one.place_name) is not None]
    hung = [one for one in codes if fates[one.place_name] is CodeState.HUNG]
    alive = [one for one in hung if one.state not in rules.ENDED]
    walk.clock.moment = walk.end - HUNG
    for code in codes:
        if fates[code.place_name] is CodeState.PRINTED:
            _print(work, code)
    for code in alive:
        by = _keeper(cast, code)
        qr.hang(work, code.id, by=by, printed_elsewhere=True)
    walk.clock.moment = walk.end - LOOKED
    for code in alive[::3]:
        qr.find_sound(work, code.id, by=_keeper(cast, code))
    walk.clock.moment = walk.end - SAID
    covered = next(one for one in alive if one.place_name == spots.COVERED)
    qr.say_wrong(work, covered.id, wrong=Wrong.COVERED, seen=SEEN)
    qr.say_look_alike(work, district.VILLAGES[0].code, where=spots.STRANGE, seen=STRANGE)
    walk.clock.moment = walk.end
    scanned = [one for one in hung if one.place_name != spots.SILENT]
    qr.note_scans(work, dict(_scans(walk, scanned, chance)))
    _plan_activity(work)
    walk.settle_held()


def _plan_activity(work: Work) -> None:
    """Plan an activity that is going on when the demo ends, so that its screen can be looked at."""
    now = work.now()
    qr.make_activity(
        work,
        ActivityWanted(
            name=spots.ACTIVITY,
            area_code=district.VILLAGES[0].code,
            place=spots.HALL,
            starts_at=now - BEGAN,
            ends_at=now + LASTS,
        ),
        by=None,
    )


def _on_walls(work: Work) -> Sequence[Code]:
    """Return the codes that were ordered to hang somewhere, the oldest first."""
    return [
        one
        for one in work.session.scalars(select(Code).order_by(Code.id))
        if rules.is_hung(one.kind)
    ]


def _keeper(cast: Cast, code: Code) -> Actor:
    """Return who hangs a code: its grid's worker, else its village."""
    return next(
        iter(
            (*cast.at(code.area_code, Role.GRID_FULL), *cast.at(code.area_code, Role.VILLAGE_ADMIN))
        )
    )


def _print(work: Work, code: Code) -> None:
    link = rules.scan_url(work.parts.settings.public_url, code.token or "")
    qr.note_printed(work, code.id, artwork.choose_look(link), by=None)


def _scans(walk: Walk, codes: Sequence[Code], chance: SeededChance) -> Iterator[tuple[str, int]]:
    """Yield what the tally would hold of eight weeks, a few days of each."""
    today = walk.end.astimezone(SHANGHAI).date()
    for code in codes:
        liked = chance.between(1, MOST_A_DAY)
        for week in rules.weeks_before(today):
            for day in DAYS:
                on, many = week + timedelta(days=day), chance.below(liked + 1)
                if many and on <= today:
                    yield rules.scan_field(code.id, on), many
