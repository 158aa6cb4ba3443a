"""Who asks, where they wear which hat, and what a view demands of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from kernel.grants import GRANTS, Role, Scope
from kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class Hat:
    """A role, the area below which it counts, and the department it is worn for, if any."""

    role: Role
    area: str
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person on whose behalf something is done."""

    id: int
    hats: frozenset[Hat] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether this person holds *permission* anywhere at all."""
        return any(hat.role in GRANTS[permission] for hat in self.hats)

    def hats_for(self, permission: Permission) -> tuple[tuple[Hat, Scope], ...]:
        """Return the hats that grant *permission*, each with how far it reaches."""
        grants = GRANTS[permission]
        found = [(hat, grants[hat.role]) for hat in self.hats if hat.role in grants]
        return tuple(sorted(found, key=lambda one: (one[0].area, one[0].role)))

    def wears(self, *roles: Role) -> bool:
        """Whether this person wears one of *roles* somewhere."""
        return any(hat.role in roles for hat in self.hats)


PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
View = TypeVar("View", bound=Callable[..., object])


def require(permission: Permission) -> Callable[[View], View]:
    """Mark a view as open only to people granted *permission* somewhere."""
    return _mark(permission)


def public(view: View) -> View:
    """Mark a view as open to anyone, signed in or not."""
    return _mark(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Mark a view as open to whoever is signed in, about themselves only."""
    return _mark(SIGNED_IN)(view)


def access_of(view: Callable[..., object]) -> Permission | str | None:
    """Return what *view* declared, or None if it declared nothing."""
    declared: Permission | str | None = vars(view).get("access")
    return declared


def _mark(access: Permission | str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        vars(view)["access"] = access
        return view

    return mark
