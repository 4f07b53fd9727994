"""评价在线开始: choose the frame, weigh its rows, have another person fix it;
审定金额 typed with its differences.
"""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.money import funds_of, money_of
from wenxiao.budget.selectors import FUNDS, dossiers_of, dossiers_visible_to, rounds_visible_to
from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.files.forms.frame_rows import NoFrameError, frame_rows
from wenxiao.files.pool import read_in_child
from wenxiao.followup.services import WHICH, AuditDifference, AuditedFund, audit_money
from wenxiao.pages.acts import (
    carry_out,
    in_wan,
    person,
    points_of,
    signed_wan,
    text_of,
    version_of,
    yuan_of,
)
from wenxiao.pages.views import view
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.services import (
    begin_evaluation,
    bring_frame,
    fix_frame,
    open_frame,
    set_weights,
)
from wenxiao.reviews.services.framing import OWN, frame_choices, frame_words, share_note, sum_of
from wenxiao.reviews.states import MARKABLE, OPEN
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.files.forms.frame_rows import FrameRow
    from wenxiao.reviews.models import Review

LARGEST = 2 << 20
SECONDS = 10.0
ENDINGS = frozenset({".xlsx", ".xls", ".docx"})
LINES = 6
"""Differences one page takes; more go in after saving."""


