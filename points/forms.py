"""What is asked of whoever claims, reviews, or gives a village its funds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, StringField

from kernel.clock import SHANGHAI
from kernel.forms import Form, cleaned, text
from points.errors import Unsaid
from points.rules.adjustments import AdjustmentWhy
from points.rules.claims import Decision
from points.rules.drafts import CAPS, RuleWish
from points.rules.helping import Consent
from points.rules.narrowing import Narrowing
from points.rules.table import NegativeRule, Period, Rule, RuleTable
from points.service import ActivityWanted, AdjustmentWanted, Confirmed

MOST_DIGITS = 9
MOST_MINUTES = 10**MOST_DIGITS  # of a time that is no number: longer than any activity
MOST_PAIRS = 200


class ReviewForm(Form):
    """What somebody decides, and why."""

    decision = StringField()
    reason = StringField()
    turn = StringField()

    @property
    def seen(self) -> int:
        """The turn the page showed; -1 for none, which no claim has."""
        return whole(text(self.turn), -1)


class ClaimForm(Form):
    """What somebody did, when, and pictures of it."""

    key = StringField()
    rule = StringField()
    day = StringField()
    words = StringField()
    photos = MultipleFileField()

    @property
    def on(self) -> date | None:
        """The day that was meant, None for what is none."""
        try:
            return date.fromisoformat(text(self.day))
        except ValueError:
            return None

    def attached(self) -> Sequence[Any]:
        """Return the pictures; browsers send an empty one where none was chosen."""
        given = self.photos.data or ()
        return [one.stream for one in given if isinstance(one, FileStorage) and one.filename]


class ClaimForForm(ClaimForm):
    """What somebody did, written down by who helps them."""

    number = StringField()
    name = StringField()
    consent = StringField()

    @property
    def agreed(self) -> Consent | None:
        """How it was agreed, None where that was not said."""
        return _consent(self.consent)


class QuotaForm(Form):
    """How many coins a village may award."""

    key = StringField()
    village = StringField()
    coins = StringField()

    @property
    def number(self) -> int:
        """The number, 0 for what is none."""
        return whole(text(self.coins), 0)


class BudgetForm(Form):
    """What a village gets each month, and the money for its gifts; -1 for what is no number."""

    village = StringField()
    monthly = StringField()
    yuan = StringField()

    @property
    def numbers(self) -> tuple[int, int]:
        """Coins a month, and yuan."""
        return whole(text(self.monthly), -1), whole(text(self.yuan), -1)


class ObjectionForm(Form):
    """What somebody does not agree with."""

    key = StringField()
    words = StringField()


class ShowingForm(Form):
    """How much a village shows."""

    shows = StringField()
    named = StringField()


class AnswerForm(Form):
    """What an objection is answered with."""

    answer = StringField()


class SignForm(Form):
    """What somebody remarks who has looked through a month."""

    remark = StringField()


def whole(typed: str, otherwise: int) -> int:
    """Return the whole number somebody typed."""
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    return int(typed) if fits else otherwise


class ActivityForm(Form):
    """An activity that is to be posted."""

    name = StringField()
    area = StringField()
    place = StringField()
    day = StringField()
    starts = StringField()
    ends = StringField()
    rule = StringField()
    capacity = StringField()
    least = StringField()
    weeks = StringField()
    team = StringField()
    words = StringField()

    def wanted(self) -> ActivityWanted:
        """Return what is wanted.

        Raises:
            Unsaid: day or hours are none.
        """
        return ActivityWanted(
            name=text(self.name)[:100],
            area_code=text(self.area)[:17],
            place=text(self.place)[:100],
            starts_at=self._moment(text(self.starts)),
            ends_at=self._moment(text(self.ends)),
            rule_code=text(self.rule)[:3],
            capacity=whole(text(self.capacity), 0),
            least_minutes=whole(text(self.least) or "0", -1),
            weeks=whole(text(self.weeks) or "1", 0),
            team=text(self.team),
            words=text(self.words),
        )

    def _moment(self, clock: str) -> datetime:
        try:
            return datetime.fromisoformat(f"{text(self.day)}T{clock}").replace(tzinfo=SHANGHAI)
        except ValueError as error:
            raise Unsaid("请写哪一天、几点到几点") from error


class SomebodyForm(Form):
    """Somebody without a phone, by their household's number and their name."""

    number = StringField()
    name = StringField()
    out = StringField()
    wait = StringField()


class ReasonForm(Form):
    """Why something is done."""

    reason = StringField()


class SheetForm(Form):
    """A sheet of households that were found good."""

    key = StringField()
    area = StringField()
    name = StringField()
    judges = StringField()
    numbers = StringField()


class RollForm(Form):
    """What the leader says of everybody on the list."""

    remark = StringField()
    yes = StringField()

    @staticmethod
    def said(sent: Mapping[str, str]) -> dict[int, Confirmed]:
        """Return what was ticked and written of those on the page: *shown*, *on*, *min*, *why*."""
        found = {}
        for one in (name[6:] for name in sent if name.startswith("shown-")):
            typed = sent.get(f"min-{one}", "").strip()
            minutes = whole(typed, MOST_MINUTES) if typed else None
            why = cleaned(sent.get(f"why-{one}", ""))
            on = f"on-{one}" in sent
            found[whole(one, 0)] = Confirmed(
                minutes=minutes if on else 0, why="" if on else why, came=on
            )
        return found


