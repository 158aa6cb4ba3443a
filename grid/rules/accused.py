"""What is written down when a case is against somebody, and what they get to hear of it."""

from enum import StrEnum
from typing import Final

from grid.errors import Incomplete, NotThatWay
from grid.rules.categories import Category
from grid.rules.guards import says_something
from grid.rules.states import Finding

LONGEST_NAME: Final = 60
LONGEST_CLAIM: Final = 300
LONGEST_ANSWER: Final = 1000
MOST_GIVEN: Final = 10  # links for one of the accused
MOST_WRITTEN: Final = 5  # answers by one link
SAME_WORDS: Final = 12  # so many characters in a row are the reporter's own words


class Against(StrEnum):
    """Whom or what a case is against."""

    STAFF = "staff"
    HOUSEHOLD = "household"
    PLACE = "place"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            Against.STAFF: "工作人员",
            Against.HOUSEHOLD: "一户人家",
            Against.PLACE: "店铺或单位",
            Against.OTHER: "别的人或事",
        }[self]


class Heard(StrEnum):
    """How somebody gave their answer."""

    VISIT = "visit"
    CALL = "call"
    WRITTEN = "written"

    @property
    def label(self) -> str:
        """What staff read."""
        return {Heard.VISIT: "上门听的", Heard.CALL: "电话里说的", Heard.WRITTEN: "书面给的"}[self]


def counts_against(finding: Finding | None) -> bool:
    """Whether anything may ever be counted against whoever a case was against.

    Whatever shows, lists or counts what cases came to asks this first: what is unfounded, what
    nobody could find out and what is still open counts against nobody and is not public.
    """
    return finding in {Finding.TRUE, Finding.PARTLY}


def may_be_public(category: Category | None, finding: Finding | None) -> bool:
    """Whether a closed case may be shown to everybody at all."""
    return category is not None and category.public and counts_against(finding)


def checked_claim(claim: str, *, words: str, caller: str | None, phone: str | None) -> str:
    """Return the neutral summary that the accused hears.

    Raises:
        Incomplete: it says nothing.
        NotThatWay: it is too long, repeats the reporter's own words, or says who they are.
    """
    if not says_something(claim):
        raise Incomplete("请用自己的话写一句：说的是什么事。")
    if len(claim) > LONGEST_CLAIM:
        raise NotThatWay("写短一点，最多 300 个字。")
    if echoes(claim, words):
        raise NotThatWay("这里有上报人的原话，对方能认出是谁说的。请换成自己的话。")
    if any(known and known in claim for known in (caller, phone)):
        raise NotThatWay("这里写出了上报人是谁，请去掉。")
    return claim


def echoes(claim: str, words: str) -> bool:
    """Whether *claim* repeats twelve characters in a row of what the reporter said."""
    said, ours = _bare(words), _bare(claim)
    if len(said) < SAME_WORDS:
        return False
    return any(
        said[start : start + SAME_WORDS] in ours for start in range(len(said) - SAME_WORDS + 1)
    )


def _bare(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
