"""One JSON object per line, with the request's or the job's id in it.  Never personal data."""

import logging
import sys
from contextvars import ContextVar
from typing import Final

from pythonjsonlogger.json import JsonFormatter

# Set at the edge of a request or a job; a context variable, because threads serve requests.
current_id: ContextVar[str] = ContextVar("current_id", default="")
FIELDS: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


class AddId(logging.Filter):
    """Puts the id of what is being served on every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_id.get()
        return True


def start_logging() -> None:
    """Write to standard error, one JSON object per line; calling it again changes nothing."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(FIELDS, json_ensure_ascii=False))
    handler.addFilter(AddId())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for talkative in ("rq.worker", "httpx", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
