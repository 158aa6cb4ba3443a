"""What volunteers say they can do: 三师三员, and what a village needs every day."""

from enum import StrEnum
from typing import Final

LONGEST_SKILL: Final = 60


class Skill(StrEnum):
    """One thing somebody can help with."""

    LAWYER = "lawyer"
    TEACHER = "teacher"
    DOCTOR = "doctor"
    MEDIATOR = "mediator"
    SPEAKER = "speaker"
    SAFETY = "safety"
    REPAIR = "repair"
    BARBER = "barber"
    CARE = "care"
    DRIVER = "driver"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return _LABELS[self]


_LABELS: Final = {
    Skill.LAWYER: "律师、懂法律",
    Skill.TEACHER: "教师、会教",
    Skill.DOCTOR: "医师、护士",
    Skill.MEDIATOR: "调解员、会劝和",
    Skill.SPEAKER: "宣讲员、会讲",
    Skill.SAFETY: "安全员、懂消防",
    Skill.REPAIR: "水电木工、会修",
    Skill.BARBER: "理发",
    Skill.CARE: "照看老人孩子",
    Skill.DRIVER: "开车接送",
    Skill.OTHER: "别的本事",
}
