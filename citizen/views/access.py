"""Whose receipt it is: the same phone's, or whoever has its secret.

A receipt's number alone opens its state.  All of it opens to a phone that made it or that has
opened it once (a signed cookie keeps up to twenty numbers), to the secret in the receipt's own
link, and to who signed in to report it.  Whether there is no such receipt or it is somebody
else's, nobody is told, and both count as a miss.
"""

import hmac
from typing import Any, Final

from flask import Response, request

from citizen import queries, rules, service
from citizen.errors import NoSuchReceipt
from citizen.models import Report
from kernel.db import db
from kernel.web import Memory, count_miss, current_actor_or_none

MEMORY: Final = Memory("receipts", most=20, read_number=rules.read_number)
SECRET_HEADER: Final = "X-Receipt-Secret"  # noqa: S105 - a header's name


def find(typed: str) -> Report:
    """Return the report a number stands for.

    Raises:
        NoSuchReceipt: there is none.
        TooMany: this address has guessed too often.
    """
    try:
        return queries.by_number(db.session(), typed)
    except NoSuchReceipt:
        count_miss("receipt")
        raise


def find_own(typed: str) -> Report:
    """Return the report if this person may see all of it.

    Raises:
        NoSuchReceipt: there is none, or it is not theirs.
        TooMany: this address has guessed too often.
    """
    report = find(typed)
    if not is_own(report):
        count_miss("receipt")
        raise NoSuchReceipt("没有找到这张回执，请看看回执号有没有抄错。")
    return report


def is_own(report: Report) -> bool:
    """Whether this person may see all of *report*."""
    if report.number in remembered() or has_secret(report):
        return True
    actor = current_actor_or_none()
    return actor is not None and report.said_by == actor.id


def has_secret(report: Report) -> bool:
    """Whether the request carries the receipt's secret."""
    given = given_secret()
    return hmac.compare_digest(given.encode(), service.secret_of(report.number).encode())


def given_secret() -> str:
    """Return the secret that the request carries in its link, a field or a header, if any."""
    return request.headers.get(SECRET_HEADER) or request.values.get("k") or ""


def carried() -> dict[str, Any]:
    """Return the secret for links of a page that was opened by it: a phone may refuse cookies."""
    secret = given_secret()
    return {"k": secret} if secret else {}


def remembered() -> list[str]:
    """Return the numbers this phone made or opened, the newest first."""
    return MEMORY.numbers()


def remember(response: Response, number: str) -> None:
    """Let this phone see all of it from now on."""
    MEMORY.keep(response, number)
