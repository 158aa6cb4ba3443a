"""Claims by somebody for somebody, and by a household's card alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import IO

from sqlalchemy import select

from grid.models import Case
from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household, Person
from people.queries import within
from points.errors import CannotClaim, Unsaid
from points.models import Claim, ClaimHelp
from points.rules.helping import Consent
from points.rules.table import Earner
from points.service.filing import (
    Written,
    check_form_rule,
    checked_form,
    claim_by_receipt,
    file_form,
    home_of,
)
from points.service.members import member_of
from points.service.ruling import current_rules


def claim_for(  # noqa: PLR0913 - for whom, by whom, and how they agreed
    work: Work,
    written: Written,
    pictures: Sequence[bytes | IO[bytes]] = (),
    *,
    number: str,
    name: str,
    consent: Consent | None,
    by: Actor,
) -> Claim:
    """File what somebody did who cannot write it themselves; who helped is kept.

    The same form again is the same claim.

    Raises:
        NobodyThere: nobody of the household with *number*, where *by* helps, has that name.
        CannotClaim: it is the helper's own, or their household's; or not for them by its rule.
        Unsaid: nothing is said, the day cannot have been, or not how they agreed.
        NoSuchRule, MediaRefused: as `claim_written`.
    """
    table = current_rules(work)
    rule = table.rule(written.rule_code)
    check_form_rule(rule)
    if rule.earner is not Earner.ANYBODY:
        raise CannotClaim("这一条只给调解员（老娘舅），由他们自己申报。")
    if consent is None:
        raise Unsaid("请选本人是怎么点头的")
    there = within(Household, by, Permission.CLAIM_FILE_FOR)
    person = member_of(work, number, name, there=there)
    home = _not_ones_own(work, person, by)
    written = replace(written, words=checked_form(work, written))
    claim, fresh = file_form(
        work, table, written, pictures, by=by, person_id=person.id, home=home, scope="for:"
    )
    if fresh:
        _helped(work, claim, consent, by)
    return claim


def claim_by_card(work: Work, case_id: int, *, household_id: int, by: Actor | None = None) -> Claim:
    """File what a case has earned for the household whose card somebody showed with the receipt.

    It is its reporter's, if they are known and live there, else its head's.  *by* is who helped
    at the counter, None where nobody did.

    Raises:
        CannotClaim: as `claim_by_receipt`; or it is the helper's own household.
    """
    people = work.session.scalars(
        select(Person)
        .where(Person.household_id == household_id)
        .order_by(Person.is_head.desc(), Person.id)
    ).all()
    if not people:
        raise CannotClaim("这一户里还没有登记人。")
    known = work.session.get_one(Case, case_id).reported_by
    person = next((one for one in people if one.id == known), people[0])
    if by is not None:
        _not_ones_own(work, person, by)
    claim = claim_by_receipt(work, case_id, person_id=person.id, household_id=household_id)
    if by is not None and claim.filed_by is None:
        claim.filed_by = by.id
        _helped(work, claim, Consent.CARD, by)
    return claim


def _not_ones_own(work: Work, person: Person, by: Actor) -> Household:
    """Return the household of *person*, which must not be the helper's."""
    home = home_of(work, person.id)
    own = home_of(work, by.id)
    if home is None:
        raise CannotClaim("绿币记在家里，请先登记这一家。")
    if person.id == by.id or (own is not None and own.id == home.id):
        raise CannotClaim("不能替自己或自己家的人报，请换一位同事。")
    return home


def _helped(work: Work, claim: Claim, consent: Consent, by: Actor) -> None:
    work.session.add(ClaimHelp(claim_id=claim.id, helper_id=by.id, consent=consent, at=work.now()))
    work.session.flush()
    audit.note(
        work,
        by=by,
        action="coin.claim-for",
        subject=f"claim:{claim.id}",
        area=claim.area_code,
        detail=consent.value,
    )
