"""怎么得绿币: always the rules in force, in plain words, for everybody."""

from flask import render_template

from kernel.access import public
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.work import parts
from points import queries
from points.rules.caps import expires_on
from points.rules.forbidden import FORBIDDEN
from points.views.blueprint import pages


@pages.get("/coins/rules")
@public
def coin_rules() -> str:
    """Show what earns how many coins today, and what nobody ever loses any for."""
    today = parts().clock.now().astimezone(SHANGHAI).date()
    table = queries.rules_in_force(db.session(), today)
    return render_template(
        "points/rules.html",
        table=table,
        rules=table.in_force,
        negative=[one for one in table.negative if one.active],
        forbidden=FORBIDDEN,
        expires=expires_on(today),
    )
