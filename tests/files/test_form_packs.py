"""Form packs: every layout printed from the same rows and read back without
a loss, as xlsx and as Word.
"""

import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.files.forms.dossier_forms import SelfEvalForm
from wenxiao.files.forms.reading import read_forms
from wenxiao.files.out.form_grid import form_document, form_workbook
from wenxiao.files.out.form_lines import IndicatorLine, PrintedFund, ProjectForm
from wenxiao.files.out.pack_form import pack_form, split_target
from wenxiao.rulebook.checks import Table, run
from wenxiao.rulebook.form_packs import (
    NATIONAL,
    IndicatorsBlock,
    pack_in_force,
    packs,
    refused_packs,
)
from wenxiao.rulebook.grounds import STANDINGS
from wenxiao.rulebook.profiles import profile

CODES = tuple(packs())
LEVELS = [
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("效益指标", "社会效益指标"),
    ("满意度指标", "服务对象满意度指标"),
]
NAMES = ["养护里程", "桥涵维修座数", "验收合格率", "完成时间", "群众出行条件", "受益群众满意度"]
TARGETS = ["≥12公里", "100%", "≤30万元", "＝3座", "明显改善", "12月底前", "≥8篇", "5", "≥1000元/人"]
ACTUALS = ["13公里", "100%", "28.5万元", "改善", "11月20日完成", "9篇", "无"]
points = st.integers(0, 4000).map(lambda cents: Decimal(cents) / 100)
cents = st.integers(0, 900_000_000).map(lambda fen: Decimal(fen) / 100)


def columns_of(pack):
    return {
        place.field
        for block in pack.blocks
        if isinstance(block, IndicatorsBlock)
        for place in block.columns
    }


@st.composite
def forms(draw):
    rows = []
    for level1, level2 in draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=6)):
        rows.append((LEVELS.index((level1, level2)), level1, level2))
    lines = [
        IndicatorLine(
            level1,
            level2,
            f"{draw(st.sampled_from(NAMES))}{at}",
            target=draw(st.sampled_from(TARGETS)),
            actual=draw(st.sampled_from(ACTUALS)),
            weight=draw(points),
            score=draw(points),
            deviation=draw(st.sampled_from(["", "雨季延误，已调整工期"])),
        )
        for at, (_, level1, level2) in enumerate(sorted(rows))
    ]
    money = PrintedFund(
        "年度资金总额",
        initial=draw(cents),
        full_year=draw(cents),
        executed=draw(cents),
        weight=Decimal(10),
        rate=Decimal("98.5"),
        score=draw(points),
    )
    return ProjectForm(
        "农村公路养护",
        "某区交通运输局",
        "某区公路所",
        draw(st.integers(2020, 2026)),
        [money],
        "完成养护任务",
        "已完成",
        lines,
        draw(points),
    )


