"""What residents do.  Nothing else writes the tables of this feature."""

from citizen.service.asking import (
    WITHDRAWN,
    add,
    ask_callback,
    confirm,
    rate,
    reopen,
    urge,
    withdraw,
)
from citizen.service.forgetting import blur_positions, forget_contacts, forget_files
from citizen.service.submitting import (
    File,
    keep,
    push_to_grid,
    refuse_file,
    submit,
    submit_with_files,
)
from citizen.service.telling import (
    open_with_code,
    phone_of,
    secret_of,
    send_code,
    take_back,
    tell,
)

__all__ = [
    "WITHDRAWN",
    "File",
    "add",
    "ask_callback",
    "blur_positions",
    "confirm",
    "forget_contacts",
    "forget_files",
    "keep",
    "open_with_code",
    "phone_of",
    "push_to_grid",
    "rate",
    "refuse_file",
    "reopen",
    "secret_of",
    "send_code",
    "submit",
    "submit_with_files",
    "take_back",
    "tell",
    "urge",
    "withdraw",
]
