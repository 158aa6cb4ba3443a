"""What was said to be wrong with a code comes to an end."""

from sqlalchemy import update

from kernel.work import Work
from qr.models import Trouble
from qr.rules import Settled


def settle(work: Work, code_id: int, how: Settled) -> None:
    """Settle all that is said to be wrong with a code; the caller has locked it."""
    work.session.execute(
        update(Trouble)
        .where(Trouble.code_id == code_id, Trouble.settled_at.is_(None))
        .values(settled_at=work.now(), settled=how)
    )
