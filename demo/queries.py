"""What there is to try in a demo: who signs in, and which codes to scan."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.errors import NoDemo
from kernel.facts import DEMO, fact
from kernel.grants import Role
from people.models import Account, Membership
from people.rules import ROLE_NAMES
from qr.models import Code
from qr.rules import ENDED

CARDS = "demo-cards"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One hat of one account."""

    role: str
    title: str  # what people call the role
    area: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Scan:
    """One code."""

    token: str
    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Told:
    """All of it."""

    accounts: tuple[SignIn, ...]
    codes: tuple[Scan, ...]

    def tree(self) -> dict[str, list[dict[str, str]]]:
        """Return it as plain values, for JSON."""
        return {
            "accounts": [asdict(one) for one in self.accounts],
            "codes": [asdict(one) for one in self.codes],
        }


def told(session: Session) -> Told:
    """Return the sign-ins by role, and the codes: those that work first, the cards last but two.

    Nothing here is scoped: it is asked for on the machine itself, and all of it is made up.

    Raises:
        NoDemo: this database holds no demo.
    """
    known = fact(session, DEMO)
    if known is None:
        raise NoDemo("这个数据库里没有演示数据；`flask demo load` 可以装进空的数据库。")
    password = json.loads(known)["password"]
    rows = session.execute(
        select(Membership.role, Membership.area_code, Account.login)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Account.closed_at.is_(None))
    ).all()
    order = list(Role)
    hats = sorted(rows, key=lambda row: (order.index(row.role), row.area_code, row.login))
    codes = session.scalars(select(Code).where(Code.token.is_not(None)).order_by(Code.id)).all()
    working = [code for code in codes if code.state not in ENDED]
    cards = json.loads(fact(session, CARDS) or "[]")
    over = [code for code in codes if code.state in ENDED]
    return Told(
        tuple(_sign_in(row.role, row.area_code, row.login, password) for row in hats),
        (*map(_scan, working), *(Scan(**card) for card in cards), *map(_scan, over)),
    )


def _sign_in(role: Role, area: str, login: str, password: str) -> SignIn:
    return SignIn(role.value, ROLE_NAMES[role], area, login, password)


def _scan(code: Code) -> Scan:
    return Scan(code.token or "", code.kind.value, code.place_name)
