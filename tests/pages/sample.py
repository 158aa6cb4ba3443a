"""A small site that draws the real templates with sample content, beside the real views.

It answers the report form as the scan page expects: words first, then file by file, every part
under its own key. ``Site.lose`` answers are committed and then lost (503); ``Site.refuse`` is a
final answer.
"""

import base64
import hashlib
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.serving import make_server

from kernel.web.numbers import in_groups
from kernel.web.show import files_sent
from tests.pages.content import (
    BRAND,
    CASES,
    DRAWING,
    NAV,
    NUMBER,
    TOKEN,
    USER,
    ReportForm,
    receipt_context,
    scan_context,
)

ROOT = Path(__file__).resolve().parents[2]
INLINE = ROOT / "static" / "inline"


@dataclass
class Row:
    number: str
    words: str
    fields: dict[str, str]
    files: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass
class Site:
    """What the sample server holds, and how it is told to misbehave."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    attempts: int = 0
    lose: int = 0
    refuse: dict[str, Any] | None = None
    refuse_files: bool = False
    token: str = ""
    queue: str = ""
    queue_version: int = 0
    queue_fails: int = 0
    polls: list[int] = field(default_factory=list)
    state_version: int = 1

    def take(self, form: ImmutableMultiDict[str, str]) -> Row:
        key = (form["submission_key"], form.get("words", ""))
        if key not in self.rows:
            number = f"7K3M-9QTX-{len(self.rows):04d}"
            self.rows[key] = Row(number, key[1], dict(form))
        return self.rows[key]

    def by_number(self, number: str) -> Row:
        return next(row for row in self.rows.values() if row.number == number)


def inline(name: str) -> Markup:
    """The whole element, as kernel.web gives it to the templates."""
    tag = "style" if name.endswith(".css") else "script"
    return Markup("<{0}>{1}</{0}>").format(tag, Markup((INLINE / name).read_text("utf-8")))  # noqa: S704 - our own file


def policy() -> str:
    def hashes(suffix: str) -> str:
        return " ".join(
            "'sha256-" + base64.b64encode(hashlib.sha256(p.read_bytes()).digest()).decode() + "'"
            for p in sorted(INLINE.glob("*" + suffix))
        )

    return (
        f"default-src 'none'; script-src 'self' {hashes('.js')}; "
        f"style-src 'self' {hashes('.css')}; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'"
    )


def create() -> tuple[Flask, Site]:
    """A site of its own for every test."""
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.jinja_env.loader = app.create_global_jinja_loader()
    app.jinja_loader.searchpath.append(str(Path(__file__).parent))  # type: ignore[union-attr]
    app.secret_key = "only-a-sample"
    Babel(app, default_locale="zh_Hans_CN")
    app.jinja_env.filters["tel"] = in_groups
    app.jinja_env.globals |= {"inline": inline, "files_sent": files_sent}
    site = Site()

    @app.context_processor
    def common() -> dict[str, object]:
        size = request.args.get("fs") or request.cookies.get("fs") or "1"
        return {
            "fs": int(size) if size in "123" else 1,
            "lang": request.args.get("lang", "zh"),
            "brand": {**BRAND, "demo": "demo" in request.args},
            "csrf": "sample-token" if "csrf" in request.args else "",
        }

    @app.after_request
    def secure(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = policy()
        if request.args.get("fs") in {"1", "2", "3"}:
            answer.set_cookie("fs", request.args["fs"])
        return answer

    _resident(app, site)
    _plain_pages(app)
    _receipts(app, site)
    _staff(app, site)
    return app, site


def _resident(app: Flask, site: Site) -> None:
    @app.get(f"/S/{TOKEN}")
    def scan() -> ResponseReturnValue:
        more: dict[str, object] = {}
        if "call_back" in request.args:
            more["page"] = {
                **_page(),
                "responsible_phone": None,
                "notice": "这张码换过了，报的内容照样送到。",
            }
        answer = make_response(render_template("citizen/scan.html", **_keyed(scan_context(**more))))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.post(f"/S/{TOKEN}")
    def submit() -> ResponseReturnValue:
        return _submitted(site)

    @app.post("/up/<number>")
    def upload(number: str) -> ResponseReturnValue:
        if site.refuse_files:
            return jsonify(message="这个文件打不开，没有收下。"), HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        body = request.files["file"].read()
        site.by_number(number).files[request.form["key"]] = (request.form["kind"], len(body))
        return jsonify(ok=True), HTTPStatus.CREATED


def _plain_pages(app: Flask) -> None:
    @app.get("/S/UNKNOWN")
    def unknown() -> ResponseReturnValue:
        villages = [("331082001", "清溪村"), ("331082002", "石桥村")]
        page = {
            **_page(),
            "place_name": None,
            "responsible": None,
            "responsible_phone": None,
            "check_word": None,
        }
        return render_template(
            "citizen/unknown.html", **_keyed(scan_context(page=page, villages=villages))
        )

    @app.get("/privacy")
    def privacy() -> str:
        return render_template("citizen/privacy.html", notice_version="2026-01")

    @app.get("/err")
    def fault() -> str:
        return render_template(
            "errors/error.html",
            status=503,
            title="这一页暂时打不开",
            sentence="我们这边出了点问题，正在修。过一会儿再试，或者打电话。",
            kept="东门的路灯不亮，晚上看不见路。",
            retry_url="/privacy",
            receipt=NUMBER,
        )


def _page() -> dict[str, object]:
    page = scan_context()["page"]
    assert isinstance(page, dict)
    return page


def _keyed(context: dict[str, object]) -> dict[str, object]:
    """Every load of the form has a submission key of its own, as the real view gives it."""
    form = context["form"]
    assert isinstance(form, ReportForm)
    form.submission_key.data = f"{next(_keys):032d}"
    return context


_keys = itertools.count(1)


def _submitted(site: Site) -> ResponseReturnValue:
    wants_json = "application/json" in request.headers.get("Accept", "")
    site.attempts += 1
    if site.token and request.form.get("csrf_token") != site.token:
        return jsonify(csrf=site.token, message="页面放太久了"), HTTPStatus.BAD_REQUEST
    if site.refuse:
        return jsonify(site.refuse), HTTPStatus.UNPROCESSABLE_ENTITY
    files = [
        f for f in request.files.getlist("photos") + request.files.getlist("voice") if f.filename
    ]
    if not wants_json and not request.form.get("words", "").strip() and not files:
        return _with_errors()
    row = site.take(request.form)
    for upload in files:
        row.files[str(len(row.files))] = (upload.name or "", len(upload.read()))
    if site.lose:
        site.lose -= 1
        return "lost", HTTPStatus.SERVICE_UNAVAILABLE
    if wants_json:
        answer = {"number": row.number, "url": f"/r/{row.number}", "upload": f"/up/{row.number}"}
        return jsonify(answer), HTTPStatus.CREATED
    return redirect(f"/r/{row.number}", HTTPStatus.SEE_OTHER)


def _with_errors() -> ResponseReturnValue:
    form = ReportForm(request.form)
    form.words.errors = ["请说一段话、写几个字，或者拍张照片"]
    form.phone.errors = ["手机号要 11 位数字"]
    context = scan_context(form=form)
    return render_template("citizen/scan.html", **context), HTTPStatus.UNPROCESSABLE_ENTITY


def _receipts(app: Flask, site: Site) -> None:
    @app.get("/r/<number>")
    def receipt(number: str) -> str:
        more: dict[str, object] = {"number": number, "etag": f'"{site.state_version}"'}
        if "plain" in request.args:
            more |= {"full": False, "fresh": False, "headline": "正在现场办", "secret_link": None}
            more |= {
                "night_note": "现在是夜里，明早 7 点开始算时间。",
                "responsible": {"name": "王师傅", "phone": None},
            }
        return render_template("citizen/receipt.html", receipt=receipt_context(**more))

    @app.get("/r/<number>/state")
    def state(number: str) -> ResponseReturnValue:
        answer = make_response(jsonify(version=site.state_version))
        answer.set_etag(str(site.state_version))
        return answer.make_conditional(request)

    @app.get("/track")
    def track() -> str:
        number = request.args.get("number", "")
        if number.startswith("BAD"):
            errors = {"number": ["这个回执号不对，请再看一看"]}
            return render_template("citizen/track.html", number=number, errors=errors, receipt=None)
        found = receipt_context(full=False) if number else None
        return render_template(
            "citizen/track.html", number=number, errors={}, receipt=found, code_sent=bool(number)
        )

    @app.get("/pic")
    def pic() -> Response:
        return Response(DRAWING, mimetype="image/svg+xml")


def _staff(app: Flask, site: Site) -> None:
    render: Callable[..., str] = render_template

    @app.get("/staff")
    def staff() -> str:
        return render(
            "staff_sample.html", nav=NAV, user=USER, cases=CASES, version=site.queue_version
        )

    @app.get("/staff/part")
    def part() -> ResponseReturnValue:
        site.polls.append(site.queue_version)
        if site.queue_fails:
            site.queue_fails -= 1
            return "down", HTTPStatus.BAD_GATEWAY
        answer = make_response(site.queue)
        answer.set_etag(str(site.queue_version))
        return answer.make_conditional(request)


class Server:
    """The sample site on a port of its own, in a thread."""

    def __init__(self) -> None:
        app, self.site = create()
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
