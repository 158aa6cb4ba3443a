"""Whose complaint it is: the same phone's, whoever has its secret, or who signed in to make it.

The number alone opens its state and nothing of what it is about.
"""

import hmac
from typing import Any, Final

from flask import Response, request

from complaints import queries, rules, service
from complaints.errors import NoSuchComplaint
from complaints.models import Complaint
from kernel.db import db
from kernel.web import Memory, count_miss, current_actor_or_none

MEMORY: Final = Memory("complaints", most=10, read_number=rules.read_number)


def find(typed: str) -> Complaint:
    """Return the complaint a number stands for.

    Raises:
        NoSuchComplaint: there is none.
        TooMany: this address has guessed too often.
    """
    try:
        return queries.by_number(db.session(), typed)
    except NoSuchComplaint:
        count_miss("receipt")
        raise


def find_own(typed: str) -> Complaint:
    """Return the complaint if this person may see all of it.

    Raises:
        NoSuchComplaint: there is none, or it is not theirs.
        TooMany: this address has guessed too often.
    """
    complaint = find(typed)
    if not is_own(complaint):
        count_miss("receipt")
        raise NoSuchComplaint("没有找到这张回执，请看看回执号有没有抄错。")
    return complaint


def is_own(complaint: Complaint) -> bool:
    """Whether this person may see all of *complaint*."""
    if complaint.number in MEMORY.numbers() or has_secret(complaint):
        return True
    actor = current_actor_or_none()
    return actor is not None and complaint.filed_by == actor.id


def has_secret(complaint: Complaint) -> bool:
    """Whether the request carries the secret."""
    given = request.values.get("k") or ""
    return hmac.compare_digest(given.encode(), service.secret_of(complaint.number).encode())


def carried() -> dict[str, Any]:
    """Return the secret for links of a page that was opened by it: a phone may refuse cookies."""
    given = request.values.get("k")
    return {"k": given} if given else {}


def remember(response: Response, number: str) -> None:
    """Let this phone see all of it from now on."""
    MEMORY.keep(response, number)
