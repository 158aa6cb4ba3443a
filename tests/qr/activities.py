"""Activities for tests: open now, unless something else is said."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.work import parts, transaction
from qr import service
from qr.models import Code
from qr.rules import rotating
from tests.factories import GRID, make_area
from tests.fakes import NOON

NAME = "周六清洁家园"
HIDDEN = re.compile(
    r'type="hidden" name="(csrf_token)" value="([^"]*)"'
    r'|name="(step|key|proof)" type="hidden" value="([^"]*)"'
)


def wanted(area: str = GRID, *, name: str = NAME, **hours: int) -> service.ActivityWanted:
    """Return an activity of two hours that begins now, or in so many *hours* or *days*."""
    begins = NOON + timedelta(**hours)
    return service.ActivityWanted(
        name=name,
        area_code=area,
        place="文化礼堂",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
    )


def make_activity(session: Session, area: str = GRID, **more: int) -> Code:
    """Return the code of a saved activity."""
    make_area(session, area)
    session.commit()
    asked = wanted(area, **more)  # type: ignore[arg-type]  # hours, never the name
    with transaction() as work:
        code_id = service.make_activity(work, asked, by=None).code_id
    return session.get_one(Code, code_id)


def moving(code_id: int, ago: int = 0) -> str:
    """Return what the screen of a code showed so many steps ago."""
    key, now = rotating.key_of(parts().settings.secret_key), parts().clock.now()
    return rotating.moving_part(key, code_id, rotating.step_at(now) - ago)


def link(code: Code, ago: int = 0) -> str:
    """Return the path that the screen of *code* led to so many steps ago."""
    return f"/S/{code.token}/{moving(code.id, ago)}"


def carried(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the hidden fields of the page that a screen opens."""
    found = HIDDEN.findall(client.get(path).text)
    return {one[0] or one[2]: one[1] or one[3] for one in found}
