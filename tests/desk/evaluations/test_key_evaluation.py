"""重点评价 from plan to issued report through the pages alone: an agency with its package, three
experts unseen, an objection partly accepted across a grade line, and the annual report that
follows.
"""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from tests.desk.evaluations.test_packages import book_of, bring, column, keys_of, take

from wenxiao.budget.money import money_of
from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import ensure_catalogue
from wenxiao.orgs.models import User
from wenxiao.orgs.services import grant
from wenxiao.reviews.models import Assignment, Exchange, Review
from wenxiao.rulebook.numbers import wan
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]
YEAR = 2022


class Journey:
    """The people of the journey, each at a client, and the pages they use."""

    def __init__(self, small, inside):
        self.small, self.inside = small, inside
        self.lead = self._person("lead", "主评人甲")
        self.experts = [self._person(f"zj{n}", f"专家{n}") for n in (1, 2, 3)]
        self.second = self._person("second", "示例科员乙")
        grant(user=self.second, role="performance", division=small.division, by=None)
        ensure_catalogue(division=small.division, by=None)
        self.dossier = small.dossiers[0]
        self.review = None

    def _person(self, username, name):
        return User.objects.create_user(
            username, "Demo-pass-2021", name=name, division=self.small.division
        )

    def post(self, user, name, /, *args, **data):
        """A form sent; the page that follows, which may not be an error."""
        if self.review is not None:
            self.review.refresh_from_db()
            data = {"version": self.review.version} | data
        answer = self.inside(user).post(reverse(f"desk:{name}", args=args), data, follow=True)
        page = answer.content.decode()
        assert answer.status_code == 200, re.sub(r"\s*<[^>]+>\s*|\s+", " ", page)
        return page

    def page(self, user, name, /, *args, **data):
        answer = self.inside(user).get(reverse(f"desk:{name}", args=args), data)
        assert answer.status_code == 200
        return answer


@pytest.fixture
def journey(small, inside):
    return Journey(small, inside)


def plan(journey):
    """Chosen by criteria, approved, issued, announced and received, assigned."""
    officer = journey.small.officer
    chosen = {
        "fy": "2020",
        "dossier": journey.dossier.pk,
        "plan_kind": "finance_evaluation",
        "name": "2022年重点评价",
        "reason": "金额大、群众关心",
    }
    address = reverse("desk:plan_choose") + f"?year={YEAR}&fy=2020&least=100"
    client = journey.inside(officer)
    client.get(address)
    assert client.post(address, chosen).status_code == 302
    row = journey.small.division.evaluationplan_set.get()
    approval = {"approval": "会议纪要〔2022〕3号", "on": today().isoformat()}
    journey.post(officer, "plan_act", row.pk, "issue", version=row.version, **approval)
    row.refresh_from_db()
    send = {"number": "示财绩〔2022〕5号", "on": today().isoformat(), "materials": "用工台账"}
    journey.post(officer, "evaluation_announce", row.round_id, **send)
    notice = row.division.notice_set.get(kind="evaluation")
    journey.post(journey.small.clerk, "evaluation_receive", notice.pk, name="示例经办")
    page = journey.post(
        officer,
        "evaluation_assign",
        row.round_id,
        dossier=journey.dossier.pk,
        lead=journey.lead.pk,
        expert=[one.pk for one in journey.experts],
        agency=journey.small.agency.pk,
        until=(today() + timedelta(days=60)).isoformat(),
        why="服务合同2022-7",
        again="本级只有一家入库机构",
    )
    assert "已分派 1 个" in page
    journey.review = Review.objects.get(round=row.round, dossier=journey.dossier)
    assert journey.review.agency == journey.small.agency


def frame(journey):
    """The agency weighs the rows, the bureau reviews and fixes them before field work."""
    rows = list(journey.review.criteria.all())
    share = int(Decimal(100) / len(rows))
    weights = {f"w{row.pk}": str(share) for row in rows[:-1]}
    weights[f"w{rows[-1].pk}"] = str(100 - share * (len(rows) - 1))
    journey.post(journey.lead, "review_weights", journey.review.pk, **weights)
    journey.post(journey.small.officer, "review_fix", journey.review.pk, act="fix")
    journey.review.refresh_from_db()
    assert journey.review.frame_set_on == today()


def audit(journey):
    """The audited money, each difference with reason and voucher."""
    known = money_of([journey.dossier.pk])[journey.dossier.pk]
    budget = known.adjusted if known.adjusted is not None else known.opening
    used = known.spent - Decimal("120000.00")
    line = {"k0": "used", "d0": wan(used - known.spent), "r0": "未取得票据", "v0": "取证单1号"}
    money = {"arranged": wan(budget), "used": wan(used)}
    journey.post(journey.lead, "review_audited", journey.review.pk, **money, **line)
    journey.review.refresh_from_db()
    assert journey.review.audited.used == used
    return budget, used


