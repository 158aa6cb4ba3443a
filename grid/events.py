"""What the grid tells the other features."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A report has become a case, and somebody's name stands on it where anybody was there."""

    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoved(Event):
    """A case took a step.

    Whoever was merged into it hears it too, under their own case's number; *state* is then the
    state of the main case.
    """

    case_id: int
    move: str  # a grid.rules.Move
    state: str  # a grid.rules.State


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlaced(Event):
    """The town or the district found out where it really is: the case lies elsewhere now."""

    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """Somebody other than the handler has seen that a case is settled, or the resident said so.

    A case that is closed again after rework is announced again.
    """

    case_id: int
    category: str | None
    urgency: str  # a grid.rules.Urgency
    finding: str  # a grid.rules.Finding
    reported_by: int | None  # the resident, where they had signed in; never staff


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportersConcerned(Event):
    """Something beside a move that whoever reported it should hear of; of each report one."""

    case_id: int
    what: str  # a grid.rules.Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class ReworkSupervised(Event):
    """Rework stays with whoever did it before: somebody above has to ring; one of each report."""

    case_id: int
