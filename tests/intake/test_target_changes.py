"""A target table over a target that came along with a sheet: each value, each
row added and each row missing is taken or stays, and just that is stored.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.bureaus import PASS
from tests.intake.wizard import handed_in
from tests.target_books import HEADINGS, ROWS, write_list

from wenxiao.evidence.models import Actual
from wenxiao.intake.unattended import import_file, take
from wenxiao.records.services import undo_batch
from wenxiao.reviews.models import Review
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import target_in_force

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
OWN = ("P001", "水旱灾害防御经费", "天长市水利局", 2022, 880)


@pytest.fixture
def brought(bureau, selfeval_round):
    """The target a self-evaluation brought, its rows in their order."""
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    target = Target.objects.get()
    assert target.origin == Target.Origin.SHEET
    return list(target.indicators.all())


def as_line(row, **other):
    said = {name: getattr(row, name) for name in ("level1", "level2", "name", "expression")}
    said |= {"weight": row.weight, "unit": ""} | other
    return (
        *(said[name] for name in ("level1", "level2", "name", "expression", "unit")),
        None if said["weight"] is None else float(said["weight"]),
    )


@pytest.fixture
def table(brought, tmp_path):
    """All but the last row; the first with another value and other points; one row more."""
    lines = [as_line(row) for row in brought[:-1]]
    lines[0] = as_line(brought[0], expression="≥99次", weight=Decimal(7))
    return write_list(tmp_path / "批复.xlsx", [(*OWN, [*lines, ROWS[0]])])


def told(path, bureau, cells=None, *, take_in=False, joins=None):
    answer = {"cells": cells or {}} | ({"joins": joins} if joins else {})
    return take(
        path,
        division=bureau.division,
        by=bureau.finance,
        choices={"0": answer},
        dry_run=not take_in,
    )


def changes(path, bureau, cells=None):
    rows = told(path, bureau, cells)["forms"][0]["changes"]
    return {(one["row"], one["field"]): one for one in rows}


def standing(bureau):
    rows = target_in_force(bureau.dossier).indicators.all()
    return [(row.name, row.expression, row.weight) for row in rows]


def test_each_value_and_each_row_is_shown_old_and_new(bureau, brought, table):
    first, last = brought[0], brought[-1]
    seen = changes(table, bureau)
    assert (seen[first.name, "指标值"]["old"], seen[first.name, "指标值"]["new"]) == (
        first.expression,
        "≥99次",
    )
    assert seen[first.name, "分值"]["new"] == "7"
    added = seen["培训场次", "整行"]
    assert (added["old"], added["new"]) == ("没有这一行", "≥12场（20分）")
    assert added["cell"]
    absent = seen[last.name, "整行"]
    assert (absent["new"], absent["cell"]) == ("表上没有这一行", None)
    assert absent["old"].startswith(last.expression)
    assert absent["key"] == f"{last.name}·整行"


def test_what_is_stored_is_what_was_chosen(bureau, brought, table):
    first, last = brought[0], brought[-1]
    seen = changes(table, bureau)
    cells = {seen[key]["key"]: "ours" for key in ((first.name, "指标值"), (last.name, "整行"))}
    done = told(table, bureau, cells, take_in=True)
    assert done["accepted"] == 1
    target = target_in_force(bureau.dossier)
    assert (target.state, target.origin) == ("approved", "approval")
    rows = {name: (text, weight) for name, text, weight in standing(bureau)}
    assert rows[first.name] == (first.expression, Decimal(7))
    assert rows[last.name] == (last.expression, last.weight)
    assert rows["培训场次"] == ("≥12场", Decimal(20))
    assert len(rows) == len(brought) + 1
    # a row that stays goes on with what was filled of it
    goes_on = target.indicators.get(name=last.name)
    assert goes_on.pk == last.pk
    assert Actual.objects.filter(indicator=goes_on).exists()
    assert target.indicators.get(name=first.name).pk == first.pk
    assert Review.objects.get().target_id == target.pk


def test_an_added_row_is_left_out_and_everything_ours_changes_no_value(bureau, brought, table):
    before = [(row.name, row.expression, row.weight) for row in brought]
    seen = changes(table, bureau)
    cells = {one["key"]: "ours" for one in seen.values() if one["old"] is not None}
    shown = changes(table, bureau, cells)
    assert {one["take"] for key, one in shown.items() if one["old"] is not None} == {"ours"}
    assert ("培训场次", "指标值") not in shown
    assert told(table, bureau, cells, take_in=True)["accepted"] == 1
    assert sorted(standing(bureau)) == sorted(before)
    assert {row.pk for row in target_in_force(bureau.dossier).indicators.all()} == {
        row.pk for row in brought
    }


def test_a_missing_row_nobody_answered_is_a_question_and_nothing_is_stored(bureau, brought, table):
    seen = changes(table, bureau)
    cells = {seen[brought[0].name, "指标值"]["key"]: "ours"}
    done = told(table, bureau, cells, take_in=True)
    assert done["accepted"] == 0
    assert [p["code"] for p in done["unmatched"][0]["problems"]] == ["DR-79"]
    assert "留系统的" in done["unmatched"][0]["problems"][0]["mend"]
    assert Target.objects.count() == 1
    assert told(table, bureau, cells, take_in=True, joins="none")["accepted"] == 1
    assert brought[-1].name not in [name for name, _, _ in standing(bureau)]
    assert Indicator.objects.filter(pk=brought[-1].pk).exists()


def test_a_cell_that_is_none_is_named_and_nothing_is_stored(bureau, brought, table):
    done = told(table, bureau, {"没有的行·整行": "ours"}, take_in=True)
    assert done["accepted"] == 0
    assert "DR-38" in {p["code"] for p in done["unmatched"][0]["problems"]}
    assert Target.objects.count() == 1


def test_names_units_levels_and_the_goal_are_chosen_too(bureau, brought, tmp_path):
    first = brought[0]
    Indicator.objects.filter(pk=first.pk).update(unit="座", level1="成本指标")
    Target.objects.update(text="系统里的总体目标")
    lines = [as_line(row) for row in brought]
    lines[0] = as_line(first, unit="项")
    path = write_list(
        tmp_path / "目标.xlsx",
        [(*OWN, [(*line, "表上的总体目标") for line in lines])],
        headings=[*HEADINGS, "年度总体目标"],
    )
    seen = changes(path, bureau)
    assert (seen[first.name, "计量单位"]["old"], seen[first.name, "计量单位"]["new"]) == (
        "座",
        "项",
    )
    assert seen[first.name, "一级指标"]["old"] == "成本指标"
    cells = {seen[first.name, field]["key"]: "ours" for field in ("计量单位", "一级指标")}
    goal = seen.get(("", "年度总体目标"))
    assert goal["old"] == "系统里的总体目标"
    cells[goal["key"]] = "ours"
    assert told(path, bureau, cells, take_in=True)["accepted"] == 1
    target = target_in_force(bureau.dossier)
    row = target.indicators.get(pk=first.pk)
    assert (row.unit, row.level1, target.text) == ("座", "成本指标", "系统里的总体目标")


def test_undo_brings_back_what_stood_before(bureau, brought, table):
    fields = ("pk", "target", "name", "expression", "weight", "unit", "order")
    before = list(Indicator.objects.order_by("pk").values_list(*fields))
    seen = changes(table, bureau)
    cells = {one["key"]: "ours" for one in seen.values() if one["field"] == "整行"}
    cells[seen[brought[0].name, "指标值"]["key"]] = "ours"
    done = told(table, bureau, cells, take_in=True)
    assert done["accepted"] == 1
    batch = Target.objects.get(pk=done["targets"][0]).batch
    undo_batch(batch=batch, by=bureau.finance, why="批复有误")
    assert list(Indicator.objects.order_by("pk").values_list(*fields)) == before
    target = Target.objects.get()
    assert (target.state, Review.objects.get().target_id) == ("unapproved", target.pk)


def test_an_approved_target_gives_no_choice(bureau, tmp_path):
    path = write_list(tmp_path / "一.xlsx", [OWN])
    import_file(path, division=bureau.division, by=bureau.finance)
    other = write_list(
        tmp_path / "二.xlsx", [(*OWN, [*ROWS[:-1], (*ROWS[-1][:3], "≥95%", "", 10)])]
    )
    form = told(other, bureau)["forms"][0]
    assert "DR-77" in {p["code"] for p in form["problems"]}
    assert "cells" not in form["choices"]


def test_the_wizard_asks_row_by_row(bureau, brought, table, client):
    intake = handed_in(client, bureau.finance, table)
    batch = intake.batches.get()
    address = reverse("desk:import_file", args=[batch.pk])
    page = client.get(address).content.decode()
    names = set(re.findall(r'name="(cell-[^"]+)"', page))
    last, first = brought[-1], brought[0]
    stays = f"cell-{last.name}·整行-0"
    assert stays in names
    assert "随整张表" not in page
    assert ">二级指标<" not in page  # the same on both sides: not listed
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    client.post(address, {"seen": seen, "do-0": "import", stays: "ours"})
    page = client.get(address).content.decode()
    assert "留系统 <b>1</b> 格" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    client.post(
        address,
        {"seen": seen, "do-0": "import", "joins-0": "none", stays: "ours", "then": "import"},
    )
    batch.refresh_from_db()
    assert batch.state == "applied"
    rows = {name: text for name, text, _ in standing(bureau)}
    assert rows[last.name] == last.expression
    assert rows[first.name] == "≥99次"
