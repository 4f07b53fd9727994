"""下年度预算: from the imported requests to the signed list, through the pages;
what is refused and why.
"""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from docx import Document as Word
from openpyxl import load_workbook

from wenxiao.budget.models import BudgetApproval, Request
from wenxiao.budget.services import approve_budget, ensure_subject
from wenxiao.followup import services
from wenxiao.followup.models import BudgetDecision, CatalogueItem, Finding, UseList
from wenxiao.followup.selectors.next_budget import requests_seen_by, sheet
from wenxiao.followup.services.budgeting import Verdict
from wenxiao.intake.ledger import import_ledger
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed

pytestmark = pytest.mark.db

YEAR = 2022
SHARES = {
    "rule": "results_application",
    "from": "2021-01-01",
    "document": "本局会议纪要（合成）",
    "clause": "",
    "standing": "未核",
    "content": {
        "next_budget": {
            "limits": {"redesign_years": 2, "execution_below": "80", "growth_above": "5"},
            "amounts": {
                "strict_cut_percent": "10",
                "cut_to_percent_of_last_year": "100",
                "redesign_keep_percent_of_last_year": "50",
            },
        }
    },
}


def ledger(tmp_path, lines, name="requests.csv"):
    path = tmp_path / name
    path.write_text(
        "2022年部门预算申报表（单位：万元）\n项目代码,项目名称,一上申报数,二上申报数\n" + lines,
        encoding="utf-8",
    )
    return path


def take_in(small, path, **more):
    return import_ledger(
        path=path, division=small.division, by=small.officer, kind="request", year=YEAR, **more
    )


@pytest.fixture
def asked(small, tmp_path):
    """Every subject of the first department asks 500 万元, and in the second pass 480."""
    mine = [d.subject for d in small.dossiers if d.unit_id == small.units[0].pk]
    mine.append(
        ensure_subject(
            division=small.division, unit=small.units[3], code="P-2", name="公路标志更新", by=None
        )
    )
    lines = "".join(f"'{one.code},{one.name},500,480\n" for one in mine)
    outcome = take_in(small, ledger(tmp_path, lines))
    assert outcome.stored, [problem.sentence() for problem in outcome.problems]
    return mine


def opened(user):
    client = Client()
    client.force_login(user)
    return client


def sheet_of(small):
    rows = requests_seen_by(small.officer, small.division, YEAR)
    return sheet(rows, division=small.division, year=YEAR)


def test_requests_enter_by_code_in_both_passes_and_the_second_counts(small, asked):
    assert Request.objects.count() == 2 * len(asked)
    assert {line.request.asked for line in sheet_of(small).lines} == {Decimal("4800000.00")}
    again = Entry.objects.filter(act="登记下年度申报").count()
    assert again == 1, "one import, one entry"


def test_an_unknown_code_is_named_and_nothing_is_stored(small, tmp_path):
    outcome = take_in(small, ledger(tmp_path, "360101999999999999999,没有的项目,10,\n"))
    assert not outcome.stored
    assert not Request.objects.exists()
    problem = next(p for p in outcome.problems if p.level == "阻断")
    assert problem.line == 3
    assert "不在本级项目库中" in problem.text
    assert problem.code == "DR-66"


def test_requests_and_decisions_stop_when_the_budget_is_approved(small, asked, tmp_path):
    approve_budget(
        division=small.division,
        fiscal_year=YEAR,
        on=date(2021, 12, 28),
        paper="人代会批准",
        by=small.officer,
    )
    outcome = take_in(
        small, ledger(tmp_path, f"{asked[0].code},{asked[0].name},600,590\n", "later.csv")
    )
    assert not outcome.stored
    assert [p.code for p in outcome.problems if p.level == "阻断"] == ["DR-87"]
    line = sheet_of(small).lines[0]
    with pytest.raises(NotAllowed, match="2022年预算已于2021年12月28日批准"):
        services.decide_requests(
            division=small.division,
            fiscal_year=YEAR,
            verdicts=[Verdict(line.request.pk, "plain", line.request.asked)],
            by=small.officer,
        )
    with pytest.raises(NotAllowed, match="已于"):
        approve_budget(
            division=small.division,
            fiscal_year=YEAR,
            on=date(2021, 12, 29),
            paper="又一次",
            by=small.officer,
        )
    assert BudgetApproval.objects.count() == 1


def test_without_the_divisions_shares_no_amount_is_proposed(small, asked):
    """A percentage nobody decided is not guessed: the proposal says 从严审核
    and leaves the money to a person.
    """
    Finding.objects.create(dossier=small.dossiers[0], text="未验收", state="confirmed")
    strict = [one for one in sheet_of(small).lines if one.proposed.kind == "strict"]
    assert strict
    assert all(line.proposed.amount is None for line in strict)


def test_what_no_rule_prices_is_not_shown_as_nothing_taken_off(small, asked):
    """审减 0.00 would say that the rules leave the request whole."""
    Finding.objects.create(dossier=small.dossiers[0], text="未验收", state="confirmed")
    BudgetDecision.objects.all().delete()
    Request.objects.exclude(subject=small.dossiers[0].subject).delete()
    client = opened(small.officer)
    for address in ("/uses/next", f"/uses/next/{small.units[0].pk}"):
        page = client.get(f"{address}?year=2021").content.decode()
        assert "建议都没有金额，审减多少由人定" in page
        assert "建议审减 0.00" not in " ".join(page.split())


