from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid import service
from grid.rules import Move, State
from grid.service import Values
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment
from kernel.work import transaction
from tests.factories import GRID, TOWN, VILLAGE, make_staff
from tests.grid.factories import make_case
from tests.grid.pages import Desk, photo, seen, url


class TestWhatWasTypedStays:
    def test_on_an_error_the_form_comes_back_filled_in(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        answer = desk.post(url(case, "result"), result_text="写了一大段", **seen(case))

        assert answer.status_code == 422
        assert "写了一大段" in answer.text
        assert "请选您看到的情况" in answer.text

    @pytest.mark.parametrize(
        "file", [(b"GIF89a broken", "a.gif"), (b"", "empty.jpg"), (b"MZ" * 900, "virus.jpg")]
    )
    def test_a_bad_picture_costs_no_words(
        self, session: Session, desk: Desk, worker: Actor, file: tuple[bytes, str]
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        answer = desk.post(
            url(case, "result"),
            result_text="写了一大段",
            finding="true",
            photos=[(BytesIO(file[0]), file[1])],
            **seen(case),
        )

        assert answer.status_code == 422
        assert "写了一大段" in answer.text
        assert "刚才选的照片没有收下，请再选一次" in answer.text
        session.refresh(case)
        assert case.state is State.HANDLING
        assert session.scalar(select(func.count(Attachment.id))) == 0

    def test_a_full_disk_costs_the_picture_but_not_the_words(
        self, app: Flask, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)
        media: Path = app.extensions["parts"].settings.var / "media"
        aside = media.with_name("aside")
        media.mkdir(exist_ok=True)
        media.rename(aside)
        media.write_text("nothing can be kept under a file")

        try:
            answer = desk.post(
                url(case, "note"), note="换了灯泡", key="k", photos=[photo()], **seen(case)
            )
        finally:
            media.unlink()
            aside.rename(media)

        assert answer.status_code == 303
        page = desk.read(url(case))
        assert "换了灯泡" in page
        assert "照片和录音现在存不了" in page

    def test_six_pictures_are_too_many_and_none_is_needed(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)
        words = {"result_text": "清走了", "finding": "true", "category": "0503", **seen(case)}

        many = desk.post(url(case, "result"), photos=[photo() for _ in range(6)], **words)
        none = desk.post(url(case, "result"), **words)

        assert (many.status_code, none.status_code) == (413, 303)
        assert "清走了" in many.text

    def test_whoever_is_slower_reads_who_did_what_and_keeps_the_words(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        page = seen(case)
        session.commit()
        with transaction() as work:
            values = Values(reason="与本镇无关", responsible_channel="区住建局")
            service.move(
                work, case.id, Move.REJECT, by=town, expected=State.HANDLING, values=values
            )
        desk.sits(worker)

        answer = desk.post(
            url(case, "result"), result_text="我写了很久", finding="true", key="k", **page
        )

        assert answer.status_code == 409
        assert "不予受理" in answer.text
        assert "李师傅" in answer.text
        assert "我写了很久" in answer.text

    def test_whoever_lost_the_case_meanwhile_is_told_instead_of_not_found(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        other = make_staff(session, Role.GRID_FULL, area=GRID)
        page = seen(case)
        session.commit()
        with transaction() as work:
            values = Values(owner=other.id, reason="换人")
            service.move(
                work, case.id, Move.REASSIGN, by=leader, expected=State.HANDLING, values=values
            )
        desk.sits(worker)

        answer = desk.post(
            url(case, "result"), result_text="我写了很久", finding="true", key="k", **page
        )

        assert answer.status_code == 409
        assert "改派" in answer.text
        assert "我写了很久" in answer.text

    def test_a_page_that_saw_two_moves_less_is_stale_though_the_state_is_the_same(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id, turn=4)
        desk.sits(worker)

        answer = desk.post(url(case, "return"), reason="不归我", state="handling", turn="2")

        assert answer.status_code == 409
        assert "不归我" in answer.text

    def test_words_for_a_form_that_is_no_longer_offered_are_kept_too(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY, owner_id=worker.id)
        desk.sits(worker)

        refused = desk.post(url(case, "send-back"), reason="我自己再看看", **seen(case))
        lacking = desk.post(url(case, "result"), result_text="再写一段", **seen(case))

        assert refused.status_code in {403, 404}
        assert "我自己再看看" in refused.text
        assert lacking.status_code == 422
        assert "再写一段" in lacking.text

    def test_the_mistake_is_named_on_top_and_leads_to_the_field(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        answer = desk.post(url(case, "result"), result_text="好了", **seen(case))

        assert 'href="#result-finding-finding-1"' in answer.text
        assert 'id="result-finding-finding-1"' in answer.text

    @pytest.mark.parametrize("turn", ["", "x", "-1", "99999999999999999999", "\x00"])
    def test_nonsense_in_the_hidden_fields_is_no_fault(
        self, session: Session, desk: Desk, worker: Actor, turn: str
    ) -> None:
        case = make_case(session, owner_id=worker.id)
        desk.sits(worker)

        answer = desk.post(url(case, "accept"), state="nonsense", turn=turn, key=turn)

        assert answer.status_code in {303, 409}
