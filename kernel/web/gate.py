"""Closes every door, then opens those whose view says who may pass."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.http import parse_date
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.access import PUBLIC, SIGNED_IN, Actor, access_of
from kernel.errors import NotAllowed
from kernel.logs import current_id
from kernel.permissions import Permission
from kernel.web.limits import install_limits
from kernel.web.pages import answers_json, install_pages
from kernel.web.policy import install_policy
from kernel.web.session import QUIET_HEADER, current_actor, end_idle_session
from kernel.work import parts

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES: Final = frozenset({"same-origin", "none"})
# A view that takes a large body reads it itself, piece by piece.
MOST_SENT: Final = 100 * 1024 * 1024
MOST_IN_FIELDS: Final = 1024 * 1024
DATES: Final = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")
csrf = CSRFProtect()


def install_gate(app: Flask, redis_url: str, *, trusted_proxies: int = 0) -> None:
    """Put the gate before every view of *app*.

    Raises:
        RuntimeError: if a view declares neither a permission nor that it is public.
    """
    silent = [
        name
        for name, view in app.view_functions.items()
        if name != "static" and access_of(view) is None
    ]
    if silent:
        raise RuntimeError(f"views without declared access: {sorted(silent)}")
    if trusted_proxies:
        hops = trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_SENT,
        MAX_FORM_MEMORY_SIZE=MOST_IN_FIELDS,
        MAX_FORM_PARTS=200,
        WTF_CSRF_CHECK_DEFAULT=False,  # _check_token decides
        WTF_CSRF_TIME_LIMIT=None,  # a token is as good as its session
        WTF_CSRF_SSL_STRICT=False,  # _check_origin does more than the referrer check
    )
    csrf.init_app(app)
    app.before_request(_name_request)
    app.before_request(_check_kind)
    app.before_request(_check_size)
    app.before_request(_drop_odd_dates)
    app.before_request(_check_origin)
    install_limits(app, redis_url)
    app.before_request(_check_idle)
    app.before_request(_check_access)
    app.before_request(_check_token)
    install_policy(app)
    install_pages(app)


def _name_request() -> None:
    g.request_id = request.headers.get("X-Request-ID", "")[:40] or parts().chance.token()[:12]
    current_id.set(g.request_id)


def _check_kind() -> None:
    """Refuse JSON: no page sends it, and the forms library would take it for what was typed."""
    if request.method not in SAFE and request.is_json:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _check_size() -> None:
    """Bound a body without files, too: Werkzeug would read such a form whole."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = MOST_IN_FIELDS


def _check_origin() -> None:
    """Refuse what another site makes a browser send here.

    A resident has no session and so no token that could grow stale; this and
    the submission key protect what they send (UI.md, section 5.1).
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in OWN_SITES
    else:
        foreign = origin is not None and _host_of(origin) != request.host
    if foreign:
        raise NotAllowed("这是从别的网站发来的，没有收下。请直接扫码或打开本站再试。")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # a bracket that is never closed
        return ""


def home_for(actor: Actor | None) -> str:
    """Return the endpoint that a member of staff sees first: of the homes the first open to them.

    Whoever has none comes to their own page, which leads them on.
    """
    for home in current_app.config["STAFF_HOMES"]:
        needed = access_of(current_app.view_functions[home])
        if actor is not None and isinstance(needed, Permission) and actor.may(needed):
            return str(home)
    return str(current_app.config["ACCOUNT"])


def _drop_odd_dates() -> None:
    """Take out dates that no calendar has, over whose size Werkzeug stumbles."""
    for name in DATES:
        try:
            parse_date(request.environ.get(name))
        except OverflowError:
            del request.environ[name]


def _check_idle() -> None:
    if request.endpoint != "static":
        end_idle_session(quiet=QUIET_HEADER in request.headers)


def _check_access() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    needed = access_of(current_app.view_functions[request.endpoint])
    if needed == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if current_user.must_change and request.endpoint not in current_app.config["WHEN_MUST_CHANGE"]:
        return _ask_to_change_password()
    allowed = needed == SIGNED_IN or (
        isinstance(needed, Permission) and current_actor().may(needed)
    )
    if not allowed and request.endpoint in current_app.config["STAFF_HOMES"][:1]:
        # Addresses lead here whoever follows them; who has no queue is led on to what they have.
        return redirect(url_for(home_for(current_actor())), code=HTTPStatus.SEE_OTHER)
    if not allowed:
        abort(HTTPStatus.FORBIDDEN)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method not in SAFE or answers_json() or QUIET_HEADER in request.headers:
        abort(HTTPStatus.UNAUTHORIZED)
    target = url_for(current_app.config["SIGN_IN"], next=request.full_path.rstrip("?"))
    return redirect(target, code=HTTPStatus.SEE_OTHER)


def _ask_to_change_password() -> ResponseReturnValue:
    """Lead to the page where the password is changed, and from there to what was wanted."""
    if answers_json() or QUIET_HEADER in request.headers:
        abort(HTTPStatus.UNAUTHORIZED)  # a page that asks by itself would show that page inside it
    wanted = request.full_path.rstrip("?") if request.method in SAFE else None
    target = url_for(current_app.config["CHANGE_PASSWORD"], next=wanted)
    return redirect(target, code=HTTPStatus.SEE_OTHER)


def _check_token() -> None:
    if request.method not in SAFE and current_user.is_authenticated:
        csrf.protect()
