"""The bureau chooses the form its province prints; from that day on blank
and filled forms come in it, and come back.
"""

import io
import runpy
from pathlib import Path

import openpyxl
import pytest

from wenxiao.intake.ledger.columns import ROLES
from wenxiao.intake.ledger.month_columns import PREFIX

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def chosen(officer, code, start="2020-01-01"):
    data = {"step": "save", "start": start, "clause": "附件", "why": "全省统一表式", "seen": "0"}
    data |= {"new_title": "省财政厅自评通知", "v:project": code, "v:department": "CN-2020"}
    return officer.post("/rules/form_packs/change", data)


def printed(officer, review, **query):
    answer = officer.get(f"/reviews/{review.pk}/form.xlsx", query)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_a_province_s_form_is_chosen_on_the_page_and_printed(small, inside, publish):
    officer = inside(small.officer)
    assert "年初预算数" in printed(officer, small.self_review)
    assert chosen(officer, "SC-2023").status_code == 302
    assert "年初预算数" in printed(officer, small.self_review)
    assert publish().status_code == 302
    texts = printed(officer, small.self_review)
    assert "调整后预算数" in texts
    assert "指标性质" in texts
    assert "报表编号：510000_0013zp" in texts
    blank = printed(officer, small.self_review, blank="1")
    assert "未完成原因分析" in blank


def test_a_form_nobody_has_seen_is_refused_with_those_there_are(small, inside):
    answer = chosen(inside(small.officer), "XX-2099")
    assert answer.status_code == 422
    assert "没有编号为“XX-2099”的表式包，现有：CN-2020" in answer.content.decode()
    small.division.refresh_from_db()
    assert small.division.rules == []


def test_trying_a_form_says_what_its_profile_would_move(small, inside):
    data = {"step": "try", "start": "2020-01-01", "v:project": "HB-2020", "v:department": "CN-2020"}
    answer = inside(small.officer).post("/rules/form_packs/change", data)
    assert "没有写入任何数据" in answer.content.decode()


def test_the_page_of_forms_names_every_column_of_a_ledger():
    page = runpy.run_path(str(Path(__file__).resolve().parents[3] / "scripts" / "forms_page.py"))
    months = {name for role, name in ROLES.items() if role.startswith(PREFIX)}
    listed = {*page["LEDGER"], *page["accounts"]()} - {"1月支付至12月支付"}
    assert set(ROLES.values()) - months == listed
