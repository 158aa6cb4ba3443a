"""Thousands of random steps through the model, SQLite and PostgreSQL side by side.

Every answer is compared: also the refusals, and who is short of how much.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from bootstrap import create_app
from kernel.db import db
from kernel.errors import Refusal
from kernel.work import Parts, Work
from points import queries, service
from points.errors import NotEnough
from points.models import LedgerAccount
from points.rules import Line, PostingKind, Request, System, moment_of
from points.service import Owner
from tests.conftest import build_tables, make_settings, new_database
from tests.fakes import CountingChance, FixedClock, ListDispatch, PostBox
from tests.points.books import DAY
from tests.points.model import Model, Move

PURSES = ("a", "b", "c")
ENDLESS = frozenset({"issuance", "redeemed"})
EACH = 100  # steps of a run
_ACCOUNT = LedgerAccount.__table__.c
# Built once: they are asked after each step.
HELD = select(_ACCOUNT.id, _ACCOUNT.in_total, _ACCOUNT.out_total, _ACCOUNT.held).where(
    _ACCOUNT.id.in_(sa.bindparam("ids", expanding=True))
)
HEAD = select(_ACCOUNT.head_at).where(_ACCOUNT.id == sa.bindparam("account"))
RUNS = count()  # postings stay, so each run has accounts and keys of its own


@dataclass
class Book:
    """One database's books."""

    name: str
    work: Work
    ids: dict[str, int]
    numbers: dict[str, int]  # of postings, by key
    # What an account held at a moment that is over: account, moment, balance.
    seen: list[tuple[int, datetime, queries.Balance]] = field(default_factory=list)

    def held(self) -> dict[str, tuple[int, int, int]]:
        """Return what came into each purse, went out of it and is set aside, in one statement."""
        rows = self.work.session.execute(HELD, {"ids": [self.ids[name] for name in PURSES]})
        found = {row[0]: (row[1], row[2], row[3]) for row in rows}
        return {name: found[self.ids[name]] for name in PURSES}

    def short(self, account: int) -> str:
        return next(name for name, one in self.ids.items() if one == account)


@dataclass
class Databases:
    """Where each run opens its books."""

    apps: dict[str, Flask]
    clock: FixedClock

    def open(self, run: int) -> list[Book]:
        return [self._open(name, app, run) for name, app in self.apps.items()]

    def _open(self, name: str, app: Flask, run: int) -> Book:
        with app.app_context():
            session = Session(db.engine)
        parts: Parts = app.extensions["parts"]
        work = Work(session, parts)
        session.connection(execution_options={"begin": "IMMEDIATE"})
        owners = {one: Owner.household(run * 10 + n) for n, one in enumerate(PURSES)}
        owners |= {one: Owner.system(System(one)) for one in ENDLESS}
        found = service.account_ids(work, owners.values())
        return Book(name, work, {one: found[owner] for one, owner in owners.items()}, {})


