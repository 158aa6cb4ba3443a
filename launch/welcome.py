"""What whoever started the site is told."""

import json
import sys
from typing import TYPE_CHECKING, Any

from kernel.late import late
from launch.plan import Plan

if TYPE_CHECKING:
    import sqlalchemy as sa

    from qr.rules import artwork
else:
    sa = late("sqlalchemy")
    artwork = late("qr.rules.artwork")


def everybody(demo: str) -> str:
    """Return all sign-ins of a demo, one a line; *demo* as for ``welcome``."""
    if not demo.strip():
        return "There is no demo here; `make run` loads one into an empty database."
    return "\n".join(map(_sign_in, json.loads(demo)["accounts"]))


def say(text: str = "") -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def welcome(plan: Plan, demo: str) -> str:
    """Return where residents and staff go in, where data lies and how to stop.

    *demo* is the answer of ``flask demo show --json``; "" where no demo was loaded.
    """
    told: dict[str, Any] = json.loads(demo) if demo.strip() else {}
    url = plan.env["PUBLIC_URL"]
    codes, accounts = told.get("codes", []), told.get("accounts", [])
    resident = f"{url}/S/{codes[0]['token']}" if codes else url
    return "\n".join(
        [
            "",
            artwork.terminal(resident),
            f"Residents scan this, or open   {resident}",
            *([f"  (a code at: {codes[0]['place']})"] if codes else []),
            f"Staff sign in at               {url}/staff/sign-in",
            *_sign_ins(accounts),
            f"Data lies in                   {plan.var}",
            f"Database                       {_database(plan)}",
            *_for_phones(plan),
            "Stop with                      Ctrl-C",
            "",
        ]
    )


def _sign_ins(accounts: list[dict[str, str]]) -> list[str]:
    """One line a role: the demo has more people than a screen has lines."""
    first: dict[str, dict[str, str]] = {}
    for account in accounts:
        first.setdefault(account["role"], account)
    lines = [_sign_in(each) for each in first.values()]
    if len(first) < len(accounts):
        lines.append("  all of them: make people")
    return lines


def _sign_in(account: dict[str, str]) -> str:
    named = account.get("title", account["role"])  # one kept from before has none
    return f"  {account['login']} / {account['password']}   {named} {account['area']}"


def _database(plan: Plan) -> str:
    return sa.make_url(plan.env["DATABASE_URL"]).render_as_string(hide_password=True)


def _for_phones(plan: Plan) -> list[str]:
    if plan.host != "127.0.0.1":
        return []
    return ["To scan it with a phone        HOST=0.0.0.0 make run, in the same network"]
