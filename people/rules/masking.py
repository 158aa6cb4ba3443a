"""What a list shows of a private number or name: enough to recognise, too little to use.

GB/T 35273 practice: of a mobile number the first 3 and last 4 digits, of a name the surname
(domain/FACTS.md, section 3).
"""

import re
from typing import Final

STAR: Final = "*"
WHOLE: Final = 11  # digits of a mobile number; of a shorter one less is shown
HEAD: Final = 3
TAIL: Final = 4
# The surnames of two characters one meets; of any other name the first character is the surname.
DOUBLE: Final = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连"
        "澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于"
        "司空令狐呼延轩辕百里东郭第五拓跋西门梁丘左丘东门闾丘",
    )
)


def mask_phone(phone: str | None) -> str:
    """Return *phone* as a list shows it: 138****5678; of a short one only the last two digits."""
    number = (phone or "").strip()
    if len(number) >= WHOLE:
        return number[:HEAD] + STAR * (len(number) - HEAD - TAIL) + number[-TAIL:]
    shown = number[-2:] if len(number) > TAIL else ""
    return STAR * (len(number) - len(shown)) + shown


def mask_name(name: str | None) -> str:
    """Return the surname and one star, so that not even the length of the name is shown."""
    return surname(name) + STAR if (name or "").strip() else ""


def publish_name(name: str | None) -> str:
    """Return a name as a village's board shows it: 张*三, of two characters 张*.

    More than a list shows, so only for what the law lets a village publish for some days.
    """
    whole = (name or "").strip()
    family = surname(whole)
    return family + STAR + (whole[-1] if len(whole) > len(family) + 1 else "") if whole else ""


def surname(name: str | None) -> str:
    """Return the surname: one character, or two of those that are written so."""
    whole = (name or "").strip()
    double = len(whole) > 2 and whole[:2] in DOUBLE  # noqa: PLR2004 - two characters and a given name
    return whole[: 2 if double else 1]


def is_surname(words: str) -> bool:
    """Whether *words* are a surname and no more."""
    return len(words) == 1 or words in DOUBLE
