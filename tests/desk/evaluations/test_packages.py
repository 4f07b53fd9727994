"""底稿包: taken away as plain files, changed elsewhere, brought back; what was renamed, moved, deleted
or swapped is named and nothing is taken silently.
"""

import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from wenxiao.budget.models import Round
from wenxiao.orgs.models import Agency
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review, WorkingPaper
from wenxiao.reviews.services import confirm_facts, write_paper
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def review(small):
    row = small.evaluation
    Review.objects.filter(pk=row.pk).update(state="filling", agency=small.agency)
    row.refresh_from_db()
    write_paper(
        review=row,
        kind="facts",
        facts="工期 180 天，实际 222 天",
        source="施工合同",
        done_on=today(),
        by=small.officer,
        criterion=row.criteria.first(),
    )
    return row


def taken(client, review):
    """The files of the package by name."""
    answer = client.get(reverse("desk:evaluation_package", args=[review.pk]))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        return {name: files.read(name) for name in files.namelist()}


def book_of(client, review):
    files = taken(client, review)
    name = next(one for one in files if one.endswith(".xlsx"))
    return name, load_workbook(io.BytesIO(files[name]))


def bring(client, review, name, content):
    """The page of comparing, or the refusal."""
    if not isinstance(content, bytes):
        stream = io.BytesIO()
        content.save(stream)
        content = stream.getvalue()
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("desk:evaluation_package", args=[review.pk]), {"file": file}, follow=True
    )


def keys_of(answer):
    """The choices the page offers, by key."""
    return list(dict.fromkeys(re.findall(r'name="use-([^"]+)"', answer.content.decode())))


def take(client, review, answer, keys, **more):
    page = answer.content.decode()
    data = {f"use-{key}": "new" for key in keys}
    data |= {
        name: re.search(rf'name="{name}"\s+value="([^"]+)"', page)[1] for name in ("of", "seen")
    }
    return client.post(
        reverse("desk:evaluation_package_compare", args=[review.pk]), data | more, follow=True
    )


def column(sheet, heading):
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def test_a_package_holds_every_paper_and_comes_back_unchanged(small, inside, review):
    client = inside(small.officer)
    files = taken(client, review)
    assert {"取证单和记录.docx", "空白底稿.docx", "打分说明书.docx"} < set(files)
    name, book = book_of(client, review)
    assert book.sheetnames == ["说明", "评分底稿", "取证单", "访谈记录", "现场勘查记录", "材料清单"]
    asked = [row[0].value for row in book["材料清单"].iter_rows(min_row=2)]
    assert "招投标、合同、验收和结算资料" in asked
    answer = bring(client, review, name, book)
    assert "底稿包与系统里一样" in answer.content.decode()
    assert "处要知道" not in answer.content.decode()


def test_what_was_filled_elsewhere_is_taken_cell_by_cell(small, inside, review):
    client = inside(small.officer)
    name, book = book_of(client, review)
    sheet, first = book["评分底稿"], review.criteria.first()
    for heading, text in (
        ("事实", "立项批复齐全"),
        ("来源", "发改批复〔2020〕5号"),
        ("核对方法", "查原件"),
        ("得分", "4.5"),
        ("扣分原因", "可研报告缺页"),
    ):
        sheet.cell(2, column(sheet, heading)).value = text
    visits = book["现场勘查记录"]
    for heading, text in (
        ("事实", "路面两处破损"),
        ("来源", "K3+200 现场照片"),
        ("访谈或在场人员", "项目经理"),
        ("日期", today().isoformat()),
    ):
        visits.cell(2, column(visits, heading)).value = text
    answer = bring(client, review, name, book)
    keys = keys_of(answer)
    assert len(keys) == 6
    assert "请写明改分理由" in take(client, review, answer, keys).content.decode()
    assert not WorkingPaper.objects.filter(kind="criterion").exists()  # all or nothing
    left = [key for key in keys if not key.endswith(":method")]
    page = take(client, review, answer, left, why="机构复核后改").content.decode()
    assert "已选用底稿包 5 处，其余 1 处" in page
    paper = WorkingPaper.objects.get(kind="criterion")
    assert (paper.criterion, paper.facts, paper.method) == (first, "立项批复齐全", "")
    mark = first.marks.get(seat="")
    assert (mark.points, mark.note) == (Decimal("4.50"), "可研报告缺页")
    visit = WorkingPaper.objects.get(kind="visit")
    assert (visit.facts, visit.people) == ("路面两处破损", "项目经理")
    entry = Entry.objects.get(act="带回底稿包")
    assert len(entry.data["taken"]) == 5
    assert len(entry.data["left"]) == 1


