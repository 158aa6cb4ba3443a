"""What all pages of people share: where they hang, whose session it is, how a refusal is shown."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, session, url_for
from flask_login import login_user
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.db import db
from kernel.web import SignedIn, home_for
from kernel.work import parts
from people import queries, rules

pages = Blueprint("people", __name__)
_LOCAL: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]{0,500}")


def load(session_: Session, kept: str) -> SignedIn | None:
    """Return who a session belongs to, for Flask-Login; None when it is over."""
    read = rules.from_session(kept)
    known = rules.session_hash(kept)
    signed = queries.signed_in(session_, *read, key_hash=known) if read else None
    if signed is None:
        return None
    user = SignedIn(
        signed.actor,
        name=signed.name,
        is_staff=signed.is_staff,
        must_change=signed.must_change,
    )
    user.session_id = kept
    worn = {hat.role for hat in signed.actor.hats}
    user.roles = tuple(name for role, name in rules.ROLE_NAMES.items() if role in worn)
    return user


def session_id(session_: Session, person_id: int) -> str:
    """Return what a session keeps about somebody: as staff, where they have an account."""
    account = queries.account_of(session_, person_id)
    return rules.as_session(person_id, None if account is None else account.epoch)


def enter(person_id: int, epoch: int | None) -> None:
    """Begin a session that has nothing of the one before: what was fixed or stolen is worthless."""
    session.clear()
    user = SignedIn(Actor(person_id), is_staff=epoch is not None)
    user.session_id = rules.as_session(person_id, epoch, parts().chance.token())
    login_user(user)
    session.permanent = epoch is None  # a resident's own phone, but a desk may be shared


def local(path: str | None, otherwise: str) -> str:
    """Return *path* if it leads to a page of this site, else the address of *otherwise*."""
    if path and _LOCAL.fullmatch(path) and not urlsplit(path).netloc:
        return path
    return url_for(otherwise)


def staff_home(person_id: int) -> str:
    """Return the endpoint that somebody who has just signed in sees first."""
    return home_for(queries.actor_of(db.session(), person_id))


def missed(response: Response) -> bool:
    """Whether a try to get in failed; for limits that count nothing else."""
    return response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def chosen_dialects() -> list[str]:
    """Return the dialects that were ticked."""
    return request.form.getlist("dialect")[: len(rules.DIALECTS) + 1]
