"""What the lines of each posting do to each account, summed by the database."""

from sqlalchemy import BigInteger, Subquery, case, cast, func, literal, select, union_all

from points.models import Transfer
from points.rules import Phase

_MOVES = Transfer.phase.in_([Phase.POSTED, Phase.CAPTURED])


def effects(name: str = "effect") -> Subquery:
    """Return (posting_id, account_id, comes, goes, held) of everything that was posted."""
    amount, nothing = Transfer.amount, literal(0)
    held = case(
        (Transfer.phase == Phase.PENDING, amount),
        (Transfer.phase == Phase.POSTED, nothing),
        else_=-amount,
    )
    sides = union_all(
        select(
            Transfer.posting_id,
            Transfer.debit_id.label("account_id"),
            nothing.label("comes"),
            case((_MOVES, amount), else_=nothing).label("goes"),
            held.label("held"),
        ),
        select(
            Transfer.posting_id,
            Transfer.credit_id.label("account_id"),
            case((_MOVES, amount), else_=nothing).label("comes"),
            nothing.label("goes"),
            nothing.label("held"),
        ),
    ).subquery()
    # Sums of bigints are numeric to PostgreSQL; a ledger's are whole and fit.
    sums = [
        cast(func.sum(sides.c[part]), BigInteger).label(part) for part in ("comes", "goes", "held")
    ]
    return (
        select(sides.c.posting_id, sides.c.account_id, *sums)
        .group_by(sides.c.posting_id, sides.c.account_id)
        .subquery(name)
    )
