"""审计台: claims, what was taken and undone, and warnings; read-only, masked, and noted."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import audit
from kernel.access import require
from kernel.db import db
from kernel.grants import Role
from kernel.moments import to_minute
from kernel.permissions import Permission
from kernel.web import csv_file, current_actor, full_stop, sentence_of
from kernel.work import transaction
from kernel.workbook import as_xlsx
from points import queries
from points.errors import Unsaid
from points.forms import whole
from points.queries.auditing import AuditedClaim
from points.rules.auditing import MOST_EXPORTED, PARTS, AuditWish
from points.rules.claims import ClaimState
from points.rules.deductions import DeductionState
from points.views.blueprint import pages, today
from points.views.months import XLSX, file_of
from points.views.own import KINDS

LABELS: Final = {
    "claims": "申报",
    "deductions": "扣币",
    "reversals": "冲正",
    "warnings": "异常提示",
}
_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@pages.get("/staff/coin-audit")
@require(Permission.LEDGER_REVERSAL_READ)
def auditing() -> ResponseReturnValue:
    """Show a part of the books, as the filter narrows it."""
    try:
        return audit_page(_wish(request.args).checked())
    except Unsaid as refusal:
        return _refused(refusal)


@pages.get("/staff/coin-audit/claims/<int:claim_id>")
@require(Permission.LEDGER_REVERSAL_READ)
def audited(claim_id: int) -> str:
    """Show one claim with its evidence; who looked is in the log."""
    return audited_page(claim_id)


@pages.post("/staff/coin-audit/export")
@require(Permission.LEDGER_REVERSAL_READ)
def audit_export() -> ResponseReturnValue:
    """Hand out what the filter shows as a file, masked like the page; who took it is in the log."""
    kind = "xlsx" if request.form.get("as") == "xlsx" else "csv"
    try:
        wish = _wish(request.form).checked()
        with transaction() as work:
            by = current_actor()
            heads, rows = _table(wish, by)
            detail = " ".join([kind, str(len(rows)), *_said(wish)])
            audit.note(
                work,
                by=by,
                action="coin.audit-export",
                subject="claims",
                area=wish.village,
                detail=detail,
            )
    except Unsaid as refusal:
        return _refused(refusal)
    name = "-".join(["coin-audit", wish.part, *_said(wish)[1:]])
    if kind == "csv":
        return csv_file(f"{name}.csv", heads, rows)
    return file_of(as_xlsx(wish.part, heads, rows), f"{name}.xlsx", XLSX)


def audited_page(claim_id: int) -> str:
    """Return the page of one claim, and note that it was read."""
    by = current_actor()
    with transaction() as work:
        found = queries.audited_claim(work.session, claim_id, by=by)
        one = found.line.claim
        audit.note(
            work, by=by, action="coin.audit-read", subject=f"claim:{one.id}", area=one.area_code
        )
        photos = [
            {"url": _file(one.id, file.id), "thumb": _file(one.id, file.id, 1), "alt": _("照片")}
            for file in found.files
            if file.is_ready
        ]
        return render_template(
            "points/audited_claim.html", found=found, one=one, line=found.line, photos=photos
        )


def audit_page(wish: AuditWish, error: str = "") -> str:
    """Return the desk's page."""
    session, by = db.session(), current_actor()
    page = whole(request.args.get("page", "1"), 1)
    lines: Sequence[Any] = ()
    more, found = False, None
    across: Sequence[Any] = ()
    if not error and wish.part == "warnings":
        found = queries.warnings(session, by=by, day=wish.day(today()), area=wish.village)
        across = queries.pictures_across(session, wish, by=by)
    elif not error:
        lines, more = _READS[wish.part](session, wish, by=by, page=page)
    table = queries.rules_in_force(session, today())
    rules: Sequence[Any] = table.positive if wish.part != "deductions" else table.negative
    return render_template(
        "points/auditing.html",
        wish=wish,
        parts=[(part, _(LABELS[part]), _to(wish, part)) for part in PARTS],
        lines=lines,
        found=found,
        across=across,
        choices=queries.audit_choices(session, by=by),
        rules=[(one.code, _(one.name)) for one in rules],
        states=DeductionState if wish.part == "deductions" else ClaimState,
        versions=queries.rule_versions(session),
        in_force=table.version,
        kinds=KINDS,
        more=url_for("points.auditing", **wish.asked(), page=str(page + 1)) if more else "",
        is_auditor=by.wears(Role.AUDITOR),
        error=error,
    )


_READS: Final = {
    "claims": queries.audited_claims,
    "deductions": queries.audited_deductions,
    "reversals": queries.audited_reversals,
}


