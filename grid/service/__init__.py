"""Verbs of the grid queue.  The only code that changes cases."""

from grid.service.acts import (
    Contact,
    acknowledge,
    add_note,
    classify,
    log_call,
    on_my_way,
    read_contact,
    report_result,
    spot_check,
    write_voice_line,
)
from grid.service.alarms import remind
from grid.service.climbing import climb
from grid.service.contact import forget_caller, forget_contact, unlink_caller
from grid.service.forgetting import blur_positions, forget_contacts, forget_files
from grid.service.hours import set_hours
from grid.service.moving import Values, move
from grid.service.opening import NewCase, Sighting, open_case, take_patrol
from grid.service.residents import attach, confirm, reopen, supplement, urge, withdraw

__all__ = [
    "Contact",
    "NewCase",
    "Sighting",
    "Values",
    "acknowledge",
    "add_note",
    "attach",
    "blur_positions",
    "classify",
    "climb",
    "confirm",
    "forget_caller",
    "forget_contact",
    "forget_contacts",
    "forget_files",
    "log_call",
    "move",
    "on_my_way",
    "open_case",
    "read_contact",
    "remind",
    "reopen",
    "report_result",
    "set_hours",
    "spot_check",
    "supplement",
    "take_patrol",
    "unlink_caller",
    "urge",
    "withdraw",
    "write_voice_line",
]
