"""Frames of evaluations: 53号 for projects before 2020, the kind's own rows, a tree of one's own."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook
from tests.desk.evaluations.test_online import asked, begin, fix  # noqa: F401 - a fixture

from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.rulebook import frameworks

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEADS = ["评分标准", "一级指标", "二级指标", "三级指标", "分值", "指标解释"]
ROWS = [
    ["按批复得满分", "决策", "立项", "立项依据", "15", "是否有批复"],
    ["", "", "", "目标明确", "15", ""],
    ["按审定率", "过程", "资金", "预算执行率", "20", ""],
    ["完成比例", "产出", "数量", "养护里程", "30", ""],
    ["", "效益", "社会效益", "通行改善", "20", ""],
    ["", "合计", "", "", "100", ""],
]


def table(rows=ROWS, heads=HEADS):
    book = Workbook()
    book.active.append(["某机构指标体系"])
    book.active.append(heads)
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring(client, review, content, name="体系.xlsx"):
    review.refresh_from_db()
    return client.post(
        reverse("desk:review_frame_file", args=[review.pk]),
        {"file": SimpleUploadedFile(name, content), "version": review.version},
        follow=True,
    ).content.decode()


def test_a_project_before_2020_has_the_older_frame_by_its_standing():
    old, new = (frameworks.tree("project_framework", year) for year in (2019, 2021))
    assert [one.name for one in old.criteria] == ["投入", "过程", "产出", "效果"]
    assert [one.name for one in new.criteria] == ["决策", "过程", "产出", "效益"]
    assert len(list(old.leaves())) == 9  # as far as it was seen
    assert "财预〔2013〕53号" in old.basis
    assert old.standing == "旁证"
    assert all(one.full is None for one in old.leaves())  # the weights are the officer's own


def test_a_tree_of_ones_own_takes_the_place_of_the_frame(small, inside, asked):
    first = inside(small.officer)
    review = begin(first, asked)
    page = first.get(reverse("desk:review_frame", args=[review.pk])).content.decode()
    assert "依据：财预〔2020〕10号" in page
    assert "已换用自带的指标体系 5 行" in bring(first, review, table())
    rows = list(Review.objects.get(pk=review.pk).criteria.all())
    assert [(one.level1, one.name, one.weight) for one in rows][1] == ("决策", "目标明确", 15)
    assert (rows[0].standard, rows[0].explanation) == ("按批复得满分", "是否有批复")
    page = first.get(reverse("desk:review_frame", args=[review.pk])).content.decode()
    assert "自带的指标体系" in page
    assert "低于 60 分" in page  # 产出 30 and 效益 20
    assert fix(first, review) is None  # never by who brought it
    assert fix(inside(small.second), review) is not None
    assert "不能再改" in bring(inside(small.officer), review, table())
    entry = Entry.objects.get(act="换用自带指标体系")
    assert (entry.data["source"], len(entry.data["after"])) == ("体系.xlsx", 5)


def test_a_table_that_is_no_frame_changes_nothing(small, inside, asked):
    client = inside(small.officer)
    review = begin(client, asked)
    before = review.criteria.count()
    assert "没有找到表头" in bring(client, review, table(heads=["甲"] * 6))
    assert "第 3 行分值应为数字" in bring(
        client, review, table([["", "决策", "立项", "依据", "十五", ""]])
    )
    assert "没有指标行" in bring(client, review, table([]))
    assert "请选择指标体系的表" in bring(client, review, b"x", "体系.txt")
    assert review.criteria.count() == before
