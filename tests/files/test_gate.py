"""Hostile files are refused with a code and a sentence that says what to do; honest ones pass."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from files import hostile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reach import examples, reach, reaches

from wenxiao.files.door import gate
from wenxiao.files.door.gate import admit
from wenxiao.files.door.partscan import pixels_of
from wenxiao.files.forms.reading import read_file

PASS = Path(__file__).parent / "pass"
SAMPLES = hostile.samples()


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_hostile_file_is_refused_with_what_to_do(name, tmp_path):
    code, content = SAMPLES[name]
    path = hostile.put(tmp_path, name, content)
    began = time.perf_counter()
    found = read_file(path)
    assert time.perf_counter() - began < 3
    assert found["forms"] == []
    assert [problem["code"] for problem in found["problems"]] == [code]
    problem = found["problems"][0]
    assert problem["level"] == "阻断"
    assert problem["mend"], "every refusal says what to do"


@pytest.mark.parametrize("path", sorted(PASS.iterdir()), ids=lambda path: path.name)
def test_an_honest_file_passes(path):
    admitted = admit(path)
    assert admitted.problems == ()
    assert admitted.container == path.suffix[1:]


def test_a_file_above_the_limit_is_refused(tmp_path):
    path = hostile.put(tmp_path, "大.xlsx", hostile.package())
    assert admit(path, largest=100).problems[0].code == "DR-03"


def test_a_missing_file_is_a_sentence_too(tmp_path):
    assert admit(tmp_path / "没有.xlsx").problems[0].code == "DR-20"


def test_inflated_bytes_and_tags_are_counted_not_believed(tmp_path, monkeypatch):
    path = hostile.put(tmp_path, "多.xlsx", hostile.package())
    monkeypatch.setattr(gate, "MOST_TAGS", 5)
    assert admit(path).problems[0].code == "DR-07"
    monkeypatch.undo()
    monkeypatch.setattr(gate, "LARGEST_WHOLE", 500)
    assert admit(path).problems[0].code == "DR-07"
    monkeypatch.undo()
    monkeypatch.setattr(gate, "LARGEST_PART", 100)
    assert admit(path).problems[0].code == "DR-07"


def test_hyperlinks_and_backslash_names_are_honest(tmp_path):
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": hostile.relation("hyperlink", "http://www.gov.cn"),
        "customXml\\item1.xml": "\ufeff<a/>".encode("utf-16-le"),
    }
    assert admit(hostile.put(tmp_path, "链接.xlsx", hostile.package(parts))).container == "xlsx"


def test_pictures_are_measured_by_their_header():
    assert pixels_of(hostile.png(10, 20)) == 200
    assert pixels_of(hostile.jpeg(30, 20)) == 600
    assert pixels_of(b"BM....") is None


@reaches(named=0.5)
@settings(
    max_examples=examples(60, most=2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_broken_byte_ever_escapes_as_an_exception(tmp_path, data):
    content = bytearray((PASS / "41_清单_万元.xlsx").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    found = read_file(
        hostile.put(tmp_path, "坏.xlsx", bytes(content[: cut if cut % 3 == 0 else None]))
    )
    assert set(found) == {"file", "kind", "forms", "problems"}
    reach(named=bool(found["problems"]))


def broken_inside(content, data):
    """The workbook packed anew with some bytes of one part changed: whole
    as a package, broken in what it says.
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        parts = [name for name in old.namelist() if name.endswith((".xml", ".rels"))]
        chosen = data.draw(st.sampled_from([*parts, *["xl/worksheets/sheet1.xml"] * len(parts)]))
        for name in old.namelist():
            part = bytearray(old.read(name))
            for _ in range(data.draw(st.integers(1, 3)) if name == chosen else 0):
                figures = [at for at, byte in enumerate(part) if chr(byte).isdigit()]
                figure = st.tuples(st.sampled_from(figures), st.sampled_from(b"0123456789"))
                anything = st.tuples(st.integers(0, len(part) - 1), st.integers(0, 255))
                at, byte = data.draw(st.one_of(figure, figure, figure, anything))
                part[at] = byte
            new.writestr(name, bytes(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


@reaches(admitted=0.3, read_anyway=0.15, named=0.3)
@settings(
    max_examples=examples(60, most=2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_whole_package_with_broken_parts_gives_an_answer(tmp_path, data):
    content = broken_inside((PASS / "41_清单_万元.xlsx").read_bytes(), data)
    path = hostile.put(tmp_path, "坏.xlsx", content)
    found = read_file(path)
    assert set(found) == {"file", "kind", "forms", "problems"}
    assert found["forms"] or found["problems"]
    reach(
        admitted=admit(path).container == "xlsx",
        read_anyway=bool(found["forms"]),
        named=bool(found["problems"]),
    )


@reaches(named=0.5)
@settings(
    max_examples=examples(60, most=2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    content=st.binary(max_size=600),
    suffix=st.sampled_from([".xlsx", ".xls", ".docx", ".csv", ".doc", ""]),
)
def test_any_bytes_under_any_name_give_json(tmp_path, content, suffix):
    found = read_file(hostile.put(tmp_path, f"任意{suffix}", content))
    assert found["forms"] == [] or suffix == ".csv"
    reach(named=bool(found["problems"]))


@pytest.mark.parametrize("cells", [16_385, 65_536])
def test_a_row_of_more_columns_than_a_sheet_has_is_refused_at_once(cells, tmp_path):
    path = tmp_path / "宽.xlsx"
    row = f'<row r="1">{"<c><v>1</v></c>" * cells}</row>'
    path.write_bytes(hostile.one(hostile.sheet(row)))
    (problem,) = admit(path).problems
    assert (problem.code, "超过 16384 列" in problem.text) == ("DR-14", True)
    assert "右侧多余的列" in problem.mend


def test_a_sheet_as_wide_as_a_sheet_may_be_is_read(tmp_path):
    path = tmp_path / "宽.xlsx"
    row = f'<row r="1">{hostile.cell("A1", "项目名称")}{hostile.cell("XFD1", "远处")}</row>'
    path.write_bytes(hostile.one(hostile.sheet(row)))
    assert [problem["code"] for problem in read_file(path)["problems"]] == ["DR-19"]
