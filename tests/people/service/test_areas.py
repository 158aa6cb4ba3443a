import pytest
from sqlalchemy import select, text

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbound import Channel, Message
from kernel.work import Work
from people import service
from people.errors import AreaInUse, AreaTaken, BadField, NoRobot, NoSuchArea, OutOfReach
from people.models import Area, RobotKind
from people.rules import AreaRow, Level
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, VILLAGE, make_area, make_staff


def actions(work: Work) -> list[str]:
    return list(work.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


class TestAdding:
    def test_an_area_lies_below_its_parent_and_is_logged(self, work: Work) -> None:
        make_area(work.session, VILLAGE)
        by = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        added = service.add_area(work, AreaRow(GRID, " 第1网格 "), by=by)

        assert (added.name, added.level) == ("第1网格", Level.GRID)
        assert actions(work) == ["area.add"]

    def test_the_first_is_a_district_added_from_the_machine(self, work: Work) -> None:
        service.add_area(work, AreaRow(DISTRICT, "西湖区"), by=None)

        assert work.session.get_one(Area, DISTRICT).level is Level.DISTRICT
        with pytest.raises(AreaTaken):
            service.add_area(work, AreaRow("330107", "第二个区"), by=None)

    @pytest.mark.parametrize("code", ["", "3301", "330106001x", GRID])
    def test_without_a_parent_there_is_no_area(self, work: Work, code: str) -> None:
        make_area(work.session, TOWN)

        with pytest.raises(NoSuchArea):
            service.add_area(work, AreaRow(code, "某处"), by=None)

    def test_below_a_closed_area_nothing_begins(self, work: Work) -> None:
        make_area(work.session, VILLAGE).closed_at = work.now()

        with pytest.raises(NoSuchArea):
            service.add_area(work, AreaRow(GRID, "第1网格"), by=None)

    def test_a_code_is_used_once_and_never_again(self, work: Work) -> None:
        make_area(work.session, GRID).closed_at = work.now()

        with pytest.raises(AreaTaken):
            service.add_area(work, AreaRow(GRID, "第1网格"), by=None)

    @pytest.mark.parametrize("name", ["", " ", "长" * 61, "a\x00b"])
    def test_a_name_is_a_name(self, work: Work, name: str) -> None:
        make_area(work.session, VILLAGE)

        with pytest.raises(BadField):
            service.add_area(work, AreaRow(GRID, name), by=None)

    def test_the_next_town_is_out_of_reach(self, work: Work) -> None:
        make_area(work.session, NEXT_TOWN)
        by = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        with pytest.raises(OutOfReach):
            service.add_area(work, AreaRow(f"{NEXT_TOWN}001", "邻镇的村"), by=by)


class TestChanging:
    def test_a_new_name_is_logged_with_the_old_one(self, work: Work) -> None:
        area = make_area(work.session, VILLAGE)
        area.name = "清溪村"

        service.rename_area(work, VILLAGE, name="清溪社区", by=None)
        service.rename_area(work, VILLAGE, name="清溪社区", by=None)

        lines = work.session.scalars(select(AuditLine)).all()
        assert [line.detail for line in lines] == ["清溪村 → 清溪社区"]

    def test_a_boundary_that_is_not_given_stays(self, work: Work) -> None:
        make_area(work.session, VILLAGE).boundary = {"type": "Polygon"}

        service.describe_area(
            work, AreaRow(VILLAGE, "清溪村", "北片", "0571-1234567", shows_phones=False), by=None
        )

        area = work.session.get_one(Area, VILLAGE)
        assert (area.zone, area.shows_phones) == ("北片", False)
        assert area.boundary == {"type": "Polygon"}

    def test_somebody_from_the_next_town_finds_no_such_area(self, work: Work) -> None:
        make_area(work.session, VILLAGE)
        stranger = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)

        with pytest.raises(NoSuchArea):
            service.rename_area(work, VILLAGE, name="我的", by=stranger)
        with pytest.raises(NoSuchArea):
            service.close_area(work, VILLAGE, by=stranger)


