"""Devices that opened an account before: their tries are not mixed up with those of strangers.

Otherwise whoever knows a login could keep its owner from work by guessing wrong (OWASP, Device
Cookies).  A cookie lets nobody in; it only says against whose number the next try is counted.
"""

from dataclasses import dataclass
from typing import Final

from flask import Response

from kernel.web import Memory, count_miss, count_own, forgive_miss, forgive_own
from kernel.work import parts
from people import rules

DEVICES: Final = Memory(  # twenty: a desk may be shared
    "devices", most=20, read_number=rules.read_device, of_receipts=False
)
STRANGER: Final = "sign-in"
OWN: Final = "device"


@dataclass(frozen=True, slots=True)
class Try:
    """One guess that was counted: against the device in *kept*, else against the address."""

    kept: str = ""
    epoch: int | None = None  # of the account, when this device last opened it

    def forgive(self) -> None:
        """Take it back: the guess was right."""
        if self.kept:
            forgive_own(OWN, self.kept)
        else:
            forgive_miss(STRANGER)


def count_try(login: str) -> Try:
    """Count a guess at *login* before it is looked at.

    Raises:
        TooMany: a stranger's, from an address of too many wrong ones.
    """
    for kept in DEVICES.numbers():
        epoch = rules.epoch_of_device(kept, login=rules.folded_login(login))
        if epoch is not None and count_own(OWN, kept):
            return Try(kept, epoch)
    count_miss(STRANGER)
    return Try()


def remember(response: Response, *, login: str, epoch: int) -> None:
    """Let this device be known to the account until its password is another one."""
    folded = rules.folded_login(login)
    same = (
        kept for kept in DEVICES.numbers() if rules.epoch_of_device(kept, login=folded) == epoch
    )
    kept = next(same, None) or rules.as_device(folded, epoch, parts().chance.token())
    DEVICES.keep(response, kept)
