"""What people tells the other features."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSplit(Event):
    """Some members went from one household into a new one."""

    household_id: int
    new_household_id: int
    members: int  # how many went


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdsMerged(Event):
    """All members of one household belong to another one now; the first is closed."""

    household_id: int  # the one that stays
    closed_household_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdMoved(Event):
    """A household lies in another area now."""

    household_id: int
    old_area_code: str
    area_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdClosed(Event):
    """A household is no more; what it is owed has to be settled."""

    household_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdTableSent(Event):
    """A table of households waits to be looked through."""

    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPartDue(Event):
    """A part of a table waits to be compared with what is there, or to be written."""

    import_id: int
    part: int  # from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SomebodyBarred(Event):
    """Somebody neither sees nor handles one thing any more; it must leave their hands."""

    about: str  # "case"
    ref: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """A member of staff has left: all hats are taken back, and they sign in no more."""

    person_id: int
