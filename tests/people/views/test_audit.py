"""The log of what was done, also by somebody from the next town."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid.rules import DEPARTMENTS
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from people.models import Person
from qr.models import Code
from tests.citizen.factories import make_case, make_code
from tests.factories import (
    DISTRICT,
    GRID,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON
from tests.people.views.doors import SignIn, post

BOM = b"\xef\xbb\xbf"


def named_code(session: Session, name: str) -> int:
    found = session.scalars(select(Code).where(Code.token == make_code(session))).one()
    found.place_name = name
    return found.id


class TestAudit:
    def test_the_auditor_reads_what_was_done(
        self, client: FlaskClient, town: Actor, session: Session, sign_in: SignIn
    ) -> None:
        post(client, "/staff/areas", code=f"{VILLAGE}009", name="第9网格")
        sign_in(make_staff(session, Role.AUDITOR, area=DISTRICT))

        page = client.get("/staff/audit?action=area.").text

        assert ">添加区域</td>" in page
        assert f"staff{town.id}" in page
        assert ">添加区域</td>" not in client.get("/staff/audit?action=area.edit").text
        assert ">添加区域</td>" not in client.get("/staff/audit?last=2026-03-01").text

    def test_it_reads_as_people_speak_and_names_staff_only(
        self,
        client: FlaskClient,
        session: Session,
        sign_in: SignIn,
        town: Actor,
        worker: Actor,
        statements: list[str],
    ) -> None:
        resident = Person(made_at=NOON, name="王芳")
        session.add(resident)
        report = make_case(session)
        code = named_code(session, "菜场东门")
        for action, subject, detail in (
            ("case.hand-over", f"person:{worker.id}", f"交给 person:{town.id}：2 件，留下 0 件"),
            ("household.join-approve", "household:7", f"person:{resident.id}"),
            ("staff.hat-give", f"person:{town.id}", f"grid_full@{GRID}"),
            ("receipt.say-for", f"citizen.report:{report.id}", "urge"),
            ("staff.hat-give", f"person:{town.id}", f"dept_handler@{DISTRICT}/fire"),
            ("case.contact-read", f"case:{report.case_id}", ""),
            ("case.contact-read", "case:999", ""),
            ("qr.hang", f"qr_code:{code}", ""),
        ):
            session.add(
                AuditLine(
                    at=NOON,
                    actor_id=town.id,
                    action=action,
                    subject=subject,
                    detail=detail,
                    area=GRID,
                )
            )
        sign_in(make_staff(session, Role.AUDITOR, area=DISTRICT))
        client.get("/staff/audit")

        statements.clear()
        page = client.get("/staff/audit").text
        body = page.partition("<tbody>")[2]

        assert re.search(rf"交给 [^<]*（staff{town.id}）：2 件，留下 0 件", body)
        assert ">同意加入</td>" in body
        assert ">住户 7</td>" in body
        assert f">居民 {resident.id}</td>" in body
        assert "专职网格员（" in body
        assert ">催办</td>" in body
        assert f">回执 {report.id}</td>" in body
        assert report.number not in body.replace("-", "")  # it would open a page
        assert f">码 {code}</td>" in body
        assert "菜场东门" not in body  # where codes hang is for whoever looks after them
        assert ">事件 999</td>" in body
        assert f"，{DEPARTMENTS['fire'].name}）" in body
        assert "王芳" not in body
        assert not re.search(r"person:|hand-over|grid_full|join-", body)
        assert len(statements) <= 9, statements

    def test_it_is_read_in_pages(
        self, client: FlaskClient, session: Session, sign_in: SignIn, worker: Actor
    ) -> None:
        session.add_all(
            AuditLine(at=session.get_one(Person, worker.id).made_at, action="x", subject=f"n:{n}.")
            for n in range(120)
        )
        sign_in(make_staff(session, Role.SYSADMIN, area=DISTRICT))

        path, seen = "/staff/audit?action=x", 0
        while path:
            page = client.get(path).text
            seen += len(re.findall(r"n:[0-9]+[.]<", page))
            more = re.search(r'href="(/staff/audit\?[^"]*before=[^"]*)"', page)
            path = more[1].replace("&amp;", "&") if more else ""

        assert seen == session.scalar(
            select(func.count()).select_from(AuditLine).where(AuditLine.action == "x")
        )

    @pytest.mark.parametrize("query", ["area=x", "first=yesterday", "before=x", "action=%00"])
    def test_nonsense_is_no_fault(
        self, client: FlaskClient, session: Session, sign_in: SignIn, query: str
    ) -> None:
        sign_in(make_staff(session, Role.AUDITOR, area=DISTRICT))

        assert client.get(f"/staff/audit?{query}").status_code == 200
