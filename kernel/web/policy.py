"""What the browser is told: which scripts may run, what may be embedded, what may be asked for."""

import base64
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, g, request
from markupsafe import Markup

from kernel.work import parts

# Inline blocks run by hash, and a page names only the hashes of its own blocks,
# so that the headers of a resident's page stay small (UI.md, section 1.4).
BASE: Final = (
    "default-src 'none'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
)
# The page that scans codes allows the camera for itself alone.
FEATURES: Final = "camera=(), microphone=(self), geolocation=(self), payment=(), usb=()"


class InlineBlocks:
    """The files of ``static/inline``, read once, each with the hash the policy names."""

    def __init__(self, folder: Path) -> None:
        self._blocks: dict[str, tuple[str, str, Markup]] = {}
        for path in sorted(folder.glob("*.*")):
            content = path.read_text("utf-8")
            digest = base64.b64encode(sha256(content.encode()).digest()).decode()
            kind = "style" if path.suffix == ".css" else "script"
            block = Markup("<{0}>{1}</{0}>").format(kind, Markup(content))  # noqa: S704 - our own files
            self._blocks[path.name] = (kind, f"'sha256-{digest}'", block)

    def __call__(self, name: str) -> Markup:
        """Return the element for a file, and allow it on the page that is being made."""
        kind, source, block = self._blocks[name]
        g.setdefault(f"{kind}_hashes", []).append(source)
        return block


def install_policy(app: Flask) -> None:
    """Offer ``inline()`` to templates and put the headers on every answer."""
    app.jinja_env.globals["inline"] = InlineBlocks(Path(app.root_path) / "static" / "inline")
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        scripts = " ".join(["'self'", *g.get("script_hashes", [])])
        styles = " ".join(["'self'", *g.get("style_hashes", [])])
        headers["Content-Security-Policy"] = f"{BASE}script-src {scripts}; style-src {styles}"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", FEATURES)
    if parts().settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
