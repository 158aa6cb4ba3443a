"""How a line of the log reads."""

import pytest

from people.rules.actions import Named

NAMED = Named(
    staff={7: "王师傅（wg1）"},
    places={"330106001001": "清溪街道 · 清溪社区", "330106": "云溪区"},
    say=str,
    things={"household:12": "QX-0012", "qr_code:9": "菜场东门"},
    departments={"fire": "消防救援大队"},
)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("", ""),
        ("交给 person:7：2 件，留下 0 件", "交给 王师傅（wg1）：2 件，留下 0 件"),
        ("person:8 户主过世", "居民 8 户主过世"),
        ("household:12 分家", "住户 QX-0012 分家"),
        ("household:13 分家", "住户 13 分家"),
        ("dept_handler@330106/fire", "职能部门承办人（云溪区，消防救援大队）"),
        ("dept_handler@330106/gone", "职能部门承办人（云溪区，gone）"),
        ("by 9: 被广告贴住了", "换成 码 菜场东门: 被广告贴住了"),
        ("2026-03-01 2026-03-02", "2026-03-01 – 2026-03-02"),
        ("2026-03-01 2026-03-02 qr.hang", "2026-03-01 – 2026-03-02 · 贴好了码"),
        ("stand by 9: x", "stand by 9: x"),
        ("3-Q-3", "版本 3，纠错 Q"),
        ("grid_full@330106001001", "专职网格员（清溪街道 · 清溪社区）"),
        ("330106001001 → 330106001002 租期到了", "清溪街道 · 清溪社区 → 330106001002 租期到了"),
        ("labels_24: 12", "不干胶，一页 24 张: 12"),
        ("grid_part：5 班", "兼职网格员/微网格长：5 班"),
        ("sent、sms", "已送出、短信"),
        ("phone", "来电"),
        ("phone case lost", "phone case lost"),
        ("person:", "person:"),
        ("a<b>😀²", "a<b>😀²"),
    ],
)
def test_a_detail_has_no_words_of_the_code(detail: str, said: str) -> None:
    assert NAMED.detail(detail) == said


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("person:7", "自己"),
        ("person:8", "居民 8"),
        ("area:330106001001", "清溪社区"),
        ("area:330106", "云溪区"),
        ("area:330107", "330107"),
        ("case:4", "事件 4"),
        ("qr_code:9", "码 菜场东门"),
        ("login:unknown", "没有这个登录名"),
        ("citizen.report:3", "回执 3"),
        ("phone:ab12", "电话（不记号码） ab12"),
        ("something:else", "something:else"),
        ("", ""),
    ],
)
def test_a_subject_reads_as_people_say_it(subject: str, said: str) -> None:
    assert NAMED.thing(subject, by=7) == said