def test_a_day_a_spreadsheet_made_a_number_of_is_read(small, inside, review):
    client = inside(small.officer)
    name, book = book_of(client, review)
    sheet = book["现场勘查记录"]
    for heading, text in (("事实", "破损"), ("来源", "照片"), ("日期", 44260)):
        sheet.cell(2, column(sheet, heading)).value = text
    answer = bring(client, review, name, book)
    take(client, review, answer, keys_of(answer))
    assert review.working_papers.get(kind="visit").done_on.isoformat() == "2021-03-05"


def test_a_renamed_file_a_moved_column_and_a_deleted_row_are_each_named(small, inside, review):
    client = inside(small.officer)
    name, book = book_of(client, review)
    sheet, first = book["评分底稿"], review.criteria.first()
    facts, note = column(sheet, "事实"), column(sheet, "扣分原因")
    for row in range(1, sheet.max_row + 1):
        one, other = sheet.cell(row, facts).value, sheet.cell(row, note).value
        sheet.cell(row, facts).value, sheet.cell(row, note).value = other, one
    sheet.delete_rows(2)
    sheet.cell(2, column(sheet, "分值")).value = "99"
    book["取证单"].delete_rows(2)
    answer = bring(client, review, "最终版(3).xlsx", book)
    notices = answer.content.decode()
    assert f"文件改过名：取走时是“{name}”，带回时是“最终版(3).xlsx”" in notices
    assert "“评分底稿”页移动过列" in notices
    assert f"“评分底稿”页少了“{first.name}”这一行：系统里的留着" in notices
    assert "分值是给定的" in notices
    assert "带回的包里没有取证单1号：系统里的留着，没有删。" in notices
    assert not keys_of(answer)
    assert review.working_papers.filter(kind="facts").count() == 1


def test_swapped_packages_of_two_agencies_are_refused_by_name(small, inside, review):
    client = inside(small.officer)
    other_agency = Agency.objects.create(division=small.division, name="另一家事务所")
    other_round = Round.objects.create(
        division=small.division,
        kind=review.kind,
        name="补充评价",
        work_year=2021,
        fiscal_year=2020,
        state="open",
        scope={"dossiers": [small.dossiers[1].pk]},
    )
    other = Review.objects.create(
        dossier=small.dossiers[1],
        round=other_round,
        kind=review.kind,
        state="filling",
        agency=other_agency,
    )
    name, book = book_of(client, other)
    text = bring(client, review, name, book).content.decode()
    assert "另一家事务所" in text
    assert "可能拿错了包" in text
    name, book = book_of(client, review)
    Review.objects.filter(pk=review.pk).update(agency=other_agency)
    text = bring(client, review, name, book).content.decode()
    assert "评价机构应为“另一家事务所”，收到“示例会计师事务所”" in text
    assert not Entry.objects.filter(act="带回底稿包").exists()


def test_what_a_person_broke_is_said_with_its_place(small, inside, review):
    client = inside(small.officer)
    name, book = book_of(client, review)
    sheet = book["评分底稿"]
    sheet.cell(1, column(sheet, "得分")).value = "分数"
    assert "第 1 行缺少“得分”" in bring(client, review, name, book).content.decode()
    name, book = book_of(client, review)
    sheet = book["评分底稿"]
    sheet.cell(3, 1).value = sheet.cell(2, 1).value
    assert "写了不止一次" in bring(client, review, name, book).content.decode()
    name, book = book_of(client, review)
    book["评分底稿"].cell(2, column(book["评分底稿"], "得分")).value = "四分半"
    assert "得分应为数字" in bring(client, review, name, book).content.decode()
    name, book = book_of(client, review)
    book["访谈记录"].cell(2, column(book["访谈记录"], "事实")).value = "说了"
    assert "须写明事实和来源" in bring(client, review, name, book).content.decode()
    del book["取证单"]
    assert "缺少工作表“取证单”" in bring(client, review, name, book).content.decode()
    assert (
        "没有找到带“底稿编号”的表"
        in bring(client, review, "空.docx", docx_bytes(Document())).content.decode()
    )
    assert "压缩包已损坏" in bring(client, review, "包.zip", b"PK").content.decode()
    assert "整个底稿包（.zip）" in bring(client, review, "包.rar", b"Rar!").content.decode()


