"""The daily seals as everybody may copy them, and the public key under them."""

from flask import render_template

from kernel.access import public
from kernel.db import db
from kernel.work import parts
from points import queries
from points.rules.signing import Signer
from points.views.blueprint import pages


@pages.get("/coins/seals")
@public
def seals() -> str:
    """Show the roots of the last days, their signatures and the public keys."""
    settings = parts().settings
    signer = Signer.read(settings.ledger_sign_key, settings.ledger_old_keys)
    keys = [signer.public.hex()] if signer.public else []
    return render_template(
        "points/seals.html",
        keys=keys + sorted(one.hex() for one in signer.old if one != signer.public),
        seals=queries.seals_published(db.session()),
    )