def test_a_signed_decision_stands_beside_what_it_was_made_from(small, asked):
    """Problems found or mended after the signature don't change the proposal it answered."""
    small.division.rules = [SHARES]
    small.division.save()
    late = Finding.objects.create(dossier=small.dossiers[0], text="未验收", state="confirmed")
    services.take_proposals(
        division=small.division, unit=small.units[0], fiscal_year=YEAR, by=small.officer
    )
    services.sign_use_list(
        division=small.division, unit=small.units[0], fiscal_year=YEAR, by=small.leader
    )
    before = {line.request.pk: line.proposed for line in sheet_of(small).lines}
    assert "strict" in {one.kind for one in before.values()}
    Finding.objects.filter(dossier__in=small.dossiers).update(state="dismissed")
    assert late.pk
    assert {line.request.pk: line.proposed for line in sheet_of(small).lines} == before


def test_the_simulator_writes_nothing_and_equals_the_list(small, asked):
    small.division.rules = [SHARES]
    small.division.save()
    Finding.objects.create(dossier=small.dossiers[0], text="未验收", state="confirmed")
    whole = sheet_of(small)
    client = opened(small.officer)
    page = client.get("/uses/next?year=2021").content.decode()
    content = client.get("/uses/next/list.xlsx?year=2021").content
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    foot = next(row for row in rows if row[3] == "合计")
    heads = next(row for row in rows if row[0] == "序号")
    assert Decimal(str(foot[13])) * 10000 == whole.effect.proposed_cut > 0
    assert Decimal(str(foot[5])) * 10000 == whole.effect.asked
    assert heads is not None
    assert f"{whole.effect.proposed_cut / 10000:,.2f}" in page
    assert not Entry.objects.filter(act="决定下年度预算").exists()
    assert not BudgetDecision.objects.exists()


def test_from_the_sheet_to_the_signed_list(small, asked):
    small.division.rules = [SHARES]
    small.division.save()
    Finding.objects.create(dossier=small.dossiers[0], text="未验收", state="confirmed")
    address = f"/uses/next/{small.units[0].pk}"
    client, leader = opened(small.officer), opened(small.leader)
    page = client.get(f"{address}?year=2021").content.decode()
    assert "从严审核" in page
    assert "还有" in page
    line = next(one for one in sheet_of(small).lines if one.proposed.kind == "strict")
    pk = line.request.pk
    refused = client.post(
        f"{address}/decide?year=2021", {f"kind-{pk}": "cut", f"amount-{pk}": "400"}
    ).content.decode()
    assert "请写明理由" in refused
    client.post(
        f"{address}/decide?year=2021",
        {f"kind-{pk}": "cut", f"amount-{pk}": "400", f"why-{pk}": "未验收的先不安排"},
    )
    made = BudgetDecision.objects.get()
    assert (made.proposed, made.kind) == ("strict", "cut")
    assert made.cut == Decimal("800000.00")
    assert "还差" in leader.get(f"{address}?year=2021").content.decode()
    client.post(f"{address}/take?year=2021")
    assert BudgetDecision.objects.count() == len(asked)
    leader.post(f"{address}/sign?year=2021")
    signed = UseList.objects.get()
    assert len(signed.lines) == len(asked)
    kept = list(signed.lines)
    with pytest.raises(NotAllowed, match="已在签字的结果应用清单里"):
        services.decide_requests(
            division=small.division,
            fiscal_year=YEAR,
            verdicts=[Verdict(pk, "plain", line.request.asked, "改主意")],
            by=small.officer,
        )
    word = Word(BytesIO(client.get(f"{address}/list/docx?year=2021").content))
    assert "示例局长" in "\n".join(one.text for one in word.paragraphs)
    leader.post(f"{address}/reopen?year=2021", {"why": "申报有误"})
    assert UseList.objects.get().lines == kept, "what was signed stays as it was"


def test_nobody_signs_what_he_decided_and_a_clerk_sees_nothing(small, asked):
    line = sheet_of(small).lines[0]
    with pytest.raises(Refused):
        services.decide_requests(
            division=small.division,
            fiscal_year=YEAR,
            verdicts=[Verdict(line.request.pk, "plain", line.request.asked)],
            by=small.clerk,
        )
    with pytest.raises(NotAllowed, match="没有决定"):
        services.sign_use_list(
            division=small.division, unit=small.units[0], fiscal_year=YEAR, by=small.leader
        )
    assert opened(small.clerk).get("/uses/next?year=2021").status_code == 404


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [("cut", "600", "超过申报数"), ("cancel", "10", "应为 0"), ("cut", "-1", "不能为负数")],
)
def test_a_decision_that_cannot_be_is_named(small, asked, kind, amount, said):
    line = sheet_of(small).lines[0]
    with pytest.raises(NotAllowed, match=said):
        services.decide_requests(
            division=small.division,
            fiscal_year=YEAR,
            verdicts=[Verdict(line.request.pk, kind, Decimal(amount) * 10000, "理由")],
            by=small.officer,
        )


def test_the_same_problem_two_years_running_is_to_be_redesigned(small, asked):
    from wenxiao.budget.models import Dossier

    item = CatalogueItem.objects.get(code="ZX-01")
    first = small.dossiers[0]
    later = Dossier.objects.create(subject=first.subject, unit=first.unit, fiscal_year=2021)
    for dossier in (first, later):
        Finding.objects.create(dossier=dossier, item=item, text="执行率低", state="confirmed")
    line = next(one for one in sheet_of(small).lines if one.request.subject == first.subject)
    assert line.proposed.kind == "redesign"
    assert "连续 2 年" in line.proposed.reason