def docx_bytes(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def filled_word(content, table, **texts):
    document = Document(io.BytesIO(content))
    for row in document.tables[table].rows:
        if row.cells[0].text in texts:
            row.cells[1].text = texts[row.cells[0].text]
    return docx_bytes(document)


def test_word_papers_come_back_by_their_labels(small, inside, review):
    client = inside(small.officer)
    files = taken(client, review)
    answer = bring(client, review, "取证单和记录.docx", files["取证单和记录.docx"])
    assert "底稿包与系统里一样" in answer.content.decode()
    changed = filled_word(files["取证单和记录.docx"], 0, 事实="工期 180 天，实际 230 天")
    answer = bring(client, review, "取证单和记录.docx", changed)
    (one,) = keys_of(answer)
    assert "工期 180 天，实际 222 天" in answer.content.decode()
    take(client, review, answer, [one])
    assert review.working_papers.get(kind="facts").facts == "工期 180 天，实际 230 天"
    fresh = filled_word(
        files["空白底稿.docx"],
        1,
        事实="养护队 6 人",
        来源="王队长",
        访谈对象="王队长",
        日期="2021年3月5日",
    )
    answer = bring(client, review, "访谈.docx", fresh)
    (one,) = keys_of(answer)
    take(client, review, answer, [one])
    paper = review.working_papers.get(kind="interview")
    assert (paper.people, paper.done_on.isoformat()) == ("王队长", "2021-03-05")


def test_a_signed_paper_and_what_changed_since_are_not_overwritten(small, inside, review):
    client = inside(small.officer)
    name, book = book_of(client, review)
    sheet = book["取证单"]
    sheet.cell(2, column(sheet, "事实")).value = "工期 180 天，实际 300 天"
    answer = bring(client, review, name, book)
    (one,) = keys_of(answer)
    paper = review.working_papers.get(kind="facts")
    confirm_facts(paper=paper, signed_on=today(), signed_by="示例经办", by=small.officer)
    page = take(client, review, answer, [one]).content.decode()
    assert "系统里又改过" in page
    again = bring(client, review, name, book)
    assert not keys_of(again)
    assert "单位已经确认，事实不能再改" in again.content.decode()


def test_the_facts_of_a_criterion_are_written_on_the_page(small, inside, review):
    client = inside(small.officer)
    row = review.criteria.first()
    address = reverse("desk:criterion_papers", args=[review.pk])
    assert (
        "写明事实和来源"
        in client.post(address, {"row": row.pk, "facts": "批复", "source": ""}).content.decode()
    )
    client.post(address, {"row": row.pk, "facts": "批复齐全", "source": "档案", "method": "查原件"})
    page = client.get(reverse("desk:working_papers", args=[review.pk])).content.decode()
    assert "批复齐全" in page
    assert "查原件" in page
    _, book = book_of(client, review)
    sheet = book["评分底稿"]
    assert sheet.cell(2, column(sheet, "事实")).value == "批复齐全"


def test_nobody_outside_takes_or_brings_a_package(small, inside, review):
    address = reverse("desk:evaluation_package", args=[review.pk])
    assert inside(small.clerk).get(address).status_code in {403, 404}
    Review.objects.filter(pk=review.pk).update(state="confirmed")
    client = inside(small.officer)
    name, book = book_of(client, review)
    assert "底稿包带不回来" in bring(client, review, name, book).content.decode()


def packed(files):
    """A zip of files by name, as a person packs them again."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return stream.getvalue()


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_whole_zip_comes_back_at_once(small, inside, review):
    client = inside(small.officer)
    files = taken(client, review)
    name, book = book_of(client, review)
    sheet = book["评分底稿"]
    sheet.cell(2, column(sheet, "事实")).value = "立项批复齐全"
    sheet.cell(2, column(sheet, "来源")).value = "发改批复"
    files |= {f"底稿/{name}": saved(book)}
    del files[name]
    files["底稿/新的取证单.docx"] = filled_word(
        files.pop("取证单和记录.docx"), 0, 事实="工期 180 天，实际 230 天"
    )
    files["空白底稿.docx"] = filled_word(
        files["空白底稿.docx"], 1, 事实="养护队 6 人", 来源="王队长", 日期="2021年3月5日"
    )
    files["照片.jpg"] = b"jpg"
    answer = bring(client, review, "底稿包（填好）.zip", packed(files))
    page = answer.content.decode()
    assert "压缩包里 5 个文件" in page
    assert f"<b>{name}</b>　已读，2 处与系统里不同。" in page
    assert "<b>新的取证单.docx</b>　已读，1 处与系统里不同。" in page
    assert "<b>空白底稿.docx</b>　已读，1 处与系统里不同。" in page
    assert "<b>打分说明书.docx</b>　没有带回：里面没有底稿表（如打分说明书），没有读。" in page
    assert "照片.jpg" in page
    keys = keys_of(answer)
    assert len(keys) == 4
    told = take(client, review, answer, keys, why="机构复核").content.decode()
    assert "已选用底稿包 4 处" in told
    assert review.working_papers.get(kind="facts").facts == "工期 180 天，实际 230 天"
    assert review.working_papers.get(kind="criterion").facts == "立项批复齐全"
    assert review.working_papers.get(kind="interview").facts == "养护队 6 人"
    entry = Entry.objects.get(act="带回底稿包")
    assert entry.data["files"][0] == name
    assert set(entry.data["files"][1:]) == {"新的取证单.docx", "空白底稿.docx"}


def test_a_file_of_another_agency_in_the_zip_is_named_and_the_rest_read(small, inside, review):
    client = inside(small.officer)
    other = Review.objects.create(
        dossier=small.dossiers[1],
        round=Round.objects.create(
            division=small.division,
            kind=review.kind,
            name="补充评价",
            work_year=2021,
            fiscal_year=2020,
            state="open",
            scope={"dossiers": [small.dossiers[1].pk]},
        ),
        kind=review.kind,
        state="filling",
        agency=Agency.objects.create(division=small.division, name="另一家事务所"),
    )
    foreign, theirs = book_of(client, other)
    files = taken(client, review)
    swapped = packed({"取证单和记录.docx": files["取证单和记录.docx"], foreign: saved(theirs)})
    page = bring(client, review, "包.zip", swapped).content.decode()
    assert f"<b>{foreign}</b>　没有带回：这是“" in page
    assert "另一家事务所" in page
    assert "<b>取证单和记录.docx</b>　已读，0 处与系统里不同。" in page
    refused = bring(client, review, "包.zip", packed({foreign: saved(theirs)})).content.decode()
    assert "压缩包里没有这项评价的底稿" in refused
    assert "另一家事务所" in refused
    assert not Entry.objects.filter(act="带回底稿包").exists()


def test_two_files_that_contradict_each_other_are_chosen_between(small, inside, review):
    client = inside(small.officer)
    files = taken(client, review)
    name, book = book_of(client, review)
    sheet = book["取证单"]
    sheet.cell(2, column(sheet, "事实")).value = "实际 240 天"
    files[name] = saved(book)
    files["取证单和记录.docx"] = filled_word(files["取证单和记录.docx"], 0, 事实="实际 230 天")
    answer = bring(client, review, "包.zip", packed(files))
    first, second = keys_of(answer)
    both = take(client, review, answer, [first, second]).content.decode()
    assert "只能选用一份" in both
    take(client, review, answer, [second])
    assert review.working_papers.get(kind="facts").facts == "实际 230 天"
    files["取证单和记录.docx"] = filled_word(files["取证单和记录.docx"], 0, 事实="实际 240 天")
    alike = bring(client, review, "包.zip", packed(files))
    assert len(keys_of(alike)) == 1
