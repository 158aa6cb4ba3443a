"""Plants the coins of a village's month, and what somebody says against it."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.models import Close, LedgerAccount, Month, Objection, Statement
from points.rules.months import COINS
from tests.fakes import NOON
from tests.grid.factories import a_number
from tests.matrix.domain import PLACES, Thing
from tests.matrix.planted import District


def plant_month(session: Session, found: District, place: str, words: Mapping[str, str]) -> None:
    """Plant the month of the village in which the planted household earned coins."""
    home, period = found.of("household", place).names, "2026-02"
    session.merge(Month(period=period, cut_at=1, made_at=1))
    account = LedgerAccount(
        kind="household",
        unit="coin",
        owner_ref=home["household_id"],
        opened_on="2026-02-01",
        head_hash=b"h" * 32,
    )
    session.add(account)
    session.flush()
    coins = dict.fromkeys(COINS, 0) | {"other": 5, "closing": 5}
    village = PLACES[place][:12]
    session.add(
        Statement(
            period=period,
            account_id=account.id,
            area_code=village,
            household_id=int(home["household_id"]),
            number=words["month"],
            last_version=1,
            head_hash=b"h" * 32,
            **coins,
        )
    )
    same = select(Close).where(Close.period == period, Close.area_code == village)
    row = session.scalar(same)
    if row is None:
        row = Close(period=period, area_code=village, households=1, closing=5, digest="d" * 64)
        session.add(row)
        session.flush()
    said = Objection(
        area_code=village,
        key=f"key-{place}",
        number=a_number(),
        close_id=row.id,
        words=words["objection"],
        filed_at=NOON,
    )
    session.add(said)
    session.flush()
    names = {"objection_id": str(said.id)}
    found.add("objection", Thing(place, names=names), objection=said.words)
    found.add("month", Thing(place, names={"close_id": str(row.id)}), month=words["month"])
