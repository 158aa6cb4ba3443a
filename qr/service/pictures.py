"""A single code as a picture, for whoever sets or engraves it themselves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel.access import Actor
from kernel.late import late
from kernel.permissions import Permission
from kernel.settings import Settings
from kernel.work import Work
from people.queries import scoped
from qr import rules
from qr.errors import CannotPrint, NoSuchCode
from qr.models import Code
from qr.rules import Move, artwork, labels
from qr.rules.labels import Picture
from qr.service.codes import note_printed

if TYPE_CHECKING:
    from qr.rules.press import fonts, testsheet
else:
    fonts = late("qr.rules.press.fonts")
    testsheet = late("qr.rules.press.testsheet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a picture is wanted."""

    kind: Picture
    width_mm: float  # the white margin included
    dpi: int = 300  # of a PNG
    upper: bool | None = None  # whether the link is in capitals; None is as the house prints


def draw_code(work: Work, code_id: int, drawing: Drawing, *, by: Actor | None) -> bytes:
    """Return a picture of a code, and count it as printed unless it is a sample.

    Raises:
        NoSuchCode: there is none, or *by* may not print it.
        CannotPrint: it is a household's card, or the link is too long.
        MovesOn: it is an activity's code.
        WrongMoment: it was replaced or revoked.
    """
    statement = select(Code).where(Code.id == code_id)
    if by is not None:
        statement = scoped(statement, by, Permission.QR_PRINT)
    code = work.session.scalar(statement)
    if code is None:
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    if code.token is None:
        raise CannotPrint("户码不留底，补卡请换码。")
    rules.check_stays([code.kind])
    rules.next_state(code.state, Move.PRINT)  # refuses what was replaced or revoked
    settings = work.parts.settings
    upper = settings.print_upper if drawing.upper is None else drawing.upper
    url = rules.scan_url(settings.public_url, code.token, upper=upper)
    look = artwork.look_to_print(url, code.look)
    final = rules.is_final(settings.public_url)
    if final:
        note_printed(work, code.id, look, by=by)
    return labels.draw(
        drawing.kind,
        url,
        look,
        number=code.spot_number,
        sample=not final,
        width_mm=drawing.width_mm,
        dpi=drawing.dpi,
    )


def draw_testsheet(settings: Settings, token: str) -> bytes:
    """Return the page that is tried on phones, as a PDF.

    Raises:
        CannotPrint: a font or a character is missing, or the link is too long.
    """
    return testsheet.testsheet(settings.public_url, token, fonts.find_fonts(settings.print_font))
