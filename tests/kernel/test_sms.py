import re
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kernel import sms
from tests.architecture.test_shape import ROOT

TEMPLATES = sorted(sms.templates().by_code)
LIMITS = yaml.safe_load(files("kernel").joinpath("data", "sms_templates.yaml").read_text("utf-8"))


def longest(code: str) -> dict[str, str]:
    known = sms.templates()
    return {name: "长" * known.longest[name] for name in known.by_code[code].variables}


def test_a_code_stands_in_its_sentence() -> None:
    assert sms.render("T01", code="123456") == (
        "验证码：123456，5分钟内有效，用于登录或确认，请勿告诉他人。"
    )


@pytest.mark.parametrize("code", TEMPLATES)
def test_the_longest_of_everything_is_still_one_message(code: str) -> None:
    said = f"【{sms.templates().signature}】{sms.render(code, **longest(code))}"

    assert len(said) <= LIMITS["limits"]["total"]
    assert not any(word in said for word in LIMITS["banned"])
    assert "${" not in said


@pytest.mark.parametrize("code", TEMPLATES)
def test_variables_do_not_touch_and_carry_no_links(code: str) -> None:
    text = sms.templates().by_code[code].text

    assert "}${" not in text
    assert "http" not in text
    assert all(
        sms.templates().longest[name] <= LIMITS["limits"]["variable"]
        for name in sms.templates().by_code[code].variables
    )


def test_a_value_that_is_too_long_is_cut_and_shows_it() -> None:
    said = sms.render("T15", no="ABCD-1234-EFGH", place="清溪村文化礼堂北门第二个路灯旁边")

    assert "地点清溪村文化礼堂北门第二…，" in said


def test_half_a_telephone_number_is_none() -> None:
    said = sms.render("T07", no="A" * 14, reason="不归我们管", channel="物业服务中心 0571-88880001")

    assert "您可向物业服务中心…反映" in said


@pytest.mark.parametrize("values", [{}, {"code": ""}, {"code": " \n"}, {"code": 1, "no": 2}])
def test_a_value_that_is_missing_or_too_many_is_a_mistake(values: dict[str, str | int]) -> None:
    with pytest.raises(LookupError):
        sms.render("T01", **values)


def test_an_unknown_template_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        sms.render("T99")


@given(st.text(min_size=1))
def test_a_value_cannot_end_the_line_or_forge_a_signature(place: str) -> None:
    if not re.sub(r"[\s\x00-\x1f\x7f【】]", "", place):
        return

    said = sms.render("T15", no="ABCD-1234-EFGH", place=place)

    assert not set("\r\n\0【】") & set(said)


def test_a_value_that_looks_like_a_variable_stays_as_it_is() -> None:
    assert "${no}" in sms.render("T15", no="ABCD-1234-EFGH", place="${no}")


def test_only_what_may_wait_is_held_overnight() -> None:
    known = sms.templates().by_code

    assert known["T02"].held
    assert not known["T01"].held
    assert not known["T15"].held


def test_the_guide_for_installing_names_every_text_to_register() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in guide.splitlines() if line.startswith("| T")]

    told = {code.strip(): tuple(cell.strip() for cell in rest) for code, *rest in rows}

    assert told == {
        one.code: (one.scene, one.to, "waits" if one.held else "goes", one.text)
        for one in sms.templates().by_code.values()
    }
    assert len(rows) == len(told)
