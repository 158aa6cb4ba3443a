"""What a phone reads off the paper, capitals or not, opens the page of just that code."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.work import parts, transaction
from qr import queries, service
from qr.models import Code
from qr.queries import Wanted
from qr.rules import CodeKind, Format, is_hung
from qr.rules.press import proof
from tests.citizen.factories import deliver_all
from tests.factories import GRID, VILLAGE, make_area, make_household
from tests.qr.test_cli import give_address

pytestmark = pytest.mark.once(beside="sqlite")
# What the pages of those say that do not say where they are.
SAID = {CodeKind.DESK: "兑换"}
PUBLIC = [kind for kind in CodeKind if is_hung(kind)]


def printed(session: Session, form: Format) -> list[str]:
    """Print all that is printed as *form*; return what a phone reads off it."""
    with transaction() as work:
        wanted = Wanted(area_code=VILLAGE, form=form)
        order = service.order_pieces(work, wanted, by=None).id
    deliver_all(session)
    [file] = queries.order_files(session, order)
    return list(proof.read_all(service.read_file(parts().store, file.stored, form=form)))


@pytest.mark.parametrize("upper", [True, False])
def test_each_kind_on_each_paper_opens_its_own_page(
    app: Flask,
    client: FlaskClient,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    upper: bool,  # noqa: FBT001 - a case
) -> None:
    give_address(app, monkeypatch, "https://qr.x-city.cn", print_upper=upper)
    make_area(session, GRID)
    make_household(session, GRID)
    session.commit()
    with transaction() as work:
        for kind in PUBLIC:
            name = f"{kind.name}的地方"
            service.issue(work, kind=kind, area_code=GRID, place_name=name, by=None)
    names = {one.token: SAID.get(one.kind, one.place_name) for one in session.scalars(select(Code))}

    for form, count in ((Format.LABELS_24, 4), (Format.POSTER_A4, 3), (Format.CARDS, 1)):
        read = printed(session, form)

        assert len(read) == count
        assert {link.startswith("HTTPS://QR.X-CITY.CN/S/") for link in read} == {upper}
        for link in read:
            path = urlsplit(link).path
            for address in (path, path.lower()):
                page = client.get(address)
                assert page.status_code == 200
                assert names.get(path[3:], "户码") in page.text
