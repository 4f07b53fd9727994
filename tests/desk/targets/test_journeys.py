"""A target by workbooks alone, from the round to the approval; and an approved list with twenty
faults, given back per unit.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import people
from tests.desk.targets.test_paper import brought, taken

from wenxiao.budget.services import open_round
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import target_in_force

__all__ = ["people"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]
FILLED = [
    ("产出指标", "数量指标", "培训人数", "≥100人", 50, "签到表"),
    ("效益指标", "社会效益指标", "就业率", "≥80%", 30, "回访"),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", 10, "问卷"),
]


def write(book, rows):
    """What the unit types into its copy, by the headings it finds there."""
    sheet = book["年度指标"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    words = ("一级指标", "二级指标", "三级指标", "指标值", "分值", "数据来源")
    for at, row in enumerate(rows, start=2):
        for word, value in zip(words, row, strict=True):
            column = next(column for head, column in heads.items() if head and word in head)
            sheet.cell(at, column).value = value


def take_all(client, target, book):
    """Bring a workbook back and choose its side of every difference."""
    compare = brought(client, target, book)["Location"]
    page = client.get(compare).content.decode()
    target.refresh_from_db()
    names = {part.partition('"')[0] for part in page.split('name="') if 'value="new"' in part[:200]}
    posted = dict.fromkeys(names, "new") | {"version": target.version}
    return client.post(compare, posted)


def test_from_the_round_to_the_approval_by_workbooks_alone(bureau, people):
    open_round(
        division=bureau.division,
        kind="target_review",
        name="2022年目标申报",
        work_year=2022,
        fiscal_year=2022,
        by=bureau.finance,
    )
    clerk = people("clerk")
    assert "2022年目标申报" in clerk.get("/?year=2022").content.decode()
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    target = Target.objects.get()
    book = taken(clerk, target)
    write(book, FILLED)
    take_all(clerk, target, book)
    target.refresh_from_db()
    assert list(target.indicators.values_list("name", "expression")) == [
        (row[2], row[3]) for row in FILLED
    ]
    fill = reverse("desk:target_fill", args=[target.pk])
    assert "保存并送审" in clerk.get(fill).content.decode()
    from tests.desk.targets.test_filing_pages import grid

    rows = [(*row[:4], str(row[4]), row[5]) for row in FILLED]
    clerk.post(fill, grid(target, rows, then="submit"))
    dept, row = people("dept"), target.indicators.first()
    target.refresh_from_db()
    back = {"act": "return", f"note{row.pk}": "偏低", "version": target.version}
    dept.post(reverse("desk:target_judge", args=[target.pk]), back)
    target.refresh_from_db()
    assert target.state == "returned"
    clerk = people("clerk")
    book = taken(clerk, target)
    write(book, [("产出指标", "数量指标", "培训人数", "≥120人", 50, "签到表")])
    take_all(clerk, target, book)
    target.refresh_from_db()
    assert target.indicators.first().expression == "≥120人"
    changed = [("产出指标", "数量指标", "培训人数", "≥120人", "50", "签到表"), *rows[1:]]
    clerk.post(fill, grid(target, changed, then="submit"))
    target.refresh_from_db()
    dept = people("dept")
    assert (
        "上次退回以后改了 1 处"
        in dept.get(reverse("desk:target", args=[target.pk])).content.decode()
    )
    judge = reverse("desk:target_judge", args=[target.pk])
    dept.post(judge, {"act": "pass", "version": target.version})
    target.refresh_from_db()
    posted = {"number": "示财预〔2022〕1号", "title": "批复", "target": target.pk}
    people("budget").post(
        reverse("desk:target_approval"), {**posted, f"v{target.pk}": target.version}
    )
    assert target_in_force(bureau.dossier) == target
