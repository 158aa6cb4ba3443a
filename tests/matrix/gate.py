"""Somebody at every door, one after the other, each time as if nothing had happened before."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.routing import Rule

from kernel.access import Actor
from kernel.db import db
from people.views import session_id
from tests.matrix.canaries import Canary, found_in
from tests.matrix.planted import District

URLENCODED: Final = "application/x-www-form-urlencoded"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# What every form is filled in with: the same words at the right door are taken.
FILLED: Mapping[str, str] = {
    "accused": "1",
    "action": "",
    "again": "Matrix-2026-pass",
    "against": "other",
    "agreed": "yes",
    "answer": "核对过，没有错。",
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
    "form": "plate",
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
    "only": "all",
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
    "shows": "doors",
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
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: int = 0
    writes: list[str] = field(default_factory=list)

    def as_(self, who: str) -> tuple[FlaskClient, str]:
        """Return a browser fresh from the door, and the token of its forms; "" is a stranger."""
        client = self.app.test_client()
        if not who:
            return client, ""
        if who not in self.sessions:
            token = self._sit(client, self.district.actors[who])
            cookie = client.get_cookie("pinganma")
            self.sessions[who] = ("" if cookie is None else cookie.value), token
            db.session.remove()  # its savepoint must not stand around those of the requests
        value, token = self.sessions[who]
        client.set_cookie("pinganma", value)
        return client, token

    def _sit(self, client: FlaskClient, actor: Actor) -> str:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_id(db.session(), actor.id)
        for page in ("/staff/account", "/me/data"):
            found = re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)
            if found:
                return found[1]
        raise AssertionError("nobody signed in")

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        fields: Mapping[str, str] = MappingProxyType({}),
        *,
        briefly: bool = False,
    ) -> Answer:
        """Return the answer to one request; whatever it did is undone.

        *briefly* an error is a line, not a page: that saves half of the time.
        """
        client, token = self.as_(who)
        sent: dict[str, Any] = {}
        if method == "POST":
            sent = {"data": form(token, tuple(fields.items())), "content_type": URLENCODED}
        headers = {"Accept": "application/json"} if briefly else {}
        self.asked += 1
        # Each comes from an address of its own, so that no count of guesses is in the way.
        address = {
            "REMOTE_ADDR": f"10.{self.asked >> 16 & 255}.{self.asked >> 8 & 255}.{self.asked & 255}"
        }
        with self.undone(), self.watched() as written:
            answer = client.open(path, method=method, headers=headers, environ_base=address, **sent)
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
        self.writes = []
        yield self.writes

    def note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        """Note a statement that writes; hung into every engine for as long as the gate stands."""
        if WRITES.match(statement):
            self.writes.append(" ".join(statement.split())[:80])

    def rules(self) -> dict[str, list[Rule]]:
        """Return the addresses of the application by their endpoint.

        All of ours hang in a blueprint; other tests of the same run add bare ones.
        """
        found: dict[str, list[Rule]] = {}
        for rule in self.app.url_map.iter_rules():
            if "." not in rule.endpoint and rule.endpoint != "static":
                continue
            found.setdefault(rule.endpoint, []).append(rule)
        return found

    def leaks(self, answer: Answer, canaries: list[Canary]) -> list[str]:
        """Return which of *canaries* stand in an answer."""
        return found_in(answer.text + answer.location, canaries)


@cache
def form(token: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    """Return a form as a browser sends it: thousands are sent, and there are few."""
    return urlencode({**FILLED, **dict(fields), "csrf_token": token}).encode()


def methods(rule: Rule) -> list[str]:
    """Return by which methods a page is asked."""
    return sorted((rule.methods or set()) & {"GET", "POST"})


def path_of(rule: Rule, names: Mapping[str, str]) -> str:
    """Return an address with the gaps filled in."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: names.get(gap[1], "1"), rule.rule)


def _is_text(mime: str | None) -> bool:
    return (mime or "").startswith(("text/", "application/json"))
