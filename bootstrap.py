"""Puts the application together.  The only module that knows every feature."""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Final

from click import Command
from flask import Blueprint, Flask

import citizen.events
import citizen.handlers
import citizen.jobs
import citizen.views
import complaints.events
import complaints.jobs
import complaints.views
import demo.cli
import grid.cli
import grid.events
import grid.handlers
import grid.jobs
import grid.queries.accused
import grid.views
import kernel.health
import kernel.jobs
import kernel.media
import kernel.operator
import kernel.outbound
import people.cli
import people.events
import people.jobs
import people.models
import people.queries.bars
import people.views
import points.cli
import points.handlers
import points.jobs
import points.views
import qr.cli
import qr.events
import qr.handlers
import qr.jobs
import qr.views
import shop.views
import upkeep.cli
import upkeep.jobs
import upkeep.views
from kernel.audit import BarredSubjects, SubjectNames
from kernel.chance import Chance, SystemChance
from kernel.clock import Clock, SystemClock
from kernel.db import db, engine_options, prepare
from kernel.delivery import Daily, Every, Turn
from kernel.facts import is_demo
from kernel.jobs import RqDispatch
from kernel.migrations import install_migrations
from kernel.outbound import HttpPost
from kernel.outbox import Handler, Subscribers, make_routes
from kernel.permissions import Permission
from kernel.seal import Keyring
from kernel.settings import Settings
from kernel.stores import FileStore, Store
from kernel.tallies import RedisTally
from kernel.web import (
    Doorkeeper,
    LateRule,
    NavItem,
    RowNumber,
    SignedIn,
    install_gate,
    install_show,
)
from kernel.work import Dispatch, Parts, Post
from qr.rules import CodeKind
from qr.views import Target

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    kernel.health.pages,
    kernel.operator.pages,
    people.views.pages,
    qr.views.pages,
    shop.views.pages,
    citizen.views.pages,
    complaints.views.pages,
    points.views.pages,
    grid.views.pages,
    grid.views.links,
    grid.views.claims,
    upkeep.views.pages,
)

SUBSCRIBERS: Final[Subscribers] = {
    citizen.events.ReportSubmitted: (citizen.jobs.push_to_grid,),
    people.events.HouseholdClosed: (qr.handlers.end_card_of_closed,),
    people.events.HouseholdMoved: (qr.handlers.move_card,),
    people.events.HouseholdsMerged: (
        qr.handlers.end_card_of_merged,
        points.handlers.follow_merged,
    ),
    people.events.HouseholdTableSent: (people.jobs.import_households,),
    people.events.HouseholdPartDue: (people.jobs.import_part,),
    grid.events.CaseClosed: (points.handlers.claim_for_case,),
    grid.events.CaseMoved: (citizen.handlers.tell_moved_case,),
    grid.events.CasePlaced: (citizen.handlers.follow_placed_case,),
    grid.events.ReportersConcerned: (citizen.handlers.tell_concerned,),
    grid.events.ReworkSupervised: (grid.jobs.owe_call_for_rework,),
    complaints.events.ComplaintAnswered: (complaints.jobs.owe_message,),
    qr.events.PrintOrdered: (qr.jobs.print_order,),
    qr.events.ActivityStopped: (points.handlers.tell_stopped_activity,),
    people.events.SomebodyBarred: (grid.handlers.take_away,),
    people.events.AccountClosed: (grid.handlers.take_up_left_cases,),
}

JOBS: Final[tuple[Handler, ...]] = (
    grid.jobs.climb,
    grid.jobs.press,
    grid.jobs.remind,
    grid.jobs.end_pauses,
    grid.jobs.tell_promises,
    grid.jobs.ring_late_objections,
    grid.jobs.take_up_left,
    grid.jobs.blur_positions,
    grid.jobs.forget_contacts,
    grid.jobs.forget_files,
    grid.jobs.forget_unfounded,
    grid.jobs.forget_outside,
    grid.jobs.forget_old_duty,
    grid.jobs.free_cases,
    citizen.jobs.blur_positions,
    citizen.jobs.forget_contacts,
    citizen.jobs.forget_files,
    citizen.jobs.tell_resident,
    kernel.jobs.forget_lines,
    complaints.jobs.climb,
    complaints.jobs.forget_contacts,
    complaints.jobs.forget_files,
    complaints.jobs.tell,
    kernel.jobs.prune_outbox,
    kernel.media.drop_files,
    kernel.media.finish_attachment,
    kernel.media.sweep_incoming,
    kernel.outbound.prune_messages,
    kernel.outbound.release_messages,
    kernel.outbound.send_message,
    people.jobs.forget_codes,
    points.jobs.expire_coins,
    points.jobs.forget_adjustments,
    points.jobs.forget_claims,
    points.jobs.forget_deductions,
    points.jobs.forget_objections,
    points.jobs.give_monthly,
    points.jobs.make_months,
    points.jobs.pay_lines,
    points.jobs.post_openings,
    points.jobs.draw_samples,
    points.jobs.ring_late_appeals,
    points.jobs.forget_photos,
    points.jobs.forget_sign_ups,
    points.jobs.release_expired,
    points.jobs.remind_expiring,
    points.jobs.seal_yesterday,
    people.jobs.forget_households,
    people.jobs.forget_sessions,
    qr.jobs.count_scans,
    qr.jobs.forget_files,
    qr.jobs.forget_sign_ins,
    qr.jobs.forget_troubles,
    qr.jobs.sweep_files,
    upkeep.jobs.report_retention,
)

