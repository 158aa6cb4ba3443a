"""Tables of the grid queue."""

from grid.models.cases import POLICE, TO_GIVE_OUT, Case, police_areas
from grid.models.duty import Alarm, Hours
from grid.models.kinds import HANDS_ON_ACTS, HANDS_ON_MOVES, OPEN, Act, FileKind
from grid.models.roster import Callback, DeskAlarm, Duty
from grid.models.steps import CaseFile, LadderStep, Step

__all__ = [
    "HANDS_ON_ACTS",
    "HANDS_ON_MOVES",
    "OPEN",
    "POLICE",
    "TO_GIVE_OUT",
    "Act",
    "Alarm",
    "Callback",
    "Case",
    "CaseFile",
    "DeskAlarm",
    "Duty",
    "FileKind",
    "Hours",
    "LadderStep",
    "Step",
    "police_areas",
]
