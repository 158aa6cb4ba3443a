"""How a claim comes into being: from a closed case, or from what somebody writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import IO, Final

from sqlalchemy import exists, or_, select

from grid.models import Accused, Case, CaseFile, FileKind
from grid.models.cases import BARRED_AS
from grid.rules import CATALOGUE, Finding, Privacy, State, Urgency
from kernel import media
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.clock import SHANGHAI
from kernel.db import insert_once
from kernel.media import Attachment, Kind
from kernel.work import Work
from people.models import Account, Barred, Household, Person
from points.errors import CannotClaim, Unsaid
from points.models import Claim, ClaimPicture
from points.queries.narrowing import rule_in
from points.rules.awards import case_rule, claimable_until, is_burst, levels_for
from points.rules.claims import MOST_WORDS, ClaimState
from points.rules.table import Earner, Rule, RuleTable, Source
from points.service.freezing import frozen
from points.service.ruling import current_rules, today

CASE: Final = "case"
FORM: Final = "form"
MOST_PICTURES: Final = 3
OLDEST: Final = timedelta(days=60)  # what is longer ago nobody can look into any more
BY_FORM: Final = frozenset({Source.ACTIVITY, Source.DISPUTE, Source.MANUAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody writes who wants coins: the form's key, the rule, what was done and when."""

    key: str
    rule_code: str
    words: str
    day: date


def claim_closed_case(
    work: Work, case_id: int, *, category: str | None, urgency: Urgency, finding: Finding
) -> Claim | None:
    """File what a case has earned its first reporter, as it was closed; None where it is nothing.

    Once per case, however often it is closed.  Closed again without a finding that pays, a claim
    that nobody has settled yet is taken back.
    """
    table = current_rules(work)
    rule = _rule(table, category, urgency, finding)
    there = _of_case(work, case_id)
    if there is not None:
        if rule is None and there.waiting_for is not None:
            there.state, there.waiting_for, there.due_by = ClaimState.WITHDRAWN, None, None
            there.turn += 1
        return None
    if rule is None:
        return None
    case = work.session.get_one(Case, case_id)
    first = _first(work, case)
    home = None if first.reported_by is None else home_of(work, first.reported_by)
    if first.reported_by is None or home is None:
        return None  # the receipt offers it for seven days
    try:
        _check(work, case, first, first.reported_by, home)
        return _file_case(work, table, rule, case, first, first.reported_by, home)
    except CannotClaim:
        return None


def claim_by_receipt(work: Work, case_id: int, *, person_id: int, household_id: int) -> Claim:
    """File what a case has earned, for whoever has shown its receipt and who they are.

    The same case again is the same claim, if it is theirs.

    Raises:
        CannotClaim: it earns nothing, is not theirs, or the seven days are over.
    """
    found = work.session.get_one(Case, case_id)
    case = work.session.get_one(Case, found.main_id) if found.main_id else found
    first = _first(work, case)
    table = current_rules(work)
    rule = _rule_of(table, case)
    if rule is None:
        raise CannotClaim("这件事没有绿币。")
    there = _of_case(work, case.id)
    if there is not None and there.person_id == person_id:
        return there
    if there is not None or first.id != found.id:
        raise CannotClaim("同一件事只奖最先报的人，已经有人领了。")
    if case.closed_at is None or today(work) > claimable_until(case.closed_at, table.claim_days):
        raise CannotClaim("办结 %(days)s 天以后不能再认领。", days=table.claim_days)
    home = work.session.get(Household, household_id)
    if home is None or home.closed_at is not None:
        raise CannotClaim("绿币记在家里，请先登记您的家。")
    if first.reported_by not in {None, person_id}:
        raise CannotClaim("这件事不是您报的。")
    _check(work, case, first, person_id, home)
    return _file_case(work, table, rule, case, first, person_id, home)


def claim_written(
    work: Work, written: Written, pictures: Sequence[bytes | IO[bytes]] = (), *, by: Actor
) -> Claim:
    """File what somebody writes about themselves.  The same form again is the same claim.

    Raises:
        Unsaid: nothing is said, or the day is not one on which it can have been.
        NoSuchRule: there is no such rule.
        CannotClaim: it is not for them, or they belong to no household.
        MediaRefused: a picture is not taken; then nothing is.
    """
    table = current_rules(work)
    rule = table.rule(written.rule_code)
    check_form_rule(rule)
    if rule.earner is not Earner.ANYBODY and not by.hats:
        raise CannotClaim("这一条只给调解员（老娘舅）。")
    written = replace(written, words=checked_form(work, written))
    home = home_of(work, by.id)
    if home is None:
        raise CannotClaim("绿币记在家里，请先登记您的家。")
    return file_form(work, table, written, pictures, by=by, person_id=by.id, home=home)[0]


