"""Words and pictures go when their time is over; who did what for how many coins stays."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from citizen.views.copied import copied_coins
from kernel.media import Attachment
from points import queries, service
from points.models import Appeal, ClaimPicture
from points.rules.claims import ClaimState
from points.rules.deductions import DeductionState
from points.service import Written
from tests.fakes import FixedClock
from tests.points.claims import DAY, Village

TWO_YEARS = timedelta(days=730)


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (80, 60), "#335577").save(file, "JPEG")
    file.seek(0)
    return file


def test_claims_lose_words_and_pictures_two_years_after_they_were_decided(
    village: Village, clock: FixedClock
) -> None:
    village.fund()
    told = Written(key="k", rule_code="P04", words="参加了反诈宣讲。", day=DAY)
    paid = service.claim_written(village.work, told, [picture()], by=village.resident)
    clock.advance(days=3)
    village.approve(paid, village.village)
    village.approve(paid, village.town)
    waits = village.written(key="other", rule="P13")
    session = village.work.session
    clock.moment += TWO_YEARS
    assert service.words_due(village.work)["claim"] == 0
    assert service.forget_claims(village.work) == 0
    clock.advance(minutes=1)

    assert service.words_due(village.work)["claim"] == 1
    assert service.forget_claims(village.work) == 1

    session.expire_all()
    assert (paid.words, paid.state, paid.granted) == ("", ClaimState.PAID, 5)
    assert waits.words != ""
    assert session.scalars(select(Attachment)).all() == []
    assert len(session.scalars(select(ClaimPicture)).all()) == 1
    assert service.forget_claims(village.work) == 0
    assert list(queries.verify(session)) == []


@pytest.mark.parametrize("owed", [0, 15])
def test_deductions_lose_their_words_but_not_while_coins_are_owed(
    village: Village, clock: FixedClock, owed: int
) -> None:
    village.fund()
    village.approve(village.claimed(), village.town)
    one = service.notice(
        village.work,
        number=village.home.number,
        name="李明",
        code="N01" if owed else "N03",
        words="那天没有去。",
        key="k",
        by=village.village,
    )
    service.say_own(village.work, one.id, words="去了的", by=village.resident)
    clock.advance(days=30)
    looked = {"mended": False, "words": "看过了", "turn": one.turn}
    service.check(village.work, one.id, by=village.village, **looked)  # type: ignore[arg-type]
    agreed = {"agree": True, "reason": "属实", "turn": one.turn}
    service.decide_deduction(village.work, one.id, by=village.town, **agreed)  # type: ignore[arg-type]
    appeal = service.appeal_deduction(village.work, one.id, words="冤枉", by=village.resident)
    service.decide_appeal(
        village.work, appeal.id, uphold=False, reason="照片清楚", by=village.district
    )
    copied = copied_coins(queries.own_coins(village.work.session, village.resident.id))
    assert copied["deductions"][0]["statement"] == "去了的"
    assert copied["appeals"][0]["reason"] == "照片清楚"
    assert copied["claims"][0]["reviews"][0]["decision"] == "approve"
    clock.moment += TWO_YEARS + timedelta(minutes=1)

    assert service.forget_deductions(village.work) == (not owed)

    village.work.session.expire_all()
    kept = [one.words, one.statement, one.check_words, one.reason]
    assert any(kept) is bool(owed)
    assert bool(village.work.session.get_one(Appeal, appeal.id).words) is bool(owed)
    assert (one.state, one.owed) == (DeductionState.DEDUCTED, owed)