def read_back(name, content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        reading = read_forms(path)
    (form,) = reading.forms
    assert isinstance(form, SelfEvalForm)
    assert not [one for one in reading.problems if one.level == "阻断"]
    return form


def number(seen):
    return None if seen is None else seen.number


def same(pack, data, form):
    """Every value the layout has a place for comes back as it went."""
    has = columns_of(pack)
    assert len(form.indicators) == len(data.indicators)
    for line, row in zip(data.indicators, form.indicators, strict=True):
        assert (row.level1, row.level2, row.level3) == (line.level1, line.level2, line.level3)
        assert row.target_text == line.target
        assert row.actual.value == line.actual
        if "weight" in has:
            assert number(row.weight) == line.weight
        else:
            assert row.weight is None  # no invented weights
        assert number(row.score) == line.score
        if "deviation" in has:
            assert (row.deviation.value if row.deviation else None) == (line.deviation or None)
    whole, money = form.funds[0], data.funds[0]
    amounts = {
        place.field for block in pack.blocks if hasattr(block, "name") for place in block.columns
    }
    for key in ("initial", "full_year", "executed"):
        if key in amounts:
            assert getattr(whole, key).amount == getattr(money, key), key
    assert number(whole.score) == money.score
    assert form.total.score.number == data.total
    assert form.year.value == data.year
    if pack.scope == "project":
        assert form.project_name.value == data.project_name
        assert form.dept.value == data.dept
    assert data.unit in {seen.value for seen in (form.unit, form.dept, form.project_name) if seen}


@pytest.mark.parametrize("code", CODES)
@reaches(split=0.3, merged=0.1, words=0.1)
@settings(max_examples=12, deadline=None)
@given(data=forms())
def test_what_a_pack_prints_is_read_back_as_it_was(code, data):
    pack = packs()[code]
    levels = [(line.level1, line.level2) for line in data.indicators]
    reach(
        split=sum(split_target(line.target)[1] != line.target for line in data.indicators),
        words=sum(split_target(line.target)[1] == line.target for line in data.indicators),
        merged=len(levels) - len(set(levels)),
        of=len(levels),
    )
    same(pack, data, read_back("自评表.xlsx", form_workbook([pack_form(pack, data)])))


@pytest.mark.parametrize("code", CODES)
@reaches(split=0.2)
@settings(max_examples=4, deadline=None)
@given(data=forms())
def test_the_word_version_is_read_back_as_it_was(code, data):
    pack = packs()[code]
    split = sum(split_target(line.target)[1] != line.target for line in data.indicators)
    reach(split=split, of=len(data.indicators))
    same(pack, data, read_back("自评表.docx", form_document([pack_form(pack, data)])))


@pytest.mark.parametrize("code", CODES)
def test_a_pack_says_where_it_was_seen_and_by_what_it_is_scored(code):
    pack = packs()[code]
    assert pack.standing in STANDINGS
    assert pack.standing != "原文"
    assert pack.source
    assert profile(pack.profile, 2023)
    blank = pack_form(pack, ProjectForm())
    assert len(form_workbook([blank])) > 4000
    widest = max(col + 1 for _, col in blank.cells)
    assert widest <= len(pack.widths)


def test_points_of_hubei_are_peoples_and_no_weight_is_printed():
    assert "weight" not in columns_of(packs()["HB-2020"])
    assert packs()["HB-2020"].profile == "HB-20"


def test_a_target_is_split_only_where_it_comes_together_again():
    assert split_target("≥12公里") == ("≥", "12", "公里")
    assert split_target("100%") == ("", "100", "%")
    for text in ("明显改善", "12月底前", "1-7月", "≥10场；≤3次", "5"):
        assert "".join(split_target(text)) == text


def test_a_division_chooses_its_pack_from_a_day_on():
    entry = {"from": "2023-01-01", "document": "省厅通知", "clause": "附件", "standing": "未核"}
    own = {"form_packs": [{**entry, "content": {"project": "SC-2023"}}]}
    assert pack_in_force("project", 2022, own).code == NATIONAL
    assert pack_in_force("project", 2023, own).code == "SC-2023"
    assert pack_in_force("department", 2023, own).code == NATIONAL
    assert "没有编号为“XX”的表式包" in refused_packs({"project": "XX"})
    assert "只能为" in refused_packs({"monitor": NATIONAL})
    assert refused_packs({"project": "HB-2020"}) == ""


def test_the_profile_follows_the_form_unless_the_division_chose_its_own():
    entry = {"from": "2023-01-01", "document": "省厅通知", "clause": "附件", "standing": "未核"}
    packed = {"form_packs": [{**entry, "content": {"project": "HB-2020"}}]}
    assert profile(None, 2022, packed).execution_weight == 10
    assert profile(None, 2023, packed).code == "HB-20"
    both = packed | {"profiles": [{**entry, "content": {"default": "P2021-COST"}}]}
    assert profile(None, 2023, both).code == "P2021-COST"


def test_a_form_with_free_shares_is_not_held_against_the_national_ones():
    entry = {"from": "2023-01-01", "document": "省厅通知", "clause": "附件", "standing": "未核"}
    rows = [
        {"level1": "产出指标", "weight": Decimal(60)},
        {"level1": "效益指标", "weight": Decimal(20)},
        {"level1": "满意度指标", "weight": Decimal(10)},
    ]
    head = {"year": 2023}
    packed = {"form_packs": [{**entry, "content": {"project": "SC-2023"}}]}
    found = {one.code for _, one in run(Table(rows, head), ["MB-22"])}
    assert found == {"MB-22"}
    assert not run(Table(rows, head, packed), ["MB-22"])


def test_the_page_of_forms_is_up_to_date():
    script = Path(__file__).resolve().parents[2] / "scripts" / "forms_page.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
