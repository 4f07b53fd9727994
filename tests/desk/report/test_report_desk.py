"""The report as its author, its signer and the office work on it."""

import re
from datetime import date
from html import unescape

import pytest
from plants import once

from wenxiao.budget.models import Subject
from wenxiao.followup.models import Finding
from wenxiao.orgs.models import Division, Role, User
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Instruction, Todo
from wenxiao.reports import hand_in, services
from wenxiao.reports.models import Draft, Signed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PLAN = "一是把{下一年度}年度预算审得更严。"
SIGN = {"number": "3", "signer": "示例局长", "day": "2021-12-05"}


def body(response):
    return unescape(response.content.decode())


def hidden(text, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text).group(1)


@pytest.fixture
def desk(inside, small):
    return inside(small.officer)


def somebody(small, username, role):
    user = create_user(
        division=small.division,
        username=username,
        name=username,
        by=None,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    grant(user=user, role=role, division=small.division, by=None)
    return user


def written(desk, text=PLAN, key="plan", version="0", began=""):
    return desk.post(
        f"/report/2021/write/{key}", {"text": text, "version": version, "began": began}
    )


@once
def draft(small):
    return services.save_draft(
        division=small.division, work_year=2021, by=small.officer, prose={"plan": PLAN}
    )


@once
def handed(small, draft):
    return hand_in.hand_in_report(draft=draft, by=small.officer)


@once
def signed(small, handed):
    return services.sign_report(
        draft=handed,
        issue_number=3,
        signer="示例局长",
        signed_on=date(2021, 12, 5),
        by=small.leader,
    )


# --- writing --------------------------------------------------------------------------------------


def test_a_paragraph_opens_with_its_words_and_is_saved(desk, small):
    part = body(desk.get("/report/2021/write/opening", headers={"HX-Request": "true"}))
    assert "{财政部门}" in part
    assert "可以插入的词" in part
    assert 'data-keep="report-2021-opening"' in part
    saved = written(desk)
    assert saved.status_code == 302
    page = body(desk.get(saved["Location"]))
    assert "一是把2022年度预算审得更严。" in page
    assert 'data-forget="report-2021-plan"' in page
    assert Draft.objects.get().by == small.officer


def test_without_script_the_editor_is_a_page(desk):
    answer = desk.get("/report/2021/write/plan")
    assert answer.status_code == 302
    assert "保存这一段" in body(desk.get(answer["Location"].split("#")[0]))
    assert desk.get("/report/2021/write/title").status_code == 404


def test_a_preview_prints_figures_and_refuses_unknown_names(desk):
    good = body(
        desk.post(
            "/report/2021/write/plan/preview", {"text": "共{项目个数}个项目，{下一年度}年再看。"}
        )
    )
    assert re.search(r"共<mark>\d+</mark>个项目，2022年再看", good)
    wrong = body(desk.post("/report/2021/write/plan/preview", {"text": "{总得分}"}))
    assert "“{总得分}”没有对应的数据" in wrong
    assert "项目个数" in wrong
    assert "默认文字" in body(desk.post("/report/2021/write/plan/preview", {"text": " "}))


def test_unknown_names_are_not_saved_and_the_text_stays(desk):
    answer = written(desk, "三是{总得分}")
    assert answer.status_code == 409
    assert "三是{总得分}" in body(answer)
    assert "可用的有" in body(answer)
    assert not Draft.objects.exists()


def test_of_two_who_rewrite_one_paragraph_both_texts_are_shown(desk, small, draft):
    services.save_draft(
        division=small.division, work_year=2021, by=small.officer, prose={"plan": "别人的话。"}
    )
    answer = written(desk, "我的话。", version=str(draft.version), began=PLAN)
    text = body(answer)
    assert answer.status_code == 409
    assert "别人的话。" in text
    assert "我的话。" in text
    assert Draft.objects.get().prose["plan"] == "别人的话。"
    again = written(desk, "合起来的话。", version=hidden(text, "version"), began="别人的话。")
    assert again.status_code == 302
    assert Draft.objects.get().prose["plan"] == "合起来的话。"


def test_another_paragraph_changed_meanwhile_is_no_conflict(desk, small, draft):
    services.save_draft(
        division=small.division,
        work_year=2021,
        by=small.officer,
        prose={**draft.prose, "overall": "部门评价如下："},
    )
    assert written(desk, "我的话。", version=str(draft.version), began=PLAN).status_code == 302
    assert Draft.objects.get().prose == {"plan": "我的话。", "overall": "部门评价如下："}


def test_saving_twice_is_harmless_and_an_empty_text_restores_the_default(desk):
    assert written(desk).status_code == 302
    assert written(desk).status_code == 302
    assert Draft.objects.get().prose == {"plan": PLAN}
    assert (
        written(desk, "", version=str(Draft.objects.get().version), began=PLAN).status_code == 302
    )
    assert Draft.objects.get().prose == {}


def test_last_years_plan_is_offered_and_marked(desk, small):
    services.save_draft(
        division=small.division, work_year=2020, by=small.officer, prose={"plan": "去年的计划。"}
    )
    page = body(desk.get("/report/2021?write=plan"))
    assert "沿用上年" in page
    assert "去年的计划。" in page
    assert "写作提示" in page


def test_only_the_section_writes(inside, small):
    for user in (small.leader, small.clerk, somebody(small, "office", Role.SECRETARIAT)):
        client = inside(user)
        assert client.get("/report/2021/write/plan").status_code == 403
        assert written(client).status_code == 403
        assert client.post("/report/2021/choices", {}).status_code == 403
        assert client.post("/report/2021/seen", {}).status_code == 403
    assert not Draft.objects.exists()


# --- choices --------------------------------------------------------------------------------------


def test_choices_are_saved_and_told(desk, small):
    part = body(desk.get("/report/2021?choices=1"))
    assert "点名的项目" in part
    second = small.dossiers[1]
    answer = desk.post(
        "/report/2021/choices",
        {
            "version": "0",
            "named": [str(second.pk)],
            "least": "1",
            "editor": "示例编辑部",
            "issue": "7",
            "printed_on": "2021-12-31",
            "print-projects.opening": "exact-万元",
        },
    )
    assert answer.status_code == 302
    kept = Draft.objects.get().choices
    assert kept["named"] == [second.pk]
    assert kept["prints"]["projects.opening"] == {"kind": "exact", "digits": 0, "unit": "万元"}
    page = body(desk.get("/report/2021"))
    assert "示例编辑部" in page
    assert "第7期" in page
    assert "2021年12月31日" in page


@pytest.mark.parametrize(
    "wrong", [{"least": "0"}, {"issue": "三"}, {"printed_on": "年底"}, {"least": "9" * 30}]
)
def test_wrong_choices_are_refused_in_words(desk, wrong):
    answer = desk.post("/report/2021/choices", {"version": "0", "least": "1", **wrong})
    assert answer.status_code == 409
    assert "应" in body(answer)
    assert not Draft.objects.exists()


def test_choices_overtaken_show_both(desk, small, draft):
    services.save_draft(
        division=small.division,
        work_year=2021,
        by=small.officer,
        choices={"editor": "别人的编辑部"},
    )
    answer = desk.post(
        "/report/2021/choices",
        {"version": str(draft.version), "least": "1", "editor": "我的编辑部"},
    )
    assert answer.status_code == 409
    assert "别人的编辑部" in body(answer)
    assert "我的编辑部" in body(answer)


# --- what changed ---------------------------------------------------------------------------------


def test_changed_figures_name_their_rows_until_they_were_seen(desk, small, draft):
    Subject.objects.filter(pk=small.dossiers[2].subject_id).update(restriction="open")
    row = small.dossiers[2].reviews.get(kind="finance_evaluation")
    type(row).objects.filter(pk=row.pk).update(grade="优")
    page = body(desk.get("/report/2021"))
    assert "处数据已变" in page
    told = body(desk.get("/report/2021/changes", headers={"HX-Request": "true"}))
    assert "减少" in told
    assert small.dossiers[2].subject.name in told
    assert "以现在的数据为准" in told
    assert desk.post("/report/2021/seen", {"version": str(draft.version)}).status_code == 302
    assert "处数据已变" not in body(desk.get("/report/2021"))
    assert desk.post("/report/2021/seen", {"version": str(draft.version)}).status_code == 409


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["annual.docx", "summary.xlsx", "summary.docx", "figures.json"])
def test_the_draft_is_downloaded_by_readers_alone(inside, small, name):
    answer = inside(small.officer).get(f"/report/2021/files/{name}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert inside(small.clerk).get(f"/report/2021/files/{name}").status_code == 403
    assert inside(small.officer).get("/report/2021/files/secret.key").status_code == 404


def test_who_may_not_see_restricted_objects_gets_neither_page_nor_file_with_them(
    inside, small, handed
):
    Subject.objects.filter(pk=small.dossiers[0].subject_id).update(restriction="restricted")
    services.sign_report(
        draft=handed, issue_number=3, signer="甲", signed_on=date(2021, 12, 5), by=small.leader
    )
    name, pk = small.dossiers[0].subject.name, Signed.objects.get().pk
    office = somebody(small, "office", Role.SECRETARIAT)
    client = inside(office)
    for address in ("/report/2021", f"/reports/{pk}", f"/reports/{pk}/files/public/figures.json"):
        assert name not in body(client.get(address)), address
    assert name not in client.get("/report/2021/files/figures.json").content.decode()
    assert client.get(f"/reports/{pk}/files/internal/figures.json").status_code == 404
    assert "没有变化" in body(client.get("/report/2021/changes?signed=1"))
    Subject.objects.filter(pk=small.dossiers[1].subject_id).update(restriction="restricted")
    assert "处与签发稿不同" in body(client.get("/report/2021"))
    assert name in body(inside(small.leader).get(f"/reports/{pk}"))


def test_the_draft_of_a_signed_year_leads_to_the_signed_issue(inside, small, signed):
    page = body(inside(small.leader).get("/report/2021"))
    notice = page.split('<p class="notice">', 1)[1].split("</p>", 1)[0]
    assert "这是按现在的数据写的草稿" in notice
    assert f'href="/reports/{signed.pk}"' in notice


# --- signing --------------------------------------------------------------------------------------


def test_a_leader_signs_what_is_shown_and_a_second_click_changes_nothing(inside, small, handed):
    client = inside(small.leader)
    shown = hidden(body(client.get("/report/2021")), "shown")
    answer = client.post("/report/2021/sign", {**SIGN, "shown": shown})
    signed = Signed.objects.get()
    assert answer["Location"] == f"/reports/{signed.pk}"
    page = body(client.get(answer["Location"]))
    assert "第3期" in page
    assert "与签发时一致" in page
    assert client.post("/report/2021/sign", {**SIGN, "shown": shown}).status_code == 409
    assert Signed.objects.count() == 1


def test_what_changed_after_it_was_shown_is_not_signed(inside, small, handed):
    client = inside(small.leader)
    shown = hidden(body(client.get("/report/2021")), "shown")
    Finding.objects.filter(state="confirmed").delete()
    row = small.dossiers[1].reviews.get(kind="finance_evaluation")
    type(row).objects.filter(pk=row.pk).update(grade="优")
    answer = client.post("/report/2021/sign", {**SIGN, "shown": shown})
    assert answer.status_code == 409
    assert "示例局长" in body(answer)
    assert client.post("/report/2021/sign", SIGN).status_code == 409
    assert not Signed.objects.exists()


def test_the_author_and_officers_do_not_sign(inside, small, draft):
    assert inside(small.officer).post("/report/2021/sign", SIGN).status_code == 403
    grant(user=small.leader, role=Role.PERFORMANCE, division=small.division, by=None)
    leader = User.objects.get(pk=small.leader.pk)
    draft = services.save_draft(division=small.division, work_year=2021, by=leader)
    hand_in.hand_in_report(draft=draft, by=small.officer)
    client = inside(leader)
    page = body(client.get("/report/2021"))
    assert "不能自己签发" in page
    assert (
        client.post("/report/2021/sign", {**SIGN, "shown": hidden(page, "shown")}).status_code
        == 403
    )


@pytest.mark.parametrize(
    "wrong", [{"number": "三"}, {"number": "0"}, {"signer": " "}, {"day": "12月"}]
)
def test_wrong_signing_fields_are_refused_in_words(inside, small, handed, wrong):
    client = inside(small.leader)
    shown = hidden(body(client.get("/report/2021")), "shown")
    answer = client.post("/report/2021/sign", {**SIGN, "shown": shown, **wrong})
    assert answer.status_code == 409
    assert not Signed.objects.exists()


def test_a_signed_edition_stays_while_the_desk_tells_the_difference(inside, small, signed):
    client = inside(small.leader)
    before = client.get(f"/reports/{signed.pk}/files/internal/annual.docx").content
    row = small.dossiers[1].reviews.get(kind="finance_evaluation")
    type(row).objects.filter(pk=row.pk).update(grade="优")
    assert client.get(f"/reports/{signed.pk}/files/internal/annual.docx").content == before
    assert "处与签发稿不同" in body(client.get("/report/2021"))
    assert small.dossiers[1].subject.name in body(client.get("/report/2021/changes?signed=1"))
    frozen = body(
        client.get(f"/reports/{signed.pk}/figures/projects.count", headers={"HX-Request": "true"})
    )
    assert small.dossiers[1].subject.name in frozen


def test_a_correction_wants_a_reason_and_names_the_old_one(inside, small, signed):
    """officers-2 F8: a correction goes up by 送签 as the first issue did."""
    assert "请绩效科改好草稿再送签" in body(inside(small.leader).get(f"/reports/{signed.pk}"))
    writer = inside(small.officer)
    page = body(writer.get("/report/2021"))
    assert "送签更正" in page
    handed = {"version": Draft.objects.get().version, "shown": hidden(page, "shown")}
    assert writer.post("/report/2021/hand-in", handed).status_code == 302
    client = inside(small.leader)
    assert f"/reports/{signed.pk}" in body(client.get("/report/2021"))
    shown = hidden(body(client.get(f"/reports/{signed.pk}")), "shown")
    act = {**SIGN, "number": "4", "shown": shown}
    assert client.post(f"/reports/{signed.pk}/correct", {**act, "why": " "}).status_code == 409
    assert (
        client.post(
            f"/reports/{signed.pk}/correct", {**act, "day": "2021-01-01", "why": "有误"}
        ).status_code
        == 409
    )
    answer = client.post(f"/reports/{signed.pk}/correct", {**act, "why": "等级有误"})
    newer = Signed.objects.get(corrects=signed)
    assert answer["Location"] == f"/reports/{newer.pk}"
    assert "等级有误" in body(client.get(answer["Location"]))
    assert "已被更正" in body(client.get(f"/reports/{signed.pk}"))
    assert client.post(f"/reports/{signed.pk}/correct", {**act, "why": "再来"}).status_code == 409


def test_a_public_text_names_nothing_that_was_closed_since(inside, small, signed):
    """officers-2 F9: a project restricted after signing stayed in the public files."""
    client = inside(small.leader)
    path = f"/reports/{signed.pk}/files/public/summary.xlsx"
    assert client.get(path).status_code == 200
    Subject.objects.filter(pk=small.dossiers[1].subject_id).update(restriction="restricted")
    refused = client.get(path)
    assert refused.status_code == 409
    assert "请办理更正" in body(refused)
    assert client.get(path.replace("public", "internal")).status_code == 200


def test_foreign_editions_are_not_found(inside, small, signed):
    other = Division.objects.create(code="1", name="别的区", bureau="别的区财政局")
    user = create_user(
        division=other,
        username="far",
        name="远方",
        by=None,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    grant(user=user, role=Role.LEADER, division=other, by=None)
    client = inside(user)
    for address in ("", "/figures/projects.count", "/files/internal/annual.docx"):
        assert client.get(f"/reports/{signed.pk}{address}").status_code == 404
    for act in ("correct", "instructions"):
        assert client.post(f"/reports/{signed.pk}/{act}", SIGN).status_code == 404
    assert inside(small.leader).get("/reports/999999").status_code == 404


# --- instructions ---------------------------------------------------------------------------------

TOLD = {
    "leader": "管委会领导",
    "text": "请督促整改到位。",
    "given": "2021-12-06",
    "taker": "performance",
    "due": "2021-12-20",
}


def test_an_instruction_is_entered_followed_and_closed(inside, small, signed):
    client = inside(somebody(small, "office", Role.SECRETARIAT))
    assert client.post(f"/reports/{signed.pk}/instructions", TOLD).status_code == 302
    assert client.post(f"/reports/{signed.pk}/instructions", TOLD).status_code == 302
    row, todo = Instruction.objects.get(), Todo.objects.get(target_type="records.Instruction")
    assert (todo.role, todo.due_on) == ("performance", date(2021, 12, 20))
    assert "请督促整改到位。" in body(client.get(f"/reports/{signed.pk}"))
    worker = inside(small.officer)
    assert "办结" in body(worker.get(f"/instructions/{row.pk}"))
    done = {"outcome": "12月15日全部整改到位。", "day": "2021-12-16"}
    assert worker.post(f"/instructions/{row.pk}/close", {**done, "outcome": ""}).status_code == 409
    assert worker.post(f"/instructions/{row.pk}/close", done).status_code == 302
    assert worker.post(f"/instructions/{row.pk}/close", done).status_code == 409
    todo.refresh_from_db()
    assert todo.state == Todo.State.DONE
    assert "12月15日全部整改到位。" in body(client.get(f"/reports/{signed.pk}"))


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"given": "2021-01-01"}, {"due": "2021-12-01"}, {"taker": "clerk"}]
)
def test_wrong_instructions_are_refused(inside, small, signed, wrong):
    client = inside(small.leader)
    assert client.post(f"/reports/{signed.pk}/instructions", {**TOLD, **wrong}).status_code == 409
    assert not Instruction.objects.exists()


def test_only_the_office_enters_and_only_the_told_close(inside, small, signed):
    assert inside(small.officer).post(f"/reports/{signed.pk}/instructions", TOLD).status_code == 403
    inside(small.leader).post(f"/reports/{signed.pk}/instructions", TOLD)
    row = Instruction.objects.get()
    assert inside(small.clerk).get(f"/instructions/{row.pk}").status_code == 404
    assert (
        inside(small.clerk)
        .post(f"/instructions/{row.pk}/close", {"outcome": "x", "day": "2021-12-16"})
        .status_code
        == 403
    )
    assert inside(small.officer).get("/instructions/999").status_code == 404


# --- the evaluation report ------------------------------------------------------------------------