SCHEDULE: Final[tuple[Turn, ...]] = (
    Every(timedelta(minutes=1), grid.jobs.climb),
    Every(timedelta(minutes=1), grid.jobs.press),
    Every(timedelta(minutes=1), grid.jobs.remind),
    Every(timedelta(minutes=1), grid.jobs.end_pauses),
    Every(timedelta(minutes=1), grid.jobs.tell_promises),
    Every(timedelta(minutes=1), grid.jobs.ring_late_objections),
    Every(timedelta(minutes=10), complaints.jobs.climb),
    Every(timedelta(minutes=10), grid.jobs.free_cases),
    Every(timedelta(minutes=10), grid.jobs.take_up_left),
    Every(timedelta(minutes=1), kernel.outbound.release_messages),
    Every(timedelta(minutes=10), qr.jobs.count_scans),
    Every(timedelta(minutes=10), qr.jobs.forget_files),
    Every(timedelta(minutes=10), points.jobs.release_expired),
    Every(timedelta(minutes=10), points.jobs.make_months),  # one of them is at 23:50
    Every(timedelta(minutes=10), points.jobs.pay_lines),
    Daily(0, points.jobs.give_monthly),
    Daily(0, points.jobs.seal_yesterday),
    Daily(0, points.jobs.expire_coins),
    Daily(9, points.jobs.remind_expiring),
    Daily(9, points.jobs.ring_late_appeals),
    Daily(2, points.jobs.draw_samples),
    Daily(3, kernel.jobs.prune_outbox),
    Daily(3, kernel.outbound.prune_messages),
    Daily(3, people.jobs.forget_codes),
    Daily(3, people.jobs.forget_sessions),
    Daily(3, kernel.media.sweep_incoming),
    Daily(3, qr.jobs.sweep_files),
    Daily(3, qr.jobs.forget_troubles),
    Daily(3, kernel.jobs.forget_lines),
    Daily(4, people.jobs.forget_households),
    Daily(4, points.jobs.forget_photos),
    Daily(4, points.jobs.forget_sign_ups),
    Daily(4, qr.jobs.forget_sign_ins),
    Daily(4, grid.jobs.forget_contacts),
    Daily(4, grid.jobs.forget_files),
    Daily(4, grid.jobs.blur_positions),
    Daily(4, grid.jobs.forget_unfounded),
    Daily(4, grid.jobs.forget_outside),
    Daily(4, grid.jobs.forget_old_duty),
    Daily(5, citizen.jobs.forget_contacts),
    Daily(5, citizen.jobs.forget_files),
    Daily(5, citizen.jobs.blur_positions),
    Daily(5, points.jobs.forget_adjustments),
    Daily(5, points.jobs.forget_claims),
    Daily(5, points.jobs.forget_deductions),
    Daily(5, points.jobs.forget_objections),
    Daily(6, upkeep.jobs.report_retention),
    Daily(5, complaints.jobs.forget_contacts),
    Daily(5, complaints.jobs.forget_files),
)

SCAN_TARGETS: Final[Mapping[CodeKind | None, Target]] = {
    **citizen.views.SCAN_TARGETS,
    CodeKind.SIGN_IN: qr.views.without_screen,
}

# What the logs call the things that somebody is kept away from (回避): such lines are not theirs.
BARRED_SUBJECTS: Final[BarredSubjects] = (
    people.queries.bars.subjects_barred,
    grid.queries.accused.traces_barred,
)
# What people know the logs' things by.  Not the number of a receipt or a case: it opens a page, and
# whoever reads the log today may be kept away from it tomorrow.  Nor where a code hangs.
SUBJECT_NAMES: Final[SubjectNames] = {
    "household": (people.models.Household.id, people.models.Household.number),
}
DEPARTMENT_NAMES: Final[Mapping[str, str]] = {
    code: one.name for code, one in grid.rules.DEPARTMENTS.items()
}
# What a spot's code may preset, by name and by code.
REPORT_CATEGORIES: Final[Mapping[str, str]] = grid.rules.CATALOGUE.words()

