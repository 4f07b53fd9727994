"""Words of papers: taken in, split by 条, held against what was read; a clause read by two people
raises a rule's standing.
"""

import re
from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.task_queue import outcome

from wenxiao.files.forms import paper_text
from wenxiao.orgs.services import RuleSource, override_rule
from wenxiao.orgs.services.library import add_document
from wenxiao.records.models import Article, Document, Entry, StoredFile
from wenxiao.records.services import store_file
from wenxiao.rulebook import basis, laws
from wenxiao.rulebook.articles import split
from wenxiao.rulebook.grounds import digest
from wenxiao.rulebook.papers import citations_of, paper_of, papers
from wenxiao.rulebook.profiles import rule_texts

pytestmark = [pytest.mark.db, pytest.mark.django_db]

TEXT = """示例条例
第一章　总则
第一条　为了规范管理，制定本条例。
第十四条　示例区的预算在批准后公开。
部门预算由部门公开。
第二章 附则
第三十一条之一 另有规定的，从其规定。
"""
TWO = {"compared_by": "示例科员", "why": "两人逐字核对"}


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


@pytest.fixture
def paper(small):
    return add_document(division=small.division, kind="law", title="中华人民共和国预算法", by=None)


def take(officer, row, text=TEXT, why="国家法律法规数据库"):
    return officer.post(f"/documents/{row.pk}/articles", {"words": text, "why": why})


def test_a_paper_is_split_by_its_articles():
    made = {one.label: one.words for one in split(TEXT)}
    assert list(made) == ["第一条", "第十四条", "第三十一条之一"]
    assert made["第十四条"] == "示例区的预算在批准后公开。\n部门预算由部门公开。"
    contents = "目录\n第一条 目的\n第二条 范围\n正文\n第一条　为了规范管理，制定本办法。\n第二条　适用于本区。"
    assert [one.words for one in split(contents)] == ["为了规范管理，制定本办法。", "适用于本区。"]


def test_the_radicals_of_pdf_writers_and_broken_lines_lose_no_article():
    text = paper_text.joined(
        "第⼀条\u2003为规范评价，制定本办法。\n第⼆条 依照本办法\n第一条规定的要求办理。\n第三条 附则。"
    )
    made = {one.label: one.words for one in split(text)}
    assert made == {
        "第一条": "为规范评价，制定本办法。",
        "第二条": "依照本办法第一条规定的要求办理。",
        "第三条": "附则。",
    }
    assert [one.label for one in split("第⼆⼗条　示例。")] == ["第二十条"]  # pasted from a viewer


def test_pasted_words_are_split_compared_and_opened_from_the_rule(officer, paper, monkeypatch):
    assert take(officer, paper).status_code == 302
    assert [row.label for row in Article.objects.all()] == ["第一条", "第十四条", "第三十一条之一"]
    page = officer.get(f"/documents/{paper.pk}").content.decode()
    assert "示例区的预算在批准后公开" in page
    assert "与核对过的条文不同" in page
    assert "没有找到第三十二条" in page
    assert "公开的期限" in page  # a clause lists its rules
    rule = officer.get("/rules/disclosure").content.decode()
    assert "示例区的预算在批准后公开" in rule  # a rule opens its clause's words
    assert "与核对过的条文不同，请核对是否为同一版本" in rule
    known = dict(laws.clauses())
    words = Article.objects.get(label="第十四条").words
    read = {**known["预算法-14"].seen, "sha256": digest(words)}
    clause = laws.Clause(
        **{
            key: getattr(known["预算法-14"], key)
            for key in ("code", "fact", "start", "standing", "cite")
        },
        seen=read,
    )
    monkeypatch.setattr("wenxiao.rulebook.papers.clauses", lambda: {**known, "预算法-14": clause})
    assert "与核对过的条文一致" in officer.get(f"/documents/{paper.pk}").content.decode()


def test_a_word_a_text_and_a_pdf_are_read(officer, paper):
    book = docx.Document()
    for line in TEXT.splitlines():
        book.add_paragraph(line)
    stream = BytesIO()
    book.save(stream)
    for name, content in (("法.docx", stream.getvalue()), ("法.txt", TEXT.encode("gb18030"))):
        Article.objects.all().delete()
        upload = SimpleUploadedFile(name, content)
        answer = officer.post(
            f"/documents/{paper.pk}/articles", {"file": upload, "why": "官方文本"}
        )
        assert not Article.objects.exists(), "no web process reads a file"
        done = outcome(officer, answer, follow=True).content.decode()
        assert "已录入 3 条，其中 1 条与核对过的条文不同" in done
        assert Article.objects.count() == 3, name
    entry = Entry.objects.filter(act="录入条文").latest("pk")
    assert entry.data["count"] == 3
    assert "示例区的预算" not in str(entry.data)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("法.xlsx", b"PK", "应为 docx、pdf 或 txt"),
        ("法.pdf", b"%PDF-1.4\n%%EOF\n", "读不出文字"),
        ("法.docx", b"PK\x03\x04half", "DR-"),
        ("法.txt", "没有条号的文字".encode(), "没有找到以“第…条”开头的条文"),
        ("法.txt", "机密★10年\n第一条 内容。".encode(), "国家秘密标志"),
        ("法.txt", b"", "没有可读的文字"),
    ],
)
def test_what_cannot_be_split_is_refused_and_nothing_changes(officer, paper, name, content, said):
    take(officer, paper)
    upload = SimpleUploadedFile(name, content)
    data = {"file": upload, "why": "官方文本"}
    if not content:
        data = {"file": SimpleUploadedFile(name, b"\n \n"), "why": "官方文本"}
    answer = outcome(officer, officer.post(f"/documents/{paper.pk}/articles", data))
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert Article.objects.count() == 3


