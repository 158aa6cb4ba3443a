"""Every read of every feature asks on whose behalf, or says why it need not (A2)."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.orm import Session

from kernel.access import Actor
from tests.architecture.test_shape import PACKAGES, ROOT

Query = Callable[..., Any]

# Where somebody from next door tries it.
SCOPED = {
    "citizen.queries.receipts.is_open_to": "citizen/test_queries_counter.py",
    "citizen.queries.receipts.is_kept_from": "citizen/test_views_counter_barred.py",
    "citizen.queries.lists.last_channel": "citizen/test_queries_counter.py",
    "citizen.queries.lists.of_caller": "citizen/test_queries_counter.py",
    "citizen.queries.lists.taken_by": "citizen/test_queries_counter.py",
    "shop.queries.goods.goods_detail": "shop/test_service.py",
    "shop.queries.goods.goods_listed": "shop/test_service.py",
    "shop.queries.stock.counted_gift": "shop/test_service.py",
    "shop.queries.stock.counts_waiting": "shop/test_service.py",
    "shop.queries.stock.gift_detail": "shop/test_service.py",
    "shop.queries.stock.shop_villages": "shop/test_service.py",
    "shop.queries.stock.stock": "shop/test_service.py",
    "shop.queries.stock.waiting_count": "shop/test_service.py",
    "grid.queries.departments.department_cases": "grid/test_queries_departments.py",
    "grid.queries.departments.department_counts": "grid/test_queries_departments.py",
    "grid.queries.departments.handovers_to_decide": "grid/test_queries_departments.py",
    "grid.queries.departments.helps_asked": "grid/test_queries_departments.py",
    "grid.queries.external.exported": "grid/test_queries_departments.py",
    "grid.queries.outside.outside_open": "grid/test_queries_departments.py",
    "complaints.queries.colleagues": "complaints/test_views_desk.py",
    "complaints.queries.detail": "complaints/seen.py",
    "complaints.queries.file_of": "complaints/test_views_desk.py",
    "complaints.queries.listed": "complaints/seen.py",
    "complaints.queries.monthly": "complaints/test_service_up.py",
    "grid.queries.accused.accused_of": "grid/test_service_accused_written.py",
    "grid.queries.accused.colleagues": "grid/test_service_accused_written.py",
    "grid.queries.desk.counts": "grid/test_queries.py",
    "grid.queries.desk.open_at": "citizen/test_views_spot.py",
    "grid.queries.desk.listed": "grid/test_queries.py",
    "grid.queries.desk.queue": "grid/test_queries.py",
    "grid.queries.desk.queue_version": "grid/test_queries.py",
    "grid.queries.desk.to_spot_check": "grid/test_queries.py",
    "grid.queries.desk.to_verify": "grid/test_queries.py",
    "grid.queries.detail.detail": "grid/test_queries.py",
    "grid.queries.phrases.own_phrases": "grid/test_queries_upwards.py",
    "grid.queries.upwards.call_for": "grid/test_queries_upwards.py",
    "grid.queries.upwards.calls_due": "grid/test_queries_upwards.py",
    "grid.queries.upwards.due_call": "grid/test_queries_upwards.py",
    "grid.queries.upwards.extensions_asked": "grid/test_queries_upwards.py",
    "grid.queries.upwards.objections_made": "grid/test_queries_upwards.py",
    "grid.queries.upwards.waiting": "grid/test_queries_upwards.py",
    "grid.queries.promises.promises_for": "grid/test_queries_upwards.py",
    "grid.queries.gone.missing": "grid/test_service_accused.py",
    "grid.queries.handover.held_by": "grid/test_service_handover.py",
    "grid.queries.handover.owners": "grid/test_service_handover.py",
    "grid.queries.handover.takers": "grid/test_service_handover.py",
    "grid.queries.night.called_tonight": "grid/test_service_night.py",
    "grid.queries.placing.checked_place": "grid/test_placing.py",
    "grid.queries.placing.places_for": "grid/test_placing.py",
    "grid.queries.pages.file_of": "grid/test_queries_pages.py",
    "grid.queries.pages.hours_set": "grid/test_queries_pages.py",
    "grid.queries.pages.places": "grid/test_queries_pages.py",
    "grid.queries.roster.colleagues": "grid/test_queries_roster.py",
    "grid.queries.roster.duty_between": "grid/test_queries_roster.py",
    "grid.queries.roster.duty_line": "grid/test_queries_roster.py",
    "grid.queries.roster.grids_of": "grid/test_queries_roster.py",
    "grid.queries.roster.open_nights": "grid/test_queries_roster.py",
    "grid.queries.staff.candidates": "grid/test_queries.py",
    "people.queries.areas.managed_area": "people/test_queries.py",
    "people.queries.areas.managed_areas": "people/test_queries.py",
    "people.queries.audit.audit_page": "people/test_queries.py",
    "people.queries.audit.audit_rows": "people/test_queries.py",
    "people.queries.households.household_detail": "people/test_queries_households.py",
    "people.queries.households.household_import": "people/test_queries_households.py",
    "people.queries.households.household_member": "people/test_queries_households.py",
    "people.queries.own_codes.household_pin": "people/service/test_pins.py",
    "people.queries.households.household_page": "people/test_queries_households.py",
    "people.queries.households.join_requests": "people/test_queries_households.py",
    "people.queries.households.places_for": "people/test_queries_households.py",
    "people.queries.kin.kin_of": "people/views/test_kin.py",
    "people.queries.staff.staff_detail": "people/test_queries.py",
    "people.queries.staff.staff_page": "people/test_queries.py",
    "points.queries.adjustments.adjustment_detail": "points/test_service_adjusting.py",
    "points.queries.adjustments.adjustments_listed": "points/test_service_adjusting.py",
    "points.queries.adjustments.left_behind": "points/test_service_adjusting.py",
    "points.queries.claims.claim_detail": "points/test_queries_claims.py",
    "points.queries.claims.claim_file": "points/test_queries_claims.py",
    "points.queries.claims.claims_chosen": "points/test_queries_claims.py",
    "points.queries.claims.claims_listed": "points/test_queries_claims.py",
    "points.queries.expiring.expiring_listed": "points/test_service_expiring.py",
    "points.queries.activities.activities_led": "points/test_views_activities.py",
    "points.queries.activities.activity_led": "points/test_views_activities.py",
    "points.queries.activities.line_of": "points/test_service_waiting.py",
    "points.queries.skills.volunteers_with": "points/test_service_skills.py",
    "points.queries.activities.wishes_of": "points/test_views_activities.py",
    "points.queries.activities.standings_of": "points/test_views_activities.py",
    "points.queries.rolls.roll_detail": "points/test_views_activities.py",
    "points.queries.rolls.rolls_waiting": "points/test_views_activities.py",
    "points.queries.narrowing.towns_ruled": "points/test_service_drafting.py",
    "points.queries.deductions.appeals_listed": "points/test_service_appealing.py",
    "points.queries.deductions.deduction_detail": "points/test_service_appealing.py",
    "points.queries.deductions.deductions_listed": "points/test_service_appealing.py",
    "points.queries.watching.samples_listed": "points/test_service_sampling.py",
    "points.queries.watching.warnings": "points/test_service_sampling.py",
    "points.queries.auditing.audited_claim": "points/test_queries_auditing.py",
    "points.queries.auditing.audited_claims": "points/test_queries_auditing.py",
    "points.queries.auditing.pictures_across": "points/test_queries_auditing.py",
    "points.queries.audited_books.audit_choices": "points/test_queries_auditing.py",
    "points.queries.audited_books.audited_deductions": "points/test_queries_auditing.py",
    "points.queries.audited_books.audited_reversals": "points/test_queries_auditing.py",
    "points.queries.naming.household_naming": "points/test_naming.py",
    "points.queries.funds.funds": "points/test_queries_claims.py",
    "points.queries.home.household_passbook": "points/test_queries_claims.py",
    "points.queries.months.month_detail": "points/test_service_months.py",
    "points.queries.months.month_homes": "points/test_service_months.py",
    "points.queries.months.month_sheet": "points/test_service_months.py",
    "points.queries.months.months_listed": "points/test_service_months.py",
    "points.queries.openings.opening_detail": "points/test_service_opening.py",
    "points.queries.openings.opening_line": "points/test_service_undoing.py",
    "points.queries.undos.claim_undoing": "points/test_service_returning.py",
    "points.queries.undos.undos_waiting": "points/test_service_undoing.py",
    "points.queries.openings.openings_listed": "points/test_service_opening.py",
    "points.queries.public.close_of": "points/test_public.py",
    "qr.queries.activities.activity_detail": "qr/test_queries_activities.py",
    "qr.queries.activities.activity_page": "qr/test_queries_activities.py",
    "qr.queries.activities.attenders": "qr/test_queries_activities.py",
    "qr.queries.codes.cards_of": "qr/test_views_cards.py",
    "qr.queries.codes.in_area": "qr/test_queries.py",
    "qr.queries.look_alikes.look_alikes": "qr/test_views_look_alikes.py",
    "qr.queries.look_alikes.sticker_photo": "qr/test_views_look_alikes.py",
    "qr.queries.orders.code_ids": "qr/test_service_orders.py",
    "qr.queries.orders.household_ids": "qr/test_service_orders.py",
    "qr.queries.orders.check_area": "qr/test_service_orders_ends.py",
    "qr.queries.orders.order_detail": "qr/test_service_orders.py",
    "qr.queries.orders.order_page": "qr/test_service_orders.py",
    "qr.queries.orders.order_size": "qr/test_service_orders_ends.py",
    "qr.queries.register.register_entry": "qr/test_views_register.py",
    "qr.queries.register.register_page": "qr/test_views_register.py",
    "qr.queries.walls.troubles_page": "qr/test_views_walls.py",
    "qr.queries.register.register_rows": "qr/test_spot_tables.py",
}
OPEN = {
    "grid.queries.cards.with_card": "a statement that its callers narrow before they ask it",
    "citizen.queries.receipts.at_it": "who must not write down the caller's word; names nobody",
    "citizen.queries.receipts.by_number": "the number is the permission for the state alone",
    "citizen.queries.receipts.first_there": "codes of areas are public",
    "citizen.queries.receipts.hanging": "a number that hangs there for everybody to read",
    "citizen.queries.lists.of_phone": "the phone's signed cookie has shown that they are its own",
    "citizen.queries.receipts.helper_of": "whoever has the number reads who helped",
    "citizen.queries.own.own_messages": "asked about oneself only",
    "citizen.queries.own.own_reports": "asked about oneself only",
    "citizen.queries.receipts.receipt_of": "the caller has shown that the report is theirs",
    "citizen.queries.receipts.shown_attachment": "the caller has shown that the report is theirs",
    "citizen.queries.receipts.urged_at": "the caller has shown that the report is theirs",
    "complaints.queries.answerers": "the program's own, to find who can answer at a desk",
    "complaints.queries.area_for": "names of areas are public",
    "complaints.queries.area_of_report": "asked only for a receipt that this phone has opened",
    "complaints.queries.attachments_of": "the caller has shown that the complaint is theirs",
    "complaints.queries.by_number": "the number is the permission for the state alone",
    "complaints.queries.closed_before": "the program's own, to forget what was kept long enough",
    "complaints.queries.desk_for": "the program's own, to find who can answer",
    "complaints.queries.is_complaint": "tells whoever has the number which page it belongs to",
    "complaints.queries.places": "names of areas are public",
    "complaints.queries.sitters": "the program's own, to find who sits at a desk",
    "complaints.queries.steps_of": "the caller has shown that the complaint is theirs",
    "demo.queries.told": "asked on the machine itself, and all of it is made up",
    "grid.queries.departments.departments_there": "which departments are where is public",
    "grid.queries.departments.handovers_of": "of a case that its caller was let in to",
    "grid.queries.departments.helps_of": "of a case that its caller was let in to",
    "grid.queries.external.numbers_of": "of a case that its caller was let in to",
    "grid.queries.external.systems_for": "names of other systems are public",
    "grid.queries.outside.desk_of": "names and numbers of desks are public",
    "grid.queries.outside.link_file": "the link is the permission, which its caller opened",
    "grid.queries.outside.link_page": "the link is the permission, and counts as a guess",
    "grid.queries.outside.outside_of": "of a case that its caller was let in to",
    "grid.queries.outside.pictures_of": "of a case that its caller was let in to",
    "grid.queries.outside.unit_was_done": "of a case that its caller was let in to",
    "grid.queries.callback.callback_of": "the receipt is the permission, which citizen checks",
    "grid.queries.duty.off_days": "the calendar is public",
    "grid.queries.duty.roster_over": "decides who is asked to take a case; nobody reads it",
    "grid.queries.duty.rows_between": "handed on to reads and verbs that ask for whom",
    "grid.queries.ending.over_before": "the program's own, to forget what was kept long enough",
    "grid.queries.accused.claim_page": "the link is the permission, and counts as a guess",
    "grid.queries.accused.family": "of a case that its caller was let in to",
    "grid.queries.facts.case_facts": "of a case that its caller was let in to",
    "grid.queries.facts.nobody_verifies_below": "of a case that its caller was let in to",
    "grid.queries.facts.hands": "of a case that its caller was let in to",
    "grid.queries.facts.taken_steps": "of a case that its caller was let in to",
    "grid.queries.facts.pauses_of": "of a case that its caller was let in to",
    "grid.queries.phrases.phrases_for": "sentences to choose from are no secret",
    "grid.queries.timeline.read_steps": "the receipt is the permission, which citizen checks",
    "grid.queries.timeline.timeline": "the receipt is the permission, which citizen checks",
    "grid.queries.pages.case_named": "gives a number to reads and verbs that are scoped",
    "grid.queries.pages.case_number": "of a case that its caller has named",
    "grid.queries.places.area_for": "where a point lies is no secret",
    "grid.queries.progress.progress": "the receipt is the permission, which citizen checks",
    "grid.queries.roster.fits": "whether one hat covers a place; whoever asks may plan there",
    "grid.queries.staff.responsible_for": "what every printed code tells whoever scans it",
    "grid.queries.staff.who_can_take": "of a case that its caller was let in to",
    "people.queries.areas.children": "names of areas are public",
    "people.queries.areas.desk_for": "where to report, for a code nobody knows",
    "people.queries.areas.find_area": "names of areas are public",
    "people.queries.areas.known_areas": "codes are public; an import is checked against them",
    "people.queries.areas.villages": "names of areas are public",
    "people.queries.areas.path_of": "names of areas are public",
    "people.queries.areas.paths_of": "names of areas are public",
    "people.queries.areas.with_places": "of people that its caller has found",
    "people.queries.home.home_of": "asked about oneself only",
    "people.queries.own_codes.holders": "compared with a code; nothing is shown of them",
    "people.queries.own_codes.own_code": "asked about oneself only",
    "people.queries.own_codes.own_pin": "asked about oneself only",
    "people.queries.home.joined_themselves": "of a household whose head asks",
    "people.queries.home.last_request": "asked about oneself only",
    "people.queries.home.profile_of": "asked about oneself only",
    "people.queries.wardens.wardens": "whom to turn to is no secret; numbers as the village shows",
    "people.queries.bars.barred_from": "bars keep people out; nothing is shown of them",
    "people.queries.bars.members": "of a household that its caller was let in to",
    "people.queries.bars.near": "bars keep people out; nothing is shown of them",
    "people.queries.bars.subjects_barred": "part of a statement that leaves lines out",
    "people.queries.former.concerned_in": "read to keep people out; nothing is shown of them",
    "people.queries.bars.staff_under": "bars keep people out; nothing is shown of them",
    "people.queries.staff.account_of": "asked about oneself only",
    "people.queries.staff.actor_of": "asked by the sign-in, about oneself",
    "people.queries.staff.dialects_of": "asked about oneself, or about whom one may change",
    "people.queries.staff.hats_of": "asked about oneself, or whether one may change somebody",
    "people.queries.staff.public_names": "the name everybody may read",
    "people.queries.staff.signed_in": "the session is the permission",
    "points.queries.activities.activities_open": "what takes place is for everybody to read",
    "points.queries.activities.activity_card": "what takes place is for everybody to read",
    "points.queries.photos.activity_photo": "of what takes place, which is for everybody to read",
    "points.queries.photos.activity_photos": "of what takes place, which is for everybody to read",
    "points.queries.skills.own_skills": "asked about oneself only",
    "points.queries.activities.own_wishes": "asked about oneself only",
    "points.queries.activities.own_lines": "asked about oneself only",
    "points.queries.narrowing.draft_waiting": "the rules to come are for everybody to read",
    "points.queries.narrowing.rule_in": "the rules are for everybody to read",
    "points.queries.narrowing.rules_for": "the rules are for everybody to read",
    "points.queries.narrowing.terms_of": "of a claim its caller was let in to",
    "points.queries.narrowing.town_rules": "the rules are for everybody to read",
    "points.queries.narrowing.versions_set": "the rules are for everybody to read",
    "points.queries.deductions.corrections": "what was put right is for everybody to read, masked",
    "points.queries.deductions.has_notice": "asked about one's own household only",
    "points.queries.deductions.own_deductions": "asked about one's own household only",
    "points.queries.deductions.own_refusals": "asked about oneself only",
    "points.queries.adjustments.followed": "of lines that the caller has found under their owner",
    "points.queries.adjustments.merged_into": "of households that the caller was let in to",
    "points.queries.audited_books.rule_versions": "the rules are for everybody to read",
    "points.queries.auditing.paged": "runs what the reads of the desk have narrowed",
    "points.queries.balances.balance": "of an account that the caller has found under its owner",
    "points.queries.balances.balance_at": "of an account that the caller has found under its owner",
    "points.queries.copies.own_coins": "asked about oneself only",
    "points.queries.counts.counted": "how many rows there are is no secret",
    "points.queries.export.export": "for commands on the machine itself; it holds no names",
    "points.queries.faults.stream": "part of reading everything, for verify and export",
    "points.queries.guards.guards": "about tables, not about what is in them",
    "points.queries.earned.awards_around": "sums, of a claim its caller was let in to",
    "points.queries.claims.reviews_of": "of a claim that its caller was let in to",
    "points.queries.claims.reviews_by_claim": "of a claim that its caller was let in to",
    "points.queries.columns.by_what_it_was": "sums for the program's own table of a month",
    "points.queries.columns.tables": "the rules are for everybody to read",
    "points.queries.ages.all_carried": "the ledger checks itself",
    "points.queries.ages.carried_by": "of a move that is being posted",
    "points.queries.expiring.left_of": "the program's own, for what runs out",
    "points.queries.funds.automatic_room": "sums, for whoever pays a village's line",
    "points.queries.funds.outstanding": "sums of villages whose funds their caller may read",
    "points.queries.home.home_and_account": "asked about oneself only",
    "points.queries.naming.own_naming": "asked about oneself only",
    "points.queries.home.own_caps": "asked about oneself only",
    "points.queries.home.own_members": "asked about oneself only",
    "points.queries.home.own_months": "of an account that the caller has found under its owner",
    "points.queries.home.own_passbook": "asked about oneself only",
    "points.queries.lines.coin_lines": "of an account that the caller has found under its owner",
    "points.queries.public.objection_at": "the number is the permission for the answer alone",
    "points.queries.public.objections_to": "of a month that its reader was let in to",
    "points.queries.public.public_month": "what a village has published for everybody to read",
    "points.queries.public.public_villages": "what a village has published for everybody to read",
    "points.queries.undos.returns_published": "corrections, which are for everybody to read",
    "points.queries.undos.undos_where": "the caller's condition scopes it",
    "points.queries.verify_undos.undos": "part of verify",
    "points.queries.public.showing_of": "how much is published is for everybody to see",
    "points.queries.months.sheet_rows": "of a table its caller was let in to, or the program's",
    "points.queries.verify_months.months": "part of verify",
    "points.queries.own.is_offered": "of a case whose receipt the caller has shown",
    "points.queries.own.own_area": "asked about oneself only",
    "points.queries.own.own_book": "asked about oneself only",
    "points.queries.own.own_claim": "asked about oneself only",
    "points.queries.own.own_claims": "asked about oneself only",
    "points.queries.ruling.rules_in_force": "the rules are for everybody to read",
    "points.queries.ruling.rules_of": "the rules are for everybody to read",
    "points.queries.seals.seals_published": "hashes, which are for everybody to compare",
    "points.queries.verify_signatures.signatures": "part of verify",
    "points.queries.seals.leaves_at": "hashes, which are for everybody to compare",
    "points.queries.verify.verify": "for commands on the machine itself; it names row numbers",
    "points.queries.verify_entries.entries": "part of verify",
    "points.queries.verify_openings.openings": "part of verify",
    "points.queries.verify_postings.postings": "part of verify",
    "points.queries.verify_seals.seals": "part of verify",
    "points.queries.verify_sources.sources": "part of verify",
    "qr.queries.activities.activity_at": "what a scan of its screen shows to everybody",
    "qr.queries.activities.attended": "the program's own, for what comes of taking part",
    "qr.queries.activities.own_sign_in": "asked about oneself only",
    "qr.queries.activities.own_sign_ins": "asked about oneself only",
    "qr.queries.codes.by_spot_number": "a number that hangs there for everybody to read",
    "qr.queries.codes.with_spot_number": "a number that hangs there for everybody to read",
    "qr.queries.codes.any_public": "for commands on the machine itself",
    "qr.queries.codes.find": "for commands on the machine itself",
    "shop.queries.goods.lines_of": "of deliveries that their reader was let in to",
    "shop.queries.public.public_shelf": "what every stranger may read: words, no number of pieces",
    "shop.queries.stock.names_of": "what staff are called, of moves their reader was let in to",
    "upkeep.queries.state.last_retention": "numbers without anybody's data",
    "upkeep.queries.state.state": "measures the house and reads nobody's data",
    "qr.queries.walls.open_troubles": "of codes that their reader was let in to",
    "qr.queries.look_alikes.sticker_photos": "of stickers that their reader was let in to",
    "qr.queries.walls.photo_of": "of a code that its reader was let in to",
    "qr.queries.walls.scans_of": "of codes that their reader was let in to; numbers only",
    "qr.queries.walls.successor_of": "of a code that its reader was let in to",
    "qr.queries.orders.again_size": "the caller may see the order",
    "qr.queries.orders.item_ids": "the caller may see the order",
    "qr.queries.orders.order_files": "the caller may see the order",
    "people.queries.cards.card_holders": "what is printed on cards that somebody may print",
    "qr.queries.codes.household_of_card": "of the village its caller works in",
    "qr.queries.codes.resolve": "whoever stands before a code may scan it",
}


def rooms() -> Iterator[str]:
    """Yield the names of all modules that read."""
    for feature in sorted(PACKAGES):
        if find_spec(f"{feature}.queries") is None:
            continue
        room = import_module(f"{feature}.queries")
        yield room.__name__
        for found in pkgutil.walk_packages(getattr(room, "__path__", ()), f"{room.__name__}."):
            yield found.name


def reads(query: Query) -> bool:
    """Whether a function asks the database, or says what is to be asked."""
    hints = inspect.get_annotations(query, eval_str=True)
    answer = hints.pop("return", None)
    return Session in hints.values() or answer == Select[int]


def queries() -> dict[str, Query]:
    """Return every public read by its full name, each where it is written."""
    return {
        f"{room}.{name}": function
        for room in rooms()
        for name, function in inspect.getmembers(import_module(room), inspect.isfunction)
        if function.__module__ == room and not name.startswith("_") and reads(function)
    }


QUERIES = queries()


def asks_for_whom(query: Query) -> bool:
    by = inspect.get_annotations(query, eval_str=True).get("by")
    return by in {Actor, Actor | None}


def test_every_read_is_listed_once() -> None:
    assert set(SCOPED) | set(OPEN) == set(QUERIES)
    assert set(SCOPED) & set(OPEN) == set()


@pytest.mark.parametrize("name", SCOPED)
def test_a_scoped_read_asks_for_whom_and_is_tried_by_strangers(name: str) -> None:
    assert asks_for_whom(QUERIES[name])
    tried = (ROOT / "tests" / SCOPED[name]).read_text()
    assert f".{name.rpartition('.')[2]}(" in tried or f"queries.{name.rpartition('.')[2]}" in tried


@pytest.mark.parametrize("name", OPEN)
def test_an_open_read_asks_for_nobody_and_says_why(name: str) -> None:
    assert not asks_for_whom(QUERIES[name])
    assert OPEN[name]