COMMANDS: Final[tuple[Command, ...]] = (
    demo.cli.commands,
    grid.cli.commands,
    people.cli.commands,
    points.cli.commands,
    qr.cli.commands,
    *upkeep.cli.COMMANDS,
)

# The staff's menu, in its order; each sees what they may open.  Of more than five a phone shows
# four and 更多, which leads to all of them.
NAV: Final[tuple[NavItem, ...]] = (
    NavItem("队列", "grid.queue", "list", Permission.CASE_HANDLE),
    NavItem("待核实", "grid.to_verify", "ok", Permission.CASE_VERIFY),
    NavItem("台账", "grid.desk", "board", Permission.CASE_READ),
    NavItem("部门", "grid.department", "home", Permission.CASE_WHISTLE_SIGN),
    NavItem("投诉", "complaints.listed", "tel", Permission.COMPLAINT_READ),
    NavItem("巡查", "grid.patrol", "pin", Permission.CASE_PATROL),
    NavItem("代录", "citizen.counter", "tel", Permission.CASE_REPORT_FOR),
    NavItem("绿币", "points.claims", "ok", Permission.CLAIM_READ),
    NavItem("超市", "shop.stock", "coin", Permission.STOCK_READ),
    NavItem("住户", "people.households", "home", Permission.HOUSEHOLD_JOIN_APPROVE),
    NavItem("平安码", "qr.register", "board", Permission.QR_READ),
    NavItem("活动", "qr.activities", "ok", Permission.QR_READ),
    NavItem("志愿", "points.activities", "user", Permission.ACTIVITY_PUBLISH),
    NavItem("扫一扫", "qr.scanner", "cam", Permission.QR_READ),
    NavItem("人员", "people.staff", "user", Permission.SYSTEM_STAFF_EDIT),
    NavItem("区域", "people.areas", "home", Permission.SYSTEM_AREA_EDIT),
    NavItem("日志", "people.audit", "board", Permission.AUDIT_LOG_READ),
    NavItem("运行", "upkeep.state", "list", Permission.SYSTEM_PARKED_READ),
)


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
    dispatch: Dispatch | None = None,
    post: Post | None = None,
    store: Store | None = None,
) -> Flask:
    """Build an application; tests hand in their own clock, chance, dispatch and way out."""
    app = Flask("bootstrap")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        SESSION_COOKIE_NAME="pinganma",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        TESTING=settings.testing,
        SIGN_IN="people.sign_in",
        SIGN_OUT="people.sign_out",
        STAFF_HOMES=("grid.queue", "grid.desk"),
        ACCOUNT="people.account",
        HAND_OVER="grid.hand_over",
        RESIDENT_HOME="citizen.home",
        CHANGE_PASSWORD="people.change_password",  # noqa: S106 - the name of a page
        WHEN_MUST_CHANGE=frozenset({"people.change_password", "people.sign_out"}),
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = RowNumber
    app.url_rule_class = LateRule
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    install_migrations(app)
    _install_login(app)
    app.extensions["keyring"] = Keyring(settings.seal_keys, settings.index_key)
    app.extensions["scan_targets"] = SCAN_TARGETS
    app.extensions["barred_subjects"] = BARRED_SUBJECTS
    app.extensions["subject_names"] = SUBJECT_NAMES
    app.extensions["department_names"] = DEPARTMENT_NAMES
    app.extensions["report_categories"] = REPORT_CATEGORIES
    app.extensions["parts"] = Parts(
        settings=settings,
        clock=clock or SystemClock(),
        chance=chance or SystemChance(),
        dispatch=dispatch or RqDispatch(settings.redis_url),
        post=post or HttpPost(),
        store=store or _store(settings),
        tally=RedisTally(settings.redis_url),
        subscribers=SUBSCRIBERS,
        routes=make_routes(SUBSCRIBERS, JOBS),
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
    install_show(app, NAV, is_demo=is_demo)
    install_gate(app, settings.redis_url, trusted_proxies=settings.trusted_proxies)
    return app


def _install_login(app: Flask) -> None:
    manager = Doorkeeper(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(session_id: str) -> SignedIn | None:
        return people.views.load(db.session(), session_id)


def _store(settings: Settings) -> Store:
    if not settings.media_url:
        return FileStore(Path(settings.var) / "media")
    s3 = import_module("kernel.s3")  # half a second that most installations need not spend
    store: Store = s3.S3Store(
        settings.media_url, access_key=settings.media_key, secret_key=settings.media_secret
    )
    return store
