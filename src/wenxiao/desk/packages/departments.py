"""A department's public package: text, forms in four formats, approval
sheet, all checked before anybody hands them out.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from wenxiao.desk.evaluations.forms import form_of
from wenxiao.desk.packages.building import zipped
from wenxiao.desk.packages.sources import table
from wenxiao.desk.targets.paper import paper_of
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.form_grid import form_document, form_workbook
from wenxiao.files.out.form_page import form_page
from wenxiao.files.out.pdf import NoChineseFontError, forms_pdf
from wenxiao.files.out.spreadsheets import ColumnSpec, workbook_bytes
from wenxiao.followup.selectors.packaged import results_to_publish, targets_to_publish
from wenxiao.followup.selectors.public_files import check_public_files
from wenxiao.reports import printing
from wenxiao.reports.department_text import OCCASIONS, results_text, targets_text
from wenxiao.reports.structure import Paragraph
from wenxiao.rulebook.grounds import LEVELS
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.budget.models import Dossier
    from wenxiao.files.out.form_grid import FormGrid
    from wenxiao.orgs.models import Unit
    from wenxiao.reports.structure import Report
    from wenxiao.rulebook.problems import Problem

STOPS = LEVELS[0]
"""A problem of this level keeps the package from being handed out."""
SEATS = ("经办人", "单位负责人", "主管部门", "财政部门")


@dataclass(frozen=True, slots=True)
class DepartmentPackage:
    """What a department would publish on one occasion, and what the check of the files says."""

    unit: Unit
    year: int
    occasion: str
    files: tuple[tuple[str, bytes], ...]
    rows: int
    problems: tuple[tuple[str, Problem], ...] = field(default=())

    @property
    def title(self) -> str:
        """「某局2021年部门预算公开」."""
        return f"{self.unit.name}{self.year}年{OCCASIONS[self.occasion]}"

    @property
    def stopping(self) -> list[tuple[str, Problem]]:
        """What has to be mended first."""
        return [pair for pair in self.problems if pair[1].level == STOPS]


def department_package(unit: Unit, occasion: str, year: int) -> DepartmentPackage:
    """Make and check a package. NotAllowed where there is nothing to publish."""
    report, forms, rows = _parts(unit, occasion, year)
    if not rows:
        what = (
            "已批复、可公开的绩效目标"
            if occasion == "budget"
            else "已确认、可公开的自评和部门评价结果"
        )
        raise NotAllowed(f"{unit.name}{year}年度没有{what}，没有可以打包的。")
    files = tuple(_files(report, forms))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        checked = check_public_files(Path(folder), division=unit.division, year=year)
    return DepartmentPackage(unit, year, occasion, files, rows, tuple(checked.problems))


def _parts(unit: Unit, occasion: str, year: int) -> tuple[Report, list[FormGrid], int]:
    if occasion == "budget":
        targets = targets_to_publish(unit, year)
        forms = [_named(paper_of(row), row.dossier) for row in targets]
        return targets_text(unit, year, targets), forms, len(targets)
    results = results_to_publish(unit, year)
    forms = [_named(form_of(row), row.dossier) for row in results]
    return results_text(unit, year, results), forms, len(results)


def _named(form: FormGrid, dossier: Dossier) -> FormGrid:
    """The form under its object's name, by which its sheet is found among the others."""
    form.name = dossier.subject.name
    return form


def _files(report: Report, forms: Sequence[FormGrid]) -> list[tuple[str, bytes]]:
    """Text and forms; a PDF only where this machine has a Chinese font."""
    name = report.attachments[0]
    page = render_to_string(
        "desk/packages/public.html",
        {"paper": report, "is_text": lambda one: isinstance(one, Paragraph)},
    )
    files = [
        ("说明.docx", printing.report_docx(report)),
        ("说明.html", page.encode()),
        (f"{name}.xlsx", form_workbook(list(forms))),
        (f"{name}.docx", form_document(list(forms))),
        (f"{name}.html", form_page(list(forms), name)),
    ]
    try:
        files += [
            ("说明.pdf", printing.report_pdf(report)),
            (f"{name}.pdf", forms_pdf(list(forms))),
        ]
    except NoChineseFontError:
        return files
    return files


def department_zip(package: DepartmentPackage) -> bytes:
    """The package with approval sheet and what the check said; NotAllowed
    while something stops it.
    """
    if package.stopping:
        name, problem = package.stopping[0]
        raise NotAllowed(
            f"公开前检查有 {len(package.stopping)} 处不能公开，没有打包：{name} {problem.text}{problem.mend or ''}"
        )
    columns = (
        ColumnSpec("文件", 30),
        ColumnSpec("位置", 16),
        ColumnSpec("级别", 8),
        ColumnSpec("编号", 10),
        ColumnSpec("问题", 60),
        ColumnSpec("怎样改", 50),
    )
    lines = [
        (name, one.cell or "", one.level, one.code, one.text, one.mend or "")
        for name, one in package.problems
    ]
    found_by_check = workbook_bytes([table(package.unit.division, "公开前检查", columns, lines)])
    return zipped(
        [
            *((f"公开/{name}", content) for name, content in package.files),
            ("审批单.docx", _approval_sheet(package)),
            ("公开前检查.xlsx", found_by_check),
        ]
    )


def _approval_sheet(package: DepartmentPackage) -> bytes:
    """The sheet that is signed on paper: what is to be published, by
    digest, and a seat for each hand.
    """
    division = package.unit.division
    paper = OfficialDocument(watermark=printing.WATERMARK if division.demo else None)
    paper.add_title(f"{package.title}审批单")
    paper.add_paragraph(
        f"公开内容：{package.rows} 个对象，{len(package.files)} 个文件。公开前检查列出 {len(package.problems)} 处，"
        f"其中不能公开的 {len(package.stopping)} 处。"
    )
    paper.add_table(
        ["文件", "SHA-256"],
        [[name, hashlib.sha256(content).hexdigest()] for name, content in package.files],
        [40, 60],
        size=9,
        align=["left", "left"],
    )
    paper.add_table(
        ["环节", "意见", "签字", "日期"],
        [[seat, "", "", ""] for seat in SEATS],
        [18, 46, 18, 18],
        align=["center", "left", "center", "center"],
    )
    return paper.save()
