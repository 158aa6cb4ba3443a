"""The 60-second code that a member shows where coins are spent."""

from flask import render_template
from markupsafe import Markup

from kernel.access import signed_in
from kernel.db import db
from kernel.web import current_actor
from kernel.work import parts
from people import queries as people
from qr.rules import artwork
from qr.views.blueprint import pages


@pages.get("/me/code")
@signed_in
def own_code() -> str:
    """Show eight digits and the same as a picture; the page asks for the next ones by itself."""
    found = people.own_code(db.session(), current_actor().id, now=parts().clock.now())
    picture = Markup()
    if found is not None:
        drawn = artwork.svg(found.digits, artwork.look_to_print(found.digits, None))
        picture = Markup(drawn[drawn.index("<svg ") :])  # noqa: S704 - drawn by us
    return render_template("qr/own_code.html", code=found, picture=picture)
