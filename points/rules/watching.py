"""What is looked at again, and what a warning is given for."""

from typing import Final

LEAST_OF_PAIR: Final = 10
SHARE_OF_PAIR: Final = 0.4
HUNDRED: Final = 100


def is_drawn(digest: str, percent: int) -> bool:
    """Whether a claim is looked at again; *digest* is hexadecimal, and nobody can foresee it."""
    return int(digest[:12], 16) % HUNDRED < percent


def is_close_pair(together: int, of_reviewer: int) -> bool:
    """Whether somebody reviews one claimant suspiciously often: of all they reviewed in a month."""
    return together >= LEAST_OF_PAIR and together > SHARE_OF_PAIR * of_reviewer