class TestClosing:
    def test_from_the_inside_out(self, work: Work) -> None:
        make_area(work.session, GRID)

        with pytest.raises(AreaInUse):
            service.close_area(work, VILLAGE, by=None)
        service.close_area(work, GRID, by=None)
        service.close_area(work, VILLAGE, by=None)

        assert work.session.get_one(Area, VILLAGE).closed_at == work.now()
        assert actions(work) == ["area.close", "area.close"]

    def test_nobody_is_left_behind(self, work: Work) -> None:
        make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(AreaInUse):
            service.close_area(work, GRID, by=None)

    def test_twice_is_once(self, work: Work) -> None:
        make_area(work.session, GRID)
        service.close_area(work, GRID, by=None)

        with pytest.raises(NoSuchArea):
            service.close_area(work, GRID, by=None)


WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=abc#SECsecret"


class TestRobot:
    def test_the_address_is_sealed_and_in_no_log(self, work: Work) -> None:
        make_area(work.session, VILLAGE)
        by = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        service.set_robot(work, VILLAGE, kind=RobotKind.WECOM, url=f" {WECOM} ", by=by)
        work.session.flush()

        area = work.session.get_one(Area, VILLAGE)
        assert (area.robot, area.robot_url) == (RobotKind.WECOM, WECOM)
        stored = work.session.execute(text("SELECT robot_url FROM people_area")).scalars()
        assert not any("abc" in (one or "") for one in stored)
        (line,) = work.session.scalars(select(AuditLine)).all()
        assert (line.action, line.detail) == ("area.robot-set", "wecom")

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://qyapi.weixin.qq.com/x",
            "https://qyapi.weixin.qq.com.evil.example/x",
            "https://qyapi.weixin.qq.com@evil.example/x",
            "https://evil.example/?https://qyapi.weixin.qq.com/",
            "https://127.0.0.1/latest/meta-data",
            "https://qyapi.weixin.qq.com/a b",
            "https://qyapi.weixin.qq.com/a\\b",
            "https://qyapi.weixin.qq.com/" + "a" * 500,
            "HTTPS://QYAPI.WEIXIN.QQ.COM/x",
        ],
    )
    def test_it_leads_nowhere_but_to_the_groups(self, work: Work, url: str) -> None:
        make_area(work.session, VILLAGE)

        with pytest.raises(BadField):
            service.set_robot(work, VILLAGE, kind=RobotKind.WECOM, url=url, by=None)

        assert work.session.get_one(Area, VILLAGE).robot is None

    def test_a_message_is_tried_and_the_robot_goes_again(self, work: Work) -> None:
        make_area(work.session, VILLAGE)
        with pytest.raises(NoRobot):
            service.try_robot(work, VILLAGE, by=None)
        service.set_robot(work, VILLAGE, kind=RobotKind.DINGTALK, url=DINGTALK, by=None)

        service.try_robot(work, VILLAGE, by=None)

        (message,) = work.session.scalars(select(Message)).all()
        assert (message.channel, message.recipient) == (Channel.DINGTALK, DINGTALK)
        assert "测试" in message.text
        service.remove_robot(work, VILLAGE, by=None)
        service.remove_robot(work, VILLAGE, by=None)
        area = work.session.get_one(Area, VILLAGE)
        assert (area.robot, area.robot_url) == (None, None)
        assert actions(work) == ["area.robot-set", "area.robot-try", "area.robot-remove"]

    def test_somebody_from_the_next_town_sets_none(self, work: Work) -> None:
        make_area(work.session, VILLAGE)
        stranger = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)

        with pytest.raises(NoSuchArea):
            service.set_robot(work, VILLAGE, kind=RobotKind.WECOM, url=WECOM, by=stranger)
        with pytest.raises(NoSuchArea):
            service.try_robot(work, VILLAGE, by=stranger)
        with pytest.raises(NoSuchArea):
            service.remove_robot(work, VILLAGE, by=stranger)