def file_form(  # noqa: PLR0913 - what was written, by whom, for whom
    work: Work,
    table: RuleTable,
    written: Written,
    pictures: Sequence[bytes | IO[bytes]],
    *,
    by: Actor,
    person_id: int,
    home: Household,
    scope: str = "",
) -> tuple[Claim, bool]:
    """File a form whose words were checked, once per *by*, scope and key; say whether it is new."""
    key = f"{by.id}:{scope}{written.key or work.token()}"
    claim, fresh = file_claim(
        work,
        table,
        table.rule(written.rule_code),
        source=(FORM, sha256(key.encode()).hexdigest()),
        person_id=person_id,
        home=home,
        earned_on=written.day,
        words=written.words,
        filed_by=by.id,
    )
    if fresh:
        keep_pictures(work, claim, pictures)
    return claim, fresh


def check_form_rule(rule: Rule) -> None:
    """Refuse a rule that nobody writes a claim for.

    Raises:
        CannotClaim: the program files it.
    """
    if rule.source not in BY_FORM or not rule.levels:
        raise CannotClaim("这一条由系统自动申报，不用自己写。")


def home_of(work: Work, person_id: int) -> Household | None:
    """Return the open household somebody belongs to."""
    return work.session.scalar(
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id, Household.closed_at.is_(None))
    )


def _rule_of(table: RuleTable, case: Case) -> Rule | None:
    if case.state is not State.CLOSED or case.finding is None:
        return None
    return _rule(table, case.category, case.urgency, case.finding)


def _rule(
    table: RuleTable, category: str | None, urgency: Urgency, finding: Finding
) -> Rule | None:
    known = CATALOGUE.categories.get(category or "")
    coin = None if known is None else known.coin
    return case_rule(table, coin=coin, urgency=urgency, finding=finding)


def _of_case(work: Work, case_id: int) -> Claim | None:
    return work.session.scalar(
        select(Claim)
        .where(Claim.source_kind == CASE, Claim.source_id == str(case_id))
        .with_for_update(of=Claim)
    )


def _first(work: Work, case: Case) -> Case:
    """Return the report that came first: the case itself, or one that was merged into it."""
    if case.reporters == 1:
        return case
    together = or_(Case.id == case.id, Case.main_id == case.id)
    found = select(Case).where(together).order_by(Case.submitted_at, Case.id).limit(1)
    return work.session.scalars(found).one()


def _check(work: Work, case: Case, first: Case, person_id: int, home: Household) -> None:
    """Refuse who earns nothing by it, whoever asks.

    Raises:
        CannotClaim: staff do not, nor does whoever made what was reported.
    """
    is_staff = exists().where(Account.person_id == person_id, Account.closed_at.is_(None))
    if first.staff_reporter is not None or work.session.scalar(select(is_staff)):
        raise CannotClaim("工作人员报的事没有绿币。")
    against = exists().where(
        Accused.case_id == case.id,
        or_(Accused.household_id == home.id, Accused.person_id == person_id),
    )
    barred = exists().where(
        Barred.person_id == person_id,
        Barred.about == BARRED_AS,
        Barred.ref == case.id,
        Barred.is_accused,
    )
    if work.session.scalar(select(or_(against, barred))):
        raise CannotClaim("自己家造成的事没有绿币。")


def _file_case(  # noqa: PLR0913, PLR0917 - what _check has looked at
    work: Work,
    table: RuleTable,
    rule: Rule,
    case: Case,
    first: Case,
    person_id: int,
    home: Household,
) -> Claim:
    claim, fresh = file_claim(
        work,
        table,
        rule,
        source=(CASE, str(case.id)),
        case_id=case.id,
        person_id=person_id,
        home=home,
        earned_on=first.submitted_at.astimezone(SHANGHAI).date(),
        flagged=_is_burst(work, first, person_id),
        sensitive=case.privacy is not Privacy.NORMAL or first.privacy is not Privacy.NORMAL,
    )
    if fresh:
        rows = work.session.execute(
            select(Attachment.id, Attachment.digest)
            .join(CaseFile, CaseFile.attachment_id == Attachment.id)
            .where(
                CaseFile.case_id == first.id,
                CaseFile.kind == FileKind.REPORT,
                Attachment.kind == Kind.PICTURE,
            )
        )
        _note_pictures(work, claim, [(row.id, row.digest) for row in rows])
    return claim


