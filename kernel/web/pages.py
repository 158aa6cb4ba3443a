"""Refusals and faults as pages: in Chinese, with the right status, keeping what was typed."""

import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from kernel.db import db
from kernel.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    Refusal,
    TooLarge,
    TooMany,
    Unavailable,
)
from kernel.forms import Form

STATUS: Final[dict[type[Refusal], HTTPStatus]] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
# What is typed by hand and would hurt to lose; anything else is quickly said again.
TYPED: Final = ("words", "note", "reason", "result_text", "where", "text")
MOST_KEPT: Final = 5000
# What a page never repeats: it would lie there for whoever looks at the screen or its source.
SECRET: Final = frozenset({"csrf_token", "password", "current", "new", "again", "code"})
log = logging.getLogger(__name__)


def install_pages(app: Flask) -> None:
    """Answer every refusal and every fault with a page, or with JSON where that was asked for."""
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(CSRFError, _show_stale)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(DBAPIError, _show_database)
    app.register_error_handler(PoolTimeout, _show_database)
    app.register_error_handler(Exception, _show_fault)


def answers_json() -> bool:
    """Whether the request comes from our own script, which wants JSON."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def status_of(refusal: Refusal) -> HTTPStatus:
    """Return the status that says to machines what the refusal says to people."""
    kinds = (STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return next(kinds, HTTPStatus.BAD_REQUEST)


def sentence_of(refusal: Refusal) -> str:
    """Return what a refusal says, in the language of whoever asks.

    Sentences written out of a table's values keep their Chinese: the catalogue cannot know them.
    """
    values = {
        name: _(value) if isinstance(value, str) and value else value
        for name, value in refusal.values.items()
    }
    return str(_(refusal.sentence, **values)) if refusal.sentence else ""


def shown_as(refusal: Refusal) -> HTTPStatus:
    """Return the status of a page that shows a form again because of *refusal*."""
    status = status_of(refusal)
    return HTTPStatus.UNPROCESSABLE_ENTITY if status is HTTPStatus.BAD_REQUEST else status


def show_in(form: Form, refusal: Refusal) -> HTTPStatus:
    """Put *refusal* on top of *form*, which is shown again; return the page's status."""
    form.form_errors.append(full_stop(sentence_of(refusal)))
    return shown_as(refusal)


def beside_field(sentence: str) -> str:
    """Return a sentence as it stands beside a field: without its full stop."""
    return sentence.rstrip("。.")


def full_stop(sentence: str) -> str:
    """Return a sentence with one full stop."""
    return str(_("%(sentence)s。", sentence=beside_field(sentence)))


def show_refusal(refusal: Refusal) -> ResponseReturnValue:
    """Show a refusal with the status that goes with it."""
    return _page(status_of(refusal), sentence_of(refusal))


def _show_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error  # a redirect that the router asks for
    said = {
        HTTPStatus.UNAUTHORIZED: _("请先登录。"),
        HTTPStatus.FORBIDDEN: _("这一页您没有权限打开。"),
        HTTPStatus.NOT_FOUND: _("没有找到这一页。网址可能抄错了，再扫一次码最稳妥。"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("这一页不能这样打开，请从头再来一次。"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _(
            "一次发来的东西太大了。照片可以少选几张，或者只写几个字。"
        ),
        HTTPStatus.TOO_MANY_REQUESTS: _("点得太快了，请等一分钟再试。"),
    }
    status = HTTPStatus(error.code)
    return _page(status, said.get(status, _("这个请求看不懂，请再试一次。")))


def _show_stale(_error: CSRFError) -> ResponseReturnValue:
    """Offer to send again what a stale page sent: the gate has seen that it came from our site."""
    fresh = generate_csrf()
    if answers_json():
        sentence = _("这一页放得太久了，请再试一次。")
        return {"message": sentence, "errors": {}, "csrf": fresh}, HTTPStatus.BAD_REQUEST
    fields = [one for one in request.form.items(multi=True) if one[0] not in SECRET]
    if any(request.form.get(name) for name in SECRET - {"csrf_token"}):
        return _page(HTTPStatus.BAD_REQUEST, _("这一页放得太久了，请回到那一页再填一次。"))
    return _page(
        HTTPStatus.BAD_REQUEST,
        _("这一页放得太久了，您写的都还在，再点一次就行。"),
        again=[*fields, ("csrf_token", fresh)],
    )


def _show_database(error: SQLAlchemyError) -> ResponseReturnValue:
    """A database that is away, locked or full is 503; anything else it says is our mistake."""
    db.session.rollback()
    if isinstance(error, (OperationalError, PoolTimeout)) or getattr(
        error, "connection_invalidated", False
    ):
        log.error("the database is out of reach", extra={"error": type(error).__name__})
        return _page(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("系统正忙，您的东西还没有收到。请过一分钟再试，急事请直接打电话。"),
        )
    return _show_fault(error)


def _show_fault(error: Exception) -> ResponseReturnValue:
    log.error("a fault", exc_info=error)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return _page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("系统出了点毛病，已经记下来了。请过一会儿再试，急事请直接打电话。"),
    )


def _page(
    status: HTTPStatus, sentence: str, again: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    if answers_json():
        return {"message": sentence, "errors": {}}, status
    page = render_template(
        "errors/error.html",
        status=status.value,
        title=_title(status),
        sentence=sentence,
        kept=_typed() or None,
        again=again,
        retry_url=request.path,
    )
    return page, status


def _typed() -> str:
    """Return what the person wrote, so that the page can give it back."""
    try:
        form = request.form
    except HTTPException:
        return ""  # it was too large to be read at all
    return "\n".join(form[name] for name in TYPED if form.get(name))[:MOST_KEPT]


def _title(status: HTTPStatus) -> str:
    titles = {
        HTTPStatus.UNAUTHORIZED: _("请先登录"),
        HTTPStatus.FORBIDDEN: _("不能打开"),
        HTTPStatus.NOT_FOUND: _("没有找到"),
        HTTPStatus.CONFLICT: _("情况变了"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("太大了"),
        HTTPStatus.TOO_MANY_REQUESTS: _("请等一等"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("出了点毛病"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("系统正忙"),
    }
    return str(titles.get(status, _("没有办成")))
