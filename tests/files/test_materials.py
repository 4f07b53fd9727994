"""Proofs at the door: what their bytes say, what stands in them, what their names say."""

import struct

import openpyxl
import pytest

from wenxiao.files.door.materials import look_at, name_problem
from wenxiao.files.forms import looking
from wenxiao.files.pool import Pool

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 16, 16)


@pytest.fixture(scope="module")
def pool():
    with Pool(1, seconds=30) as made:
        yield made


@pytest.fixture
def look(tmp_path, pool):
    """Write bytes under a name and have them looked at."""

    def at(name, content, **limits):
        path = tmp_path / f"proof.{name.rpartition('.')[2]}"
        path.write_bytes(content)
        return look_at(path, name, pool=pool, **limits)

    return at


@pytest.mark.parametrize(
    ("name", "content", "container"),
    [
        ("验收单.pdf", PDF, "pdf"),
        ("现场.png", PNG, "png"),
        ("现场.JPG", b"\xff\xd8\xff\xe0" + b"\0" * 40, "jpg"),
    ],
)
def test_scans_and_pictures_are_kept_unread(name, content, container, look):
    found = look(name, content)
    assert (found.container, found.problem, found.read) == (container, None, False)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("程序.exe", b"MZ", "DR-40"),
        ("没有后缀", b"x", "DR-40"),
        ("图.png", PDF, "DR-04"),
        ("文.docx", PDF, "DR-04"),
        ("半.pdf", b"%PDF-1.4 cut", "DR-06"),
        ("空.csv", b"", "DR-02"),
        ("大.png", PNG[:16] + struct.pack(">II", 60000, 60000), "DR-15"),
        ("标.pdf", PDF + "秘密★1年".encode() + b"\n%%EOF\n", "DR-16"),
        ("标.jpg", b"\xff\xd8\xff\xe1" + "机密★".encode("utf-16-le") + b"\0" * 40, "DR-16"),
        ("标.csv", "编号,内容\n1,绝密★长期\n".encode(), "DR-16"),
    ],
)
def test_what_may_not_enter_is_refused_with_what_to_do(name, content, code, look):
    found = look(name, content)
    assert (found.container, found.problem.code, found.problem.level) == (None, code, "阻断")
    assert found.problem.mend


def test_a_larger_file_than_the_rule_lets_in(look):
    assert look("大.pdf", PDF, largest=10).problem.code == "DR-03"


def test_tables_are_read_for_personal_data(look, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "电话", "说明"])
    book.active.append(["示例", "13800138000", "另 13900139000"])
    book.save(tmp_path / "花名册.xlsx")
    found = look("花名册.xlsx", (tmp_path / "花名册.xlsx").read_bytes())
    assert (found.container, found.personal, found.read) == ("xlsx", (("手机号", 2),), True)


def test_a_very_long_list_is_looked_through_in_part(tmp_path, monkeypatch):
    path = tmp_path / "名单.csv"
    path.write_text("电话\n13800138000\n", encoding="utf-8")
    assert looking.look_through(path)["personal"] == [["手机号", 1]]
    monkeypatch.setattr(looking, "MOST_TEXT", 4)
    assert looking.look_through(path)["personal"] == []


@pytest.mark.parametrize(
    "name", ["验收单（机密）.pdf", "绝密_方案.docx", "秘密级.pdf", "涉密材料.pdf"]
)
def test_a_name_that_says_secret_is_refused(name):
    assert name_problem(name).code == "DR-16"


@pytest.mark.parametrize(
    "name", ["验收单.pdf", "商业秘密保护制度.docx", "非涉密说明.pdf", "保密工作总结.docx"]
)
def test_names_about_secrecy_are_none(name):
    assert name_problem(name) is None
