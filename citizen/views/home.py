"""The front page and the privacy notice."""

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from citizen import rules
from citizen.views import scan
from citizen.views.blueprint import pages
from kernel.access import public


@pages.get("/")
@public
def home() -> str:
    """Say how it works to whoever came without a code."""
    sign_in = url_for(current_app.config["SIGN_IN"])
    return render_template("citizen/home.html", sign_in_url=sign_in)


@pages.route("/report", methods=["GET", "POST"])
@public
def report_without_code() -> ResponseReturnValue:
    """Take a report by a spot's number or a village's name: nothing has to be scanned."""
    return scan.without_code()


@pages.get("/privacy")
@public
def privacy() -> str:
    """Say what is kept about people, for what and how long."""
    return render_template("citizen/privacy.html", notice_version=rules.NOTICE_VERSION)
