"""What volunteers can do: said, taken back, and found by the village's own staff alone."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import Work, transaction
from points import queries, service
from points.errors import Unsaid
from points.models import VolunteerSkill
from points.rules.skills import Skill
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.grid.pages import Desk, value
from tests.points.claims import Village, make_village


def test_the_village_finds_who_can_and_nobody_else_does(village: Village) -> None:
    session, work = village.work.session, village.work
    service.say_skills(work, [Skill.REPAIR, Skill.OTHER], words="会吹唢呐", by=village.resident)
    leader = make_staff(session, Role.GRID_LEADER, area=GRID)

    for by in (village.village, leader):
        [found], more = queries.volunteers_with(session, Skill.REPAIR, by=by)
        assert (found.name[-1], more, len(found.skills)) == ("*", False, 2)
        assert queries.volunteers_with(session, Skill.LAWYER, by=by) == ([], False)
    make_area(session, NEXT_VILLAGE)
    others = (village.next_village, village.town, village.district, village.resident)
    for by in (*others, make_staff(session, Role.MEDIATOR, area=VILLAGE)):
        assert queries.volunteers_with(session, None, by=by) == ([], False)


def test_what_is_said_replaces_what_was_and_nothing_is_nothing(work: Work) -> None:
    village = make_village(work)
    by = village.resident
    with pytest.raises(Unsaid):
        service.say_skills(work, [Skill.OTHER], words=" ", by=by)
    with pytest.raises(Unsaid):
        service.say_skills(work, [Skill.OTHER], words="长" * 61, by=by)
    service.say_skills(work, [Skill.LAWYER, Skill.LAWYER], words="", by=by)
    service.say_skills(work, [Skill.DRIVER], words="没选别的", by=by)

    [row] = queries.own_skills(work.session, by.id)
    assert (row.skill, row.words) == (Skill.DRIVER, "")
    service.say_skills(work, [], words="", by=by)
    assert work.session.query(VolunteerSkill).count() == 0


def test_a_volunteer_says_it_on_their_page_and_the_village_reads_it(
    client: FlaskClient, session: Session
) -> None:
    with transaction() as work:
        village = make_village(work)
    desk = Desk(client, session)
    desk.sits(village.resident)
    token = value(desk.read("/me/volunteer/skills"), "csrf_token")

    def say(**fields: object) -> int:
        data = {"csrf_token": token, **fields}
        return client.post("/me/volunteer/skills", data=data).status_code

    assert say(skill=["other"], words="") == 422
    assert say(skill=["repair", "hacker"], words="") == 303
    assert 'value="repair" checked' in desk.read("/me/volunteer/skills")
    assert "repair" in desk.get("/me/data/copy").text
    desk.sits(village.village)

    assert "水电木工" in desk.read("/staff/volunteer/skills?skill=repair").partition("<tbody>")[2]
    assert "还没有人写" in desk.read("/staff/volunteer/skills?skill=lawyer&page=%00")
