"""An officer's scene: grade and problems beside the request, examined strictly, decided, signed,
and what it took off told in next year's report and beside next year's target. Every step a page.
"""

import re
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document as Word
from openpyxl import load_workbook

from wenxiao.budget.models import Dossier, Request, Round
from wenxiao.budget.services import set_appropriation
from wenxiao.followup.models import BudgetDecision, UseList
from wenxiao.intake.tasks import ledger
from wenxiao.orgs.models import Role, User
from wenxiao.orgs.services import grant
from wenxiao.records.models import Intake
from wenxiao.reviews.models import Review
from wenxiao.targets.models import Target

pytestmark = pytest.mark.db
SHARES = {
    "rule": "results_application",
    "from": "2021-01-01",
    "document": "本局会议纪要（合成）",
    "clause": "一",
    "standing": "未核",
    "content": {"next_budget": {"amounts": {"strict_cut_percent": "10"}}},
}
HEAD = "项目代码,项目名称,一上申报数,二上申报数"


class Desk:
    """One person's browser: what a page says, without tags."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def raw(self, address):
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content

    def says(self, address):
        text = unescape(re.sub(r"<[^>]+>", " ", self.raw(address).decode()))
        return re.sub(r"\s+", " ", text)

    def does(self, address, **fields):
        answer = self.client.post(address, fields, follow=True)
        assert answer.status_code == 200, answer.content.decode()[:3000]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())))


def somebody(small, name, role):
    user = User.objects.create_user(name, "Chang-e_2021!", name=name, division=small.division)
    grant(user=user, role=role, division=small.division, by=None)
    return user


def bring_in(desk, *lines):
    """The ledger of requests through the wizard: looked through, then imported."""
    content = "\n".join(["单位：万元", HEAD, *lines]).encode()
    answer = desk.client.post(
        "/imports/ledgers",
        {"file": SimpleUploadedFile("申报.csv", content), "kind": "request", "year": "2022"},
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    for _ in range(2):
        ledger.func(intake.pk, intake.by_id)
        page = desk.says(f"/imports/ledgers/{intake.pk}")
        intake.refresh_from_db()
        desk.client.post(f"/imports/ledgers/{intake.pk}/import", {"turn": "0"})
    return page


def evaluated_again(small):
    """The next year's key evaluation of another project, issued: what the report is about."""
    values = {"work_year": 2022, "fiscal_year": 2021, "state": "open", "key": True}
    opened = Round.objects.create(
        division=small.division, kind="finance_evaluation", name="2022年重点评价", **values
    )
    other = small.dossiers[1]
    Review.objects.create(
        dossier=Dossier.objects.create(subject=other.subject, unit=other.unit, fiscal_year=2021),
        round=opened,
        kind="finance_evaluation",
        state="issued",
        points=Decimal(88),
        grade="良",
        complete=True,
    )


@pytest.fixture
def people(small):
    small.division.rules = [SHARES]
    small.division.save(update_fields=["rules"])
    small.budget = somebody(small, "预算科某", Role.BUDGET)
    return small


def test_what_results_took_off_is_read_in_the_next_report(people):
    small = people
    officer, leader, budget = Desk(small.officer), Desk(small.leader), Desk(small.budget)
    first = small.dossiers[0]
    code, name = first.subject.code, first.subject.name
    bring_in(budget, f"{code},{name},560,540")
    request = Request.objects.get(stage="second")

    # Before the meeting: the request beside grade, score, execution, problems, the rule's word.
    address = f"/uses/next/{small.units[0].pk}"
    sheet = officer.says(f"{address}?year=2021")
    for word in ("540.00", "87.45", "良", "从严审核", "1 个", "未销 1", name):
        assert word in sheet, word
    simulated = Decimal(re.search(r"建议审减 ([\d,.]+)", sheet).group(1).replace(",", ""))
    book = load_workbook(BytesIO(officer.raw("/uses/next/list.xlsx?year=2021"))).active
    foot = next(row for row in book.iter_rows(values_only=True) if row[3] == "合计")
    assert Decimal(str(foot[13])) == simulated == Decimal("54.00")
    assert not BudgetDecision.objects.exists()

    # Decided by a person, signed by the leader, not to be changed any more.
    pk = request.pk
    refused = officer.client.post(
        f"{address}/decide?year=2021", {f"kind-{pk}": "strict", f"amount-{pk}": "多少"}
    )
    assert "安排数" in refused.content.decode()
    said = officer.does(
        f"{address}/decide?year=2021",
        **{f"kind-{pk}": "strict", f"amount-{pk}": "486", f"why-{pk}": "未验收里程不安排"},
    )
    assert "已保存 1 项决定" in said
    leader.does(f"{address}/sign?year=2021")
    assert len(UseList.objects.get().lines) == 1
    word = Word(BytesIO(officer.raw(f"{address}/list/docx?year=2021")))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert any("从严审核" in text for text in cells)
    assert any(text.startswith("54") for text in cells), "审减额 in the signed list"
    assert "示例局长" in officer.says(f"{address}?year=2021"), "who signed it"

    # A year on: beside the year's target and dossier, in the sheet's next line, in the report.
    dossier = Dossier.objects.create(subject=first.subject, unit=first.unit, fiscal_year=2022)
    set_appropriation(dossier=dossier, by=small.budget, opening=Decimal(4860000))
    target = Target.objects.create(dossier=dossier, state="approved")
    assert "年初批复 486.00" in officer.says(f"{address}?year=2021")
    told = "申报540.00万元，审减54.00，安排486.00"
    assert told in officer.says(f"/targets/{target.pk}").replace(" ", "")
    assert "2022 年预算怎么定的" in officer.says(f"/dossiers/{dossier.pk}")
    clerk = Desk(small.clerk).says(f"/targets/{target.pk}").replace(" ", "")
    assert told in clerk, "signed: the unit reads it too"
    evaluated_again(small)
    officer.does("/report/2022/choices", blocks="consequences", version="0", least="1")
    sheet = officer.says("/report/2022").replace(" ", "")
    assert "结果应用情况" in sheet
    assert "2022年预算从严审核1项，涉及资金54万元" in sheet