def field_work(journey):
    """The package taken away, filled in elsewhere, brought back by the agency."""
    client = journey.inside(journey.lead)
    name, book = book_of(client, journey.review)
    sheet = book["评分底稿"]
    for line, row in enumerate(journey.review.criteria.all(), start=2):
        sheet.cell(line, column(sheet, "事实")).value = f"{row.name}：已查"
        sheet.cell(line, column(sheet, "来源")).value = f"档案第 {line} 卷"
    facts = book["取证单"]
    for heading, text in (
        ("事实", "12万元支出未取得票据"),
        ("来源", "2020年11月记账凭证35号"),
        ("日期", today().isoformat()),
    ):
        facts.cell(2, column(facts, heading)).value = text
    answer = bring(client, journey.review, f"机构填好-{name}", book)
    assert "文件改过名" in answer.content.decode()
    take(client, journey.review, answer, keys_of(answer))
    papers = journey.review.working_papers
    assert papers.filter(kind="criterion").count() == journey.review.criteria.count()
    paper = papers.get(kind="facts")
    signed = {"name": "示例经办", "on": today().isoformat(), "opinion": "属实", "version": "1"}
    journey.post(journey.lead, "working_paper_signed", journey.review.pk, paper.pk, **signed)


def scores(journey, budget, used):
    """Every row as an expert marks it: full, but for the execution rate and what is taken off the
    first rows, 10.5 points in all.
    """
    left, marks = Decimal("10.5"), {}
    rate = min(used / budget, Decimal(1))
    for row in journey.review.criteria.all():
        points = row.weight
        if "预算执行率" in row.name:
            points = (row.weight * rate).quantize(Decimal("0.1"), rounding="ROUND_DOWN")
            left -= row.weight - points
        marks[row.pk] = [row, points]
    for one in marks.values():
        if "预算执行率" not in one[0].name and left > 0:
            off = min(left, one[0].weight - 1)
            one[1], left = one[1] - off, left - off
    return {pk: points for pk, (_, points) in marks.items()}


def mark(journey, marks):
    """Three experts score unseen and hand in; the agency joins them by their mean."""
    first, *_, last = journey.experts
    for user in journey.experts:
        data = {f"p{pk}": str(points) for pk, points in marks.items()}
        data |= {f"n{pk}": "扣分，见底稿" for pk in marks}
        journey.post(user, "review_marks", journey.review.pk, **data)
        if user is not last:
            journey.post(user, "scores_hand_in", journey.review.pk)
    page = journey.page(last, "review", journey.review.pk).content.decode()
    assert f">{first.name}</th>" not in page
    journey.post(last, "scores_hand_in", journey.review.pk)
    assert not Assignment.objects.filter(
        review=journey.review, duty="专家", scores_in_at=None
    ).exists()
    journey.post(journey.lead, "review_panel", journey.review.pk, method="mean")
    journey.review.refresh_from_db()
    assert journey.review.grade == "良"


def conclude(journey):
    """The problem at its criterion, advice, hand-in by the agency."""
    row = journey.review.criteria.get(name__contains="资金使用合规性")
    item = CatalogueItem.objects.filter(division=journey.small.division, active=True).first()
    journey.post(
        journey.lead,
        "review_problem",
        journey.review.pk,
        text="12万元支出未取得合规票据",
        row=row.pk,
        item=str(item.pk),
        severity="serious",
        amount="12",
        evidence="取证单1号",
    )
    journey.post(
        journey.lead, "review_suggestions", journey.review.pk, texts="补齐票据\n完善报账制度"
    )
    journey.post(journey.lead, "review_move", journey.review.pk, "submit")
    journey.review.refresh_from_db()
    assert journey.review.state == "submitted"
    return item


def exchange(journey):
    """Told, objected to, partly accepted by one, settled across the line by another, signed."""
    due = (today() + timedelta(days=5)).isoformat()
    officer, clerk = journey.small.officer, journey.small.clerk
    journey.post(officer, "opinions_tell", journey.review.pk, conclusion="总体良好", due=due)
    told = Exchange.objects.get(review=journey.review)
    rows = {row.pk: row for row in journey.review.criteria.all()}
    lost = [
        mark
        for mark in journey.review.marks.filter(seat="")
        if mark.points < rows[mark.criterion_id].weight and "执行率" not in mark.criterion.name
    ]
    row = max(lost, key=lambda one: rows[one.criterion_id].weight - one.points).criterion
    proof = {"text": "立项批复漏看", "proof": "发改批复5号", "row": row.pk}
    journey.post(clerk, "opinions_act", told.pk, "object", **proof)
    journey.post(clerk, "opinions_act", told.pk, "finish", name="示例负责人")
    objection = told.objections.get()
    verdict = {"verdict": "partly", "reason": "批复属实，程序仍有缺", "version": objection.version}
    points = row.marks.get(seat="").points + Decimal("1.50")
    journey.post(officer, "opinion_decide", told.pk, 1, points=str(points), **verdict)
    same = journey.inside(officer).post(
        reverse("desk:opinions_act", args=[told.pk, "close"]), {"why": "同意"}
    )
    assert "由另一人定稿" in same.content.decode()
    told.refresh_from_db()
    settled = {"why": "核对过批复原件", "version": told.version}
    journey.post(journey.second, "opinions_act", told.pk, "close", **settled)
    journey.post(clerk, "opinions_act", told.pk, "sign", name="示例负责人")
    journey.review.refresh_from_db()
    assert journey.review.grade == "优"
    assert journey.review.grade_changes[-1]["confirmed_by"] == journey.second.name


