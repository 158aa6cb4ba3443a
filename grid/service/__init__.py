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
from grid.service.asking import answer, ask
from grid.service.calling import log_supervisor_call, owe_call, read_call_contact
from grid.service.climbing import climb
from grid.service.extending import ask_extension, decide_extension
from grid.service.forgetting import blur_positions, forget_contacts, forget_files
from grid.service.hours import set_hours
from grid.service.moving import Values, move
from grid.service.objecting import decide_objection, object_to, ring_late_objections
from grid.service.opening import NewCase, Sighting, open_case, take_patrol
from grid.service.pausing import SAID_AT_THE_END, end_pauses, pause, resume
from grid.service.phrases import add_phrase, remove_phrase
from grid.service.promising import tell_promises
from grid.service.residents import attach, confirm, reopen, supplement, urge, withdraw

__all__ = [
    "SAID_AT_THE_END",
    "Contact",
    "NewCase",
    "Sighting",
    "Values",
    "acknowledge",
    "add_note",
    "add_phrase",
    "answer",
    "ask",
    "ask_extension",
    "attach",
    "blur_positions",
    "classify",
    "climb",
    "confirm",
    "decide_extension",
    "decide_objection",
    "end_pauses",
    "forget_contacts",
    "forget_files",
    "log_call",
    "log_supervisor_call",
    "move",
    "object_to",
    "on_my_way",
    "open_case",
    "owe_call",
    "pause",
    "read_call_contact",
    "read_contact",
    "remind",
    "remove_phrase",
    "reopen",
    "report_result",
    "resume",
    "ring_late_objections",
    "set_hours",
    "spot_check",
    "supplement",
    "take_patrol",
    "tell_promises",
    "urge",
    "withdraw",
    "write_voice_line",
]
