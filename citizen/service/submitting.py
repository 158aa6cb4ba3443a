"""A report is taken down, its files are kept, and all of it goes to the grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, Final

from sqlalchemy import select

from citizen import queries, rules
from citizen.errors import NoSuchReceipt
from citizen.events import ReportSubmitted
from citizen.models import Report, TakenDown
from citizen.rules import Place, Said
from grid import queries as grid_queries
from grid import service as grid
from grid.service import NewCase
from kernel import media
from kernel.access import Actor
from kernel.db import Model, insert_once, keyring
from kernel.media import Attachment, Kind
from kernel.work import Work
from people.rules import Level, at_level
from qr import service as qr

MOST_DRAWS: Final = 5  # one collision in 2**55 draws; five in a row are a broken source


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with something else, without a key of its own."""

    kind: Kind
    content: bytes | IO[bytes]

    def read(self) -> bytes:
        """Return what is in it, no further than one byte past what is taken.

        Read when its turn comes: five pictures at once would be 75 MB of a web process.
        """
        if isinstance(self.content, bytes):
            return self.content
        self.content.seek(0)
        return self.content.read(media.MOST_BYTES[self.kind] + 1)


def submit(
    work: Work, said: Said, place: Place, *, by: Actor | None = None, is_staff: bool = False
) -> Report:
    """Take down what a resident said and owe it to the grid.

    A second tap, a retry or an offline replay carries the same key and says the same:
    it is given the same report.  The same key with anything else is a new report.

    Raises:
        NothingSaid: there are neither words nor files to follow.
        TooManyWords: there are more words than are kept.
    """
    rules.checked_words(said.words, files=said.files)
    far = rules.is_far(said, place)  # asked before the position of "here" is dropped
    said = rules.settled(said)
    values = _columns(work, said, place, by=by, is_staff=is_staff) | {"far": far}
    for _ in range(MOST_DRAWS):
        number = rules.new_number(work.parts.chance.letters)
        fresh = insert_if_new(work, Report, **values, number=number)
        report = _sent_with(work, values["submission_key"], values["digest"])
        if report is None:
            continue  # the number was somebody else's
        if fresh:
            work.announce(ReportSubmitted(report_id=report.id))
        return report
    raise RuntimeError("no free receipt number was drawn")


def submit_with_files(
    work: Work,
    said: Said,
    place: Place,
    files: Sequence[File],
    *,
    by: Actor | None = None,
    is_staff: bool = False,
) -> Report:
    """Take down a report and the files that came in the same form.

    If the store cannot keep a file the words are taken all the same, and the receipt says so.

    Raises:
        NothingSaid: there are neither words nor files.
        TooManyWords: there are more words than are kept.
        MediaRefused: a file is not taken; then nothing is.
    """
    report = submit(work, said, place, by=by, is_staff=is_staff)
    lost = 0
    for file in files:
        content = file.read()
        # By its content, so that going back and sending again adds what is new and nothing twice.
        key = f"sent:{sha256(content).hexdigest()}"
        try:
            _receive(work, report, content, kind=file.kind, key=key)
        except media.MediaUnavailable:
            lost += 1
    report.files_lost = max(report.files_lost, lost)
    return report


def keep(
    work: Work, report_id: int, content: bytes | IO[bytes], *, kind: Kind, key: str
) -> Attachment:
    """Keep a file that follows a report, and hand it down if the report went ahead.

    The same *key* with the same file is the same attachment.

    Raises:
        NoSuchReceipt: there is no such report.
        MediaRefused: the file is not taken.
        OtherContent: the key was used for another file.
        MediaUnavailable: the store is full or away; sending it again later will do.
    """
    report = lock(work, report_id)
    attachment = _receive(work, report, content, kind=kind, key=f"key:{key}")
    if report.case_id is not None:
        grid.attach(work, report.case_id, attachment_id=attachment.id)
    return attachment


def refuse_file(work: Work, report_id: int) -> None:
    """Wait for one file less: the one that came was not taken."""
    report = lock(work, report_id)
    report.files_expected = max(0, report.files_expected - 1)


