"""Many rows of the library revised at once: all or none, each a new version of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.store.many_rows import RowsRefused
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import library
from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import (
    LibraryEntry,
    Revision,
    import_library,
    propose_row,
    revise_rows,
)
from wenxiao.targets.services.row_revisions import MOST_REVISED, revisions_in

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def rows(bureau):
    """Planted by the act that brings a file."""

    def plant(count=3):
        entries = [
            (at, LibraryEntry("产出指标", "数量指标", f"清淤长度{at}", field="水利"))
            for at in range(count)
        ]
        words = {"division": bureau.division, "source": "库.xlsx", "by": bureau.finance}
        import_library(entries=entries, **words)
        return list(library.published(bureau.finance).order_by("pk"))

    return plant


def entry_of(row, **more):
    texts = {name: getattr(row, name) for name in LibraryEntry.__dataclass_fields__}
    return LibraryEntry(**texts | more)


def revise(bureau, revisions, why="补计量单位", by=None):
    return revise_rows(
        division=bureau.division, revisions=revisions, by=by or bureau.finance, why=why
    )


def test_what_reads_otherwise_becomes_a_new_version_and_the_rest_is_left_alone(bureau, rows):
    first, second, third = rows()
    LibraryRow.objects.filter(pk=first.pk).update(boilerplate=True)
    asked = [
        Revision(first.pk, 1, entry_of(first, unit="公里")),
        Revision(second.pk, 2, entry_of(second)),
        Revision(third.pk, 3, entry_of(third, name="清淤总长", proof="验收单")),
    ]
    now = revise(bureau, asked)
    assert set(now) == {first.pk, third.pk}
    better = LibraryRow.objects.get(pk=now[first.pk])
    assert (better.unit, better.number, better.standing) == ("公里", 2, "未核")
    assert (better.replaces_id, better.boilerplate, better.source) == (first.pk, True, "库.xlsx")
    assert better.proposed_by_id == bureau.finance.pk
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.unit, second.state) == ("retired", "", "published")
    assert [
        row.name for row in library.found_in(library.published(bureau.finance), "清淤总长")
    ] == ["清淤总长"]
    entry = Entry.objects.get(act="整表修改指标")
    assert (entry.label, entry.why) == ("2 行", "补计量单位")
    assert entry.data["before"]["数量指标·清淤长度2"] == {"三级指标": "清淤长度2", "佐证要求": ""}
    assert entry.data["after"]["数量指标·清淤长度0"] == {"计量单位": "公里"}


def test_nothing_changed_stores_nothing(bureau, rows):
    [row] = rows(1)
    assert revise(bureau, [Revision(row.pk, 1, entry_of(row))]) == {}
    assert not Entry.objects.filter(act="整表修改指标").exists()
    better = Revision(row.pk, 1, entry_of(row, unit="公里"))
    assert set(revise(bureau, [better])) == {row.pk}
    assert revise(bureau, [Revision(row.pk, 1, entry_of(row))]) == {}, "untouched, gone meanwhile"


@pytest.mark.parametrize(
    ("more", "column", "said"),
    [
        ({"name": ""}, "name", "三级指标空着"),
        ({"level2": ""}, "level2", "二级指标空着"),
        ({"field": "长" * 61}, "field", "适用领域有 61 字，超过 60 字"),
        ({"name": "清淤长度 2"}, "name", "下已有“清淤长度 2”"),
        ({"name": "清淤长度0"}, "name", "这次有 2 行都写“清淤长度0”"),
    ],
)
def test_one_row_that_cannot_stand_keeps_all_from_being_stored(bureau, rows, more, column, said):
    first, second, _ = rows()
    asked = [
        Revision(first.pk, 1, entry_of(first, unit="公里")),
        Revision(second.pk, 7, entry_of(second, **more)),
    ]
    with pytest.raises(RowsRefused, match=r"这次一行也没有存.*第 \d 行：") as refused:
        revise(bureau, asked)
    fault = refused.value.faults[-1]
    assert (fault.pk, fault.line, fault.column) == (second.pk, 7, column)
    assert said in fault.sentence
    assert LibraryRow.objects.filter(state="published").count() == 3
    assert not LibraryRow.objects.exclude(unit="").exists()


def test_a_row_changed_meanwhile_or_with_a_better_version_on_its_way_is_not_touched(bureau, rows):
    first, second, third = rows()
    revise(bureau, [Revision(first.pk, 1, entry_of(first, unit="公里"))])
    propose_row(
        division=bureau.division,
        entry=entry_of(second, unit="米"),
        by=bureau.clerk,
        why="更准",
        replaces=second,
    )
    asked = [
        Revision(first.pk, 1, entry_of(first, unit="米")),
        Revision(second.pk, 2, entry_of(second, unit="公里")),
        Revision(10**6, 3, entry_of(third, unit="公里")),
    ]
    with pytest.raises(RowsRefused) as refused:
        revise(bureau, asked)
    told = [one.sentence for one in refused.value.faults]
    assert "现为“已停用”" in told[0]
    assert "提了新版" in told[1]
    assert "没有这一行" in told[2]


def test_who_may_and_why(bureau, rows):
    [row] = rows(1)
    asked = [Revision(row.pk, 1, entry_of(row, unit="公里"))]
    with pytest.raises(Refused):
        revise(bureau, asked, by=bureau.clerk)
    with pytest.raises(NotAllowed, match="为什么改"):
        revise(bureau, asked, why=" ")
    with pytest.raises(NotAllowed, match=f"一次最多改 {MOST_REVISED} 行"):
        revise(bureau, asked * (MOST_REVISED + 1))


def test_many_rows_ask_no_more_of_the_database_than_few(
    bureau, rows, django_assert_max_num_queries
):
    listed = rows(300)
    with django_assert_max_num_queries(40):
        now = revise(bureau, [Revision(row.pk, 1, entry_of(row, unit="公里")) for row in listed])
    assert len(now) == 300


def test_lines_of_a_file_name_the_rows_and_an_empty_cell_leaves_what_stands(bureau, rows):
    first, _, _ = rows()
    typed = LibraryEntry("产出指标", "数量指标", "清淤 长度0", unit="公里")
    [one] = revisions_in(bureau.division, [(4, typed)])
    assert one == Revision(first.pk, 4, replace(entry_of(first), unit="公里"))
    with pytest.raises(RowsRefused, match="第 5 行：“数量指标”下没有已发布的“别的”"):
        revisions_in(bureau.division, [(4, typed), (5, replace(typed, name="别的"))])
