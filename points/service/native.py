"""Posting by the stored functions of PostgreSQL, which the migrations hold."""

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kernel.db import call
from points.errors import NotEnough
from points.service.refusals import BY_STATE, SHORT
from points.service.written import Written

COLUMNS: Final = {
    "idem_key": "text",
    "fingerprint": "bytea",
    "kind": "text",
    "actor_id": "bigint",
    "second_actor_id": "bigint",
    "rule_code": "text",
    "rule_version": "bigint",
    "evidence": "bytea",
    "source_type": "text",
    "source_id": "text",
    "reverses_id": "bigint",
    "pending_id": "bigint",
    "effective_on": "text",
    "expires_at": "bigint",
    "created_at": "bigint",
}
LINE_COLUMNS: Final = {
    "debit_id": "bigint[]",
    "credit_id": "bigint[]",
    "amount": "bigint[]",
    "phase": "text[]",
    "person_id": "bigint[]",
    "place_id": "bigint[]",
}
_PLACES: Final = ", ".join(f"%s::{kind}" for kind in (*COLUMNS.values(), *LINE_COLUMNS.values()))
_POST: Final = f"SELECT posting, replayed FROM points_post({_PLACES}, %s::bytea)"  # noqa: S608 - types only
_POST_MANY: Final = "SELECT posting, replayed FROM points_post_many(%s::jsonb)"


def post(session: Session, written: Written) -> tuple[int, bool]:
    """Post one request; return the posting's number and whether it had been there."""
    values = [_sent(written.posting[name]) for name in COLUMNS]
    values += [_array([line[name] for line in written.lines]) for name in LINE_COLUMNS]
    with _in_words():
        found = call(session, _POST, (*values, written.digest))
    return found[0], found[1]


def _sent(value: str | int | bytes | None) -> str | bytes | None:
    """Return a number as text: its size would choose its type, and each type a plan of its own."""
    return str(value) if isinstance(value, int) else value


def _array(values: Sequence[int | str | None]) -> str:
    """Return an array of numbers or of our own words as PostgreSQL reads it."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def post_many(session: Session, written: Sequence[Written]) -> list[tuple[int, bool]]:
    """Post all of them in one round trip, with the union of their accounts locked in order."""
    sent = json.dumps([_plain(one) for one in written])
    with _in_words():
        found = session.connection().exec_driver_sql(_POST_MANY, (sent,)).all()
    return [(row[0], row[1]) for row in found]


def _plain(written: Written) -> dict[str, Any]:
    posting = {**written.posting, "digest": written.digest, "lines": written.lines}
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in posting.items()
    }


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == SHORT:
            account, missing = str(error.orig.diag.message_detail).split(":")  # type: ignore[union-attr]
            raise NotEnough(int(account), int(missing)) from error
        refusal = BY_STATE.get(state or "")
        if refusal is None:
            raise
        raise refusal() from error