@view("evaluate", methods=("GET", "POST"), files=True)
def begin(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """Choose the frame of one object's evaluation and begin it."""
    user = person(request)
    round = rounds_visible_to(user).filter(pk=pk, kind__in=JUDGED).first()
    row = dossiers_visible_to(user).select_related("unit", "subject").filter(pk=dossier).first()
    if round is None or row is None or not dossiers_of(round).filter(pk=row.pk).exists():
        raise Http404
    begun = row.reviews.filter(round=round).first()
    if begun is not None:
        return redirect("desk:review_frame" if begun.frame else "desk:review", pk=begun.pk)
    if request.method != "POST":
        values = {"round": round, "dossier": row, "frames": frame_choices(row, round), "own": OWN}
        return render(request, "desk/evaluations/begin.html", values)

    def carry() -> str:
        frame, source = text_of(request, "frame", 40), ""
        rows: list[FrameRow] = []
        if frame == OWN:
            rows, source = _brought(request)
        begin_evaluation(dossier=row, round=round, frame=frame, by=user, rows=rows, source=source)
        return "评价已开始。请定本项目的权重，由另一人核对定稿后评分。"

    return carry_out(request, carry, reverse("desk:evaluation_begin", args=[round.pk, row.pk]))


@view("see_unit")
def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """The frame of an evaluation begun on line: rows, 指标解释, 评分标准, weights, who fixed it."""
    return _frame_page(request, _framed(request, pk), {}, {}, "")


def _framed(request: HttpRequest, pk: int) -> Review:
    """The review, if it was begun on line: one whose sheet was imported has no frame of its own."""
    row = review_of(request, pk)
    if not row.frame:
        raise Http404
    return row


def _frame_page(
    request: HttpRequest,
    row: Review,
    typed: dict[int, str],
    words: dict[int, tuple[str, str]],
    error: str,
) -> HttpResponse:
    writes = may(request, "evaluate", row) and row.state in OPEN
    values = {
        "review": row,
        "title": frame_words(row)[0],
        "basis": frame_words(row)[1],
        "rows": list(row.criteria.all()),
        "total": sum_of(row),
        "note": share_note(row),
        "unwritten": row.criteria.filter(standard="").count(),
        "weighs": writes and not row.frame_set_on,
        "fixes": writes and not row.frame_set_on and row.frame_by_id != person(request).pk,
        "opens": writes and row.frame_set_on,
        "typed": typed,
        "words": words,
        "error": error,
    }
    return render(request, "desk/evaluations/frame.html", values, status=422 if error else 200)


@view("evaluate", methods=("POST",))
def weights(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the weights; a refused one keeps everything typed."""
    row = _framed(request, pk)
    typed = {one.pk: text_of(request, f"w{one.pk}", 12) for one in row.criteria.all()}
    words = {
        key: (text_of(request, f"e{key}", 1000), text_of(request, f"s{key}", 1000))
        for key in typed
        if f"e{key}" in request.POST
    }
    try:
        given = {key: points_of(text, "权重") if text else None for key, text in typed.items()}
        set_weights(
            review=row, weights=given, words=words, by=person(request), version=version_of(request)
        )
    except NotAllowed as refusal:
        return _frame_page(request, row, typed, words, str(refusal))
    total = sum((one for one in given.values() if one is not None), Decimal(0))
    short = abs(100 - total)
    sentence = (
        f"合计 {total}，应为 100，{'还差' if total < 100 else '多了'} {short}，改好再由另一人定稿。"
        if short
        else "合计 100，等另一人核对定稿。"
    )
    back = reverse("desk:review_frame", args=[pk])
    return carry_out(request, lambda: f"权重和评分标准已存。{sentence}", back)


@view("evaluate", methods=("POST",), files=True)
def frame_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A tree of one's own in the place of the frame's rows."""
    row = _framed(request, pk)

    def carry() -> str:
        rows, source = _brought(request)
        bring_frame(
            review=row, rows=rows, source=source, by=person(request), version=version_of(request)
        )
        return f"已换用自带的指标体系 {len(rows)} 行，由另一人核对定稿后评分。"

    return carry_out(request, carry, reverse("desk:review_frame", args=[pk]))


def _brought(request: HttpRequest) -> tuple[list[FrameRow], str]:
    """The rows of the table uploaded and its name. Raises NotAllowed."""
    upload = request.FILES.get("file")
    name = str(upload.name) if upload is not None else ""
    ending = Path(name).suffix.lower()
    if upload is None or ending not in ENDINGS or (upload.size or 0) > LARGEST:
        raise NotAllowed("请选择指标体系的表（.xlsx、.xls 或 .docx，不超过 2 MB）。")
    with tempfile.TemporaryDirectory(prefix="wenxiao-frame-") as folder:
        path = Path(folder) / f"指标体系{ending}"
        path.write_bytes(upload.read())
        answer = read_in_child(path, "book", seconds=SECONDS)
    if answer["book"] is None:
        raise NotAllowed("；".join(problem["text"] for problem in answer["problems"]))
    try:
        return frame_rows(answer["book"]), name
    except NoFrameError as error:
        raise NotAllowed(str(error)) from error


@view("evaluate", methods=("POST",))
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the frame, or take the fixing back with a reason."""
    row, by, version = _framed(request, pk), person(request), version_of(request)

    def carry() -> str:
        if text_of(request, "act", 8) == "open":
            open_frame(review=row, by=by, why=text_of(request, "why"), version=version)
            return "已撤回定稿，可以再改权重。"
        fix_frame(review=row, by=by, version=version)
        return "指标体系已定稿，可以评分。"

    return carry_out(request, carry, reverse("desk:review_frame", args=[pk]))


@view("evaluate", methods=("GET", "POST"))
def audited(request: HttpRequest, pk: int) -> HttpResponse:
    """审定金额: what was reported beside what was found, each difference with
    amount, reason and voucher.
    """
    row = review_of(request, pk)
    if row.kind not in JUDGED:
        raise Http404
    if request.method != "POST":
        known = money_of([row.dossier_id])[row.dossier_id]
        budget = known.adjusted if known.adjusted is not None else known.opening
        stored = list(row.audited.differences) if row.audited else []
        values = {
            "review": row,
            "reported": {"arranged": budget, "used": known.spent},
            "differences": [
                {**one, "wan": in_wan(Decimal(one["amount"]))} for one in stored if "which" in one
            ],
            "funds": _fund_lines(row),
            "fund_words": _FUND_WORDS,
            "lines": range(LINES),
            "which": WHICH,
            "in_wan": in_wan,
            "writes": may(request, "evaluate", row) and row.state in MARKABLE,
        }
        return render(request, "desk/evaluations/audited.html", values)

    def carry() -> str:
        funds = _funds(request)
        audit_money(
            review=row,
            arranged=_total(request, "arranged", funds),
            used=_total(request, "used", funds),
            differences=_differences(request),
            funds=funds,
            by=person(request),
            why=text_of(request, "why"),
            version=version_of(request),
        )
        return "审定金额已登记，执行率按这两个数算。"

    return carry_out(request, carry, reverse("desk:review_audited", args=[pk]))


_FUND_WORDS = {key: word for key, word in FUNDS.items() if key != "total"}


_Amounts = dict[str, Decimal | None]


def _fund_lines(row: Review) -> list[tuple[str, str, _Amounts, _Amounts]]:
    """(fund, word, what was reported, what was found) of every fund: reported or audited first."""
    reported = funds_of(row.dossier_id)
    stored: dict[str, _Amounts] = {
        one["fund"]: {which: Decimal(one[which]) for which in WHICH}
        for one in (row.audited.funds if row.audited else ())
    }
    lines = []
    for fund, word in _FUND_WORDS.items():
        known = reported.get(fund)
        budget = None
        if known is not None:
            budget = known.adjusted if known.adjusted is not None else known.opening
        amounts = {"arranged": budget, "used": known.spent if known is not None else None}
        lines.append((fund, word, amounts, stored.get(fund, {})))
    return sorted(lines, key=lambda line: line[0] not in {*reported, *stored})


def _funds(request: HttpRequest) -> list[AuditedFund]:
    """The funds of which anything was typed."""
    funds = []
    for fund, word in _FUND_WORDS.items():
        if any(text_of(request, f"{which}-{fund}", 30) for which in WHICH):
            arranged = yuan_of(request, f"arranged-{fund}", f"{word}经审查实际安排")
            used = yuan_of(request, f"used-{fund}", f"{word}经审查实际使用")
            funds.append(AuditedFund(fund, arranged, used))
    return funds


def _total(request: HttpRequest, which: str, funds: list[AuditedFund]) -> Decimal | None:
    """The total typed; where only the funds were, what they add up to."""
    typed = yuan_of(request, which, f"经审查实际{'安排' if which == 'arranged' else '使用'}")
    parts = [getattr(one, which) for one in funds]
    if typed is not None or not parts or None in parts:
        return typed
    return sum(parts, Decimal(0))


def _differences(request: HttpRequest) -> list[AuditDifference]:
    differences = []
    for at in range(LINES):
        amount, reason = text_of(request, f"d{at}", 30), text_of(request, f"r{at}", 500)
        voucher = text_of(request, f"v{at}", 120)
        if not (amount or reason or voucher):
            continue
        yuan = signed_wan(amount, f"第 {at + 1} 条差异金额") if amount else Decimal(0)
        which, fund = text_of(request, f"k{at}", 12), text_of(request, f"f{at}", 20)
        differences.append(AuditDifference(which, yuan, reason, voucher, fund))
    return differences
