"""Who in the demo writes down what somebody tells them on the telephone or at the counter."""

from typing import Final

from citizen import service as citizen
from citizen.models import Report
from citizen.rules import Channel, Place, Said
from demo.service.cast import Cast
from kernel.grants import Role
from kernel.work import Work

ONE_IN: Final = 16  # plots; those with pictures or a voice are scanned all the same
CHANNELS: Final = (Channel.PHONE, Channel.COUNTER, Channel.PHONE, Channel.VISIT)


def told(work: Work, cast: Cast, said: Said, place: Place, *, number: int) -> Report | None:
    """Have the village take down plot *number*, if it is one of those; else return None."""
    clerks = cast.at(place.area_code, Role.VILLAGE_ADMIN)
    turn, rest = divmod(number, ONE_IN)
    if rest or not clerks or said.files:
        return None
    channel = CHANNELS[turn % len(CHANNELS)]
    return citizen.take_down(work, said, place, channel=channel, by=clerks[0])
