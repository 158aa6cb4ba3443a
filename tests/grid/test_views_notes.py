"""What the program wrote into the history is read in English, what people wrote as they did."""

import pytest
from sqlalchemy.orm import Session

from grid.models import Act, Step
from grid.rules import State
from kernel.access import Actor
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.grid.pages import Desk, url


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        (
            "到时没有人接单，升级到网格长",
            "Nobody took it on in time, passed up to: Grid leader",
        ),
        (
            "15分钟还没有响应，已经到最上一级",
            "No response for 15 minutes, already at the top",
        ),
        (
            "到时没有人接单，事情已经交给部门，等部门签收",
            "Nobody took it on in time, it is with a department, which has yet to sign",
        ),
        ("出租房安全隐患，普通", "Danger in rented rooms, Normal"),
        ("恶劣天气或不可抗力：雨停了就来", "Bad weather or force majeure: 雨停了就来"),
        ("供电所（链接）：收到", "供电所 (link): Received"),
        ("我去了，没人在家", "我去了，没人在家"),
        ("大门：锁着，进不去", "大门：锁着，进不去"),
        ("，", "，"),
        ("100%（链接）：", "100% (link): "),
    ],
)
def test_a_note_in_english(
    session: Session, desk: Desk, worker: Actor, kept: str, read: str
) -> None:
    case = make_case(session, state=State.HANDLING, owner_id=worker.id, last_step=1)
    session.add(Step(case_id=case.id, number=1, at=NOON, act=Act.LADDER, why=kept))
    desk.sits(worker)

    english, chinese = desk.read(f"{url(case)}?lang=en"), desk.read(f"{url(case)}?lang=zh")

    assert f'<p class="note">{read}</p>' in english
    assert f'<p class="note">{kept}</p>' in chinese
