"""Who of the demo's staff does what next."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import POLICE, Case
from grid.rules import HandledBy, Urgency
from kernel.access import Actor
from kernel.grants import Role
from people.models import Account
from people.queries import actor_of

VERIFIERS: Final = (Role.GRID_FULL, Role.GRID_PART, Role.GRID_LEADER, Role.TOWN_ADMIN)
GRID_DIGITS: Final = 15


class Cast:
    """Everybody with an account, by number, by role and by place."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._actors: dict[int, Actor] = {}
        self.refresh()

    def refresh(self) -> None:
        """Notice who has joined since."""
        ids = self._session.scalars(select(Account.person_id).order_by(Account.person_id)).all()
        found = {number: actor_of(self._session, number) for number in ids}
        self._actors = {number: actor for number, actor in found.items() if actor is not None}

    def actor(self, person_id: int | None) -> Actor:
        """Return the member of staff with that number.

        Raises:
            KeyError: nobody has it.
        """
        if person_id is None:
            raise KeyError(person_id)
        return self._actors[person_id]

    def at(self, area: str, role: Role) -> Sequence[Actor]:
        """Return who wears *role* over *area*, or in a part of the same grid."""
        return [
            actor
            for actor in self._actors.values()
            for hat in actor.hats
            if hat.role is role
            and (area.startswith(hat.area) or hat.area[:GRID_DIGITS] == area[:GRID_DIGITS])
        ]

    def town(self, area: str) -> Actor:
        """Return who sits at the town's desk; in a place above the towns, the district's."""
        return next(iter((*self.at(area, Role.TOWN_ADMIN), *self.at(area, Role.DISTRICT_CMD))))

    def department(self, code: str) -> Actor:
        """Return the handler of a department.

        Raises:
            StopIteration: it has none.
        """
        return next(
            actor for actor in self._actors.values() for hat in actor.hats if hat.department == code
        )

    def others(self, case: Case, hands: set[int]) -> Sequence[Actor]:
        """Return who of grid and village can take the case anew: nobody who had it in hand."""
        roles = (Role.GRID_FULL, Role.GRID_LEADER, Role.VILLAGE_ADMIN)
        never = hands | {case.staff_reporter, case.owner_id}
        return [
            actor
            for role in roles
            for actor in self.at(case.area_code, role)
            if actor.id not in never
        ]

    def verifier(self, case: Case, hands: set[int]) -> Actor | None:
        """Return who may look whether it is settled (G3), the nearest first."""
        never = set(hands)
        if case.handled_kind is HandledBy.GRID and case.staff_reporter is not None:
            never.add(case.staff_reporter)
        return next((actor for actor in self._may_verify(case) if actor.id not in never), None)

    def _may_verify(self, case: Case) -> Iterator[Actor]:
        if case.is_police:
            for actor in self.at(case.area_code, Role.DEPT_HANDLER):
                if any(hat.department in POLICE for hat in actor.hats):
                    yield actor
            return
        for role in VERIFIERS:
            if role is not Role.GRID_PART or case.urgency is not Urgency.URGENT:
                yield from self.at(case.area_code, role)