def test_the_stored_original_is_read_by_the_worker_too(officer, paper, small):
    nothing = officer.post(f"/documents/{paper.pk}/articles", {"why": "官方文本"})
    assert "请选择官方文本" in nothing.content.decode()
    paper.file = store_file(
        division=small.division, by=small.officer, name="法.txt", content=TEXT.encode()
    )
    paper.save()
    answer = officer.post(f"/documents/{paper.pk}/articles", {"why": "官方文本"})
    assert answer["Location"].startswith("/uploads/")
    assert "已录入 3 条" in outcome(officer, answer, follow=True).content.decode()
    assert Article.objects.count() == 3
    assert StoredFile.objects.filter(name="法.txt").count() == 1, "the same bytes are kept once"


@pytest.mark.parametrize(("limit", "said"), [("MOST_LETTERS", "万字"), ("MOST_PAGES", "页")])
def test_a_text_too_long_is_refused_not_cut(tmp_path, monkeypatch, limit, said):
    from pypdf import PdfWriter

    monkeypatch.setattr(paper_text, limit, 1)
    path = tmp_path / "法.txt"
    path.write_text(TEXT, "utf-8")
    if limit == "MOST_PAGES":
        path, book = tmp_path / "法.pdf", PdfWriter()
        book.add_blank_page(100, 100)
        book.add_blank_page(100, 100)
        book.write(path)
    told = paper_text.paper_text(path)
    assert (told.text, len(told.problems)) == ("", 1)
    assert said in told.problems[0].text


def test_a_reason_is_asked_and_strangers_do_not_take_words_in(officer, paper, small, inside):
    assert take(officer, paper, why="").status_code == 409
    upload = SimpleUploadedFile("法.txt", TEXT.encode())
    unsaid = officer.post(f"/documents/{paper.pk}/articles", {"file": upload, "why": " "})
    assert (unsaid.status_code, "来处" in unsaid.content.decode()) == (409, True)
    nowhere = officer.post("/documents/99999/articles", {"words": TEXT, "why": "试"})
    assert nowhere.status_code == 404
    assert take(inside(small.clerk), paper).status_code == 403
    assert not Article.objects.exists()


def test_the_library_lists_the_papers_rules_stand_on_and_finds_words(officer, paper, small):
    take(officer, paper)
    page = officer.get("/documents").content.decode()
    assert f"规则所依的 {len(papers())} 份文件" in page
    assert "财预〔2020〕10号" in page
    assert "3 条" in page
    found = officer.get("/documents?q=从其规定").content.decode()
    assert "中华人民共和国预算法" in found
    assert "没有符合条件的文件" in officer.get("/documents?q=并无此句").content.decode()
    made = officer.post(
        "/documents/add",
        {"kind": "measures", "title": "项目支出绩效评价管理办法", "number": "财预〔2020〕10号"},
    )
    assert made.status_code == 302
    row = Document.objects.get(number="财预〔2020〕10号")
    assert paper_of(row.title, row.number).code == "10号"


def test_every_paper_a_rule_names_is_in_the_list():
    for name in basis.names():
        for value in basis.load(name).values:
            for number in re.findall(r"(?:财预|中发)〔\d{4}〕\d+号", value.document):
                assert any(one.number == number for one in papers()), (name, number)
    for clause in laws.clauses().values():
        assert paper_of(clause.cite["title"]) is not None, clause.code
    assert all(citations_of(one) for one in papers())


# ---- a standing raised ---------------------------------------------------------------------------


@pytest.fixture
def measure(small):
    return add_document(
        division=small.division,
        kind="measures",
        title="项目支出绩效评价管理办法",
        number="财预〔2020〕10号",
        issuer="财政部",
        by=None,
    )


def raised(officer, measure, rule="grades", **more):
    data = {
        "document": measure.pk,
        "clause": "第十八条",
        "node": "",
        "words": "九十分为优。",
        **TWO,
    }
    return officer.post(f"/rules/{rule}/read", data | more)


def confirmed(second, rule="grades", node="", do="confirm"):
    said = {"node": node, "why": "对照原文逐字核对", "do": do}
    return second.post(f"/rules/{rule}/read/second", said)