class JudgeForm(Form):
    """One decision about a list, and its exceptions."""

    decision = StringField()
    reason = StringField()
    turns = StringField()

    @property
    def seen(self) -> dict[int, int]:
        """The claims the page showed, with their turns."""
        pairs = (one.partition(".") for one in text(self.turns).split()[:MOST_PAIRS])
        return {whole(number, 0): whole(turn, -1) for number, _dot, turn in pairs}

    @staticmethod
    def refused(sent: Mapping[str, str]) -> dict[int, str]:
        """Return the exceptions: what was ticked *no*, each with its reason."""
        ticked = [name[3:] for name in sent if name.startswith("no-")]
        return {whole(one, 0): cleaned(sent.get(f"why-{one}", "")) for one in ticked}

    @property
    def chosen(self) -> Decision | None:
        """What was chosen, None for nothing."""
        typed = text(self.decision)
        return Decision(typed) if typed in set(Decision) else None


class RulesForm(Form):
    """A new version of the rules: of each rule whether it pays, how much and how often."""

    day = StringField()
    why = StringField()

    @property
    def on(self) -> date | None:
        """The day from which it is to hold, None for what is none."""
        return a_day(text(self.day))

    @staticmethod
    def wishes(sent: Mapping[str, str], table: RuleTable) -> dict[str, RuleWish]:
        """Return what is wanted of each rule the page showed; what is no number is refused later.

        The fields are *shown-P04*, *on-P04*, *coins-P04*, *month-P04*, and *notice-N03*.
        """
        found = {}
        rules: list[Rule | NegativeRule] = [*table.positive, *table.negative]
        for rule in rules:
            code = rule.code
            if f"shown-{code}" not in sent:
                continue
            sign = -1 if isinstance(rule, NegativeRule) else 1
            notice = sent.get(f"notice-{code}")
            found[code] = RuleWish(
                active=f"on-{code}" in sent,
                coins=sign * whole(sent.get(f"coins-{code}", "").strip(), 0),
                caps={
                    one.value: whole(sent[f"{one.value}-{code}"].strip(), 0)
                    for one in Period
                    if f"{one.value}-{code}" in sent
                },
                notice_days=None if notice is None else whole(notice.strip(), 0),
            )
        return found

    @staticmethod
    def caps(sent: Mapping[str, str]) -> dict[str, int]:
        """Return the caps of people and households."""
        return {name: whole(sent[name].strip(), 0) for name in CAPS if name in sent}


class NarrowForm(Form):
    """What a town makes of one rule."""

    town = StringField()
    off = StringField()
    coins = StringField()
    day = StringField()
    month = StringField()
    quarter = StringField()
    year = StringField()

    def narrowing(self) -> Narrowing:
        """Return what is wanted; an empty field is as the district has it."""
        times = {one: text(self[one.value]) for one in Period}
        coins = text(self.coins)
        return Narrowing(
            is_off=bool(text(self.off)),
            coins=whole(coins, 0) if coins else None,
            caps=tuple((one, whole(typed, 0)) for one, typed in times.items() if typed),
        )


def yes_or_no(field: StringField) -> bool | None:
    """Return what was chosen of two buttons; None where it was neither."""
    return {"yes": True, "no": False}.get(text(field))


class DecideForm(Form):
    """Whether somebody agrees, and why not."""

    agree = StringField()
    reason = StringField()


def a_day(typed: str) -> date | None:
    """Return the day somebody typed, None for what is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


class NoticeForm(Form):
    """Whom a deduction is to be against, by which rule, and what happened."""

    key = StringField()
    number = StringField()
    name = StringField()
    rule = StringField()
    words = StringField()


class CheckForm(Form):
    """What a look found, or what a second person decides; and what was said."""

    mended = StringField()
    agree = StringField()
    words = StringField()
    turn = StringField()

    @property
    def seen(self) -> int:
        """The turn the page showed; -1 for none."""
        return whole(text(self.turn), -1)


class AdjustmentForm(Form):
    """Whose coins are to follow whom, how many, why, and who agreed."""

    key = StringField()
    giver_number = StringField()
    taker_number = StringField()
    coins = StringField()
    why = StringField()
    reason = StringField()
    giver = StringField()
    giver_consent = StringField()
    taker = StringField()
    taker_consent = StringField()

    def wanted(self) -> AdjustmentWanted:
        """Return what is wanted; no number of coins is all of them, and 0 what is none."""
        typed, why = text(self.coins), text(self.why)
        return AdjustmentWanted(
            from_number=text(self.giver_number),
            to_number=text(self.taker_number),
            coins=whole(typed, 0) if typed else None,
            why=AdjustmentWhy(why) if why in set(AdjustmentWhy) else None,
            reason=text(self.reason),
            giver=text(self.giver),
            giver_consent=_consent(self.giver_consent),
            taker=text(self.taker),
            taker_consent=_consent(self.taker_consent),
            key=text(self.key)[:64],
        )


def _consent(field: StringField) -> Consent | None:
    typed = text(field)
    return Consent(typed) if typed in set(Consent) else None


class OpeningForm(Form):
    """A table of balances from before."""

    file = FileField(_("表格文件（CSV 或 .xlsx）"), [FileRequired(_("请选一个文件。"))])
