"""Codes that people read off a wall, type, and say on the telephone.

Crockford's 32 letters (no I, L, O, U), and a check character that stays within
them: his own needs five more, of which some do not survive in a URL.

The check character makes the word, read as a polynomial over GF(32), zero at a
primitive element.  So up to 31 characters every single wrong character and every
swap of two characters, adjacent or not, is noticed; of heavier damage, 31 in 32.
"""

from collections.abc import Sequence
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# The element's powers repeat after 31, and with them the weights.
LONGEST: Final = 31

# What stands for a character: itself, its small letter, what is mistaken for it.
_TAKEN_FOR: Final = {letter: letter for letter in ALPHABET} | {"O": "0", "I": "1", "L": "1"}

# What people put between groups: every kind of space, dash and zero-width mark
# that keyboards, copying from a chat and Chinese input methods produce.
_BETWEEN: Final = (
    " \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
    "-_\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2e3a\u2e3b\ufe58\ufe63"
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)

# A full-width form lies this far above its ASCII character.
_FULL_WIDTH: Final = 0xFEE0


def _make_folding() -> dict[int, str]:
    table = {ord(mark): "" for mark in _BETWEEN}
    for typed, meant in _TAKEN_FOR.items():
        table |= {ord(typed): meant, ord(typed.lower()): meant}
    # Not NFKC: it would turn one character into many, and ⑤ into 5.
    for code in (*map(ord, "-_"), *range(ord("0"), ord("z") + 1)):
        if code in table:
            table[code + _FULL_WIDTH] = table[code]
    return table


_FOLDING: Final = _make_folding()
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}

# Times alpha in GF(32) = GF(2)[x] / (x^5 + x^2 + 1), where alpha = x is primitive.
_TIMES_ALPHA: Final = tuple((v << 1) ^ (0b100101 if v & 0b10000 else 0) for v in range(32))


def fold(text: str) -> str:
    """Return *text* as we write it: capitals, no separators, O as 0, I and L as 1.

    A character that can stand for none of ours is kept, so that the result is
    refused instead of being read as something else.  Folding twice changes nothing.
    """
    return text.translate(_FOLDING)


def with_check(body: str) -> str:
    """Return *body* with its check character behind it.

    Raises:
        ValueError: *body* is empty, too long, or holds something outside the alphabet.
    """
    if not 0 < len(body) < LONGEST or not _VALUES.keys() >= set(body):
        raise ValueError("not a body a check character can be made for")
    return body + ALPHABET[_TIMES_ALPHA[_at_alpha(body)]]


def is_valid(text: str) -> bool:
    """Tell whether *text*, as it was typed, ends in the right check character."""
    return read(text) is not None


def read(text: str, lengths: Sequence[int] = ()) -> str | None:
    """Return what was meant by *text*, or None if it cannot be one of our codes.

    *lengths* says how many characters, check character included, a code may have;
    any number from 2 to 31 if nothing is said.
    """
    code = fold(text)
    if not 1 < len(code) <= LONGEST or (lengths and len(code) not in lengths):
        return None
    if not _VALUES.keys() >= set(code) or _at_alpha(code) != 0:
        return None
    return code


def grouped(text: str, sizes: Sequence[int]) -> str:
    """Return *text* in hyphenated groups of *sizes*, as it is printed and read aloud.

    Raises:
        ValueError: the sizes do not add up to the text.
    """
    if sum(sizes) != len(text):
        raise ValueError("the groups do not add up to the text")
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    return "-".join(text[end - size : end] for end, size in zip(ends, sizes, strict=True))


def _at_alpha(word: str) -> int:
    """Return the value at alpha of the polynomial whose coefficients are *word*."""
    value = 0
    for letter in word:
        value = _TIMES_ALPHA[value] ^ _VALUES[letter]
    return value
