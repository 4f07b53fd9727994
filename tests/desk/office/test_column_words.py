"""A bureau adds what its offices call a column on the page of rules; the
next form they hand in is read by it.
"""

from __future__ import annotations

import openpyxl
import pytest
from files.test_column_words import ROWS

from wenxiao.intake.unattended import take
from wenxiao.rulebook.column_words import RULE, column_words

pytestmark = [pytest.mark.db, pytest.mark.journey]
POSTED = {
    "v:score": "核算分\n小组核定",
    "v:reason": "得失缘由",
    "v:executed": "决算数\n本年用款",
    "start": "2021-01-01",
    "clause": "表式说明二",
    "why": "本区各单位沿用的表头",
    "new_title": "示例区绩效表式",
    "seen": "0",
}


def test_a_word_added_on_the_page_is_read_in_the_next_form(small, inside, publish, tmp_path):
    officer = inside(small.officer)
    work = openpyxl.Workbook()
    for row in ROWS:
        work.active.append(row)
    path = tmp_path / "自评表.xlsx"
    work.save(path)
    page = officer.get(f"/rules/{RULE}/change?start=2021-01-01").content.decode()
    assert "报表各列的叫法" in page
    assert "核算分" in page
    before = take(path, division=small.division, by=None, dry_run=True)
    assert "小组核定" in {problem["got"] for problem in before["problems"]}
    assert officer.post(f"/rules/{RULE}/change", POSTED | {"step": "try"}).status_code == 200
    answer = officer.post(f"/rules/{RULE}/change", POSTED | {"step": "save"})
    assert answer.status_code == 302
    assert publish().status_code == 302
    small.division.refresh_from_db()
    words = column_words(small.division.own_rules)
    assert (words["小组核定"], words["核算分"]) == ("score", "score")
    after = take(path, division=small.division, by=None, dry_run=True)
    assert not {"小组核定", "得失缘由"} & {problem["got"] for problem in after["problems"]}
    shown = officer.get(f"/rules/{RULE}?on=2021-06-01").content.decode()
    assert "小组核定" in shown
    assert "示例区绩效表式" in shown
