"""What a town makes of the district's rules: never more than they allow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from points.errors import BadRules
from points.rules.table import Period, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A rule in one town: switched off, with fewer coins, or fewer times; all as the district."""

    is_off: bool = False
    coins: int | None = None
    caps: tuple[tuple[Period, int], ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return not self.is_off and self.coins is None and not self.caps


def narrowed(rule: Rule, narrowing: Narrowing | None) -> Rule:
    """Return *rule* as it holds in a town.

    The smaller number always counts, so a district that lowers its own later is not undone.
    """
    if narrowing is None:
        return rule
    caps: dict[Period, int] = dict(rule.caps)
    for period, most in narrowing.caps:
        caps[period] = min(most, caps.get(period, most))
    return replace(
        rule,
        coins=rule.coins if narrowing.coins is None else min(rule.coins, narrowing.coins),
        caps=tuple((one, caps[one]) for one in Period if one in caps),
        active=rule.active and not narrowing.is_off,
    )


def check_narrowing(rule: Rule, narrowing: Narrowing) -> None:
    """Refuse what would widen a rule.

    Raises:
        BadRules: more coins or more times than the district's, or a number that is none.
    """
    if not rule.active:
        raise BadRules("这条规则区里还没有启用。")
    if narrowing.coins is not None and not 1 <= narrowing.coins <= rule.coins:
        raise BadRules("币数只能在 1 到 %(most)s 之间。", most=rule.coins)
    allowed: Mapping[Period, int] = dict(rule.caps)
    for period, most in narrowing.caps:
        if most < 1 or most > allowed.get(period, most):
            raise BadRules(
                "次数只能比区里的少：%(period)s最多 %(most)s 次。",
                period=period.label,
                most=allowed.get(period, 1),
            )
