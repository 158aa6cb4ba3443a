"""Tables of the ledger.

The same on both databases: SQLite's are STRICT, so every column is a text, an integer or bytes.
Times are microseconds since 1970 in UTC, dates ISO texts, hashes 32 bytes.  Triggers refuse any
change of what was posted (migrations), and only ``service`` writes here.
"""

from enum import StrEnum
from typing import Annotated, Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from points.rules import AccountKind, Phase, PostingKind

_WHOLE: Final = Integer().with_variant(sa.BigInteger(), "postgresql")
Whole = Annotated[int, mapped_column(_WHOLE)]
MaybeWhole = Annotated[int | None, mapped_column(_WHOLE)]
Word = Annotated[str, mapped_column(Text)]
MaybeWord = Annotated[str | None, mapped_column(Text)]
Hash = Annotated[bytes, mapped_column(LargeBinary)]
STRICT: Final = {"sqlite_strict": True}


def _one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    words = ", ".join(f"'{one.value}'" for one in kind)
    return CheckConstraint(f"{column} IN ({words})", name=f"known_{column}")


class LedgerAccount(Model):
    """Whose coins or goods, and how many: a projection of the entries, under one lock."""

    __tablename__ = "points_account"
    __table_args__ = (
        _one_of("kind", AccountKind),
        CheckConstraint("in_total >= 0 AND out_total >= 0 AND held >= 0", name="no_total_negative"),
        CheckConstraint("kind = 'system' OR in_total - out_total - held >= 0", name="covered"),
        sa.UniqueConstraint("kind", "owner_ref", "unit"),
        STRICT | {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_WHOLE, primary_key=True)
    kind: Mapped[Word]
    unit: Mapped[Word]  # coin, or a gift's number
    owner_ref: Mapped[
        Word
    ]  # a household's or place's id, a village's code, a system account's name
    opened_on: Mapped[Word]
    closed_on: Mapped[MaybeWord]
    in_total: Mapped[Whole] = mapped_column(default=0)
    out_total: Mapped[Whole] = mapped_column(default=0)
    held: Mapped[Whole] = mapped_column(default=0)
    version: Mapped[Whole] = mapped_column(default=0)
    head_hash: Mapped[Hash]
    head_at: Mapped[Whole] = mapped_column(default=0)  # of the last entry: no later one is earlier


class Posting(Model):
    """One thing that happened, who signed it and where it comes from."""

    __tablename__ = "points_posting"
    __table_args__ = (
        _one_of("kind", PostingKind),
        CheckConstraint(
            "second_actor_id IS NULL OR second_actor_id <> actor_id", name="two_people"
        ),
        CheckConstraint(
            "kind NOT IN ('award_reviewed', 'deduct', 'adjust')"
            " OR (actor_id IS NOT NULL AND second_actor_id IS NOT NULL)",
            name="signed_twice",
        ),
        CheckConstraint(
            "kind <> 'award_system' OR (rule_code IS NOT NULL AND rule_version IS NOT NULL"
            " AND source_type IS NOT NULL AND source_id IS NOT NULL AND second_actor_id IS NULL)",
            name="system_names_its_rule",
        ),
        CheckConstraint(
            "kind NOT IN ('award_reviewed', 'deduct') OR rule_code IS NOT NULL", name="by_rule"
        ),
        CheckConstraint("(rule_code IS NULL) = (rule_version IS NULL)", name="whole_rule"),
        CheckConstraint("(source_type IS NULL) = (source_id IS NULL)", name="whole_source"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses"),
        CheckConstraint(
            "(kind IN ('capture', 'release')) = (pending_id IS NOT NULL)", name="ends_hold"
        ),
        CheckConstraint("expires_at IS NULL OR kind = 'hold'", name="only_holds_expire"),
        CheckConstraint("length(fingerprint) = 32", name="whole_fingerprint"),
        Index("ix_points_posting_source", "source_type", "source_id"),
        Index(
            "ix_points_posting_expires_at",
            "expires_at",
            sqlite_where=sa.text("expires_at IS NOT NULL"),
            postgresql_where=sa.text("expires_at IS NOT NULL"),
        ),
        STRICT | {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_WHOLE, primary_key=True)
    idem_key: Mapped[Word] = mapped_column(unique=True)
    fingerprint: Mapped[Hash]
    kind: Mapped[Word]
    actor_id: Mapped[MaybeWhole]
    second_actor_id: Mapped[MaybeWhole]
    rule_code: Mapped[MaybeWord]
    rule_version: Mapped[MaybeWhole]
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_type: Mapped[MaybeWord]
    source_id: Mapped[MaybeWord]
    reverses_id: Mapped[MaybeWhole] = mapped_column(ForeignKey("points_posting.id"), unique=True)
    pending_id: Mapped[MaybeWhole] = mapped_column(ForeignKey("points_posting.id"), unique=True)
    effective_on: Mapped[Word]
    expires_at: Mapped[MaybeWhole]
    created_at: Mapped[Whole]


class Transfer(Model):
    """One line of a posting.  No foreign key on accounts: it would lock a system account's row."""

    __tablename__ = "points_transfer"
    __table_args__ = (
        _one_of("phase", Phase),
        CheckConstraint("amount > 0", name="amount_above_zero"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        STRICT,
    )

    posting_id: Mapped[Whole] = mapped_column(ForeignKey(Posting.id), primary_key=True)
    line: Mapped[Whole] = mapped_column(primary_key=True)  # from 1
    debit_id: Mapped[Whole]
    credit_id: Mapped[Whole]
    amount: Mapped[Whole]
    phase: Mapped[Word]
    person_id: Mapped[MaybeWhole]
    place_id: Mapped[MaybeWhole]


class Entry(Model):
    """A tracked account after a posting: its totals, and the hash that chains it on."""

    __tablename__ = "points_entry"
    __table_args__ = (
        CheckConstraint("version > 0", name="counted_from_one"),
        CheckConstraint("in_total - out_total - held >= 0", name="covered"),
        CheckConstraint("length(hash) = 32", name="whole_hash"),
        Index(
            "ix_points_entry_as_of",
            "account_id",
            "posted_at",
            "version",
            postgresql_include=["in_total", "out_total", "held"],
        ),
        Index("ix_points_entry_posting_id", "posting_id"),
        STRICT,
    )

    account_id: Mapped[Whole] = mapped_column(ForeignKey(LedgerAccount.id), primary_key=True)
    version: Mapped[Whole] = mapped_column(primary_key=True)  # from 1, without a gap
    posting_id: Mapped[Whole] = mapped_column(ForeignKey(Posting.id))
    amount: Mapped[Whole]  # by which the balance changed; 0 where only what is held did
    in_total: Mapped[Whole]
    out_total: Mapped[Whole]
    held: Mapped[Whole]
    posted_at: Mapped[Whole]
    hash: Mapped[Hash]


class Seal(Model):
    """A day's root over all tracked accounts, chained to the one before."""

    __tablename__ = "points_seal"
    __table_args__ = (STRICT,)

    number: Mapped[Whole] = mapped_column(primary_key=True)  # from 1, without a gap
    day: Mapped[Word] = mapped_column(unique=True)
    sealed_at: Mapped[Whole]
    leaves: Mapped[Whole]
    root: Mapped[Hash]
    previous: Mapped[Hash]
    hash: Mapped[Hash]


class SealLeaf(Model):
    """How far an account had come at a seal; kept only where it moved since the seal before."""

    __tablename__ = "points_seal_leaf"
    __table_args__ = (STRICT,)

    account_id: Mapped[Whole] = mapped_column(ForeignKey(LedgerAccount.id), primary_key=True)
    number: Mapped[Whole] = mapped_column(ForeignKey(Seal.number), primary_key=True)
    version: Mapped[Whole]
    hash: Mapped[Hash]


class SealSignature(Model):
    """Who sealed a day: a signature by a key that lies outside the database and its backups."""

    __tablename__ = "points_seal_signature"
    __table_args__ = (
        CheckConstraint(
            "length(public_key) = 32 AND length(signature) = 64", name="whole_signature"
        ),
        STRICT,
    )

    number: Mapped[Whole] = mapped_column(ForeignKey(Seal.number), primary_key=True)
    public_key: Mapped[Hash]
    signature: Mapped[Hash]
    signed_at: Mapped[Whole]
