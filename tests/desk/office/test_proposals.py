"""规则沙盘 as a proposal: tried, kept with its papers, published by another person or thrown away; what
is scored stays until somebody scores again.
"""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.test import Client
from docx import Document

from wenxiao.followup.models import RuleProposal
from wenxiao.followup.services.proposing import propose_rules, publish_proposal, retry_proposal
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import RuleSource
from wenxiao.orgs.services.library import add_document
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.rulebook import grading
from wenxiao.site.command import main
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
BANDS = [
    ("优", "85", "100", "是"),
    ("良", "75", "85", ""),
    ("中", "60", "75", ""),
    ("差", "0", "60", ""),
]


def form(**more):
    cells = {
        f"v:bands/{at}/{column}": text
        for at, row in enumerate(BANDS)
        for column, text in zip(("grade", "at_least", "below", "closed"), row, strict=True)
    }
    said = {"start": "2020-01-01", "clause": "第九条", "why": "本级办法另有规定", "seen": "0"}
    return cells | said | {"new_title": "示例区评价办法"} | more


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


@pytest.fixture
def kept(officer):
    """A proposal the officer made on the page."""
    answer = officer.post("/rules/grades/change", form(step="save"))
    row = RuleProposal.objects.get()
    assert answer.headers["Location"] == f"/rules/proposals/{row.pk}"
    return row


def test_from_trying_to_scoring_again(officer, second, publish, small):
    """The whole way through the pages, by two people."""
    Review.objects.filter(pk=small.evaluation.pk).update(state="checked")
    tried = officer.post("/rules/grades/change", form(step="try")).content.decode()
    assert "没有写入任何数据" in tried
    assert RuleProposal.objects.count() == 0
    officer.post("/rules/grades/change", form(step="save"))
    row = RuleProposal.objects.get()
    small.division.refresh_from_db()
    assert small.division.rules == []
    assert "1 份等公布" in second.get("/rules").content.decode()
    mine = officer.get(f"/rules/proposals/{row.pk}").content.decode()
    assert "须由另一人公布" in mine
    assert 'data-dialog="publish"' not in mine
    page = second.get(f"/rules/proposals/{row.pk}").content.decode()
    assert f"{row.trial['points']} 项改得分，{row.trial['grades']} 项改等级" in page
    assert "90" in page
    assert "按改后的规则应为" in page
    assert publish(by=officer).status_code == 403
    told = publish().headers["Location"]
    after = second.get(told).content.decode()
    assert "已有得分不会自动改变" in after
    assert "重新计分" in after
    small.division.refresh_from_db()
    assert grading.grade(86, 2020, small.division.own_rules) == "优"
    assert Review.objects.get(pk=small.evaluation.pk).grade == "良"
    again = {"why": "按新办法"}
    assert second.post(f"/rules/rescore/{small.finance.pk}", again).status_code == 302
    assert Review.objects.get(pk=small.evaluation.pk).grade == "优"
    acts = list(Entry.objects.order_by("pk").values_list("act", flat=True))
    ours = [act for act in acts if "提案" in act or act in {"规定本级规则", "按现行规则重新计分"}]
    assert ours == ["提出规则提案", "规定本级规则", "公布规则提案", "按现行规则重新计分"]
    written = Entry.objects.get(act="规定本级规则")
    assert written.data["proposed_by"] == small.officer.name
    assert written.by != small.officer


