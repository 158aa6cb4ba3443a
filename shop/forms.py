"""What is asked of whoever keeps the shop."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from wtforms import StringField

from kernel.forms import Form, text
from shop import rules
from shop.models import Gift
from shop.rules import (
    Category,
    Funding,
    GiftWish,
    GiverKind,
    GoodsLine,
    GoodsWish,
    MoveKind,
    Origin,
    StockWish,
)

MOST_DIGITS: Final = 9
MOST_ROWS: Final = 300
LONGEST: Final = 1000  # of what is looked at; what is too long is refused by its own sentence
E = TypeVar("E", bound=StrEnum)


def whole(typed: str) -> int:
    """Return the whole number somebody typed, -1 for what is none."""
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    return int(typed) if fits else -1


def one_of(kind: type[E], field: StringField) -> E | None:
    """Return what was chosen, None for what is no choice."""
    typed = text(field)
    return kind(typed) if typed in set(kind) else None


def fen_of(field: StringField) -> int:
    """Return yuan that were typed as fen, -1 for what is none."""
    found = rules.fen(text(field))
    return -1 if found is None else found


class GiftForm(Form):
    """A gift, as it is to be."""

    sku = StringField()
    name = StringField()
    category = StringField()
    coins = StringField()
    cost = StringField()
    unit = StringField()
    per_month = StringField()
    warn_below = StringField()
    note = StringField()
    keeps_dates = StringField()
    is_active = StringField()

    def wanted(self) -> GiftWish:
        """Return what is wanted."""
        return GiftWish(
            sku=text(self.sku)[:LONGEST].upper(),
            name=text(self.name)[:LONGEST],
            category=one_of(Category, self.category),
            coins=whole(text(self.coins)),
            cost_fen=fen_of(self.cost),
            unit=text(self.unit)[:LONGEST],
            per_month=whole(text(self.per_month)),
            warn_below=whole(text(self.warn_below)),
            note=text(self.note)[:LONGEST],
            keeps_dates=bool(text(self.keeps_dates)),
            is_active=bool(text(self.is_active)),
        )

    @classmethod
    def showing(cls, gift: Gift) -> "GiftForm":
        """Return a form that says what a gift is now."""
        form = cls(formdata=None)
        form.process(
            data={
                "sku": gift.sku,
                "name": gift.name,
                "category": gift.category.value,
                "coins": str(gift.coins),
                "cost": rules.yuan(gift.cost_fen),
                "unit": gift.unit,
                "per_month": str(gift.per_month),
                "warn_below": str(gift.warn_below),
                "note": gift.note,
                "keeps_dates": "on" if gift.keeps_dates else "",
                "is_active": "on" if gift.is_active else "",
            }
        )
        return form


class GoodsForm(Form):
    """Goods that came."""

    key = StringField()
    origin = StringField()
    giver_kind = StringField()
    giver = StringField()
    may_name = StringField()
    funding = StringField()
    paid = StringField()

    def wanted(self, sent: Mapping[str, str]) -> GoodsWish:
        """Return what is wanted; the lines are *pieces-7* and *until-7* of the gift 7."""
        return GoodsWish(
            origin=one_of(Origin, self.origin),
            giver_kind=one_of(GiverKind, self.giver_kind),
            giver=text(self.giver)[:LONGEST],
            may_name=bool(text(self.may_name)),
            funding=one_of(Funding, self.funding),
            paid_fen=fen_of(self.paid) if text(self.paid) else 0,
            lines=_lines(sent),
            key=text(self.key)[:64],
        )


def _lines(sent: Mapping[str, str]) -> list[GoodsLine]:
    found = []
    for name in [one for one in sent if one.startswith("pieces-")][:MOST_ROWS]:
        typed, number = sent[name].strip(), name.removeprefix("pieces-")
        if not typed:
            continue
        day = sent.get(f"until-{number}", "").strip()
        until = _day(day)
        found.append(
            GoodsLine(
                gift_id=max(0, whole(number)),
                pieces=whole(typed),
                good_until=until,
                is_day=until is not None or not day,
            )
        )
    return found


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


class StockForm(Form):
    """Pieces that go, or that were counted."""

    key = StringField()
    kind = StringField()
    pieces = StringField()
    reason = StringField()

    def wanted(self) -> StockWish:
        """Return what is wanted."""
        return StockWish(
            kind=one_of(MoveKind, self.kind),
            pieces=whole(text(self.pieces)),
            reason=text(self.reason)[:LONGEST],
            key=text(self.key)[:64],
        )


class DecideForm(Form):
    """What a second person says."""

    agree = StringField()
