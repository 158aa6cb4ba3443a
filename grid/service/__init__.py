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
from grid.service.callback import ask_callback
from grid.service.calling import log_supervisor_call, owe_call, read_call_contact
from grid.service.climbing import climb
from grid.service.contact import forget_caller, forget_contact, unlink_caller
from grid.service.departments import press, sign
from grid.service.desk import desk_goes, desk_knows
from grid.service.extending import ask_extension, decide_extension
from grid.service.external import copy_contact, note_export, set_number, set_systems
from grid.service.forgetting import (
    blur_positions,
    forget_contacts,
    forget_files,
    forget_old_duty,
    forget_outside,
)
from grid.service.handover import HandedOver, forget_duty, hand_over, take_up_left
from grid.service.hours import set_hours
from grid.service.joining import answer_help, ask_handover, ask_help, decide_handover
from grid.service.moving import Values, move
from grid.service.night import remind_desk
from grid.service.objecting import decide_objection, object_to, ring_late_objections
from grid.service.opening import NewCase, Sighting, open_case, take_patrol
from grid.service.outside import (
    Answer,
    Errand,
    enter,
    give_link,
    log_unit_call,
    opened,
    revoke,
    say,
)
from grid.service.pausing import SAID_AT_THE_END, end_pauses, pause, resume
from grid.service.phrases import add_phrase, remove_phrase
from grid.service.promising import tell_promises
from grid.service.residents import attach, confirm, reopen, supplement, urge, withdraw
from grid.service.roster import add_duty, change_duty, copy_week, remove_duty

__all__ = [
    "SAID_AT_THE_END",
    "Answer",
    "Contact",
    "Errand",
    "HandedOver",
    "NewCase",
    "Sighting",
    "Values",
    "acknowledge",
    "add_duty",
    "add_note",
    "add_phrase",
    "answer",
    "answer_help",
    "ask",
    "ask_callback",
    "ask_extension",
    "ask_handover",
    "ask_help",
    "attach",
    "blur_positions",
    "change_duty",
    "classify",
    "climb",
    "confirm",
    "copy_contact",
    "copy_week",
    "decide_extension",
    "decide_handover",
    "decide_objection",
    "desk_goes",
    "desk_knows",
    "end_pauses",
    "enter",
    "forget_caller",
    "forget_contact",
    "forget_contacts",
    "forget_duty",
    "forget_files",
    "forget_old_duty",
    "forget_outside",
    "give_link",
    "hand_over",
    "log_call",
    "log_supervisor_call",
    "log_unit_call",
    "move",
    "note_export",
    "object_to",
    "on_my_way",
    "open_case",
    "opened",
    "owe_call",
    "pause",
    "press",
    "read_call_contact",
    "read_contact",
    "remind",
    "remind_desk",
    "remove_duty",
    "remove_phrase",
    "reopen",
    "report_result",
    "resume",
    "revoke",
    "ring_late_objections",
    "say",
    "set_hours",
    "set_number",
    "set_systems",
    "sign",
    "spot_check",
    "supplement",
    "take_patrol",
    "take_up_left",
    "tell_promises",
    "unlink_caller",
    "urge",
    "withdraw",
    "write_voice_line",
]
