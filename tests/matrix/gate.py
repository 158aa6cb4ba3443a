"""Somebody at every door, one after the other, each time as if nothing had happened before."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.routing import Rule

from kernel.access import Actor
from kernel.db import db
from people.views import session_id
from tests.matrix.canaries import Canary, found_in
from tests.matrix.district import District

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# What every form is filled in with: the same words at the right door are taken.
FILLED: Mapping[str, str] = {
    "accused": "1",
    "action": "",
    "again": "Matrix-2026-pass",
    "against": "other",
    "agreed": "yes",
    "category": "0301",
    "channel": "phone",
    "claim": "有人反映处理不及时。",
    "closes": "18:00",
    "code": "",
    "comes": "yes",
    "contact": "y",
    "days": "0",
    "department": "",
    "export-first": "2026-01-01",
    "export-last": "2026-12-31",
    "finding": "true",
    "first_day": "2026-03-04",
    "granted": "yes",
    "heard": "call",
    "key": "matrix",
    "kind": "day",
    "login": "matrix-new",
    "name": "某某",
    "names": "某系统",
    "note": "记一笔话",
    "number": "2026-000123",
    "opens": "08:00",
    "phone": "",
    "public_name": "某师傅",
    "reached": "yes",
    "reason": "写明一个原因",
    "responsible_channel": "物业公司",
    "result_text": "已经清走了",
    "role": "grid_full",
    "said": "coming",
    "satisfied": "satisfied",
    "sentence": "给您一句话",
    "situation": "ask",
    "solved": "solved",
    "sure": "yes",
    "system": "12345 热线",
    "to": "town",
    "unit": "power",
    "upheld": "yes",
    "voice_line": "说了什么",
    "what": "电线垂下来了",
    "where": "东门",
    "who": "某店",
    "words": "写几句话",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, all of its text, and what was written meanwhile."""

    status: int
    text: str
    written: tuple[str, ...]
    location: str


@dataclass(slots=True)
class Gate:
    """The application with the planted district behind it."""

    app: Flask
    connection: Connection
    district: District
    clients: dict[str, tuple[FlaskClient, str]] = field(default_factory=dict)

    def as_(self, who: str) -> tuple[FlaskClient, str]:
        """Return the browser of somebody signed in, and the token of their forms; "" is nobody."""
        if who not in self.clients:
            client = self.app.test_client()
            self.clients[who] = client, self._sit(client, self.district.actors.get(who))
            db.session.remove()  # its savepoint must not stand around those of the requests
        return self.clients[who]

    def _sit(self, client: FlaskClient, actor: Actor | None) -> str:
        if actor is None:
            return ""
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_id(db.session(), actor.id)
        page = client.get("/staff/account").text
        found = re.search(r'name="csrf_token" value="([^"]*)"', page)
        return found[1] if found else ""

    def ask(
        self, who: str, method: str, path: str, *, briefly: bool = False, **fields: str
    ) -> Answer:
        """Return the answer to one request; whatever it did is undone.

        *briefly* an error is a line, not a page: that saves half of the time.
        """
        client, token = self.as_(who)
        data = {**FILLED, **fields, "csrf_token": token} if method == "POST" else None
        headers = {"Accept": "application/json"} if briefly else {}
        with self.undone(), self.watched() as written:
            answer = client.open(path, method=method, data=data, headers=headers)
            text = answer.get_data(as_text=True) if _is_text(answer.mimetype) else ""
            answer.close()
        return Answer(answer.status_code, text, tuple(written), answer.headers.get("Location", ""))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back whatever happens inside."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            db.session.remove()
            savepoint.rollback()

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """Collect what is written inside."""
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if WRITES.match(statement):
                seen.append(" ".join(statement.split())[:80])

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    def rules(self) -> dict[str, list[Rule]]:
        """Return the addresses of the application by their endpoint."""
        found: dict[str, list[Rule]] = {}
        for rule in self.app.url_map.iter_rules():
            found.setdefault(rule.endpoint, []).append(rule)
        return found

    def leaks(self, answer: Answer, canaries: list[Canary]) -> list[str]:
        """Return which of *canaries* stand in an answer."""
        return found_in(answer.text + answer.location, canaries)


def methods(rule: Rule) -> list[str]:
    """Return by which methods a page is asked."""
    return sorted((rule.methods or set()) & {"GET", "POST"})


def path_of(rule: Rule, names: Mapping[str, str]) -> str:
    """Return an address with the gaps filled in."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: names.get(gap[1], "1"), rule.rule)


def _is_text(mime: str | None) -> bool:
    return (mime or "").startswith(("text/", "application/json"))
