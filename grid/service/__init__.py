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
from grid.service.callback import ask_callback
from grid.service.climbing import climb
from grid.service.desk import desk_goes, desk_knows
from grid.service.forgetting import blur_positions, forget_contacts, forget_files
from grid.service.handover import HandedOver, forget_duty, hand_over, take_up_left
from grid.service.hours import set_hours
from grid.service.moving import Values, move
from grid.service.night import remind_desk
from grid.service.opening import NewCase, Sighting, open_case, take_patrol
from grid.service.residents import attach, confirm, reopen, supplement, urge, withdraw
from grid.service.roster import add_duty, change_duty, copy_week, remove_duty

__all__ = [
    "Contact",
    "HandedOver",
    "NewCase",
    "Sighting",
    "Values",
    "acknowledge",
    "add_duty",
    "add_note",
    "ask_callback",
    "attach",
    "blur_positions",
    "change_duty",
    "classify",
    "climb",
    "confirm",
    "copy_week",
    "desk_goes",
    "desk_knows",
    "forget_contacts",
    "forget_duty",
    "forget_files",
    "hand_over",
    "log_call",
    "move",
    "on_my_way",
    "open_case",
    "read_contact",
    "remind",
    "remind_desk",
    "remove_duty",
    "reopen",
    "report_result",
    "set_hours",
    "spot_check",
    "supplement",
    "take_patrol",
    "take_up_left",
    "urge",
    "withdraw",
    "write_voice_line",
]