def issue(journey):
    """Checked, confirmed, issued with number and day; the report as a Word file."""
    journey.post(journey.second, "review_move", journey.review.pk, "check")
    journey.post(journey.second, "review_move", journey.review.pk, "confirm", why="符合程序")
    paper = {"on": today().isoformat(), "number": "示评〔2022〕1号"}
    journey.post(journey.small.officer, "review_move", journey.review.pk, "issue", **paper)
    journey.review.refresh_from_db()
    assert (journey.review.state, journey.review.paper_number) == ("issued", "示评〔2022〕1号")
    content = journey.page(journey.small.officer, "evaluation_paper", journey.review.pk).content
    lines = [one.text for one in Document(io.BytesIO(content)).paragraphs]
    return "\n".join(lines)


def decide_problem(journey, item):
    """The candidate confirmed by the bureau, so that it counts."""
    row = journey.review.findings.get(text="12万元支出未取得合规票据")
    decided = {"verdict": "confirm", "item": item.pk, "severity": "serious"}
    journey.post(journey.small.officer, "finding_decide", row.pk, version=row.version, **decided)
    row.refresh_from_db()
    assert (row.state, row.amount, row.item) == ("confirmed", Decimal("120000.00"), item)


def redo(journey):
    """The sheet once more with a calculator, by nothing but its 打分说明书: every table's points are
    its subtotal, the subtotals the total, audited used ÷ arranged the rate; both hands of the grade
    stand on it.
    """
    content = journey.page(journey.small.officer, "scoring_note", journey.review.pk).content
    note = Document(io.BytesIO(content))
    lines = [one.text for one in note.paragraphs]
    tables = [
        sum((Decimal(row.cells[2].text) for row in table.rows[1:]), Decimal(0))
        for table in note.tables
    ]
    shown = [line for line in lines if "小计 = " in line]
    for line, total in zip(shown, tables, strict=True):
        terms, _, result = line.partition("小计 = ")[2].rpartition(" = ")
        parts = [Decimal(one) for one in terms.split(" + ")]
        assert sum(parts, Decimal(0)) == Decimal(result) == total
    (whole,) = [line for line in lines if "分，等级：" in line]
    assert Decimal(re.search(r"= ([\d.]+) 分", whole)[1]) == sum(tables) == journey.review.points
    assert whole.endswith("等级：优。")
    (rate,) = [line for line in lines if line.startswith("预算执行率")]
    used, arranged, percent = (Decimal(one) for one in re.findall(r"[\d.]+(?= 万元|%)", rate))
    assert (used / arranged * 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP") == percent
    (moved,) = [line for line in lines if line.startswith("等级变动")]
    assert journey.small.officer.name in moved
    assert f"{journey.second.name}同意：核对过批复原件" in moved


def test_a_key_evaluation_from_plan_to_issued_report_and_the_annual_report(journey, small):
    plan(journey)
    frame(journey)
    budget, used = audit(journey)
    field_work(journey)
    mark(journey, scores(journey, budget, used))
    item = conclude(journey)
    exchange(journey)
    decide_problem(journey, item)
    report = issue(journey)
    redo(journey)
    assert "12万元支出未取得合规票据" in report
    edition = journey.page(small.officer, "report_file", YEAR, "figures.json").json()
    figures = {one["id"]: one["text"] for one in edition}
    assert figures[f"review.{journey.review.pk}.used"] == wan(used)
    assert figures["subtotal.projects.arranged"] == wan(budget)
    assert figures["projects.grade.优"] == "1"
    table = journey.page(small.officer, "report_file", YEAR, "summary.xlsx").content
    cells = [
        str(cell)
        for sheet in load_workbook(io.BytesIO(table))
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    (problems,) = [cell for cell in cells if "12万元支出未取得合规票据" in cell]
    assert "执行率" not in problems  # a problem of another year's work stays there
    assert "1.补齐票据\n2.完善报账制度" in cells
    assert small.agency.name in cells
