"""Notes of the history that the program put together, in the reader's language.

They are kept as they were said.  What somebody wrote is never taken apart.
"""

from typing import Final

from flask_babel import gettext as _

from grid.rules.outside import Said

UNIT: Final = "%(unit)s"
# As services write them; the clauses of one note stand between commas.
CLAUSES: Final = (
    "到时没有人接单",
    "到时没有联系上报人",
    "15分钟还没有响应",
    "60分钟还没有响应",
    "已经到最上一级",
    "事情已经交给部门",
    "等部门签收",
    "已提醒",
    "上一级没有人可以接",
    "请重新定由谁办",
)
ABOUT_UNITS: Final = (
    "升级到%(unit)s",
    "%(unit)s到时没有签收",
    "%(unit)s一直没有签收",
    "请%(unit)s支援",
    "同意转给%(unit)s",
    "给了%(unit)s一个限时链接",
    "停用了给%(unit)s的链接",
    "%(unit)s（链接）",
)


ANSWERS: Final = frozenset(said.label for said in Said)


def in_words(note: str) -> str:
    """Return a note as it is read; words after a colon are somebody's own."""
    head, colon, rest = note.partition("：")
    clauses = [_clause(one) for one in head.split("，")]
    if None in clauses:
        return note
    said = _("，").join(clause for clause in clauses if clause)
    if not colon:
        return str(said)
    answer, stop, own = rest.partition("。")
    if answer in ANSWERS:  # of a unit, whose own words follow
        rest = f"{_(answer)}{stop}{own}"
    elif rest:
        rest = str(_(rest))
    return str(_("%(head)s：%(rest)s", head=said, rest=rest))


def _clause(words: str) -> str | None:
    """Return a clause that is known, None for any other."""
    if not words:  # which gettext takes for its own header
        return None
    for pattern in ABOUT_UNITS:
        before, after = pattern.split(UNIT)
        unit = words.removeprefix(before).removesuffix(after)
        if unit and f"{before}{unit}{after}" == words:
            return str(_(pattern, unit=_(unit)))
    said = str(_(words))
    return said if words in CLAUSES or said != words else None
