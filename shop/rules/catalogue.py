"""The gifts a shop begins with: ``shop/data/gifts.csv``."""

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Final

from shop.rules.kinds import Category
from shop.rules.wishes import GiftWish, check_gift

DATED: Final = "记录保质期"  # which each food does; its note is what residents read


@cache
def default_gifts() -> Sequence[GiftWish]:
    """Return them in their order; money there is whole yuan."""
    table = files("shop").joinpath("data/gifts.csv").read_text(encoding="utf-8-sig")
    found = tuple(_wish(row) for row in csv.DictReader(StringIO(table)))
    for one in found:
        check_gift(one)
    return found


def _wish(row: dict[str, str]) -> GiftWish:
    kinds = {one.label: one for one in Category}
    return GiftWish(
        sku=row["sku"],
        name=row["name"],
        category=kinds[row["category"]],
        coins=int(row["coins"]),
        cost_fen=int(row["yuan_ref"]) * 100,
        unit=row["unit"],
        per_month=int(row["limit_per_household_month"]),
        warn_below=int(row["min_stock_warn"]),
        note=row["note"].replace(DATED, "").strip(";"),
        keeps_dates=kinds[row["category"]] is Category.FOOD,
    )
