"""How gunicorn serves the site, for `make run` and for systemd alike.

HOST and PORT say where, WEB_WORKERS how many processes; each answers eight people at once.
"""

import gc
import os

from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

import bootstrap  # noqa: F401 - imported while the launcher makes the database ready
from kernel.facts import check_keys_if_there
from launch.gate import pass_gate

BODY_PATIENCE = 10.0  # seconds

pass_gate()  # at once, where no launcher makes the database ready

bind = (
    os.environ.get("BIND")
    or f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
)
workers = int(os.environ.get("WEB_WORKERS") or 2)
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 10
max_requests = 20_000  # then a fresh process, so that nothing can pile up
max_requests_jitter = 2_000
# What a proxy says of https is for the application to believe, of as many proxies as it trusts.
forwarded_allow_ips = ""
preload_app = True  # loaded once and forked: half the memory and half the start
control_socket_disable = True  # nothing here is changed while it runs


def pre_request(worker: Worker, req: Request) -> None:  # noqa: ARG001 - gunicorn's signature
    """Wait for the next piece of a body no longer than that: it keeps a thread from others.

    Behind nginx bodies come whole.  gunicorn takes the limit off again before the next request.
    """
    req.unreader.sock.settimeout(BODY_PATIENCE)


def on_starting(server: Arbiter) -> None:
    """Refuse to begin with keys that do not open what is in the database."""
    app = server.app.wsgi()
    with app.app_context():
        check_keys_if_there()
    gc.freeze()  # what is never looked at again stays shared with the workers


def post_fork(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    """Let go of connections opened before the fork, without closing them for the others."""
    app = server.app.wsgi()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose(close=False)
