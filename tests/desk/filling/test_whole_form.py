"""The official form finished on line: goal as reached, money by source, explanation, who filled it
in; what stays open is asked once.
"""

import io
import re
from decimal import Decimal

import openpyxl
import pytest

from wenxiao.budget.models import Appropriation, Dossier
from wenxiao.desk.filling.before_hand_in import grouped
from wenxiao.evidence.models import Actual
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.describing import whole_of_form
from wenxiao.targets.models import Indicator

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def form(small):
    review = Review.objects.filter(round=small.selfeval, target__isnull=False).first()
    Review.objects.filter(pk=review.pk).update(
        state="filling", submitted_by=None, budget=Decimal(1_000_000), executed=Decimal(900_000)
    )
    review.refresh_from_db()
    return review


def flat(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", answer.content.decode()))


WHOLE = {
    "goal_done": "全年开展活动14项，末场顺延。",
    "remarks": "结余为末场活动未结算。",
    "filler": "张三",
    "filler_phone": "0791-1234567",
    "fiscal_budget": "90",
    "fiscal_executed": "81",
    "carried_budget": "10",
    "carried_executed": "9",
    "other_budget": "0",
    "other_executed": "0",
}


def test_what_stands_beside_the_rows_is_typed_kept_and_printed(inside, small, form):
    client, page = inside(small.clerk), f"/filling/{form.pk}"
    text = flat(client.get(page))
    assert "全年预算100.00万元，执行90.00万元，执行率90.00%" in text  # money is shown
    answer = client.post(f"{page}/whole", {**WHOLE, "version": form.version})
    assert answer.status_code == 302
    form.refresh_from_db()
    assert (form.goal_done, form.filler) == ("全年开展活动14项，末场顺延。", "张三")
    assert form.funds["fiscal"] == {"budget": "900000.00", "executed": "810000.00"} or {
        side: Decimal(text) for side, text in form.funds["fiscal"].items()
    } == {"budget": Decimal(900_000), "executed": Decimal(810_000)}
    entry = Entry.objects.get(act="填报总体情况")
    assert entry.data["before"]["filler"] == ""
    assert entry.data["after"]["filler"] == "张三"
    printed = client.get(f"/reviews/{form.pk}/form.xlsx").content
    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(io.BytesIO(printed)).active.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    whole = " ".join(cells)
    assert "全年开展活动14项，末场顺延。" in whole
    assert "张三" in whole
    assert "0791-1234567" in whole
    assert "81" in cells or "81.0" in cells


def test_sources_that_do_not_come_to_the_whole_are_named(inside, small, form):
    client, page = inside(small.clerk), f"/filling/{form.pk}"
    wrong = {**WHOLE, "other_budget": "5", "version": form.version}
    answer = client.post(f"{page}/whole", wrong)
    assert answer.status_code == 409
    assert "分来源的全年预算数合计105万元，与年度资金总额100万元不等" in flat(answer)
    form.refresh_from_db()
    assert form.funds == {}
    assert form.goal_done == ""


def test_the_whole_comes_from_the_records_where_the_form_has_none(small, form):
    Review.objects.filter(pk=form.pk).update(budget=None)
    Appropriation.objects.filter(dossier=form.dossier).delete()
    Appropriation.objects.update_or_create(
        dossier=form.dossier, fund="total", defaults={"opening": 5, "adjusted": Decimal(70_000)}
    )
    form.refresh_from_db()
    assert whole_of_form(form)["budget"] == Decimal(70_000)


def test_after_hand_in_nothing_beside_the_rows_changes(inside, small, form):
    Review.objects.filter(pk=form.pk).update(state="submitted")
    answer = inside(small.clerk).post(
        f"/filling/{form.pk}/whole", {**WHOLE, "version": form.version}
    )
    assert answer.status_code == 409
    assert inside(small.officer).post(f"/filling/{form.pk}/whole", WHOLE).status_code == 403


def test_last_years_words_are_offered(inside, small, form):
    past = Dossier.objects.create(
        subject=form.dossier.subject,
        unit=form.dossier.unit,
        fiscal_year=form.dossier.fiscal_year - 1,
    )
    Review.objects.create(
        dossier=past, round=small.selfeval, kind="selfeval", goal_done="上年办成12项。"
    )
    text = inside(small.clerk).get(f"/filling/{form.pk}").content.decode()
    assert 'data-with="上年办成12项。"' in text
    assert "用上年的再改" in text


def test_expected_proof_stands_in_words_and_the_missing_one_is_named(inside, small, form):
    row = form.target.indicators.order_by("order").first()
    from wenxiao.evidence.models import Material

    Material.objects.filter(dossier=form.dossier).delete()
    Indicator.objects.filter(pk=row.pk).update(proof="采购合同、验收单")
    text = flat(inside(small.clerk).get(f"/filling/{form.pk}"))
    assert "应交采购合同、验收单" in text
    assert "缺采购合同、验收单" in text
    proof = Material.objects.create(
        dossier=form.dossier, title="宣传品采购合同扫描件", kind="contract", side="unit"
    )
    proof.indicators.set([row])
    text = flat(inside(small.clerk).get(f"/filling/{form.pk}"))
    assert "缺验收单" in text


def test_hand_in_asks_once_and_lists_what_stays_open(inside, small, form):
    client, page = inside(small.clerk), f"/filling/{form.pk}"
    answer = client.get(page).content.decode()
    dialog = answer[answer.index('id="hand-in"') :]
    assert 'data-asks="hand-in"' in answer
    assert 'form="hand-in-form"' in dialog
    assert "年度总体目标的实际完成情况没有写" in dialog
    assert "填报人和联系电话没有写" in dialog
    client.post(f"{page}/whole", {**WHOLE, "version": form.version})
    assert "填报人和联系电话没有写" not in client.get(page).content.decode()
    row = form.target.indicators.order_by("order").first()
    actual = Actual.objects.filter(indicator=row, stage="selfeval").first()
    saved = client.post(
        f"{page}/rows",
        {"row": row.pk, f"a{row.pk}": "", f"v{row.pk}": actual.version if actual else ""},
        headers={"accept": "application/json"},
    ).json()
    assert isinstance(saved["blocked"], int)
    assert "open" in saved
    assert all(len(one) == 2 for some in saved["numbers"].values() for one in some)


def test_blocking_problems_of_one_kind_stand_in_one_line(inside, small, form):
    Actual.objects.filter(indicator__target=form.target, stage="selfeval").update(value="")
    client = inside(small.clerk)
    text = client.get(f"/filling/{form.pk}").content.decode()
    rows = form.target.indicators.filter(weight__isnull=False).count()
    assert rows > 1
    checks = text[text.index('id="checks"') :]
    assert checks.count("ZP-32") == 1  # once, with every row it stands for
    assert flat(client.get(f"/filling/{form.pk}")).count(f"阻断{rows}行") == 1


def test_checks_of_different_kinds_stay_apart():
    from wenxiao.reviews.checks import Check

    made = [
        Check(at, level, "没有填", "", "", at, code, "", "", "")
        for at, (code, level) in enumerate(
            [("ZP-32", "阻断"), ("ZP-35", "警告"), ("ZP-32", "阻断")], start=1
        )
    ]
    groups = grouped(made)
    assert [[one.number for one in group.checks] for group in groups] == [[1, 3], [2]]
    assert groups[0].same