def push_to_grid(work: Work, report_id: int) -> None:
    """Open the case of a report and hand its contact down.  A second call finds it open."""
    report = lock(work, report_id)
    if report.case_id is not None:
        return
    report.case_id = grid.open_case(work, _new_case(work, report))
    report.phone = report.caller_name = None
    if report.far and report.code_id:
        qr.note_far_report(work, report.code_id)


def lock(work: Work, report_id: int) -> Report:
    """Return the report as it is now, and let nobody else change it until the commit.

    Raises:
        NoSuchReceipt: there is none.
    """
    report = work.session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None:
        raise NoSuchReceipt("没有找到这张回执。")
    return report


def insert_if_new(work: Work, kind: type[Model], **values: Any) -> bool:  # noqa: ANN401 - a row's values
    """Insert a row unless one stands in its way, whichever constraint says so; say which it was."""
    return insert_once(work.session, kind, unique=None, **values)


def _columns(
    work: Work, said: Said, place: Place, *, by: Actor | None, is_staff: bool
) -> dict[str, Any]:
    there = rules.place_of(said, place)
    return {
        "submission_key": rules.key_of(said.submission_key) or work.token(),
        "digest": rules.digest(said, place),
        "area_code": _area_of(work, said, place),
        "code_id": place.code_id,
        "here": said.here,
        "place_name": there.name,
        "where": said.where,
        "lat": there.position and there.position.lat,
        "lng": there.position and there.position.lng,
        "acc": there.position and there.position.acc,
        "tile": said.tile,
        "category": there.category,
        "danger": said.danger,
        "words": said.words,
        "caller_name": said.caller_name or None,
        "phone": said.phone,
        "phone_index": said.phone and keyring().index(said.phone),
        "notice_version": said.notice_version,
        "lang": said.lang,
        "said_by": None if by is None else by.id,
        "said_by_staff": is_staff,
        "said_at": work.now(),
        "files_expected": min(max(said.files, 0), rules.MOST_PHOTOS + 1),
    }


def _area_of(work: Work, said: Said, place: Place) -> str:
    """Return whose it is: here, the code's own area; elsewhere, the grid around the point.

    Where no boundary contains the point, or there is none, the town's desk has it; but whoever
    scanned nothing has chosen a village, and that is where it is.
    """
    if said.here:
        return place.area_code
    found = said.position and grid_queries.area_for(
        work.session, said.position.lat, said.position.lng, near=place.area_code
    )
    if found:
        return found
    if place.code_id is None:
        return place.area_code
    town = at_level(place.area_code, Level.TOWN)
    if town is None or town == place.area_code:
        return place.area_code
    return queries.first_there(work.session, [town, place.area_code])


def _sent_with(work: Work, key: str, digest: str) -> Report | None:
    return work.session.scalar(
        select(Report).where(Report.submission_key == key, Report.digest == digest)
    )


def _receive(
    work: Work, report: Report, content: bytes | IO[bytes], *, kind: Kind, key: str
) -> Attachment:
    key = f"{report.owner}:{key}"
    there = dict(
        work.session.execute(
            select(Attachment.key, Attachment.kind).where(Attachment.owner == report.owner)
        ).all()
    )
    if key not in there:
        media.check_count(kind, 1 + list(there.values()).count(kind))
    return media.receive(work, content, kind=kind, key=key, owner=report.owner)


def _new_case(work: Work, report: Report) -> NewCase:
    attachments = work.session.scalars(
        select(Attachment.id).where(Attachment.owner == report.owner).order_by(Attachment.id)
    ).all()
    person = report.said_by
    helped = work.session.get(TakenDown, report.id) if report.taken_down else None
    return NewCase(
        source=report.owner,
        number=report.number,
        area_code=report.area_code,
        place_name=report.place_name,
        spot_id=report.code_id if report.here else None,
        where=report.where,
        lat=report.lat,
        lng=report.lng,
        tile=report.tile,
        category=report.category,
        danger=report.danger,
        words=report.words,
        caller_name=report.caller_name,
        caller_phone=report.phone,
        reported_by=None if report.said_by_staff else person,
        staff_reporter=person if report.said_by_staff else None,
        submitted_at=report.said_at,
        attachments=tuple(attachments),
        lang=report.lang,
        helper=helped.by if helped else None,
        helped=f"代居民上报（{helped.channel.label}）" if helped else "",
    )
