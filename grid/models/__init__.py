"""Tables of the grid queue."""

from grid.models.accused import Accused, AccusedAnswer, AccusedLink, AccusedSaid
from grid.models.cases import POLICE, TO_GIVE_OUT, Case, police_areas
from grid.models.departments import Handover, Help, Signing
from grid.models.duty import Alarm, Hours
from grid.models.kinds import HANDS_ON_ACTS, HANDS_ON_MOVES, OPEN, Act, FileKind
from grid.models.outside import External, ExternalSystem, LinkDevice, Outside, UnitWord
from grid.models.promises import Extension, Outcome, Pause, PromiseTold, Question
from grid.models.roster import Callback, DeskAlarm, Duty
from grid.models.steps import CaseFile, LadderStep, Step
from grid.models.upwards import Objection, Phrase, SupervisorCall

__all__ = [
    "HANDS_ON_ACTS",
    "HANDS_ON_MOVES",
    "OPEN",
    "POLICE",
    "TO_GIVE_OUT",
    "Accused",
    "AccusedAnswer",
    "AccusedLink",
    "AccusedSaid",
    "Act",
    "Alarm",
    "Callback",
    "Case",
    "CaseFile",
    "DeskAlarm",
    "Duty",
    "Extension",
    "External",
    "ExternalSystem",
    "FileKind",
    "Handover",
    "Help",
    "Hours",
    "LadderStep",
    "LinkDevice",
    "Objection",
    "Outcome",
    "Outside",
    "Pause",
    "Phrase",
    "PromiseTold",
    "Question",
    "Signing",
    "Step",
    "SupervisorCall",
    "UnitWord",
    "police_areas",
]
