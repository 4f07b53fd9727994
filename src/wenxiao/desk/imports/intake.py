"""One intake: what each file is and where it stands, the ready ones
imported, an error list per unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.imports.upload import importer_of, said, waits
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes
from wenxiao.intake import queueing
from wenxiao.intake.decide import begin_applying, keep_newest, resettle, stalled, stop_reading
from wenxiao.intake.lists import (
    batches_visible_to,
    faults_by_unit,
    file_name,
    intakes_visible_to,
    problem_line,
    received_in,
    standings_of,
    with_standing,
)
from wenxiao.intake.status import STANDINGS, standing_of
from wenxiao.intake.tasks import apply, ledger, read
from wenxiao.pages.downloads import as_received, attachment
from wenxiao.pages.views import held, person, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.intake.lists import UnitFaults

PAGE = 100
KINDS = {
    "target": "绩效目标表",
    "selfeval": "单位自评表",
    "monitoring": "绩效监控表",
    "finance_evaluation": "评价评分表",
    "monitor": "绩效监控表",
    "evaluation": "评价评分表",
    "list": "清单",
    "spending": "支付明细",
    "budget": "预算安排",
    "request": "下年度预算申报",
    "roll_over": "结转新年度",
    "unknown": "未识别",
}


def intake_of(request: HttpRequest, pk: int) -> Any:
    """The intake, if this person may see it; otherwise it is as if there were none."""
    importer_of(request)
    rows = intakes_visible_to(person(request), held(request)).select_related("by", "division")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def line_of(batch: Any) -> dict[str, Any]:
    """A file as the list shows it: what it is and where it stands."""
    forms = batch.summary.get("forms", [])
    first = forms[0] if forms else {}
    many = len(forms) > 1
    return {
        "batch": batch,
        "kind": KINDS.get(first.get("kind", batch.kind), "未识别"),
        "forms": len(forms),
        "unit": _units_of(forms),
        "known_unit": bool(first.get("unit_id")),
        "subject": f"{first.get('subject', '')}等 {len(forms)} 个"
        if many
        else first.get("subject", ""),
        "known_subject": bool(first.get("subject_id")),
        "year": first.get("year"),
        "round": first.get("round_name", ""),
        "counts": batch.summary.get("counts", {}),
        "standing": STANDINGS[standing_of(batch)],
        "code": standing_of(batch),
        "newest": any((form.get("twin") or {}).get("newest") for form in forms),
        "same_as": batch.summary.get("same_as"),
    }


def _units_of(forms: list[dict[str, Any]]) -> str:
    """The unit of a file's forms; of a list over many units, the first and how many there are."""
    names = dict.fromkeys(form.get("unit_name") or form.get("unit", "") for form in forms)
    names.pop("", None)
    first = next(iter(names), "")
    return f"{first}等 {len(names)} 家" if len(names) > 1 else first


@view("see_unit")
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """The files of one intake; while they are being read, how far that is."""
    row = intake_of(request, pk)
    if row.kind != "forms":
        return redirect("desk:ledger", pk=row.pk)
    counts = standings_of([row.pk])[row.pk]
    asked = request.GET.get("standing", "")
    asked = asked if asked in STANDINGS else ""
    batches = row.batches.select_related("file").defer("reading", "written", "problems")
    shown = page(with_standing(batches, asked), ["pk"], size=PAGE, token=request.GET.get("at"))
    here = reverse("desk:intake", args=[row.pk])
    chips = [
        (word, counts[code], here if asked == code else f"{here}?standing={code}", asked == code)
        for code, (word, _) in STANDINGS.items()
        if counts[code]
    ]
    values = {
        **waits(row),
        "counts": counts,
        "shown": shown,
        "lines": [line_of(batch) for batch in shown.rows],
        "chips": chips,
        "asked": asked,
        "refused": [(at, one) for at, one in enumerate(row.files, 1) if one["problem"]],
        "file_name": file_name,
        "hands_in": held(request).can("submit_for"),
        "received": received_in(row),
        "here": here,
        "twins": _twins(shown.rows),
    }
    return render(request, "desk/imports/intake.html", values)


def _twins(batches: list[Any]) -> int:
    forms = [
        form
        for batch in batches
        for form in batch.summary.get("forms", [])
        if batch.state == "previewed"
    ]
    return sum(
        1 for form in forms if (form.get("twin") or {}).get("problem") and form["twin"].get("known")
    )


@view("see_unit")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far reading or importing is; tells the page to load anew once it is done."""
    row = intake_of(request, pk)
    response = render(request, "desk/imports/progress.html", waits(row))
    if row.state == "ready":
        response["HX-Refresh"] = "true"
    return response


@view("see_unit", methods=("POST",))
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Read on what a stopped worker left unread."""
    row = intake_of(request, pk)
    if stalled(row):
        if row.kind != "forms":
            queueing.begin_ledger(row, ledger, person(request))
        elif row.state == "reading":
            queueing.begin_reading(row, read)
        else:
            queueing.begin_applying(row, apply, person(request))
        said(request, "已重新排队，后台将从停下的地方接着办。")
    return redirect("desk:intake", pk=row.pk)


