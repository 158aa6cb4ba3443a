"""What happens to a code on its wall: it is hung, looked after, scanned and said to be wrong."""

from hashlib import sha256
from typing import IO, Final

from sqlalchemy import bindparam, or_, select, update

from kernel import media
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import insert_once
from kernel.media import Attachment, Kind
from kernel.permissions import Permission
from kernel.work import Work
from qr import rules
from qr.errors import NeverPrinted, NoSuchCode, WrongMoment
from qr.models import Code, ScanWeek, Trouble
from qr.queries import photo_owner
from qr.rules import CodeState, Move, Position, Settled, Wrong
from qr.service.codes import lock, note
from qr.service.settling import settle

LONGEST_SEEN: Final = 500
BATCH: Final = 500


def hang(
    work: Work,
    code_id: int,
    *,
    by: Actor,
    position: Position | None = None,
    photo: bytes | IO[bytes] | None = None,
    printed_elsewhere: bool = False,
) -> bool:
    """Write down that a code hangs, with where it does and a picture if there are any.

    What was said to be wrong with it is settled by that.  Return whether the picture was kept;
    the store may be away, and the code hangs all the same.

    Raises:
        NoSuchCode: there is none, *by* may not hang it, or it is none that is hung.
        NeverPrinted: we have not printed it, and nobody has confirmed that it was elsewhere.
        WrongMoment: it was replaced or revoked.
        BadPlace: there is no such point on earth.
        MediaRefused: the picture is not taken; then nothing is.
    """
    code = _hangable(work, code_id, by)
    if code.state is CodeState.ORDERED and not printed_elsewhere:
        raise NeverPrinted("这张码还没在这里正式打印过。要是在别处印的，请勾上再点一次。")
    code.state = rules.next_state(code.state, Move.HANG)
    code.hung_on = work.now().astimezone(SHANGHAI).date()
    found = rules.checked_position(position)
    if found is not None:
        code.lat, code.lng, code.far_reports = found.lat, found.lng, 0
    settle(work, code.id, Settled.HUNG)
    kept = photo is None or _keep_photo(work, code, photo)
    work.session.flush()
    note(work, code, "hang", by, "with position" if found else "")
    return kept


def find_sound(work: Work, code_id: int, *, by: Actor) -> Code:
    """Write down that a code was seen today and is sound; what was said against it is settled.

    Not who saw it: nobody's way is kept here.

    Raises:
        NoSuchCode: there is none, *by* does not look after it, or it is none that is hung.
        WrongMoment: it was replaced or revoked.
    """
    code = _hangable(work, code_id, by)
    code.state = rules.next_state(code.state, Move.FIND_SOUND)
    code.checked_on = work.now().astimezone(SHANGHAI).date()
    settle(work, code.id, Settled.SOUND)
    work.session.flush()
    note(work, code, "check", None, "sound")
    return code


def say_wrong(work: Work, code_id: int, *, wrong: Wrong, seen: str = "") -> None:
    """Write down what somebody says is wrong with a code; it goes on to work as before.

    The same said again is the same, only more often; what was seen is kept once.

    Raises:
        NoSuchCode: there is none that hangs somewhere.
    """
    code = work.session.get(Code, code_id, with_for_update=True, populate_existing=True)
    if code is None or not rules.is_hung(code.kind):
        raise NoSuchCode("没有这张码。")
    if Move.REPORT_DAMAGE in rules.MOVES[code.state]:
        code.state = rules.next_state(code.state, Move.REPORT_DAMAGE)
    trouble = work.session.scalar(
        select(Trouble).where(
            Trouble.code_id == code_id, Trouble.wrong == wrong, Trouble.settled_at.is_(None)
        )
    )
    if trouble is None:
        trouble = Trouble(code_id=code_id, wrong=wrong, seen="", times=0, first_at=work.now())
        work.session.add(trouble)
        note(work, code, "said-wrong", None, wrong)
    trouble.times += 1
    trouble.last_at = work.now()
    lines = trouble.seen.split("\n") if trouble.seen else []
    whole = "\n".join([*lines, seen])
    if seen and seen not in lines and len(whole) <= LONGEST_SEEN:
        trouble.seen = whole
    work.session.flush()


