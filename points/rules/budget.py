"""How much of a village's funds its coins would take, if everybody came for gifts today."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BudgetRule:
    """What a coin is worth in yuan, and at which parts of the funds to warn and to stop."""

    yuan_ref: Decimal
    warn_at: Decimal
    stop_at: Decimal


class Pressure(StrEnum):
    """How a village's funds stand."""

    UNSET = "unset"  # nobody has said how much there is
    FINE = "fine"
    WARN = "warn"
    STOP = "stop"  # nothing is paid by itself any more


@dataclass(frozen=True, slots=True)
class Gauge:
    """Coins that are out, their worth in whole yuan (rounded up), and the part of the funds."""

    coins: int
    worth: int
    percent: int
    pressure: Pressure


def gauge(rule: BudgetRule, *, coins: int, yuan: int) -> Gauge:
    """Measure *coins* that households hold against *yuan* of funds; 0 is not said."""
    worth = rule.yuan_ref * coins
    whole = int(worth.to_integral_value(rounding="ROUND_CEILING"))
    if yuan <= 0:
        return Gauge(coins, whole, 0, Pressure.UNSET)
    part = worth / yuan
    pressure = Pressure.FINE
    if part >= rule.stop_at:
        pressure = Pressure.STOP
    elif part >= rule.warn_at:
        pressure = Pressure.WARN
    return Gauge(coins, whole, int(part * 100), pressure)


def room(rule: BudgetRule, *, coins: int, yuan: int) -> int | None:
    """Return how many coins may still be paid by themselves; None where nobody has set a limit."""
    return None if yuan <= 0 else max(0, int(yuan * rule.stop_at / rule.yuan_ref) - coins)
