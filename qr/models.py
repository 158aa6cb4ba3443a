"""Tables of the printed codes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, Sealed
from people.models import Household, InArea, Person
from qr.rules import CodeKind, CodeState, Ecc, Format, How, Look, OrderState, Settled, Wrong

_OPEN = text("settled_at IS NULL")
_CARD_WORKS = text("kind = 'household' AND state NOT IN ('replaced', 'revoked')")


class Code(InArea, Model):
    """One printed token: what it stands for, where it hangs, and how far it has come."""

    __tablename__ = "qr_code"
    __table_args__ = (
        CheckConstraint("(token IS NULL) <> (token_hash IS NULL)", name="one_token"),
        CheckConstraint("(kind = 'household') = (token_hash IS NOT NULL)", name="secret_is_hashed"),
        CheckConstraint("(kind = 'household') = (household_id IS NOT NULL)", name="card_has_owner"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="whole_position"),
        CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_has_a_time"
        ),
        CheckConstraint(
            "replaced_by_id IS NULL OR state = 'replaced'", name="successor_of_replaced"
        ),
        CheckConstraint("replaced_by_id <> id", name="not_its_own_successor"),
        CheckConstraint("(ecc IS NULL) = (version IS NULL)", name="whole_look"),
        CheckConstraint("(ecc IS NULL) = (mask IS NULL)", name="whole_mask"),
        UniqueConstraint("town_code", "spot_number"),
        Index(
            "uq_qr_code_working_card",
            "household_id",
            unique=True,
            sqlite_where=_CARD_WORKS,
            postgresql_where=_CARD_WORKS,
        ),
        # A number is never used again: scans and audit lines name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Plain where the public may know it, since a reprint needs it; else its SHA-256.
    token: Mapped[str | None] = mapped_column(String(17), unique=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    kind: Mapped[CodeKind]
    state: Mapped[CodeState] = mapped_column(default=CodeState.ORDERED, index=True)
    place_name: Mapped[str] = mapped_column(String(60), default="")
    town_code: Mapped[str] = mapped_column(String(9))  # whose spot numbers it counts with
    spot_number: Mapped[int | None]  # goes over to the successor: it names the spot
    check_word: Mapped[str] = mapped_column(String(2))
    category: Mapped[str | None] = mapped_column(String(40))  # grid's code, preset for the report
    # Floats: SQLite has no decimals, and a place needs none.
    lat: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))  # WGS-84
    lng: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id), index=True)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("qr_code.id"), index=True)
    # As it was first printed, so that a reprint is the same picture; empty until then.
    ecc: Mapped[Ecc | None]
    version: Mapped[int | None]
    mask: Mapped[int | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")  # for staff: of the last end
    # Days in Shanghai.  Who hung it stands in the audit log; who looked after it, nowhere.
    hung_on: Mapped[date | None]
    checked_on: Mapped[date | None]
    last_scan_on: Mapped[date | None]
    # Reports from this code whose writer gave a place far from where it hangs.
    far_reports: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def look(self) -> Look | None:
        """Return how it was first printed, or None if it never was."""
        if self.ecc is None or self.version is None or self.mask is None:
            return None
        return Look(self.ecc, self.version, self.mask)


class ScanWeek(Model):
    """How often a code was scanned in one week.  Nobody is written down."""

    __tablename__ = "qr_scan_week"

    code_id: Mapped[int] = mapped_column(ForeignKey(Code.id), primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)  # its Monday, in Shanghai
    scans: Mapped[int]


class Trouble(Model):
    """What passers-by say is wrong with a code.  The same said again counts up."""

    __tablename__ = "qr_trouble"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled IS NULL)", name="settled_somehow"),
        Index(
            "uq_qr_trouble_open",
            "code_id",
            "wrong",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey(Code.id), index=True)
    wrong: Mapped[Wrong]
    seen: Mapped[str] = mapped_column(String(500), default="")  # as typed, a line each
    times: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled: Mapped[Settled | None]


class LookAlike(InArea, Model):
    """A sticker that is none of ours, and where somebody saw it.  The same said again counts up."""

    __tablename__ = "qr_look_alike"
    __table_args__ = ({"sqlite_autoincrement": True},)  # attachments name it

    id: Mapped[int] = mapped_column(primary_key=True)
    where: Mapped[str] = mapped_column(String(80))
    seen: Mapped[str] = mapped_column(String(200), default="")  # what it says, what opened
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)


class TownNumbers(Model):
    """The last spot number a town has given out.  Numbers are never given twice."""

    __tablename__ = "qr_town_numbers"

    town_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    last_number: Mapped[int]


class PrintOrder(InArea, Model):
    """Pieces of one format that somebody wants printed, in an order that never changes."""

    __tablename__ = "qr_order"
    __table_args__ = (
        CheckConstraint("0 <= done AND done <= pieces", name="no_more_than_ordered"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[Format]
    state: Mapped[OrderState] = mapped_column(default=OrderState.PRINTING, index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    asked_at: Mapped[datetime]
    pieces: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    done_files: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)  # ended between ordering and printing
    sample: Mapped[bool]  # PUBLIC_URL was not final: 样张 stands across all of it
    trouble: Mapped[str] = mapped_column(String(300), default="")  # why it failed
    expires_at: Mapped[datetime | None] = mapped_column(index=True)  # its files, from the first on


class PrintItem(Model):
    """One piece of an order: a code, or a household that is to get a card."""

    __tablename__ = "qr_order_item"
    __table_args__ = (
        CheckConstraint("(code_id IS NULL) <> (household_id IS NULL)", name="one_piece"),
        UniqueConstraint("order_id", "code_id"),
        UniqueConstraint("order_id", "household_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey(PrintOrder.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 0
    code_id: Mapped[int | None] = mapped_column(ForeignKey(Code.id), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id), index=True)


class PrintFile(Model):
    """One finished PDF of an order."""

    __tablename__ = "qr_order_file"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(PrintOrder.id))
    number: Mapped[int]  # from 0
    pages: Mapped[int]
    bytes: Mapped[int]
    stored: Mapped[str] = mapped_column(String(80))  # in the store; a card's is sealed


class Activity(Model):
    """When and where people sign in with a code that moves; what it is the code says."""

    __tablename__ = "qr_activity"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_start"),)

    code_id: Mapped[int] = mapped_column(ForeignKey(Code.id), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), default="")  # the hall, the square
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class SignIn(Model):
    """Somebody took part.  Once what is personal has gone, it still counts as one."""

    __tablename__ = "qr_sign_in"
    __table_args__ = (
        # Whichever way the same person or phone comes again, one of these meets them.
        UniqueConstraint("code_id", "person_id"),
        UniqueConstraint("code_id", "phone_index"),
        UniqueConstraint("code_id", "device_index"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey(Activity.code_id))
    key: Mapped[str] = mapped_column(String(40), unique=True)  # of the page; it lets in one
    how: Mapped[How]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    name: Mapped[str | None] = mapped_column(Sealed)
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[str | None] = mapped_column(String(64))
    device_index: Mapped[str | None] = mapped_column(String(64))  # of this name on this phone
    signed_at: Mapped[datetime]
    left_at: Mapped[datetime | None]  # the minute in which they signed out, the last time
    forgotten_at: Mapped[datetime | None]