@view("see_unit", methods=("POST",))
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Read no further: what is read stays, the rest is listed as not read."""
    row = intake_of(request, pk)
    left = stop_reading(intake=row, by=person(request))
    said(request, f"已停止读取，{left} 份没有读。" if left else "已停止。")
    return redirect("desk:intake" if row.kind == "forms" else "desk:ledger", pk=row.pk)


@view("see_unit", methods=("POST",))
def import_ready(request: HttpRequest, pk: int) -> HttpResponse:
    """Import every file that is ready, in the background."""
    row = intake_of(request, pk)
    if begin_applying(row, by=person(request), for_units=bool(request.POST.get("for_units"))):
        queueing.begin_applying(row, apply, person(request))
    return redirect("desk:intake", pk=row.pk)


@view("see_unit", methods=("POST",))
def newest_only(request: HttpRequest, pk: int) -> HttpResponse:
    """Of the same project in several files keep the newest."""
    row = intake_of(request, pk)
    left = keep_newest(intake=row, by=person(request))
    said(
        request,
        f"重复的表只留最新，{left} 张较旧的改为不导入。" if left else "没有能分清新旧的重复表。",
    )
    return redirect("desk:intake", pk=row.pk)


@view("see_unit", methods=("POST",))
def look_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Match the open files once more: rounds, units or projects may have been added since."""
    row = intake_of(request, pk)
    resettle(row, by=person(request))
    said(request, "已按现有的单位、项目和任务重新核对。")
    return redirect("desk:intake", pk=row.pk)


# ---- error lists ---------------------------------------------------------------------------------


def _faults(request: HttpRequest, pk: int) -> tuple[Any, list[UnitFaults]]:
    row = intake_of(request, pk)
    batches = row.batches.select_related("file").defer("reading", "written").order_by("pk")
    return row, faults_by_unit(batches)


@view("see_unit")
def faults(request: HttpRequest, pk: int) -> HttpResponse:
    """What each unit must mend, ready to copy or to download."""
    row, units = _faults(request, pk)
    values = {"intake": row, "units": units, "problem_line": problem_line}
    return render(request, "desk/imports/faults.html", values)


@view("see_unit")
def faults_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """All units' lists in one workbook, a line a problem."""
    _, units = _faults(request, pk)
    columns = [
        ColumnSpec("单位", 24),
        ColumnSpec("联系人", 10),
        ColumnSpec("电话", 14),
        ColumnSpec("文件", 30),
        ColumnSpec("表", 14),
        ColumnSpec("单元格", 8),
        ColumnSpec("程度", 6),
        ColumnSpec("问题", 46),
        ColumnSpec("怎样改", 34),
        ColumnSpec("规则", 8),
    ]
    rows = [
        (
            unit.unit,
            unit.contact,
            unit.phone,
            name,
            one.get("sheet"),
            one.get("cell"),
            one["level"],
            one["text"],
            one.get("mend"),
            one["code"],
        )
        for unit in units
        for name, one in unit.rows
    ]
    book = workbook_bytes([SheetSpec("问题清单", "报送文件问题清单", columns, rows)])
    return attachment(book, "报送文件问题清单", "xlsx")


@view("see_unit")
def faults_docx(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One unit's list as a Word file to send; units are numbered as the page lists them."""
    row, units = _faults(request, pk)
    if number >= len(units):
        raise Http404
    unit = units[number]
    paper = OfficialDocument(watermark="演示" if row.division.demo else None)
    paper.add_title("报送文件问题清单")
    paper.add_addressee(f"{unit.unit}：")
    paper.add_paragraph(
        f"你单位报送的文件中有{len(unit.rows)}处需要核对，其中须改正{unit.count('阻断')}处。请逐项核对改正后重新报送；不属于填报错误的，请书面说明。"
    )
    lines = [
        [
            str(at),
            name,
            " ".join(str(p) for p in (one.get("sheet"), one.get("cell")) if p),
            one["text"],
            one.get("mend") or "",
        ]
        for at, (name, one) in enumerate(unit.rows, start=1)
    ]
    align = ["center", "left", "left", "left", "left"]
    paper.add_table(
        ["序号", "文件", "位置", "问题", "怎样改"],
        lines,
        [6, 22, 14, 32, 26],
        size=10.5,
        align=align,
    )
    return attachment(paper.save(), f"报送文件问题清单（{unit.unit}）", "docx")


@view("see_unit")
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as received, byte for byte."""
    importer_of(request)
    batch = (
        batches_visible_to(person(request), held(request))
        .select_related("file")
        .filter(pk=pk)
        .first()
    )
    if batch is None or batch.file is None:
        raise Http404
    return as_received(batch.file)
