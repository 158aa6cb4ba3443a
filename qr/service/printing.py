"""Printing an order, file by file.  A worker killed in between goes on where it stopped.

A file is drawn and read back outside the transaction; then its row, the tokens of its cards
and what it says of the codes are written together, or none of it is.
"""

import base64
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import media
from kernel.access import Actor
from kernel.db import keyring
from kernel.late import late
from kernel.outbox import Errand
from kernel.settings import Settings
from kernel.stores import Store
from kernel.work import Work
from qr import rules
from qr.errors import CannotPrint, NoSuchOrder, WrongMoment
from qr.events import PrintOrdered
from qr.models import Code, PrintFile, PrintOrder
from qr.rules import Format, Imprint, Look, OrderState, Piece, artwork
from qr.rules.artwork import ArtworkDiffers
from qr.service.cards import NewCard, put_card
from qr.service.codes import keep_look, mark_printed
from qr.service.drafts import Draft, code_drafts, drafts_of, imprint_of

if TYPE_CHECKING:
    from qr.rules.press import fonts, proof, sheets
else:
    fonts = late("qr.rules.press.fonts")
    proof = late("qr.rules.press.proof")
    sheets = late("qr.rules.press.sheets")

log = logging.getLogger(__name__)
FOLDER: Final = "prints"
LONGEST: Final = 300  # of what is kept about trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an order, about to be printed."""

    order_id: int
    number: int
    form: Format
    stored: str
    pieces: int  # ordered for it
    drafts: Sequence[Draft]
    imprint: Imprint
    hand_on: bool
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What printing a file has come to."""

    looks: Sequence[Look] = ()
    bytes: int = 0
    trouble: str = ""


def print_next(work: Work, order_id: int, *, hand_on: bool = True) -> Errand | None:
    """Return what is to be done for the next file of an order; nothing if there is none.

    The file after it is owed then; not to the workers where the caller goes on itself, without
    *hand_on*.
    """
    order = work.session.get(PrintOrder, order_id)
    if order is None or order.state is not OrderState.PRINTING:
        return None
    number = order.done_files
    positions = rules.parts(order.form, order.pieces)[number]
    part = Part(
        order_id=order_id,
        number=number,
        form=order.form,
        stored=f"{FOLDER}/{work.token()}",  # a new one each time: cards' tokens go with it
        pieces=len(positions),
        drafts=drafts_of(work, order, positions),
        imprint=imprint_of(work.parts.settings, order),
        hand_on=hand_on,
        settings=work.parts.settings,
    )
    return Errand(partial(_print, work.parts.store, part), partial(_write_down, part=part))


def draw_view(
    session: Session, settings: Settings, order: PrintOrder, view: int
) -> Iterator[Markup]:
    """Return pages of a finished order as SVG, for a browser to print; they read what is kept.

    What has ended since is left out.  A card is not drawn: its token is kept nowhere, and another
    would be another card.

    Raises:
        WrongMoment: it holds cards, or is not finished.
        NoSuchOrder: it has no such view.
    """
    if order.form is Format.CARDS:
        raise WrongMoment("户码不留底，户码卡只能用下载的文件印；文件过期了，就再印一次，发新卡。")
    if order.state is not OrderState.READY:
        raise WrongMoment("这一批还没有印好，或者过期了，不能在浏览器里打印。")
    step = rules.LAYOUTS[order.form].per_view
    positions = range(order.pieces)[view * step : (view + 1) * step]
    drafts = code_drafts(session, order, positions)
    if not drafts:
        raise NoSuchOrder("没有这一页，或者上面的码都换过了、作废了。")
    pieces = [_seen_before(draft, settings) for draft in drafts]
    return sheets.paper(order.form, pieces, imprint_of(settings, order))


def sweep_prints(work: Work) -> Errand:
    """Return how files are deleted that are older than any order keeps its own."""
    store, limit = work.parts.store, work.now() - rules.KEPT - timedelta(days=1)

    def run(_row: str) -> None:
        for name in list(store.older(FOLDER, limit)):
            store.delete(name)

    return Errand(run, lambda _work, _answer: None)


def read_file(store: Store, stored: str, *, form: Format) -> bytes:
    """Return a finished PDF.

    Raises:
        FileNotFoundError: it is no longer kept.
        OSError: the store is away.
    """
    with store.open(stored) as opened:
        content = opened.read()
    if form is Format.CARDS:
        return base64.b64decode(keyring().open(content.decode()))
    return content


def _print(store: Store, part: Part, _row: str) -> Outcome:
    if not part.drafts:  # all of them ended since they were ordered
        return Outcome()
    try:
        pieces = [_piece(draft, part.settings) for draft in part.drafts]
        pdf = sheets.press(
            part.form, pieces, part.imprint, fonts.find_fonts(part.settings.print_font)
        )
        proof.prove(pdf, [piece.url for piece in pieces])
    except CannotPrint as refusal:
        return Outcome(trouble=str(refusal))
    except (ArtworkDiffers, proof.ProofFailed):
        log.exception("a sheet did not read", extra={"order": part.order_id})
        return Outcome(trouble="印好的码读不回来，这一批没有放行。请告诉系统管理员。")
    content = pdf
    if part.form is Format.CARDS:  # whoever has the file has the cards
        content = keyring().seal(base64.b64encode(pdf).decode()).encode()
    store.put(part.stored, content)
    return Outcome(looks=[piece.look for piece in pieces], bytes=len(pdf))


def _piece(draft: Draft, settings: Settings) -> Piece:
    url = _link(draft, settings)
    return _piece_as(draft, url, artwork.look_to_print(url, draft.printed))


def _seen_before(draft: Draft, settings: Settings) -> Piece:
    """Return a piece that the worker has drawn, and both encoders have agreed on, before."""
    url = _link(draft, settings)
    return _piece_as(draft, url, artwork.look_for(url, draft.printed))


def _link(draft: Draft, settings: Settings) -> str:
    return rules.scan_url(settings.public_url, draft.token, upper=settings.print_upper)


def _piece_as(draft: Draft, url: str, look: Look) -> Piece:
    return Piece(
        number=draft.number,
        kind=draft.kind,
        url=url,
        look=look,
        token="" if rules.is_secret(draft.kind) else rules.printed(draft.token),
        check_word=draft.check_word,
        place=draft.place,
        area=draft.area,
        spot_number=draft.spot_number,
    )


def _write_down(work: Work, outcome: Outcome, *, part: Part) -> None:
    order = work.session.get(
        PrintOrder, part.order_id, with_for_update=True, populate_existing=True
    )
    if order is None or order.state is not OrderState.PRINTING or order.done_files != part.number:
        work.later(media.drop_files, names=part.stored)  # the same file was printed twice at once
        return
    if outcome.trouble:
        order.state, order.trouble = OrderState.FAILED, outcome.trouble[:LONGEST]
        return
    by = None if order.asked_by is None else Actor(order.asked_by)
    if outcome.looks:
        work.session.add(
            PrintFile(
                order_id=order.id,
                number=part.number,
                pages=rules.LAYOUTS[part.form].pages(len(outcome.looks)),
                bytes=outcome.bytes,
                stored=part.stored,
            )
        )
        note = _note_cards if part.form is Format.CARDS else _note_codes
        note(work, order, part.drafts, outcome.looks, by)
    order.done += part.pieces
    order.done_files += 1
    order.left_out += part.pieces - len(outcome.looks)
    # From the first file on: an order that fails at a later one must not keep its cards for ever.
    order.expires_at = work.now() + rules.kept(order.form)
    if order.done >= order.pieces:
        order.state = OrderState.READY
    elif part.hand_on:
        work.announce(PrintOrdered(order_id=order.id))


def _note_codes(
    work: Work,
    order: PrintOrder,
    drafts: Sequence[Draft],
    looks: Sequence[Look],
    by: Actor | None,
) -> None:
    """Write down that codes were printed, and how they looked the first time."""
    if order.sample:
        return
    kept = {draft.piece_id: look for draft, look in zip(drafts, looks, strict=True)}
    codes = work.session.scalars(
        select(Code).where(Code.id.in_(kept)).order_by(Code.id).with_for_update()
    ).all()
    for code in codes:
        if code.state in rules.ENDED:  # in this minute; who holds the sheet is led on or told
            continue
        keep_look(code, kept[code.id])
        mark_printed(work, code, by=by, detail=f"order {order.id}")


def _note_cards(
    work: Work,
    order: PrintOrder,
    drafts: Sequence[Draft],
    looks: Sequence[Look],
    by: Actor | None,
) -> None:
    """Let the tokens on the cards count from now on, and those of older cards no more."""
    for draft, look in zip(drafts, looks, strict=True):
        card = NewCard(draft.token, draft.check_word, look, printed=not order.sample)
        put_card(work, draft.piece_id, card, by=by)
