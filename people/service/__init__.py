"""What can be done with areas, staff and sign-ins; nothing else writes these tables."""

from people.service.areas import (
    add_area,
    close_area,
    describe_area,
    remove_robot,
    rename_area,
    set_robot,
    try_robot,
)
from people.service.dialects import set_dialects
from people.service.imports import ImportResult, import_areas, import_staff
from people.service.phone import SIGN_IN, check_code, forget_codes, send_code, sign_in_resident
from people.service.signing import (
    change_password,
    sign_in,
    sign_out,
    turn_totp_off,
    turn_totp_on,
)
from people.service.staff import (
    Issued,
    add_staff,
    close_account,
    describe_staff,
    give_hat,
    move,
    reset_password,
    take_hat,
)

__all__ = [
    "SIGN_IN",
    "ImportResult",
    "Issued",
    "add_area",
    "add_staff",
    "change_password",
    "check_code",
    "close_account",
    "close_area",
    "describe_area",
    "describe_staff",
    "forget_codes",
    "give_hat",
    "import_areas",
    "import_staff",
    "move",
    "remove_robot",
    "rename_area",
    "reset_password",
    "send_code",
    "set_dialects",
    "set_robot",
    "sign_in",
    "sign_in_resident",
    "sign_out",
    "take_hat",
    "try_robot",
    "turn_totp_off",
    "turn_totp_on",
]
