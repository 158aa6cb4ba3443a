"""A request as it is written: its columns, its lines, and what is hashed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from points import rules
from points.rules import Request


@dataclass(frozen=True, slots=True)
class Written:
    """The values of a posting's row and of its lines' rows, and the digest its entries take in."""

    request: Request
    posting: dict[str, Any]
    lines: list[dict[str, Any]]
    digest: bytes

    @classmethod
    def of(cls, request: Request, now: datetime) -> "Written":
        """Return *request* as it is written at *now*."""
        source_type, source_id = request.source or (None, None)
        rule_code, rule_version = request.rule or (None, None)
        at, expires = rules.microseconds(now), request.expires_at
        fingerprint = rules.fingerprint(request)
        posting = {
            "idem_key": request.key,
            "fingerprint": fingerprint,
            "kind": request.kind.value,
            "actor_id": request.actor_id,
            "second_actor_id": request.second_actor_id,
            "rule_code": rule_code,
            "rule_version": rule_version,
            "evidence": request.evidence,
            "source_type": source_type,
            "source_id": source_id,
            "reverses_id": request.reverses_id,
            "pending_id": request.pending_id,
            "effective_on": request.effective_on.isoformat(),
            "expires_at": None if expires is None else rules.microseconds(expires),
            "created_at": at,
        }
        lines = [
            {
                "line": number,
                "debit_id": line.debit,
                "credit_id": line.credit,
                "amount": line.amount,
                "phase": line.phase.value,
                "person_id": line.person_id,
                "place_id": line.place_id,
            }
            for number, line in enumerate(request.lines, 1)
        ]
        return cls(request, posting, lines, rules.digest(request.key, fingerprint, at))
