"""The same person signs in from several requests at the same moment."""

from flask import Flask
from sqlalchemy import select

from kernel.chance import SystemChance
from kernel.db import db
from kernel.work import Work, transaction
from qr import service
from qr.models import SignIn
from qr.rules import rotating
from qr.service import Attender
from tests.factories import GRID, make_area
from tests.live.races import refusals_of
from tests.qr.activities import wanted


def test_one_phone_number_is_one_however_many_pages_send_it(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        code_id = service.make_activity(work, wanted(), by=None).code_id

    def come(work: Work) -> None:
        key = rotating.key_of(work.parts.settings.secret_key)
        entry = rotating.make_entry(key, code_id, SystemChance().token(), now=work.now())
        service.sign_in(work, code_id, entry, Attender(name="王芳", phone="13800138000"))

    assert refusals_of(live, come) == []

    with live.app_context():
        assert len(db.session.scalars(select(SignIn.id)).all()) == 1
