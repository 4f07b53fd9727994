"""Files that are to be published: what may not leave, what differs from
published results, what is missing, what is dead.
"""

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

from wenxiao.files.out.pdf import PdfBlock, report_pdf
from wenxiao.followup.selectors.public_files import check_public_files
from wenxiao.followup.services import disclosing

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WRONG = "校园安保用了 66 万元，得分 98.50 分，等级为优。联系电话13812345678，身份证11010519491231002X，卡号4111111111111111。"
SAME = "校园安保用了 65 万元，得分 88.5 分，等级为良，产出指标得分 8.5 分。"
MARKED = "机密★10年"


def word(path, text):
    paper = docx.Document()
    paper.add_paragraph(text)
    paper.save(path)


def workbook(path, text):
    book = openpyxl.Workbook()
    book.active["B3"] = text
    book.save(path)


def page(path, text):
    path.write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")


def plain(path, text):
    path.write_text(text + "\n", encoding="utf-8")


def pdf(path, text):
    path.write_bytes(report_pdf([PdfBlock("title", "公开稿"), PdfBlock("paragraph", text)]))


FORMATS = {".docx": word, ".xlsx": workbook, ".html": page, ".txt": plain, ".pdf": pdf}


def own_rule(rule, content):
    """A division's own value of one rule, as the page of rules stores it."""
    return [
        {
            "rule": rule,
            "from": "2021-01-01",
            "document": "示例区公开办法",
            "clause": "第三条",
            "standing": "未核",
            "content": content,
        }
    ]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "公开"
    made.mkdir()
    return made


def looked(place, house, **more):
    return check_public_files(place, division=house.division, **more)


def told(place, house, **more):
    """(code, file, place) of what was found, without what only says that no
    list of tables was filled in.
    """
    found = looked(place, house, **more).problems
    return [(one.code, name, one.place) for name, one in found if one.code != "GK-04"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_personal_data_and_other_figures_are_named_in_every_format(suffix, folder, house, public):
    path = folder / f"稿{suffix}"
    FORMATS[suffix](path, WRONG)
    found = looked(path, house)
    assert found.files == [path.name]
    texts = [one.sentence() for _, one in found.problems]
    codes = [one.code for _, one in found.problems]
    assert sorted(codes) == ["GK-01"] * 3 + ["GK-02"] * 3 + ["GK-04"]
    for kind in ("手机号 138…78", "身份证号 110…2X", "银行卡号 411…11"):
        assert any(f"有{kind}。" in text for text in texts)
    assert not any("13812345678" in text for text in texts), "what is found is not repeated"
    for figure in (
        "得分写的是 98.50分，已公开的是 88.5分",
        "等级写的是 优，已公开的是 良",
        "使用资金写的是 66万元，已公开的是 65万元",
    ):
        assert any(figure in text for text in texts)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_published_figures_in_every_format_are_right(suffix, folder, house, public):
    path = folder / f"稿{suffix}"
    FORMATS[suffix](path, SAME)
    assert told(path, house) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_marking_stops_in_every_format(suffix, folder, house):
    path = folder / f"稿{suffix}"
    FORMATS[suffix](path, MARKED)
    (found,) = [one for _, one in looked(path, house).problems if one.code != "GK-04"]
    assert (found.code, found.level) == ("DR-16", "阻断")


def test_a_marked_name_and_files_nobody_reads_are_named(folder, house):
    (folder / "机密★附件.docx").write_bytes(b"")
    (folder / "包.zip").write_bytes(b"PK")
    (folder / "样式.css").write_text("p{}")
    assert {(code, name) for code, name, _ in told(folder, house)} == {
        ("DR-16", "机密★附件.docx"),
        ("DR-02", "机密★附件.docx"),
        ("DR-40", "包.zip"),
    }


def test_tables_are_held_against_what_was_published_by_cell(folder, house, public):
    book = openpyxl.Workbook()
    book.active.append(["项目绩效评价结果公开表", None, None, None])
    book.active.append([None, None, None, "单位：万元"])
    book.active.append(["项目名称", "安排资金", "使用资金", "得分"])
    book.active.append(["校园安保", 100, 65, 88.5])
    book.save(folder / "对.xlsx")
    book.active["C4"] = 56
    book.save(folder / "错.xlsx")
    assert told(folder, house) == [("GK-02", "错.xlsx", "Sheet C4")]


def test_what_is_not_published_is_held_against_nothing(folder, house):
    plain(folder / "稿.txt", "校园安保得分 12 分。")
    assert told(folder, house) == []


def test_missing_tables_follow_the_divisions_own_list(folder, house):
    book = openpyxl.Workbook()
    book.active.title = "项目支出绩效自评表"
    book.active["A1"] = "项目支出绩效自评表"
    book.save(folder / "附表.xlsx")
    word(folder / "正文.docx", "部门决算公开说明")
    (notice,) = [one for _, one in looked(folder, house).problems]
    assert (notice.code, notice.level) == ("GK-04", "提示")
    names = ["项目支出绩效自评表", "部门整体支出绩效自评表"]
    house.division.rules = own_rule("disclosure_tables", {"tables": names})
    (missing,) = [one for _, one in looked(folder, house).problems]
    assert (missing.code, missing.level) == ("GK-03", "警告")
    assert "缺少“部门整体支出绩效自评表”" in missing.text
    assert missing.basis == "示例区公开办法 第三条（未核）"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("b.html", ""),
        ("b.html#x", ""),
        ("./b.html?p=1", ""),
        ("/b.html", ""),
        ("#here", ""),
        ("#", ""),
        ("mailto:a@b.cn", ""),
        ("缺.html", "不在要公开的目录里"),
        ("%E7%BC%BA.pdf", "不在要公开的目录里"),
        ("../b.html", "目录之外"),
        ("#nowhere", "指向的位置"),
        ("file:///etc/passwd", "本机"),
        (r"D:\\公开\\表.xlsx", "本机"),
        (r"\\\\server\\share", "本机"),
        ("http://10.1.2.3/a", "内部地址"),
        ("http://oa/notice", "内部地址"),
        ("http://localhost:8000/", "内部地址"),
        ("javascript:void(0)", "不是公众能打开"),
        ("http://[", "不是一个网址"),
    ],
)
def test_links_nobody_can_open_are_named(folder, house, address, reason):
    page(folder / "b.html", "另一页")
    page(folder / "a.html", f'<a href="{address}">看</a><b id="here">此处</b>')
    found = [one for _, one in looked(folder, house).problems if one.code == "GK-05"]
    assert [reason in one.text for one in found] == ([True] if reason else [])


