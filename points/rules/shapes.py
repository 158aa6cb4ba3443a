"""Which keys each part of a rule table has; anything else is a mistake and not a wish."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from points.errors import BadRules


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


TOP: Final = _keys(
    "version unit account anonymous_claim caps case_award posting validity review publicity appeal"
    " clawback freeze budget month_close exchange positive negative forbidden anti_fraud"
)
SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "unit": _keys("name yuan_ref integer_only transferable cashable"),
    "account": _keys("owner contributor floor minor_earn place_awards_to"),
    "anonymous_claim": _keys("days counted_from proof note"),
    "caps": _keys("person_day person_month household_month person_year exempt over_cap note"),
    "case_award": _keys("rules findings by_urgency_at_closing note"),
    "posting": _keys("award_system award_reviewed deduct"),
    "validity": _keys("expire remind_before_days note"),
    "review": _keys("levels auto_pass_level1 sla_wd conflict_of_interest sample_check_pct"),
    "publicity": _keys("days mask scope"),
    "appeal": _keys("window_days decide_wd by on_win"),
    "clawback": _keys("floor uncovered visible appealable note"),
    "freeze": _keys("blocks note"),
    "budget": _keys("warn_at stop_automatic_at no_quota shown_to_resident note"),
    "month_close": _keys("day note"),
    "exchange": _keys("open_day if_holiday if_holiday_choices spendable proof confirm note"),
}
POSITIVE: Final = _keys("code name coins source cap evidence levels for pay_to active until")
NEGATIVE: Final = _keys(
    "code name coins source cap clawback freeze_days need notice_days restore_if_fixed restore_if"
    " levels for pay_from active until"
)
ANTI_FRAUD: Final = frozenset({"id", "rule"})


def check_shape(tree: Mapping[str, Any]) -> None:
    """Refuse a table with a key too many or a part too few.

    Raises:
        BadRules: with the name of the part.
    """
    _exactly("", tree, TOP)
    for name, keys in SECTIONS.items():
        _exactly(name, tree[name], keys)
    for name, keys in (("positive", POSITIVE), ("negative", NEGATIVE), ("anti_fraud", ANTI_FRAUD)):
        if not isinstance(tree[name], list) or not tree[name]:
            raise BadRules("规则表的“%(part)s”不完整。", part=name)
        for row in tree[name]:
            _known(name, row, keys)


def _exactly(name: str, part: object, keys: Collection[str]) -> None:
    _known(name, part, keys)
    missing = sorted(set(keys) - set(part if isinstance(part, Mapping) else ()))
    if missing:
        raise BadRules("规则表少了“%(part)s”。", part=".".join(filter(None, (name, missing[0]))))


def _known(name: str, part: object, keys: Collection[str]) -> None:
    if not isinstance(part, Mapping):
        raise BadRules("规则表的“%(part)s”不完整。", part=name)
    unknown = sorted(str(key) for key in part if key not in keys)
    if unknown:
        raise BadRules(
            "规则表里有不认识的“%(part)s”。", part=".".join(filter(None, (name, unknown[0])))
        )