def test_what_one_person_read_counts_when_another_confirmed_it(officer, measure, small, second):
    assert raised(officer, measure).status_code == 302
    small.division.refresh_from_db()
    assert basis.in_force("grades", 2021, small.division.own_rules).standing == "旁证"
    assert "已有人登记核对" in raised(officer, measure).content.decode()
    own = confirmed(officer)
    assert own.status_code == 409
    assert "请由另一人登录办理" in own.content.decode()
    assert "复核无误" not in officer.get("/rules/grades/read").content.decode()
    page = second.get("/rules/grades/read").content.decode()
    assert "等复核：整条规则" in page
    assert "复核无误" in page
    assert confirmed(second).status_code == 302
    assert confirmed(second).status_code == 409
    small.division.refresh_from_db()
    assert basis.in_force("grades", 2021, small.division.own_rules).standing == "原文"
    entry = Entry.objects.get(act="复核规则原文")
    assert (entry.by.username, entry.data["after"]["seen"]["second"]) == ("second", "示例副科长")


def test_what_is_not_confirmed_is_taken_out_with_a_reason(officer, measure, small, second):
    raised(officer, measure)
    assert confirmed(second, do="drop").status_code == 302
    small.division.refresh_from_db()
    assert small.division.rules == []
    assert Entry.objects.get(act="不予复核规则原文").why == "对照原文逐字核对"
    assert raised(officer, measure).status_code == 302


def test_the_same_name_twice_is_no_second_person(officer, measure, small, second):
    raised(officer, measure, compared_by="示例副科长")
    assert "不能是同一人" in confirmed(second).content.decode()


def test_two_people_read_a_clause_and_the_rule_says_so(officer, measure, small, second):
    before = basis.in_force("grades", 2021)
    assert officer.get("/rules/grades/read").status_code == 200
    assert raised(officer, measure).status_code == 302
    assert confirmed(second).status_code == 302
    small.division.refresh_from_db()
    value = basis.in_force("grades", 2021, small.division.own_rules)
    assert (value.standing, value.own, value.clause) == ("原文", False, "第十八条")
    assert value.content == before.content
    assert value.seen["sha256"] == digest("九十分为优。")
    assert (value.seen["by"], value.seen["second"]) == ("示例科员", "示例副科长")
    page = officer.get("/rules/grades").content.decode()
    assert "核对人示例科员" in page
    assert "复核人示例副科长" in page
    assert Entry.objects.get(act="核对规则原文").data["before"] == {"standing": "旁证"}
    assert "不必再登记" in raised(officer, measure).content.decode()
    override_rule(  # a value of the division's own on that very day may still be set, and speaks for itself
        division=small.division,
        rule="grades",
        start=basis.in_force("grades", 2021).start,
        source=RuleSource(measure, "三"),
        content={"bands": list(before.content["bands"])},
        proposed_by=None,
        by=small.officer,
        why="试",
    )
    small.division.refresh_from_db()
    own = basis.in_force("grades", 2021, small.division.own_rules)
    assert (own.own, own.standing) == (True, "未核")


def test_a_node_is_raised_with_words_of_the_library(officer, measure, small, second):
    take(officer, measure, "第十六条　实际完成的得满分。\n第十七条　其他。")
    answer = raised(
        officer, measure, "scoring_rules", node="rules/POS", clause="第十六条", words=""
    )
    assert answer.status_code == 302
    assert confirmed(second, "scoring_rules", "rules/POS").status_code == 302
    small.division.refresh_from_db()
    own = small.division.own_rules
    value = basis.in_force("scoring_rules", 2021, own)
    node = value.content["rules"]["POS"]
    assert (value.standing, node["standing"]) == ("未核", "原文")
    assert node["seen"]["sha256"] == Article.objects.get(label="第十六条").sha256
    assert rule_texts(2021, own)["POS"].standing == "原文"
    assert value.content["rules"]["EQ"]["standing"] == "旁证"
    assert basis.in_force("scoring_rules", 2021).content["rules"]["POS"]["standing"] == "旁证"
    tree = raised(officer, measure, "project_framework", node="criteria/A/children/A1")
    assert tree.status_code == 302
    confirmed(second, "project_framework", "criteria/A/children/A1")
    small.division.refresh_from_db()
    own = small.division.own_rules
    (first, *_) = basis.in_force("project_framework", 2021, own).content["criteria"]
    assert first["children"][0]["standing"] == "原文"
    before = basis.in_force("project_framework", 2019, own)
    assert "原文" not in str(before.content)  # another value: nobody read that one


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"words": ""}, "录入所核对的条文原文"),
        ({"clause": ""}, "条款和理由"),
        ({"why": ""}, "条款和理由"),
        ({"document": ""}, "请从制度库选择"),
        ({"node": "rules/无"}, "没有“rules/无”这一条"),
    ],
)
def test_a_standing_nobody_can_vouch_for_is_refused(officer, measure, small, more, said):
    answer = raised(officer, measure, "scoring_rules", **more)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    small.division.refresh_from_db()
    assert small.division.rules == []


def test_the_audit_package_carries_who_read_it(officer, measure, small, second):
    from wenxiao.desk.dossiers.archive import _seen

    raised(officer, measure)
    confirmed(second)
    small.division.refresh_from_db()
    value = basis.in_force("grades", 2021, small.division.own_rules)
    told = _seen(value.seen)
    assert "核对人示例科员" in told
    assert "复核人示例副科长" in told
    assert value.seen["sha256"] in told