def test_its_papers_say_what_changes_and_who_proposes(officer, kept, small):
    book = officer.get(f"/rules/proposals/{kept.pk}/paper.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(rows) == kept.trial["objects"]
    answer = officer.get(f"/rules/proposals/{kept.pk}/paper.docx")
    paper = Document(io.BytesIO(answer.content))
    text = "\n".join(one.text for one in paper.paragraphs)
    assert "示例区评价办法，第九条（未核）" in text
    assert f"提出：{small.officer.name}" in text
    assert f"{kept.trial['points']} 项改得分，{kept.trial['grades']} 项改等级" in text
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    assert any("90" in cell for cell in cells)
    assert officer.get(f"/rules/proposals/{kept.pk}/paper.pdf").status_code == 404


def test_thrown_away_it_never_counts(officer, second, kept, small, publish):
    said = {"version": kept.version, "why": ""}
    assert second.post(f"/rules/proposals/{kept.pk}/drop", said).status_code == 409
    said["why"] = "与上级办法不一致"
    assert second.post(f"/rules/proposals/{kept.pk}/drop", said).status_code == 302
    small.division.refresh_from_db()
    assert small.division.rules == []
    assert publish().status_code == 409
    assert "未采用" in officer.get("/rules/proposals").content.decode()
    assert Entry.objects.get(act="不采用规则提案").why == "与上级办法不一致"


def test_other_rules_published_meanwhile_ask_for_a_new_trial(officer, second, kept, small, publish):
    lights = {"start": "2021-01-01", "clause": "三", "why": "试", "new_title": "监控办法"}
    lights |= {"step": "save", "seen": "0", "v:lights/red_below": "55"}
    assert officer.post("/rules/monitoring/change", lights).status_code == 302
    assert publish().status_code == 302  # the newer one
    said = {"version": kept.version, "why": "会议纪要"}
    refused = second.post(f"/rules/proposals/{kept.pk}/publish", said)
    assert "先重新试算" in refused.content.decode()
    assert "先重新试算" in second.get(f"/rules/proposals/{kept.pk}").content.decode()
    again = {"version": kept.version}
    assert officer.post(f"/rules/proposals/{kept.pk}/retry", again).status_code == 302
    said["version"] = kept.version + 1
    assert second.post(f"/rules/proposals/{kept.pk}/publish", said).status_code == 302
    small.division.refresh_from_db()
    assert set(small.division.own_rules) == {"grades", "monitoring"}


def test_units_see_no_proposal(kept, small, inside):
    clerk = inside(small.clerk)
    for address in ("", f"/{kept.pk}", f"/{kept.pk}/paper.docx"):
        assert clerk.get(f"/rules/proposals{address}").status_code == 403
    said = {"version": kept.version, "why": "x"}
    assert clerk.post(f"/rules/proposals/{kept.pk}/publish", said).status_code == 403


def test_the_service_keeps_the_two_hands_itself(small, kept):
    with pytest.raises(Refused, match="不能自己公布"):
        publish_proposal(proposal=kept, by=small.officer, why="x")
    with pytest.raises(Refused, match="命令行不代人公布"):
        publish_proposal(proposal=kept, by=None, why="x")
    with pytest.raises(NotAllowed, match="已有一份提案"):
        propose_rules(
            division=small.division,
            changes=[
                {"rule": "grades", "from": "2020-01-01", "content": kept.changes[0]["content"]}
            ],
            source=RuleSource(kept.document, "第九条"),
            by=small.officer,
            why="再提",
        )
    assert retry_proposal(proposal=kept, by=small.officer).state == "open"


def test_the_command_keeps_what_it_tried(small, tmp_path, capsys):
    add_document(division=small.division, kind="measures", title="示例区评价办法", by=None)
    change = tmp_path / "C.json"
    entry = {"rule": "profiles", "from": "2020-01-01", "content": {"default": "P2020-DEDUCT"}}
    change.write_text(json.dumps(entry), encoding="utf-8")
    asked = [
        "rules",
        "try",
        "--change",
        str(change),
        "--keep",
        "--clause",
        "第三条",
        "--why",
        "试行",
    ]
    assert main([*asked, "--document", "没有的办法", "--by", small.officer.username]) == 2
    assert "制度库" in capsys.readouterr().err
    assert main([*asked, "--document", "示例区评价办法"]) == 2
    assert "--by" in capsys.readouterr().err
    named = [*asked, "--document", "示例区评价办法", "--by", small.officer.username]
    assert main([*named, "--cases", str(change)]) == 2
    capsys.readouterr()
    assert main(named) == 0
    answer = json.loads(capsys.readouterr().out)
    row = RuleProposal.objects.get()
    assert answer["proposal"] == row.pk
    assert answer["objects"] == row.trial["objects"]
    assert (row.by, row.state) == (small.officer, "open")
    assert "profiles" not in small.division.own_rules
    page = Client()
    page.force_login(small.officer)
    assert "P2020-DEDUCT" in page.get(f"/rules/proposals/{row.pk}").content.decode()


def test_a_leader_finds_and_publishes_it(kept, small, inside, publish):
    leader = inside(small.leader)
    assert "1 份等公布" in leader.get("/rules").content.decode()
    assert publish(by=leader).status_code == 302
    kept.refresh_from_db()
    assert (kept.state, kept.decided_by) == ("published", small.leader)
