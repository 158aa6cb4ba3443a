"""A few facts about this database as a whole, by name."""

import logging

from flask import current_app
from sqlalchemy import String, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import Model, db, insert_once, keyring
from kernel.seal import PROBE
from kernel.settings import Misconfigured
from kernel.work import Work, transaction

DEMO = "demo"
log = logging.getLogger(__name__)


class Fact(Model):
    """One fact."""

    __tablename__ = "kernel_fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(400))


def fact(session: Session, name: str) -> str | None:
    """Return what is known under *name*."""
    return session.scalar(select(Fact.value).where(Fact.name == name))


def establish(work: Work, name: str, value: str) -> str:
    """Make *value* a fact unless there is one already; return the one that holds."""
    insert_once(work.session, Fact, unique="name", name=name, value=value)
    return work.session.scalars(select(Fact.value).where(Fact.name == name)).one()


def is_demo() -> bool:
    """Whether the data here are made up.  Asked once per process: the demo is loaded before."""
    known: bool | None = current_app.extensions.get("is_demo")
    if known is None:
        try:
            known = fact(db.session(), DEMO) is not None
        except SQLAlchemyError:
            return False  # an error page must still come when the database is away
        current_app.extensions["is_demo"] = known
    return known


def check_keys_if_there() -> None:
    """Check the keys where there is a database with tables to check them against.

    One that is away or not set up yet stops nobody here: the site says so by itself.

    Raises:
        Misconfigured: as `check_keys` does.
    """
    try:
        check_keys()
    except SQLAlchemyError:
        log.warning("the keys could not be checked: the database is away or has no tables yet")


def check_keys() -> None:
    """Stop the start-up if the keys are not those this database was begun with.

    A word sealed by the first start lies in the database; whoever comes with
    other keys cannot open it, and would seal what nobody could open later.

    Raises:
        Misconfigured: with a sentence for whoever runs it.
    """
    ring = keyring()
    with transaction() as work:
        sealed = establish(work, "sealed-probe", ring.seal(PROBE))
        index = establish(work, "index-probe", ring.index(PROBE))
    ring.open(sealed)
    if index != ring.index(PROBE):
        raise Misconfigured("INDEX_KEY is not the key this database was begun with.")