def rename(work: Work, code_id: int, *, name: str, by: Actor) -> Code:
    """Call the place of a code otherwise; labels that hang still say the old name.

    Raises:
        NoSuchCode: there is none, or *by* may not order codes there.
        WrongMoment: it was replaced or revoked.
        BadPlace: the name cannot be printed.
    """
    code = lock(work, code_id, by, Permission.QR_ORDER)
    if rules.is_secret(code.kind):
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    if code.state in rules.ENDED:
        raise WrongMoment("这张码已经不用了，名称不能再改。")
    old, new = code.place_name, rules.checked_name(code.kind, name)
    if new != old:
        code.place_name = new
        work.session.flush()
        note(work, code, "rename", by, f"{old} -> {new}")
    return code


def note_scans(work: Work, tallied: dict[str, int]) -> None:
    """Add scans, as `rules.scan_field` has counted them, to their weeks; nobody is written down."""
    counts = rules.read_counts(tallied)
    wanted = sorted(counts.last)
    for at in range(0, len(wanted), BATCH):
        some = wanted[at : at + BATCH]
        known = set(work.session.scalars(select(Code.id).where(Code.id.in_(some))))
        scans = sorted(one for one in counts.scans.items() if one[0][0] in known)
        statement = select(ScanWeek.code_id, ScanWeek.week).where(ScanWeek.code_id.in_(known))
        there = {(row.code_id, row.week) for row in work.session.execute(statement)}
        for (code_id, week), _number in scans:
            if (code_id, week) not in there:
                insert_once(
                    work.session, ScanWeek, unique=None, code_id=code_id, week=week, scans=0
                )
        if scans:
            connection = work.session.connection()
            rows = [{"code": code, "monday": week, "more": more} for (code, week), more in scans]
            connection.execute(_MORE_SCANS, rows)
            days = [{"code": code, "day": counts.last[code]} for code in sorted(known)]
            connection.execute(_LAST_SCAN, days)


def note_far_report(work: Work, code_id: int) -> None:
    """Count a report whose writer's phone was far from where its code hangs; no place is kept."""
    work.session.execute(
        update(Code).where(Code.id == code_id).values(far_reports=Code.far_reports + 1)
    )


_MORE_SCANS: Final = (
    update(ScanWeek)
    .where(ScanWeek.code_id == bindparam("code"), ScanWeek.week == bindparam("monday"))
    .values(scans=ScanWeek.scans + bindparam("more"))
)
_LAST_SCAN: Final = (
    update(Code)
    .where(
        Code.id == bindparam("code"),
        or_(Code.last_scan_on.is_(None), Code.last_scan_on < bindparam("day")),
    )
    .values(last_scan_on=bindparam("day"))
)


def _hangable(work: Work, code_id: int, by: Actor) -> Code:
    code = lock(work, code_id, by, Permission.QR_HANG)
    if not rules.is_hung(code.kind):
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    return code


def _keep_photo(work: Work, code: Code, photo: bytes | IO[bytes]) -> bool:
    """Keep the newest picture of a code, and no other."""
    content = photo if isinstance(photo, bytes) else photo.read(_MOST + 1)
    owner = photo_owner(code.id)
    key = f"{owner}:{sha256(content).hexdigest()}"
    try:
        kept = media.receive(work, content, kind=Kind.PICTURE, key=key, owner=owner)
    except media.MediaUnavailable:
        return False
    others = select(Attachment.id).where(Attachment.owner == owner, Attachment.id != kept.id)
    media.forget_these(work, work.session.scalars(others).all())
    return True


_MOST: Final = media.MOST_BYTES[Kind.PICTURE]
