"""Changing the rules: the district by two people, a town within what the district allows."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import func, select

from kernel import audit
from kernel.access import Actor
from kernel.db import take_turns
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import reaches
from people.rules import Level, at_level
from points.errors import BadRules, NoSuchDraft, NotYoursToReview, WrongMoment
from points.models import RuleDraft, RuleNarrowing, RuleVersion
from points.rules.drafts import DraftState, RuleWish, drafted
from points.rules.narrowing import Narrowing, check_narrowing
from points.service.filing import checked_words
from points.service.ruling import current_rules, set_rules, today


def draft_rules(
    work: Work,
    rules: Mapping[str, RuleWish],
    caps: Mapping[str, int],
    *,
    valid_from: date,
    why: str,
    by: Actor,
) -> RuleDraft:
    """Write down a new version, which counts once somebody else has agreed.

    Raises:
        BadRules: *by* may not, nothing is changed, it is no rule table, or the day is past.
        WrongMoment: another draft waits.
        Unsaid: no reason is given.
    """
    if not by.may(Permission.RULE_EDIT):
        raise BadRules("规则由区里改。")
    take_turns(work.session, "points.rules")
    last = _last(work)
    table = drafted(last.table(), rules, caps, version=last.version + 1)
    if valid_from <= today(work):
        raise BadRules("新规则最早从明天起生效。")
    if work.session.scalar(select(RuleDraft.id).where(RuleDraft.state == DraftState.WAITING)):
        raise WrongMoment("已经有一份新规则在等另一个人看，先定了它。")
    draft = RuleDraft(
        text=table.text,
        base=last.version,
        valid_from=valid_from,
        why=checked_words(why),
        made_by=by.id,
        made_at=work.now(),
        state=DraftState.WAITING,
    )
    work.session.add(draft)
    work.session.flush()
    audit.note(work, by=by, action="coin.rules-draft", subject=f"rules:{table.version}")
    return draft


def decide_draft(work: Work, draft_id: int, *, agree: bool, reason: str = "", by: Actor) -> None:
    """Agree to a draft, which puts it in force from its day on, or refuse it.

    Who wrote it may refuse it to take it back, by asking somebody else: two people, always.

    Raises:
        NoSuchDraft: there is none.
        NotYoursToReview: it is *by*'s own, or they do not set rules.
        WrongMoment: it is decided, or the rules have changed since.
        BadRules: its day has come before anybody agreed.
        Unsaid: no reason is given for a no.
    """
    take_turns(work.session, "points.rules")
    draft = work.session.get(RuleDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NoSuchDraft("没有这份新规则。")
    if not by.may(Permission.RULE_EDIT) or by.id == draft.made_by:
        raise NotYoursToReview("新规则要由另一个人来定，写的人不能自己定。")
    if draft.state is not DraftState.WAITING:
        raise WrongMoment("这份新规则已经定了，请刷新再看。")
    if not agree:
        draft.reason, draft.state = checked_words(reason), DraftState.REFUSED
    else:
        if _last(work).version != draft.base:
            raise WrongMoment("规则在这期间换过了，请按现在的重新写。")
        set_rules(work, draft.table(), valid_from=draft.valid_from, by=by)
        draft.state = DraftState.SET
    draft.decided_by, draft.decided_at = by.id, work.now()
    audit.note(
        work,
        by=by,
        action="coin.rules-agree" if agree else "coin.rules-refuse",
        subject=f"rules:{draft.base + 1}",
    )
    work.session.flush()


def narrow_rule(work: Work, town: str, code: str, narrowing: Narrowing, *, by: Actor) -> None:
    """Let a rule hold in a town as narrowed, from tomorrow on; what waits keeps its own.

    Raises:
        BadRules: the town is not *by*'s, or it would be wider than the district's.
        NoSuchRule: there is no such rule in force.
    """
    if at_level(town, Level.TOWN) != town or not reaches(by, Permission.RULE_SWITCH, town):
        raise BadRules("这个镇的规则不归您定。")
    check_narrowing(current_rules(work).rule(code), narrowing)
    work.session.add(
        RuleNarrowing(
            town_code=town,
            rule_code=code,
            is_off=narrowing.is_off,
            coins=narrowing.coins,
            caps=json.dumps({period.value: most for period, most in narrowing.caps}),
            valid_from=today(work) + timedelta(days=1),
            set_by=by.id,
            set_at=work.now(),
        )
    )
    work.session.flush()
    detail = f"{code} {'off' if narrowing.is_off else 'on'}"
    audit.note(
        work, by=by, action="coin.rule-narrow", subject=f"area:{town}", area=town, detail=detail
    )


def _last(work: Work) -> RuleVersion:
    current_rules(work)
    number = work.session.scalar(select(func.max(RuleVersion.version))) or 1
    return work.session.get_one(RuleVersion, number)
