"""A household's PIN (换礼密码): six digits that are not guessed at the first tries."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from people.errors import BadField

LENGTH: Final = 6
MOST_WRONG: Final = 5  # in a row; then the village sets a new one
_DIGITS: Final = re.compile(rf"[0-9]{{{LENGTH}}}")


def read_pin(typed: str) -> str | None:
    """Return the six ASCII digits that were typed, or None if it is something else."""
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[:40]))
    return digits if _DIGITS.fullmatch(digits) else None


def checked_pin(typed: str, *, number: str, phones: Iterable[str]) -> str:
    """Return a PIN that may be one of the household with this 户号 and these members' numbers.

    Raises:
        BadField: it is no six digits, or among the first that somebody would try.
    """
    pin = read_pin(typed)
    if pin is None:
        raise BadField("密码要 6 位数字")
    if _is_plain(pin):
        raise BadField("这个密码太好猜，请换一个，不要连号，也不要重复")
    if _ending(number) == pin:
        raise BadField("不要用户号的最后几位，请换一个")
    if any(_ending(phone) == pin for phone in phones):
        raise BadField("不要用家里人手机号的最后几位，请换一个")
    return pin


def _is_plain(pin: str) -> bool:
    """Whether it is 000000, 121212, 112112, 123123, 234567, 987654 or 112233."""
    if len(set(pin)) <= 2 or pin[:3] == pin[3:]:  # noqa: PLR2004 - two digits in any order
        return True
    in_pairs = all(pin[at] == pin[at + 1] for at in range(0, LENGTH, 2))
    return _is_run(pin) or (in_pairs and _is_run(pin[::2]))


def _is_run(digits: str) -> bool:
    """Whether each digit is one more than the one before, or each one less; 0 follows 9."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return steps in ({1}, {9})


def _ending(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)[-LENGTH:]
