"""What residents do.  Nothing else writes the tables of this feature."""

from citizen.service.asking import (
    WITHDRAWN,
    add,
    answer,
    ask_callback,
    confirm,
    object_to,
    rate,
    reopen,
    urge,
    withdraw,
)
from citizen.service.counter import (
    Heard,
    look_up,
    note_look,
    refuse_who_is_at_it,
    say_for,
    take_down,
)
from citizen.service.forgetting import blur_positions, forget_contacts, forget_files
from citizen.service.joining import is_card, join_with_card
from citizen.service.own import delete_account, forget_contact, withdraw_consent
from citizen.service.submitting import (
    File,
    keep,
    push_to_grid,
    refuse_file,
    submit,
    submit_with_files,
)
from citizen.service.telling import open_with_code, phone_of, secret_of, send_code, take_back, tell

__all__ = [
    "WITHDRAWN",
    "File",
    "Heard",
    "add",
    "answer",
    "ask_callback",
    "blur_positions",
    "confirm",
    "delete_account",
    "forget_contact",
    "forget_contacts",
    "forget_files",
    "is_card",
    "join_with_card",
    "keep",
    "look_up",
    "note_look",
    "object_to",
    "open_with_code",
    "phone_of",
    "push_to_grid",
    "rate",
    "refuse_file",
    "refuse_who_is_at_it",
    "reopen",
    "say_for",
    "secret_of",
    "send_code",
    "submit",
    "submit_with_files",
    "take_back",
    "take_down",
    "tell",
    "urge",
    "withdraw",
    "withdraw_consent",
]
