"""The gate every request passes: who may, from where, how often, and how refusals look.

Call ``install_gate`` after the last blueprint; a view that declares no access
stops the start-up here instead of being found by a stranger later.
"""

from kernel.web.files import csv_file
from kernel.web.gate import home_for, install_gate
from kernel.web.limits import (
    count_added,
    count_miss,
    count_own,
    count_sent,
    forgive_miss,
    forgive_own,
    limiter,
)
from kernel.web.memory import Memory, forget_all, keeps_any, remembers
from kernel.web.numbers import RowNumber, row_number
from kernel.web.pages import (
    answers_json,
    beside_field,
    full_stop,
    sentence_of,
    show_in,
    show_refusal,
    shown_as,
)
from kernel.web.rules import LateRule
from kernel.web.session import Doorkeeper, SignedIn, current_actor, current_actor_or_none
from kernel.web.show import NavItem, install_show

__all__ = [
    "Doorkeeper",
    "LateRule",
    "Memory",
    "NavItem",
    "RowNumber",
    "SignedIn",
    "answers_json",
    "beside_field",
    "count_added",
    "count_miss",
    "count_own",
    "count_sent",
    "csv_file",
    "current_actor",
    "current_actor_or_none",
    "forget_all",
    "forgive_miss",
    "forgive_own",
    "full_stop",
    "home_for",
    "install_gate",
    "install_show",
    "keeps_any",
    "limiter",
    "remembers",
    "row_number",
    "sentence_of",
    "show_in",
    "show_refusal",
    "shown_as",
]