def test_links_of_word_files_and_workbooks_are_seen_and_those_outside_not_followed(folder, house):
    paper = docx.Document()
    paper.part.relate_to("http://www.example.cn/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paper.part.relate_to("缺.docx", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paper.save(folder / "文.docx")
    book = openpyxl.Workbook()
    book.active["A1"] = "见附表"
    book.active["A1"].hyperlink = "#'没有的表'!A1"
    book.active["A1"].hyperlink.location = "'没有的表'!A1"
    book.save(folder / "表.xlsx")
    found = looked(folder, house)
    assert {(one.code, name) for name, one in found.problems if one.code.startswith("GK-05")} == {
        ("GK-05", "文.docx"),
        ("GK-05", "表.xlsx"),
    }
    assert found.outside == ["http://www.example.cn/"]
    assert [one.level for _, one in found.problems if one.code == "GK-06"] == ["提示"]


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pdf", ".html", ".txt", ".xls"])
def test_a_file_that_cannot_be_read_is_a_problem_and_no_error(folder, house, suffix):
    (folder / f"坏{suffix}").write_bytes(b"\x00\xff\x81" * 50)
    (found,) = told(folder, house)
    assert found[0].startswith("DR-")


def test_a_division_may_raise_a_code(folder, house, public):
    plain(folder / "稿.txt", "校园安保得分 12 分。")
    house.division.rules = own_rule("codes", {"codes": {"GK-02": {"level": "阻断"}}})
    (found,) = [one for _, one in looked(folder, house).problems if one.code == "GK-02"]
    assert (found.level, found.basis) == ("阻断", "示例区公开办法 第三条（未核）")


def test_a_sentence_with_another_figure_is_named_before_anybody_approves(house, client):
    row = disclosing.propose_disclosure(
        review=house.review, by=house.first, sentence="用了 66 万元，评价 88.50 分。"
    )
    assert [(one["level"], one["place"], one["kind"]) for one in row.scan] == [
        ("警告", "一句话说明", "与结果不同的数")
    ]
    type(house.second).objects.update(must_change_password=False)
    client.force_login(house.second)
    shown = client.get("/disclosures").content.decode()
    assert "使用资金 66万元（结果是 65万元）" in shown
    disclosing.approve_disclosure(disclosure=row, by=house.second, opinion="已核，含补记的一万元")
    assert row.scan
