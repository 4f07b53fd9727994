"""An ex-ante evaluation through the pages: notice, request, weights by two hands, three experts,
meeting, conclusion, report.
"""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import docx
import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import people  # noqa: F401 - a fixture

from wenxiao.budget.models import Round
from wenxiao.orgs.services import create_user
from wenxiao.reports.ex_ante_report import ex_ante_docx
from wenxiao.reviews.models import ExAnte, Review
from wenxiao.reviews.services import assign_reviewer
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.journey]


def page(client, name, *args, **query):
    answer = client.get(reverse(f"desk:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def send(client, name, pk, **posted):
    answer = client.post(reverse(f"desk:{name}", args=[pk]), posted)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def printed(client, row):
    """The report as it is printed, its table line by line."""
    paper = client.get(reverse("desk:ex_ante_report", args=[row.pk]))
    document = docx.Document(io.BytesIO(paper.content))
    lines = ["|".join(cell.text for cell in one.cells) for one in document.tables[0].rows]
    return "\n".join([*(one.text for one in document.paragraphs), *lines])


def experts(bureau, review):
    """Three experts let in to this one evaluation."""
    made = []
    for at in range(3):
        name = f"expert{at}"
        user = create_user(
            division=bureau.division,
            username=name,
            name=f"专家{at + 1}",
            by=None,
            password="Long-enough-pass-1",
        )
        assign_reviewer(
            review=review,
            user=user,
            duty="expert",
            until=today() + timedelta(days=30),
            by=bureau.finance,
            why="事前评估方案",
        )
        setattr(bureau, name, user)
        made.append(name)
    return made


def weighed_by_three_experts(bureau, people, row):
    """Begun and weighed by one, fixed by another, marked by three."""
    # the office begins, weighs; a second person fixes
    finance = people("finance")
    send(finance, "ex_ante_begin", row.pk, version=row.version)
    review = Review.objects.get()
    rows = list(review.criteria.all())
    weights = {f"w{one.pk}": str(one.weight) for one in rows}
    send(finance, "review_weights", review.pk, version=review.version, **weights)
    review.refresh_from_db()
    second = people("second")
    send(second, "review_fix", review.pk, version=review.version, act="fix")
    # three experts mark every item
    for at, name in enumerate(experts(bureau, review)):
        expert = people(name)
        review.refresh_from_db()
        shown = page(expert, "review", review.pk)
        assert "立项必要性" in shown
        posted = {}
        for one in rows:
            posted |= {
                f"p{one.pk}": str(one.weight - at),
                f"n{one.pk}": "" if at == 0 else "测算偏高",
            }
        answer = expert.post(reverse("desk:review_marks", args=[review.pk]), posted)
        assert answer.status_code == 302, answer.content.decode()
        send(expert, "scores_hand_in", review.pk)
    return rows


def joined_and_concluded(people, row, review, rows):
    """The panel's points, a meeting, the conclusion and its confirmation."""
    finance = people("finance")
    review.refresh_from_db()
    send(finance, "review_panel", review.pk, version=review.version, method="mean", why="平均")
    review.refresh_from_db()
    assert review.points == Decimal(100) - len(rows)
    row.refresh_from_db()
    meeting = {"on": today().isoformat(), "people": "甲、乙、丙", "summary": "压减设备购置"}
    send(finance, "ex_ante_meeting", row.pk, version=row.version, **meeting)
    row.refresh_from_db()
    conclude = reverse("desk:ex_ante_conclude", args=[row.pk])
    wrong = {"version": row.version, "conclusion": "partly", "supported": "900", "opinion": "压减"}
    assert finance.post(conclude, wrong).status_code == 409
    send(
        finance,
        "ex_ante_conclude",
        row.pk,
        version=row.version,
        conclusion="partly",
        supported="800",
        opinion="必要，压减设备购置 80 万元。",
    )
    assert "拟“部分支持”，还没有确认" in page(finance, "ex_ante_one", row.pk)
    assert "（本结论尚未确认，确认后生效。）" in printed(finance, row)
    for act, who in (("submit", "finance"), ("check", "second"), ("confirm", "second")):
        review.refresh_from_db()
        answer = people(who).post(
            reverse("desk:review_move", args=[review.pk, act]), {"version": review.version}
        )
        assert answer.status_code == 302, answer.content.decode()


def test_from_the_request_to_the_conclusion_with_three_experts(bureau, people):
    finance = people("finance")
    told = page(finance, "ex_ante", fy=2022)
    assert "有 1 项要先做事前评估，0 项有结论" in told
    assert "本级没有规定限额" in told
    notice = {
        "kind": "ex_ante",
        "name": "2022年事前评估",
        "work_year": "2021",
        "fiscal_year": "2022",
        "deadline": (today() + timedelta(days=9)).isoformat(),
    }
    assert finance.post(reverse("desk:round_new"), notice).status_code == 302
    # the unit asks
    clerk = people("clerk")
    assert "2022年事前评估：1 项待申请" in page(clerk, "home", year=2021)
    assert "待申请" not in page(people("stranger"), "home", year=2021)
    clerk = people("clerk")
    assert "申请" in page(clerk, "ex_ante", fy=2022)
    from wenxiao.budget.models import Round

    form = reverse("desk:ex_ante_request", args=[Round.objects.get().pk, bureau.dossier.pk])
    assert "立项理由" in clerk.get(form).content.decode()
    assert clerk.post(form, {"requested": "", "why": "x"}).status_code == 409
    asked = clerk.post(form, {"requested": "880", "term_years": "3", "why": "堤防年久失修"})
    assert asked.status_code == 302
    row = ExAnte.objects.get()
    one = reverse("desk:ex_ante_one", args=[row.pk])
    assert clerk.get(form)["Location"] == one
    assert "待申请" not in page(clerk, "home", year=2021)
    assert "已申请 880.00 万元" in page(clerk, "ex_ante_one", row.pk)
    assert people("stranger").get(one).status_code == 404
    rows = weighed_by_three_experts(bureau, people, row)
    review = Review.objects.get()
    joined_and_concluded(people, row, review, rows)
    told = page(people("clerk"), "ex_ante_one", row.pk)
    assert "部分支持，支持 800.00 万元" in told
    assert "1 项有结论" in page(people("leader"), "ex_ante", fy=2022)
    text = printed(people("finance"), row)
    assert "申请资金880万元，评估结论为“部分支持”，支持资金800万元。" in text
    held = f"{today().year}年{today().month}月{today().day}日"
    assert f"{held}召开评估会，参加人员：甲、乙、丙。会议意见：压减设备购置。" in text
    assert "立项理由：堤防年久失修。" in text
    assert "必要，压减设备购置 80 万元。\n" in text
    assert "尚未确认" not in text
    assert "申请资金880万元，申请设立 3 年。" in text
    for one in rows:
        # three experts: full, one less, two less
        assert f"{one.name}|{one.weight:.2f}|{one.weight - 1:.2f}|测算偏高" in text
    assert f"合计||100.00|{100 - len(rows)}.00|" in text


def test_what_nobody_wrote_stands_as_to_be_filled_in(bureau):
    row = ExAnte(
        dossier=bureau.dossier,
        round=Round(division=bureau.division, fiscal_year=2022),
        requested=Decimal(880000),
        why="新设立",
        requested_on=today(),
    )
    told = "\n".join(one.text for one in docx.Document(io.BytesIO(ex_ante_docx(row))).paragraphs)
    for part in (
        "依据的文件",
        "评估会的时间、参加人员和意见；没有开会的写明方式",
        "予以支持、部分支持或不予支持，以及支持的金额",
    ):
        assert f"【待填：{part}】" in told
    assert "本结论" not in told


def test_a_target_without_a_conclusion_says_so(bureau, people):
    from wenxiao.targets.services import begin_target

    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    told = page(people("finance"), "target", target.pk)
    assert "新设立，应先做事前评估，还没有结论" in told


def test_a_project_is_not_said_to_be_weighed_by_the_rules_of_bonds(bureau, people):
    row = ExAnte(
        dossier=bureau.dossier,
        round=Round(division=bureau.division, fiscal_year=2022),
        requested=Decimal(880000),
        why="新设立",
        requested_on=today(),
    )
    told = "\n".join(one.text for one in docx.Document(io.BytesIO(ex_ante_docx(row))).paragraphs)
    assert "某市级财政支出事前绩效评估管理办法（未核）" in told
    assert "专项债券" not in told
    row.dossier.subject.kind = "special_bond"
    told = "\n".join(one.text for one in docx.Document(io.BytesIO(ex_ante_docx(row))).paragraphs)
    assert "财预〔2021〕61号 地方政府专项债券项目资金绩效管理办法（旁证）" in told


def test_a_term_that_ends_is_asked_about_on_the_desk_of_its_unit(bureau, people):
    ends, later = today() + timedelta(days=100), today() + timedelta(days=900)
    subjects = type(bureau.subject).objects.filter(pk=bureau.subject.pk)
    subjects.update(midterm_on=ends, expires_on=later)
    told = page(people("clerk"), "home")
    assert "设立年限到期或该做中期评估的 1 项" in told
    assert "设立年限到期" not in page(people("stranger"), "home")
    listed = page(people("finance"), "ex_ante")
    assert "快到期或该做中期评估的 1 项" in listed
    subjects.update(midterm_on=None)
    assert "设立年限到期" not in page(people("clerk"), "home")