def _wish(typed: Any) -> AuditWish:  # noqa: ANN401 - arguments or a form
    return AuditWish(
        part=typed.get("part", "claims"),
        village=typed.get("village", "").strip()[:17],
        period=typed.get("month", "").strip()[:20],
        rule=typed.get("rule", "").strip()[:3],
        reviewer=whole(typed.get("reviewer", ""), 0),
        state=typed.get("state", "").strip()[:20],
    )


def _to(wish: AuditWish, part: str) -> str:
    """Return the address of another part, for the same village and month."""
    there = AuditWish(part=part, village=wish.village, period=wish.period)
    return url_for("points.auditing", **there.asked())


def _refused(refusal: Unsaid) -> ResponseReturnValue:
    wish = _wish(request.values)
    shown = wish if wish.part in PARTS else AuditWish()
    return audit_page(shown, full_stop(sentence_of(refusal))), _WRONG


def _said(wish: AuditWish) -> list[str]:
    return list(wish.asked().values())


def _file(claim_id: int, attachment_id: int, thumb: int | None = None) -> str:
    return url_for("points.picture", claim_id=claim_id, attachment_id=attachment_id, thumb=thumb)


def _table(wish: AuditWish, by: Any) -> tuple[list[str], list[Sequence[object]]]:  # noqa: ANN401
    """Return heads and rows of what the filter shows.

    Raises:
        Unsaid: warnings are no table, or there is more than a file may hold.
    """
    if wish.part not in _READS:
        raise Unsaid(_("异常提示只在页面上看，不能导出"))
    lines, more = _READS[wish.part](db.session(), wish, by=by, most=MOST_EXPORTED)
    if more:
        most = MOST_EXPORTED
        raise Unsaid(_("一次最多导出 %(most)s 行，请按村或月份再缩小一些", most=most))
    heads, row_of = _COLUMNS[wish.part]
    return [_(head) for head in heads], [row_of(line) for line in lines]


def _claim_row(line: AuditedClaim) -> Sequence[object]:
    one = line.claim
    said = [f"{_(r.review.level.label)} {r.who} {_(r.review.decision.label)}" for r in line.reviews]
    return (
        one.id,
        line.place,
        line.who,
        one.rule_code,
        _(line.rule.name),
        one.rule_version,
        one.earned_on.isoformat(),
        to_minute(one.filed_at),
        one.coins,
        one.granted,
        one.cut,
        _(one.state.label),
        "；".join(said),
        " ".join(file.digest for file in line.pictures),
        " ".join(str(number) for number in line.elsewhere),
        _("是") if one.flagged else "",
        "" if line.reversed_at is None else to_minute(line.reversed_at),
        one.posting_id or "",
    )


def _deduction_row(line: Any) -> Sequence[object]:  # noqa: ANN401 - AuditedDeduction
    one = line.one
    return (
        one.id,
        line.place,
        line.who,
        one.rule_code,
        _(line.rule.name),
        one.rule_version,
        to_minute(one.noticed_at),
        one.coins,
        one.taken,
        one.owed,
        _(one.state.label),
        "；".join(line.signers),
        "" if line.appeal is None else _(line.appeal.state.label),
    )


def _reversal_row(line: Any) -> Sequence[object]:  # noqa: ANN401 - AuditedReversal
    return (
        line.posting.id,
        line.undid.id,
        _(KINDS[line.undid.kind]),
        line.place,
        line.undid.rule_code or "",
        line.coins,
        to_minute(line.at),
        "；".join(line.signers),
        line.claim_id or "",
    )


_SHARED: Final = ("编号", "在哪里", "谁", "规则", "做了什么", "规则第几版")
_COLUMNS: Final[dict[str, tuple[Sequence[str], Any]]] = {
    "claims": (
        (
            *_SHARED,
            "哪一天",
            "什么时候报的",
            "报了几币",
            "发了几币",
            "少发几币",
            "到哪一步",
            "谁审过",
            "照片指纹",
            "别的村用了同一张照片的申报",
            "报得太密",
            "什么时候冲正的",
            "账目编号",
        ),
        _claim_row,
    ),
    "deductions": (
        (
            *_SHARED,
            "什么时候告知的",
            "要扣几币",
            "扣了几币",
            "欠着几币",
            "到哪一步",
            "谁签的",
            "申诉",
        ),
        _deduction_row,
    ),
    "reversals": (
        (
            "账目编号",
            "冲正了哪一笔",
            "什么账",
            "在哪里",
            "规则",
            "绿币",
            "什么时候",
            "谁签的",
            "哪份申报",
        ),
        _reversal_row,
    ),
}
