"""What expires, first in first out, without keeping lots."""


def expiring(earned_by_then: int, out_now: int, held_now: int) -> int:
    """Return how many coins of those earned up to a day are left to expire.

    *earned_by_then* is all that ever came in up to that day, *out_now* all that ever went out,
    *held_now* what is set aside: as good as spent (LEDGER.md section 2.4).
    """
    return max(0, earned_by_then - out_now - held_now)