def _is_burst(work: Work, first: Case, person_id: int) -> bool:
    phone = select(Person.phone_index).where(Person.id == person_id).scalar_subquery()
    others = work.session.scalars(
        select(Case.submitted_at).where(
            or_(Case.reported_by == person_id, Case.phone_index == phone),
            Case.id != first.id,
            Case.submitted_at.between(
                first.submitted_at - timedelta(days=1), first.submitted_at + timedelta(days=1)
            ),
        )
    )
    return is_burst(first.submitted_at, list(others))


def file_claim(  # noqa: PLR0913 - the columns of one claim
    work: Work,
    table: RuleTable,
    rule: Rule,
    *,
    source: tuple[str, str],
    person_id: int,
    home: Household,
    earned_on: date,
    case_id: int | None = None,
    words: str = "",
    filed_by: int | None = None,
    flagged: bool = False,
    sensitive: bool = False,
    as_of: date | None = None,
) -> tuple[Claim, bool]:
    """Insert a claim unless its source is there; return it, and whether it is new.

    The coins are those of the rule as its town has it on *as_of*, today if nothing is said.

    Raises:
        CannotClaim: the town has switched the rule off, or they get no new coins for a while.
    """
    until = frozen(work, [person_id]).get(person_id)
    if until is not None:
        raise CannotClaim("%(day)s 以前不发新币（有一项扣币的决定）。", day=until.isoformat())
    rule = rule_in(work.session, rule, home.area_code, as_of or today(work))
    if not rule.active:
        raise CannotClaim("这一条在您家所在的镇停用了。")
    levels = levels_for(rule, flagged=flagged, sensitive=sensitive)
    fresh = insert_once(
        work.session,
        Claim,
        unique=None,
        area_code=home.area_code,
        source_kind=source[0],
        source_id=source[1],
        case_id=case_id,
        rule_code=rule.code,
        rule_version=table.version,
        person_id=person_id,
        household_id=home.id,
        filed_by=filed_by,
        words=words,
        earned_on=earned_on,
        coins=rule.coins,
        granted=0,
        cut=0,
        cut_by="",
        levels=",".join(levels),
        state=ClaimState.SUBMITTED,
        waiting_for=levels[0],
        turn=0,
        round=1,
        flagged=flagged,
        sensitive=sensitive,
        due_by=due_by(work, table, levels[0]),
        filed_at=work.now(),
    )
    same = (Claim.source_kind == source[0], Claim.source_id == source[1])
    return work.session.scalars(select(Claim).where(*same)).one(), fresh


def due_by(work: Work, table: RuleTable, level: str) -> date:
    """Return the last day on which *level* looks at something in time."""
    days = {name.value: count for name, count in table.sla_days.items()}.get(level, 3)
    return calendar_of(work.session).after(today(work), days)[0]


def checked_words(words: str) -> str:
    """Return *words* that say something.

    Raises:
        Unsaid: they do not, or are too many.
    """
    if not any(letter.isalnum() for letter in words):
        raise Unsaid("请写几个字")
    if len(words) > MOST_WORDS:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=MOST_WORDS)
    return words


def checked_form(work: Work, written: Written) -> str:
    """Return the words of a form whose day can be looked into.

    Raises:
        Unsaid: they say nothing, or the day is too long ago or yet to come.
    """
    if not today(work) - OLDEST <= written.day <= today(work):
        raise Unsaid("日期要在最近 60 天以内")
    return checked_words(written.words)


def keep_pictures(work: Work, claim: Claim, pictures: Sequence[bytes | IO[bytes]]) -> None:
    """Keep the pictures that speak for a claim; what the media room has no place for is left.

    Raises:
        MediaRefused: one is not taken.
    """
    media.check_count(Kind.PICTURE, len(pictures), most=MOST_PICTURES)
    kept = []
    for one in pictures:
        content = one if isinstance(one, bytes) else one.read(media.MOST_BYTES[Kind.PICTURE] + 1)
        key = f"{claim.owner}:{sha256(content).hexdigest()}"
        try:
            found = media.receive(work, content, kind=Kind.PICTURE, key=key, owner=claim.owner)
        except media.MediaUnavailable:
            continue  # the words are taken all the same, and the reviewer may ask for more
        kept.append((found.id, found.digest))
    _note_pictures(work, claim, dict(kept).items())


def _note_pictures(work: Work, claim: Claim, found: Iterable[tuple[int, str]]) -> None:
    work.session.add_all(
        ClaimPicture(claim_id=claim.id, attachment_id=number, digest=digest)
        for number, digest in found
    )
    work.session.flush()
