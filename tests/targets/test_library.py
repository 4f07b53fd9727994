"""指标库: proposed, confirmed and published by different hands; filled from
own targets and files; found as people type.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.targets.test_filing import ROWS

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.evidence.models import Actual
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.segments import segments, stored_words
from wenxiao.targets.library import (
    boilerplate_of,
    found_in,
    gaps_of,
    library_visible_to,
    published,
    suggested,
    uses_of,
)
from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import (
    LibraryEntry,
    approve_target,
    confirm_row,
    decline_row,
    fill_library,
    import_library,
    propose_row,
    publish_row,
    retire_row,
    turn_boilerplate,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ONE = LibraryEntry("效益指标", "社会效益指标", "积水点消除率", "汛期后不再积水", unit="%")


@pytest.fixture
def dept(bureau):
    made = create_user(
        division=bureau.division,
        username="dept",
        name="主管",
        by=None,
        unit=bureau.unit,
        password="Long-enough-pass-1",
    )
    grant(user=made, role="department", division=bureau.division, unit=bureau.unit, by=None)
    return made


def proposed(bureau, entry=ONE, **more):
    return propose_row(
        division=bureau.division, entry=entry, by=bureau.clerk, why="排涝项目都用", **more
    )


def out(bureau, dept, row):
    confirm_row(row=row, by=dept, version=row.version)
    return publish_row(row=row, by=bureau.finance, version=row.version)


def test_three_hands_and_a_better_version_takes_the_place_of_the_first(bureau, dept):
    row = proposed(bureau)
    with pytest.raises(Refused):
        confirm_row(row=row, by=bureau.clerk, version=row.version)
    with pytest.raises(NotAllowed, match="不能转为"):
        publish_row(row=row, by=bureau.finance, version=row.version)
    with pytest.raises(Stale):
        confirm_row(row=row, by=dept, version=9)
    assert not published(bureau.clerk).exists()
    out(bureau, dept, row)
    with pytest.raises(NotAllowed, match="下已有“积水点消除率”"):
        proposed(bureau)
    better = LibraryEntry("效益指标", "社会效益指标", "积水点消除率", formula="消除处数 ÷ 登记处数")
    second = proposed(bureau, better, replaces=row)
    out(bureau, dept, second)
    row.refresh_from_db()
    assert (row.state, second.state, second.number) == ("retired", "published", 2)
    assert Entry.objects.filter(act="发布指标").count() == 2


def test_what_is_declined_or_retired_says_why(bureau, dept):
    row = proposed(bureau)
    with pytest.raises(NotAllowed, match="写明理由"):
        decline_row(row=row, by=dept, version=row.version, why=" ")
    decline_row(row=row, by=dept, version=row.version, why="与已有的重复")
    again = out(bureau, dept, proposed(bureau))
    with pytest.raises(NotAllowed, match="写明理由"):
        retire_row(row=again, by=bureau.finance, version=again.version, why="")
    retire_row(row=again, by=bureau.finance, version=again.version, why="口径作废")
    assert not published(bureau.clerk).exists()
    for entry, told in (
        (LibraryEntry("效益指标", "", "x"), "请填写二级指标"),
        (LibraryEntry("效益指标", "社会效益指标", "长" * 301), "超过 300 字"),
    ):
        with pytest.raises(NotAllowed, match=told):
            proposed(bureau, entry)


def approved(bureau, rows=ROWS):
    return approve_target(dossier=bureau.dossier, rows=rows, by=bureau.finance, why="批复")


def test_filled_from_the_own_approved_rows_with_uses_and_what_was_achieved(bureau):
    with pytest.raises(NotAllowed, match="没有新的指标"):
        fill_library(division=bureau.division, by=bureau.finance)
    target = approved(bureau)
    assert fill_library(division=bureau.division, by=bureau.finance) == 3
    with pytest.raises(NotAllowed, match="没有新的指标"):
        fill_library(division=bureau.division, by=bureau.finance)
    row = LibraryRow.objects.get(name="培训人数")
    assert (row.origin, row.standing, row.state) == ("approved", "未核", "published")
    Actual.objects.create(
        indicator=target.indicators.get(name="培训人数"), stage="selfeval", value="120人"
    )
    uses = uses_of([row])[row.pk]
    assert (uses.count, uses.told, uses.unit) == (1, "2022 年 1 个单位", "人")
    assert uses.span == (Decimal(120), Decimal(120), Decimal(120))
    type(bureau.subject).objects.filter(pk=bureau.subject.pk).update(restriction="restricted")
    assert uses_of([row])[row.pk].count == 0
    assert gaps_of(row) == ["没有计量单位", "没有指标方向", "没有佐证要求", "没有指标解释"]


def test_a_file_is_taken_whole_or_not_at_all(bureau):
    rows = [(2, ONE), (3, LibraryEntry("产出指标", "数量指标", ""))]
    words = {"division": bureau.division, "source": "库.xlsx", "by": bureau.finance}
    with pytest.raises(NotAllowed, match="第 3 行：请填写三级指标"):
        import_library(entries=rows, **words)
    assert not LibraryRow.objects.exists()
    assert import_library(entries=rows[:1], **words) == 1
    with pytest.raises(NotAllowed, match="没有新的指标"):
        import_library(entries=rows[:1], **words)
    with pytest.raises(Refused):
        import_library(entries=rows[:1], **{**words, "by": bureau.clerk})


def names(rows):
    return [row.name for row in rows]


def test_found_by_words_parts_of_words_and_initials(bureau):
    entries = [
        ("培训人数", "参加培训的人"),
        ("培训合格率", "考试合格 ÷ 参加"),
        ("积水点消除率", "汛期后"),
        ("群众满意度", "问卷"),
    ]
    import_library(
        division=bureau.division,
        entries=[
            (at, LibraryEntry("产出指标", "数量指标", name, said))
            for at, (name, said) in enumerate(entries)
        ],
        source="库",
        by=bureau.finance,
    )
    rows = published(bureau.clerk)
    assert set(names(found_in(rows, "培训"))) == {"培训人数", "培训合格率"}
    assert names(found_in(rows, "培训 合格")) == ["培训合格率"]
    assert names(found_in(rows, "pxrs")) == ["培训人数"]
    assert names(found_in(rows, "积水")) == ["积水点消除率"]
    assert names(found_in(rows, "满意度 问卷调查")) == ["群众满意度"]
    assert names(found_in(rows, "没有这种词语组合xyz")) == []
    assert names(found_in(rows, "';--")) == []
    assert len(found_in(rows, "")) == 4
    LibraryRow.objects.filter(name="积水点消除率").update(words="别的")
    assert names(found_in(rows, "积水")) == []
    LibraryRow.objects.filter(name="积水点消除率").delete()
    assert names(found_in(rows, "别的")) == []


def test_words_are_cut_the_same_when_stored_and_asked():
    assert "培训" in segments("参加培训的人数")
    assert "的" not in segments("参加培训的人数")
    assert stored_words(["培训人数"], "培训人数").split()[-1] == "pxrs"


def test_common_speech_is_marked_with_a_reason_and_told_to_the_comparison(bureau, dept):
    row = out(bureau, dept, proposed(bureau))
    with pytest.raises(NotAllowed, match="写明理由"):
        turn_boilerplate(row=row, by=bureau.finance, version=row.version, why="")
    with pytest.raises(Refused):
        turn_boilerplate(row=row, by=dept, version=row.version, why="x")
    turn_boilerplate(row=row, by=bureau.finance, version=row.version, why="人人都写")
    assert boilerplate_of(bureau.division) == ["积水点消除率"]
    turn_boilerplate(row=row, by=bureau.finance, version=row.version, why="改回")
    assert boilerplate_of(bureau.division) == []


def test_a_project_is_offered_rows_of_the_library_and_of_like_projects_with_their_source(bureau):
    approved(bureau)
    fill_library(division=bureau.division, by=bureau.finance)
    like = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="P2", name="水旱灾害防御培训", by=None
    )
    dossier = open_dossier(subject=like, fiscal_year=2022, by=None)
    offered = suggested(bureau.clerk, dossier, "培训一批人")
    assert {one.source for one in offered} == {
        "指标库，用过 1 次，2022 年 1 个单位",
        "天长市水利局“水旱灾害防御经费”2022 年批复",
    }
    assert "培训人数" in {one.name for one in offered}
    seen = {one.source for one in suggested(bureau.stranger, dossier, "培训")}
    assert seen == {"指标库，用过 1 次，2022 年 1 个单位"}
    assert library_visible_to(bureau.stranger).count() == 3
