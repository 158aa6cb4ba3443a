"""What is read from the ledger."""

from points.queries.balances import Balance, balance, balance_at
from points.queries.counts import Counted, counted
from points.queries.export import FILES, export
from points.queries.faults import Fault
from points.queries.ruling import rules_in_force, rules_of
from points.queries.seals import leaf, leaves_at, salt
from points.queries.verify import verify

__all__ = [
    "FILES",
    "Balance",
    "Counted",
    "Fault",
    "balance",
    "balance_at",
    "counted",
    "export",
    "leaf",
    "leaves_at",
    "rules_in_force",
    "rules_of",
    "salt",
    "verify",
]
