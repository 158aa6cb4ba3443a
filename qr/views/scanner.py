"""Our own scanner, and the field for who cannot scan: both lead to the page a code opens."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import public
from kernel.db import db
from kernel.forms import text
from kernel.web.policy import FEATURES
from kernel.work import parts
from people import queries as people
from people.rules import Level
from qr import queries, rules
from qr.forms import FindForm
from qr.models import Code
from qr.views.blueprint import pages

# The one page that may look: the browser still asks whoever uses it.
CAMERA: Final = FEATURES.replace("camera=()", "camera=(self)")
_LINK: Final = re.compile(r"[a-z][a-z0-9+.-]*:|www\.|[^/\s]+\.[a-z]{2,}(/|$)", re.IGNORECASE)
_OURS: Final = re.compile(
    r"/s/(?P<token>[0-9a-z-]{1,60})(/(?P<moving>[0-9a-z]{1,20}))?/?", re.IGNORECASE
)


@pages.get("/scan")
@public
def scanner() -> ResponseReturnValue:
    """Let a camera read a code; what was typed instead is looked up here, without a script."""
    form, status = FindForm(request.args), HTTPStatus.OK
    found: list[Code] = []
    typed = text(form.code) if form.validate() else ""
    if typed:
        led, found = _find(typed)
        if led:
            return redirect(led, code=HTTPStatus.SEE_OTHER)
        if not found:
            form.blame(_why_not(typed))
    if form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    paths = people.paths_of(db.session(), [one.area_code for one in found], top=Level.TOWN)
    page = render_template("qr/scanner.html", form=form, found=found, paths=paths)
    response = make_response(page, status)
    response.headers["Permissions-Policy"] = CAMERA
    return response


def _find(typed: str) -> tuple[str, list[Code]]:
    """Return where *typed* leads, or what it may mean where several towns have that number."""
    ours = _own_link(typed)
    if ours is not None:
        return ours, []
    token = rules.read(typed)
    if token is not None:
        return url_for("qr.scan", token=token), []
    number = rules.read_spot_number(typed)
    codes = [] if number is None else list(queries.with_spot_number(db.session(), number))
    if len(codes) == 1:
        return url_for("qr.scan", token=codes[0].token), []
    return "", codes


def _own_link(typed: str) -> str | None:
    """Return the address on this site that a pasted link of ours means."""
    hosts = {request.host.lower(), urlsplit(parts().settings.public_url).netloc.lower()}
    try:
        link = urlsplit(typed if "://" in typed else f"https://{typed}")
    except ValueError:
        return None
    base = urlsplit(parts().settings.public_url).path
    found = _OURS.fullmatch(link.path.removeprefix(base))
    if link.netloc.lower() not in hosts or found is None:
        return None
    if found["moving"]:
        return url_for("qr.attend", token=found["token"], moving=found["moving"])
    return url_for("qr.scan", token=found["token"])


def _why_not(typed: str) -> str:
    if _LINK.match(typed):
        return str(
            _("这不是平安码，没有打开。我们的码都以自己的网址开头，请看看是不是被人贴了别的码")
        )
    if rules.read_spot_number(typed) is not None:
        return str(_("没有这个点位号，请再看一看牌子上的数字"))
    return str(_("没认出来。码下面是 13 位字母和数字，点位号是 4 位以上的数字，请对着再输一遍"))
