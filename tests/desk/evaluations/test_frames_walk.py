"""One object by every frame from its target to the report: begun, weighed, fixed, the blank score
sheet taken away, filled in and brought back, audited, confirmed, issued, all on the pages.
"""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from tests.desk.evaluations.test_frames import ROWS, table
from tests.followup.test_kinds_walk import MONEY, YEAR, filled, house, opened, promised, registered  # noqa: F401 - a fixture

from wenxiao.budget.services import add_spending, record_kind_facts
from wenxiao.intake.tasks import read
from wenxiao.records.models import Intake
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.framing import frame_for
from wenxiao.rulebook import frameworks
from wenxiao.rulebook.evaluation_frames import FRAMES
from wenxiao.rulebook.numbers import wan

pytestmark = [pytest.mark.db, pytest.mark.django_db]
KIND_OF = {
    "project_framework": "project",
    "department_framework": "department_overall",
    "policy_framework": "policy",
    "special_bond_framework": "special_bond",
    "ppp_construction_framework": "ppp",
    "ppp_operation_framework": "ppp",
    "ppp_agency_framework": "ppp",
    "purchase_framework": "purchase_of_services",
    "own": "project",
}


def inside(user):
    client = Client()
    client.force_login(user)
    return client


def post(user, name, /, *args, files=None, **data):
    answer = inside(user).post(
        reverse(f"desk:{name}", args=args), {**data, **(files or {})}, follow=True
    )
    page = answer.content.decode()
    assert answer.status_code == 200, page
    return page


def begun(house, dossier, frame):
    """Begun on line with the frame, which the page offers first where it is that of the kind."""
    round = opened(house, "finance_evaluation", dossier, key=True)
    address = reverse("desk:evaluation_begin", args=[round.pk, dossier.pk])
    page = inside(house.first).get(address).content.decode()
    for title in (*FRAMES.values(), "自带的指标体系"):
        assert title in page
    assert f'value="{frame_for(dossier)}" checked' in " ".join(page.split())
    files = {"file": SimpleUploadedFile("体系.xlsx", table(ROWS))} if frame == "own" else {}
    post(house.first, "evaluation_begin", round.pk, dossier.pk, frame=frame, files=files)
    return Review.objects.get(round=round, dossier=dossier)


def fixed(house, review):
    """Weighed with its own 评分标准 by one, fixed by another."""
    rows = list(review.criteria.all())
    assert all(row.level1 and row.name for row in rows)
    share = 100 // len(rows)
    weights = {f"w{row.pk}": str(share) for row in rows[:-1]}
    weights[f"w{rows[-1].pk}"] = str(100 - share * (len(rows) - 1))
    words = {f"e{row.pk}": row.explanation for row in rows}
    words |= {f"s{row.pk}": row.standard for row in rows}
    words[f"s{rows[0].pk}"] = "有批复且在有效期内得满分"
    post(house.first, "review_weights", review.pk, version=review.version, **weights, **words)
    review.refresh_from_db()
    post(house.second, "review_fix", review.pk, act="fix", version=review.version)
    review.refresh_from_db()
    assert review.frame_set_on
    assert review.criteria.first().standard == "有批复且在有效期内得满分"


def scored(blank, criteria):
    """The blank score sheet, printed with 指标解释 and 评分标准, filled in: full points but the first."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.active
    words = {cell.value for row in sheet.iter_rows() for cell in row}
    for one in criteria:
        assert {one.name, one.standard, one.explanation} - {""} <= words
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "三级指标")
    row, part, total = head.row + 1, 0, 0
    while sheet.cell(row, 1).value != "合计":
        if str(sheet.cell(row, 1).value or "").endswith("小计"):
            sheet.cell(row, 7).value, part = part, 0
        else:
            points = sheet.cell(row, 6).value - (1 if row == head.row + 1 else 0)
            sheet.cell(row, 7).value, part, total = points, part + points, total + points
            sheet.cell(row, 8).value = "扣分，见底稿" if row == head.row + 1 else None
        row += 1
    sheet.cell(row, 7).value = total
    sheet["C4"], sheet["F4"] = float(MONEY / 10_000), float(MONEY / 10_000)
    sheet[f"F{row + 1}"] = "优"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def brought_back(house, review):
    """Out as a workbook, filled in elsewhere, in again through the imports page."""
    address = reverse("desk:review_form", args=[review.pk, "xlsx"]) + "?blank=1"
    blank = inside(house.first).get(address).content
    content = scored(blank, review.criteria.all())
    upload = SimpleUploadedFile("评分表.xlsx", content)
    answer = inside(house.first).post(reverse("desk:imports"), {"files": [upload], "token": "x"})
    intake = Intake.objects.get(pk=int(answer["Location"].rstrip("/").split("/")[-1]))
    read.func(intake.pk)
    batch = intake.batches.get()
    assert batch.summary["standing"] == "ready", str(batch.summary)[:3000]
    post(house.first, "import_confirm", batch.pk)
    review.refresh_from_db()
    assert review.points == 99


@pytest.mark.parametrize("frame", KIND_OF)
def test_an_object_is_evaluated_by_this_frame_from_its_target_to_the_report(house, frame):
    dossier, _ = registered(house, KIND_OF[frame], "general")
    if frame == "ppp_operation_framework":
        stage = {"所处阶段": "运营期"}
        record_kind_facts(dossier=dossier, values=stage, by=house.clerk, why="移交运营通知")
    promised(house, dossier)
    for month in (6, 12):
        add_spending(dossier=dossier, by=house.budget, month=month, amount=MONEY / 2)
    filled(house, dossier, "monitoring", through_month=7)
    filled(house, dossier, "selfeval")
    review = begun(house, dossier, frame)
    if frame != "own":
        names = {leaf.name for leaf in frameworks.tree(frame, YEAR).leaves()}
        assert names <= {row.name for row in review.criteria.all()}
        assert all(
            row.explanation and row.standard for row in review.criteria.exclude(level2="本类型另看")
        )
    fixed(house, review)
    brought_back(house, review)
    money = {"arranged": wan(MONEY), "used": wan(MONEY)}
    post(house.first, "review_audited", review.pk, version=review.version, why="查账", **money)
    for user, step, more in (
        (house.first, "submit", {}),
        (house.second, "check", {}),
        (house.second, "confirm", {"why": "符合程序"}),
        (house.first, "issue", {"on": f"{YEAR}-12-01", "number": "示评〔2021〕1号"}),
    ):
        review.refresh_from_db()
        post(user, "review_move", review.pk, step, version=review.version, **more)
    review.refresh_from_db()
    assert (review.state, review.points, review.grade) == ("issued", Decimal(99), "优")
    paper = inside(house.first).get(reverse("desk:evaluation_paper", args=[review.pk])).content
    text = "\n".join(one.text for one in Document(io.BytesIO(paper)).paragraphs)
    assert "示例对象" in text or "城建局" in text
    figures = inside(house.first).get(reverse("desk:report_file", args=[YEAR, "figures.json"]))
    told = {one["id"]: one["text"] for one in figures.json()}
    assert told[f"review.{review.pk}.used"] == wan(MONEY)
