"""Signed seals: by our key, over that seal, and by no other; a missing or wrong key says so."""

import importlib.util
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from kernel.settings import Misconfigured, Settings
from points import jobs, queries, service
from points.errors import NoKey
from points.models import Seal, SealSignature
from points.rules.signing import Signer, is_signed
from tests.points.books import Books
from tests.points.test_cli import SCRIPT, script
from tests.points.test_queries_verify import past_the_guards

FIRST = date(2026, 3, 1)


def key(number: int) -> bytes:
    return bytes([number]) * 32


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_ledger", Path(SCRIPT))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OURS, OTHER = Signer.read(key(1)), Signer.read(key(2))
PLAIN = load()


def sealed(books: Books, days: int = 2, signer: Signer | None = OURS) -> None:
    for number in range(days):
        books.award("a", 5)
        service.seal_day(books.work, FIRST + timedelta(days=number))
    if signer is not None:
        service.sign_seals(books.work, signer)


def faults(books: Books, signer: Signer | None) -> list[str]:
    return [
        str(one)
        for one in queries.verify(books.work.session, signer)
        if str(one).startswith("signature")
    ]


def test_every_seal_is_signed_once_also_one_of_a_day_without_a_key(books: Books) -> None:
    sealed(books, signer=None)
    with pytest.raises(NoKey):
        service.sign_seals(books.work, Signer.read(b""))
    assert len(faults(books, OURS)) == 2
    assert faults(books, Signer.read(b"")) == faults(books, None) == []

    assert [service.sign_seals(books.work, OURS) for _ in range(2)] == [2, 0]

    assert faults(books, OURS) == faults(books, None) == []


def test_a_key_that_is_not_ours_does_not_count_until_it_is_named_as_an_old_one(
    books: Books,
) -> None:
    sealed(books, signer=OTHER)
    assert len(faults(books, OURS)) == 2

    changed = Signer.read(key(1), (OTHER.public,))
    service.seal_day(books.work, FIRST + timedelta(days=2))
    service.sign_seals(books.work, changed)

    assert faults(books, changed) == []
    kept = books.work.session.scalars(select(SealSignature.public_key)).all()
    assert set(kept) == {OURS.public, OTHER.public}


def test_a_signature_is_never_changed_and_an_edited_one_is_found(books: Books) -> None:
    sealed(books)
    session = books.work.session
    zeros = "00" * 64
    is_postgres = session.get_bind().dialect.name == "postgresql"
    bent = f"decode('{zeros}', 'hex')" if is_postgres else f"x'{zeros}'"
    edit = text("UPDATE points_seal_signature SET signature = " + bent)  # noqa: S608 - ours
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(edit)
    with past_the_guards(session):
        session.execute(edit)

    assert len(faults(books, OURS)) == len(faults(books, None)) == 2


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 511))
def test_the_script_of_the_standard_library_judges_as_the_library_does(
    secret: bytes, said: bytes, bit: int
) -> None:
    own = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = own.public_key().public_bytes_raw(), own.sign(said)
    bent = bytearray(signature)
    bent[bit // 8] ^= 1 << bit % 8

    assert PLAIN.is_signed(public, signature, said)
    assert not PLAIN.is_signed(public, bytes(bent), said)
    assert not PLAIN.is_signed(public, signature, said + b"x")
    assert not is_signed(public, signature, said)  # signed, but as no seal


def test_commands_sign_say_so_and_the_script_holds_them_against_a_key_on_paper(
    app: Flask, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(books)
    parts = app.extensions["parts"]
    signing = replace(parts.settings, ledger_sign_key=key(1))
    monkeypatch.setitem(app.extensions, "parts", replace(parts, settings=signing))
    runner, file = app.test_cli_runner(), tmp_path / "ledger.zip"

    assert "2 signed" in runner.invoke(args=["ledger", "verify"]).output
    runner.invoke(args=["ledger", "export", str(file)])

    code, said = script(str(file))
    assert (code, "2 signed" in said) == (0, True), said
    assert script(str(file), f"key={OURS.public.hex()}")[0] == 0
    code, said = script(str(file), f"key={OTHER.public.hex()}")
    assert (code, said.count("another key")) == (1, 2)
    made = runner.invoke(args=["ledger", "new-key"]).output
    fresh = made.splitlines()[0].removeprefix("LEDGER_SIGN_KEY=")
    assert Signer.read(urlsafe_b64decode(fresh)).public.hex() in made


def test_without_a_key_the_commands_say_so(app: Flask, books: Books) -> None:
    sealed(books, signer=None)

    said = app.test_cli_runner().invoke(args=["ledger", "verify"]).output

    assert "没有设签名钥匙" in said


@pytest.mark.parametrize(
    "wrong", [{"LEDGER_SIGN_KEY": "short"}, {"LEDGER_SIGN_KEY": "é"}, {"LEDGER_OLD_KEYS": "00"}]
)
def test_a_wrong_key_stops_the_start_with_a_sentence(wrong: dict[str, str]) -> None:
    env = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SEAL_KEYS"), "x")

    with pytest.raises(Misconfigured, match=next(iter(wrong))):
        Settings.from_env(env | {"INDEX_KEY": "x", "VAR": "/nowhere"} | wrong)


def test_the_nightly_job_signs_and_everybody_can_copy_root_signature_and_key(
    client: FlaskClient, app: Flask, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还没有设签名的钥匙" in client.get("/coins/seals").text
    parts = app.extensions["parts"]
    signing = replace(parts.settings, ledger_sign_key=key(1))
    monkeypatch.setitem(app.extensions, "parts", replace(parts, settings=signing))
    monkeypatch.setattr(books.work, "parts", app.extensions["parts"])
    jobs.seal_yesterday(books.work)
    books.work.session.commit()

    page = client.get("/coins/seals").text

    seal = books.work.session.scalars(select(Seal)).one()
    row = books.work.session.scalars(select(SealSignature)).one()
    for shown in (seal.root, row.signature, OURS.public):
        assert shown.hex() in page
