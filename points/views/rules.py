"""怎么得绿币: always the rules in force, in plain words, for everybody."""

from flask import render_template

from kernel.access import public
from kernel.db import db
from points import queries
from points.rules.expiry import expires_on
from points.rules.forbidden import FORBIDDEN
from points.views.blueprint import pages, today


@pages.get("/coins/rules")
@public
def coin_rules() -> str:
    """Show what earns how many coins today, and what nobody ever loses any for."""
    table = queries.rules_in_force(db.session(), today())
    return render_template(
        "points/rules.html",
        table=table,
        rules=table.in_force,
        negative=[one for one in table.negative if one.active],
        forbidden=FORBIDDEN,
        towns=queries.town_rules(db.session(), table, today()),
        expires=expires_on(today()),
    )
