"""How much of an award the caps leave, and until when coins are good."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from points.rules.table import Caps, Period, Rule, RuleTable


@dataclass(frozen=True, slots=True)
class Earned:
    """What was granted before: coins of capped rules, and times of the rule in question."""

    person_day: int = 0
    person_month: int = 0
    household_month: int = 0
    person_year: int = 0
    times: Mapping[Period, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earner:
    """Whose caps something counts against, and on which day."""

    person: int
    household: int
    day: date


@dataclass(frozen=True, slots=True)
class Award:
    """Coins that were granted for a day, as caps count them; *claim* is the claim's number."""

    claim: int
    person: int
    household: int
    rule: str
    day: date
    coins: int


def earned_of(
    awards: Iterable[Award], caps: Caps, who: Earner
) -> tuple[Earned, Mapping[tuple[str, Period], int]]:
    """Return what counts for somebody on their day, and how often they earned by each rule."""
    spans = {period: span(period, who.day) for period in Period}
    coins: Counter[str] = Counter()
    times: Counter[tuple[str, Period]] = Counter()
    for one in awards:
        within = [period for period in Period if spans[period][0] <= one.day <= spans[period][1]]
        counted = 0 if one.rule in caps.exempt else one.coins
        if one.person == who.person:
            times.update((one.rule, period) for period in within)
            coins.update({period.value: counted for period in within})
        if one.household == who.household and Period.MONTH in within:
            coins["household"] += counted
    earned = Earned(
        person_day=coins[Period.DAY],
        person_month=coins[Period.MONTH],
        household_month=coins["household"],
        person_year=coins[Period.YEAR],
    )
    return earned, times


def earned_before(
    awards: Iterable[Award], caps: Caps, who: Earner, *, claim: int, rule: Rule
) -> Earned:
    """Return what counts against a claim's caps: of *awards* all but itself."""
    earned, times = earned_of((one for one in awards if one.claim != claim), caps, who)
    counts = {period: times.get((rule.code, period), 0) for period, _most in rule.caps}
    return replace(earned, times=counts)


@dataclass(frozen=True, slots=True)
class Granted:
    """What is paid of what was asked; *by* is the cap that took the rest, "" for none."""

    coins: int
    cut: int = 0
    by: str = ""

    @property
    def sentence(self) -> str:
        """What the line says, with ``cut`` to be filled in; "" where nothing was cut."""
        return "按上限少发 %(cut)s 币" if self.cut else ""


def grant(rule: Rule, caps: Caps, earned: Earned) -> Granted:
    """Cut an award to what the caps leave; nothing of it is kept for later."""
    for period, most in rule.caps:
        if earned.times.get(period, 0) >= most:
            return Granted(0, rule.coins, f"{period.value}_times")
    if rule.code in caps.exempt:
        return Granted(rule.coins)
    left = {
        "person_day": caps.person_day - earned.person_day,
        "person_month": caps.person_month - earned.person_month,
        "household_month": caps.household_month - earned.household_month,
        "person_year": caps.person_year - earned.person_year,
    }
    tightest = min(left, key=lambda name: left[name])
    coins = max(0, min(rule.coins, left[tightest]))
    return Granted(coins, rule.coins - coins, tightest if coins < rule.coins else "")


@dataclass(frozen=True, slots=True)
class RuleLeft:
    """How often somebody may still earn by a rule: (period, most, left) for each of its caps."""

    rule: Rule
    periods: tuple[tuple[Period, int, int], ...]

    @property
    def is_used_up(self) -> bool:
        """Whether one of its caps leaves nothing."""
        return any(left == 0 for _period, _most, left in self.periods)


@dataclass(frozen=True, slots=True)
class CapsLeft:
    """What the caps leave somebody and their household, in coins, and by rule in times."""

    person_day: int
    person_month: int
    household_month: int
    person_year: int
    rules: tuple[RuleLeft, ...]

    @property
    def coins(self) -> int:
        """What somebody can earn today at most."""
        return min(self.person_day, self.person_month, self.household_month, self.person_year)


def caps_left(
    table: RuleTable, earned: Earned, times: Mapping[tuple[str, Period], int]
) -> CapsLeft:
    """Return what is left; *times* counts by rule and period what somebody has earned by."""
    caps = table.caps
    return CapsLeft(
        person_day=max(0, caps.person_day - earned.person_day),
        person_month=max(0, caps.person_month - earned.person_month),
        household_month=max(0, caps.household_month - earned.household_month),
        person_year=max(0, caps.person_year - earned.person_year),
        rules=tuple(
            RuleLeft(
                rule,
                tuple(
                    (period, most, max(0, most - times.get((rule.code, period), 0)))
                    for period, most in rule.caps
                ),
            )
            for rule in table.in_force
        ),
    )


def span(period: Period, day: date) -> tuple[date, date]:
    """Return the first and the last day of the period in which *day* lies."""
    match period:
        case Period.DAY:
            return day, day
        case Period.MONTH:
            first, months = day.replace(day=1), 1
        case Period.QUARTER:
            first, months = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), 3
        case _:
            first, months = day.replace(month=1, day=1), 12
    past = first.month - 1 + months
    return first, first.replace(year=first.year + past // 12, month=past % 12 + 1) - timedelta(1)
