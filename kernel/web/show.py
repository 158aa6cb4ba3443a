"""What every template can ask for: the brand, the language, the size of type, times in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask.wrappers import Response
from flask_babel import Babel, get_locale, get_translations, gettext
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from kernel.clock import SHANGHAI
from kernel.permissions import Permission
from kernel.web.numbers import in_groups
from kernel.work import parts

LANGUAGES: Final = ("zh", "en")
SIZES: Final = ("1", "2", "3")
YEAR: Final = 365 * 24 * 3600
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DUTY_ROOM: Final = "值班室"


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the staff's menu: what it is called, where it leads, and who sees it."""

    label: str
    endpoint: str
    icon: str
    permission: Permission


def install_show(app: Flask, nav: Sequence[NavItem], *, is_demo: Callable[[], bool]) -> None:
    """Give templates what they all need.  *is_demo* says whether the data are made up."""
    Babel(app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _sentences().ugettext(text),
        ngettext=lambda one, more, n: _sentences().ungettext(one, more, n),
        newstyle=True,
    )
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["clock"] = clock
    app.jinja_env.filters["iso"] = iso
    app.jinja_env.filters["called"] = called
    app.jinja_env.filters["tel"] = in_groups
    app.jinja_env.globals["files_sent"] = files_sent
    app.after_request(_remember)

    @app.context_processor
    def context() -> dict[str, object]:
        settings = parts().settings
        brand = {
            "app_name": settings.app_name,
            "hotline": settings.hotline,
            "icp": settings.icp,
            "police_icp": settings.police_icp,
            "public_host": settings.public_url.partition("://")[2],
            "demo": is_demo(),
        }
        shared = {"brand": brand, "lang": str(get_locale() or "zh"), "fs": _size()}
        return {**shared, "csrf": _csrf(), **_staff(nav)}


def _sentences() -> NullTranslations:
    """Return the sentences in the reader's language.

    Flask-Babel looks language and domain up for each sentence: a tenth of a page's time.
    """
    kept: NullTranslations | None = g.get("sentences")
    if kept is None:
        kept = g.sentences = get_translations()
    return kept


def when(moment: datetime | None) -> str:
    """Return a moment as people say it, in Shanghai time: 今天 21:08, 昨天 9:05, 3月2日 20:00."""
    if moment is None:
        return ""
    local, now = moment.astimezone(SHANGHAI), parts().clock.now().astimezone(SHANGHAI)
    names = {0: gettext("今天"), -1: gettext("昨天"), 1: gettext("明天")}
    day = names.get((local.date() - now.date()).days)
    if day is None:
        month = MONTHS[local.month - 1] if str(get_locale()) == "en" else local.month
        day = gettext("%(month)s月%(day)s日", month=month, day=local.day)
        if abs(local - now) > timedelta(days=300):
            day = f"{local.year}-{local.month:02}-{local.day:02}"
    return f"{day} {local.hour}:{local.minute:02}"


def called(name: str | None) -> str:
    """Return 网格员 王师傅 or 清溪村值班室 in the reader's language; the name itself stays."""
    if not name:
        return ""
    if name.endswith(DUTY_ROOM):
        return str(gettext("%(place)s值班室", place=name.removesuffix(DUTY_ROOM))).strip()
    unit, space, rest = name.partition(" ")
    return f"{gettext(unit)}{space}{rest}"


def files_sent(name: str) -> bool:
    """Whether files came in a field, which no browser keeps when its form is shown again."""
    return any(one.filename for one in request.files.getlist(name))


def clock(moment: datetime) -> str:
    """Return hour and minute in Shanghai, as `when` writes them: 9:05."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.hour}:{local.minute:02}"


def iso(moment: datetime) -> str:
    """Return a moment as scripts read it: UTC with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _staff(nav: Sequence[NavItem]) -> dict[str, object]:
    """Return the menu and the name of whoever is on duty; nothing for residents."""
    if not current_user.is_authenticated or not current_user.is_staff:
        return {}
    items = [
        {
            "label": gettext(item.label),
            "url": url_for(item.endpoint),
            "icon": item.icon,
            "current": request.endpoint == item.endpoint,
        }
        for item in nav
        if current_user.actor.may(item.permission)
    ]
    home = {"label": gettext("我的账号"), "url": url_for(current_app.config["ACCOUNT"])}
    return {
        "user": {
            "name": current_user.name,
            "links": [home],
            "role_line": gettext("、").join(gettext(role) for role in current_user.roles),
        },
        "nav": items,
        "sign_out_url": url_for(current_app.config["SIGN_OUT"]),
    }


def _csrf() -> str:
    """Return the token a form must carry, or nothing for a stranger, who gets no cookie."""
    return str(generate_csrf()) if current_user.is_authenticated else ""


def _language() -> str:
    if not has_request_context():
        return "zh"
    asked = request.args.get("lang") or request.cookies.get("lang") or "zh"
    return asked if asked in LANGUAGES else "zh"


def _size() -> int:
    asked = request.args.get("fs") or request.cookies.get("fs") or "1"
    return int(asked) if asked in SIZES else 1


def _remember(response: Response) -> Response:
    """Keep a chosen language or size of type: no session, no person, two plain cookies."""
    for name, known in (("lang", LANGUAGES), ("fs", SIZES)):
        asked = request.args.get(name, "")
        if asked in known:
            secure = parts().settings.is_https
            response.set_cookie(name, asked, max_age=YEAR, samesite="Lax", secure=secure)
    return response
