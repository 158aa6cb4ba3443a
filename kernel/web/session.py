"""Who is signed in, and for how long that holds without a tap."""

from datetime import timedelta
from typing import Final

from flask import session
from flask_login import LoginManager, UserMixin, current_user, logout_user

from kernel.access import Actor
from kernel.work import parts

SEEN: Final = "seen"
# A page that polls would keep a lost phone signed in for ever.
QUIET_HEADER: Final = "X-Live"


class SignedIn(UserMixin):
    """What Flask-Login keeps about whoever is signed in."""

    def __init__(
        self, actor: Actor, *, name: str = "", is_staff: bool = True, must_change: bool = False
    ) -> None:
        self.actor = actor
        self.name = name
        self.is_staff = is_staff
        self.must_change = must_change
        self.session_id = ""
        self.roles: tuple[str, ...] = ()  # what staff are, in words

    def get_id(self) -> str:
        return self.session_id


class Doorkeeper(LoginManager):
    """Knows people by their session alone."""

    def _load_user_from_remember_cookie(self, _cookie: str) -> None:
        """Ignore a cookie that is never handed out, and that Flask-Login cannot always read."""


def current_actor() -> Actor:
    """Return the signed-in person as the services know them."""
    actor: Actor = current_user.actor
    return actor


def current_actor_or_none() -> Actor | None:
    """Return the signed-in person, or None for a stranger."""
    return current_actor() if current_user.is_authenticated else None


def end_idle_session(*, quiet: bool) -> None:
    """Sign a member of staff out who has not tapped for too long; *quiet* requests are no taps."""
    if not current_user.is_authenticated or not current_user.is_staff:
        return
    now = parts().clock.now().timestamp()
    idle = timedelta(minutes=parts().settings.staff_idle_minutes).total_seconds()
    if now - session.get(SEEN, now) > idle:
        logout_user()
        session.clear()
    elif SEEN not in session or (not quiet and now - session[SEEN] > idle / 60):
        session[SEEN] = now  # written now and then, or every page would set a cookie