@pytest.fixture(scope="module")
def databases(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("books")
    clock = FixedClock()
    urls = {"sqlite": f"sqlite:///{folder}/books.db"}
    if sa.make_url(database_url).get_backend_name() == "postgresql":
        urls["postgresql"] = new_database(database_url, folder, "books")
    apps = {name: make_app(url, folder / name, clock) for name, url in urls.items()}
    yield Databases(apps, clock)
    for app in apps.values():
        with app.app_context():
            db.engine.dispose()


def make_app(url: str, var: Path, clock: FixedClock) -> Flask:
    """Return an application with tables of its own."""
    app = create_app(
        make_settings(url, var),
        clock=clock,
        chance=CountingChance(),
        dispatch=ListDispatch(),
        post=PostBox(),
    )
    build_tables(app)
    return app


AMOUNTS = st.integers(1, 40)
NAMES = st.sampled_from(PURSES)
MOVES = st.lists(
    st.tuples(
        st.sampled_from([*PURSES, "issuance"]), st.sampled_from([*PURSES, "redeemed"]), AMOUNTS
    ).filter(lambda one: one[0] != one[1]),
    min_size=1,
    max_size=3,
)


class Ledger(RuleBasedStateMachine):
    """Does the same to the model and to the books of each database."""

    databases: ClassVar[Databases]
    steps: ClassVar = 0

    def __init__(self) -> None:
        super().__init__()
        self.run = next(RUNS)
        self.books = self.databases.open(self.run)
        order = sorted(self.books[0].ids, key=self.books[0].ids.__getitem__)
        self.model = Model(order, ENDLESS)
        self.number = count()
        self.sent: dict[str, list[Move]] = {}

    def key(self) -> str:
        return f"run {self.run} step {next(self.number)}"

    def all_say(self, wanted: str, key: str, do: Callable[[Book], service.Posted]) -> None:
        purses = {name: self.model.purses[name] for name in PURSES}
        held = {name: (one.came, one.went, one.aside) for name, one in purses.items()}
        for book in self.books:
            assert (answer(book, key, do), book.held()) == (wanted, held), book.name

    def move(self, moves: list[Move]) -> None:
        key = self.key()
        self.sent[key] = moves
        self.all_say(self.model.post(key, moves), key, lambda b: post(b, key, moves))

    @initialize()
    def begin(self) -> None:
        """Nothing much happens to empty purses."""
        for purse in PURSES:
            self.move([("issuance", purse, 60)])

    @rule(moves=MOVES)
    def post(self, moves: list[Move]) -> None:
        self.move(moves)

    @rule(purse=NAMES, amount=AMOUNTS)
    def earn(self, purse: str, amount: int) -> None:
        self.move([("issuance", purse, amount)])

    @rule(draw=st.data())
    def post_again(self, draw: st.DataObject) -> None:
        if self.sent:
            key = draw.draw(st.sampled_from(sorted(self.sent)))
            moves = draw.draw(st.one_of(st.just(self.sent[key]), MOVES))
            self.all_say(self.model.post(key, moves), key, lambda b: post(b, key, moves))

    @rule(moves=MOVES)
    def hold(self, moves: list[Move]) -> None:
        key = self.key()
        lines = [(a, b, n) for a, b, n in moves if a not in ENDLESS]
        if lines:
            self.all_say(self.model.hold(key, lines), key, lambda b: hold(b, key, lines))

    @rule(draw=st.data())
    def capture(self, draw: st.DataObject) -> None:
        if self.model.aside:
            held = draw.draw(st.sampled_from(sorted(self.model.aside)))
            most = draw.draw(st.sampled_from([0, 0, 0, 1]))
            amounts = [draw.draw(st.integers(0, n + most)) for _, _, n in self.model.aside[held]]
            key = f"capture {held}"
            wanted = self.model.capture(key, held, amounts)
            self.all_say(wanted, key, lambda b: capture(b, held, amounts))

    @rule(draw=st.data())
    def release(self, draw: st.DataObject) -> None:
        if self.model.aside:
            held = draw.draw(st.sampled_from(sorted(self.model.aside)))
            wanted = self.model.release(held)
            self.all_say(
                wanted,
                f"release {held}",
                lambda b: service.release(b.work, b.numbers[held], effective_on=DAY),
            )

    @rule(draw=st.data(), by=st.integers(1, 2))
    def reverse(self, draw: st.DataObject, by: int) -> None:
        known = [key for key in self.model.moved if key in self.books[0].numbers]
        if known:
            key = draw.draw(st.sampled_from(sorted(known)))
            wanted = self.model.reverse(key, by)
            self.all_say(
                wanted,
                f"undo {key}",
                lambda b: service.reverse(b.work, b.numbers[key], effective_on=DAY, actor_id=by),
            )

    @rule(batch=st.lists(MOVES, min_size=1, max_size=4))
    def post_many(self, batch: list[list[Move]]) -> None:
        """All or none: the model tries on a copy."""
        keys = [self.key() for _ in batch]
        before = (self.model.purses, dict(self.model.done), dict(self.model.moved))
        answers = [self.model.post(key, moves) for key, moves in zip(keys, batch, strict=True)]
        refused = next((one for one in answers if one != "done"), None)
        if refused:
            self.model.purses, self.model.done, self.model.moved = before
        for book in self.books:
            requests = [request(book, k, m) for k, m in zip(keys, batch, strict=True)]
            said = answer(book, keys[0], partial(many, requests=requests, keys=keys))
            assert said == (refused or "done"), book.name

    @rule(minutes=st.integers(-30, 90))
    def time_goes_by(self, minutes: int) -> None:
        self.databases.clock.advance(minutes=minutes)

    @rule()
    def look_back(self) -> None:
        """What was held before an account's last entry never changes, however the clock steps."""
        for book in self.books:
            session = book.work.session
            for account, moment, held in book.seen[-6:]:
                assert queries.balance_at(session, account, moment) == held, (book.name, moment)
            for name in PURSES:
                head_at = session.scalar(HEAD, {"account": book.ids[name]})
                moment = moment_of(head_at or 0) - timedelta(microseconds=1)
                held = queries.balance_at(session, book.ids[name], moment)
                book.seen.append((book.ids[name], moment, held))

    @invariant()
    def one_more(self) -> None:
        """Count what was done, so that nobody has to believe in the settings."""
        type(self).steps += 1

    def teardown(self) -> None:
        for book in self.books:
            book.work.session.commit()
            book.work.session.close()


def answer(book: Book, key: str, do: Callable[[Book], service.Posted]) -> str:
    """Return in the model's words what a book says; a refusal leaves no trace in it."""
    try:
        with book.work.session.begin_nested():
            posted = do(book)
    except NotEnough as short:
        return f"NotEnough {book.short(short.account_id)} {short.missing}"
    except Refusal as refused:
        return type(refused).__name__
    book.numbers.setdefault(key, posted.id)
    return "again" if posted.replayed else "done"


def lines(book: Book, moves: list[Move]) -> list[Line]:
    return [Line(debit=book.ids[a], credit=book.ids[b], amount=n) for a, b, n in moves]


def request(book: Book, key: str, moves: list[Move]) -> Request:
    return Request(
        key=key,
        kind=PostingKind.REDEMPTION,
        lines=lines(book, moves),
        effective_on=DAY,
        actor_id=1,
        second_actor_id=2,
    )


def post(book: Book, key: str, moves: list[Move]) -> service.Posted:
    return service.post(book.work, request(book, key, moves))


def many(book: Book, requests: list[Request], keys: list[str]) -> service.Posted:
    posted = service.post_many(book.work, requests)
    book.numbers |= {key: one.id for key, one in zip(keys, posted, strict=True)}
    return posted[0]


def hold(book: Book, key: str, moves: list[Move]) -> service.Posted:
    return service.hold(book.work, key=key, lines=lines(book, moves), effective_on=DAY)


def capture(book: Book, held: str, amounts: list[int]) -> service.Posted:
    number = book.numbers[held]
    return service.capture(book.work, number, effective_on=DAY, actor_id=1, amounts=amounts)


@pytest.mark.once(beside="postgresql")  # with SQLite at its side
@pytest.mark.timeout(900)  # ten thousand steps on a slow machine
def test_all_books_say_the_same_whatever_is_done(databases: Databases) -> None:
    """Ten thousand steps beside PostgreSQL, two thousand on SQLite alone."""
    least = "10000" if "postgresql" in databases.apps else "2000"
    wanted = int(os.environ.get("LEDGER_STEPS", least))

    class Counted(Ledger):
        steps = 0

    Counted.databases = databases
    # Some runs end early, and of one or two little comes: the simplest there is.
    while Counted.steps < wanted:
        more = settings(
            max_examples=(wanted - Counted.steps) // EACH + 5,
            stateful_step_count=EACH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(Counted, settings=more)

    for app in databases.apps.values():
        with app.app_context():
            assert [str(one) for one in queries.verify(db.session())] == []
            db.session.remove()
