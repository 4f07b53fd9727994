"""签发: what is signed stays; what must change is corrected by a new act."""

from datetime import date
from io import BytesIO

import docx
import pypdf
import pytest
from plants import once

from wenxiao.files.out.pdf import NoChineseFontError
from wenxiao.followup.models import Finding
from wenxiao.orgs.models import Division
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.chain import verify
from wenxiao.records.selectors import export_entries
from wenxiao.records.services import read_file
from wenxiao.reports import hand_in, printing, services
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = date(2021, 12, 5)


@once
def draft(year, writer):
    return services.save_draft(division=year.division, work_year=2021, by=writer)


@once
def handed(draft, writer):
    return hand_in.hand_in_report(draft=draft, by=writer)


@once
def signed(handed, leader):
    return services.sign_report(
        draft=handed, issue_number=3, signer="张局长", signed_on=DAY, by=leader
    )


def test_signing_gives_number_day_and_files(year, signed):
    document = docx.Document(BytesIO(read_file(signed.document)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "第3期" in text
    assert "2021年12月5日" in text
    assert "（涉及到13个项目）" in text
    assert read_file(signed.table)[:2] == b"PK"
    assert services.signed_reports(year.division, 2021) == (signed,)


def test_only_a_leader_signs_and_only_a_writer_writes(year, writer, leader):
    with pytest.raises(Refused):
        services.save_draft(division=year.division, work_year=2021, by=leader)
    draft = services.save_draft(division=year.division, work_year=2021, by=writer)
    with pytest.raises(Refused):
        services.sign_report(draft=draft, issue_number=1, signer="张局长", signed_on=DAY, by=writer)


def test_nobody_signs_in_another_division_or_what_he_wrote(year, leader):
    foreign = foreign_draft()
    with pytest.raises(Refused, match="本区划"):
        services.sign_report(
            draft=foreign, issue_number=1, signer="张局长", signed_on=DAY, by=leader
        )
    grant(user=leader, role="performance", division=year.division, by=None)
    own = hand_in.hand_in_report(
        draft=services.save_draft(division=year.division, work_year=2021, by=leader), by=leader
    )
    with pytest.raises(Refused):
        services.sign_report(draft=own, issue_number=1, signer="张局长", signed_on=DAY, by=leader)


def foreign_draft():
    place = other_division()
    author = create_user(division=place, username="foreign", name="别区经办", by=None)
    grant(user=author, role="performance", division=place, by=None)
    return services.save_draft(division=place, work_year=2021, by=author)


def other_division():
    return Division.objects.create(code="360192", name="别的区", bureau="别的区财政局")


def test_a_signed_report_never_changes(signed):
    signed.signer = "李局长"
    with pytest.raises(NotAllowed):
        signed.save()
    with pytest.raises(NotAllowed):
        signed.delete()
    signed.snapshot["report"]["title"] = "改过的标题"
    assert not services.is_intact(signed)


def test_no_second_signing_but_a_correction(year, draft, signed, leader, writer):
    with pytest.raises(NotAllowed, match="更正"):
        services.sign_report(draft=draft, issue_number=4, signer="张局长", signed_on=DAY, by=leader)
    Finding.objects.filter(item=year.items[0]).first().delete()
    correction = {
        "signed": signed,
        "signer": "张局长",
        "signed_on": date(2021, 12, 20),
        "by": leader,
    }
    with pytest.raises(NotAllowed, match="原因"):
        services.correct_report(**correction, issue_number=4, why=" ")
    with pytest.raises(NotAllowed, match="还没有送签"):
        services.correct_report(**correction, issue_number=4, why="问题数有误")
    draft.refresh_from_db()
    hand_in.hand_in_report(draft=draft, by=writer)
    with pytest.raises(NotAllowed, match="期号"):
        services.correct_report(**correction, issue_number=3, why="问题数有误")
    newer = services.correct_report(**correction, issue_number=4, why="问题数有误")
    assert newer.corrects == signed
    assert "（涉及到12个项目）" in services.signed_report(newer).text
    signed.refresh_from_db()
    assert "（涉及到13个项目）" in services.signed_report(signed).text
    assert services.is_intact(signed)
    with pytest.raises(NotAllowed, match="最新"):
        services.correct_report(**correction, issue_number=5, why="再改")


def test_a_signed_report_reads_back_as_it_was(year, signed):
    kept = services.signed_report(signed)
    now = services.current(year.division, 2021).report
    assert kept.text == now.text
    assert [figure.id for figure in kept.shown_figures()] == [
        figure.id for figure in now.shown_figures()
    ]
    assert kept.figures["projects.count"].rows == now.figures["projects.count"].rows


def test_every_act_leaves_its_entry(year, signed):
    acts = [entry["act"] for entry in export_entries(division=year.division)]
    assert [act for act in acts if "报告" in act] == ["起草报告", "报告送签", "签发报告"]
    assert not verify(list(export_entries(division=year.division)))


def test_the_loser_of_a_race_is_told(year, draft, writer):
    seen = draft.version
    services.save_draft(
        division=year.division, work_year=2021, by=writer, prose={"plan": "甲"}, version=seen
    )
    with pytest.raises(Stale):
        services.save_draft(
            division=year.division, work_year=2021, by=writer, prose={"plan": "乙"}, version=seen
        )


def test_the_draft_names_what_changed_since(year, draft):
    assert services.stale_figures(draft, services.current(year.division, 2021).report) == ()
    year.project(30)
    changed = {
        item.id: (item.before, item.now)
        for item in services.stale_figures(draft, services.current(year.division, 2021).report)
    }
    assert changed["projects.count"] == ("21个", "22个")
    assert changed["projects.grade.良"] == ("17个", "18个")


def test_files_of_a_signed_year_are_the_signed_ones(year, signed, tmp_path):
    before = services.report_files(year.division, 2021)
    public = services.report_files(year.division, 2021, version="public")
    Finding.objects.filter(item=year.items[0]).first().delete()
    assert services.report_files(year.division, 2021) == before
    assert services.report_files(year.division, 2021, version="public") == public
    assert (
        services.report_files(year.division, 2021, draft=True)["figures.json"]
        != before["figures.json"]
    )
    written = services.write_all(year.division, 2021, tmp_path / "out")
    assert [path.name for path in written] == [
        "annual.docx",
        "summary.xlsx",
        "summary.docx",
        "figures.json",
    ]
    assert written[0].read_bytes() == read_file(signed.document)


def test_signing_wants_a_signer_and_correcting_a_draft(draft, signed, leader, writer):
    draft.refresh_from_db()
    hand_in.hand_in_report(draft=draft, by=writer)
    with pytest.raises(NotAllowed, match="签发人"):
        services.correct_report(
            signed=signed, issue_number=4, signer=" ", signed_on=DAY, by=leader, why="改正"
        )
    draft.delete()
    with pytest.raises(NotAllowed, match="草稿"):
        services.correct_report(
            signed=signed, issue_number=4, signer="张局长", signed_on=DAY, by=leader, why="改正"
        )


def test_what_is_signed_is_what_was_shown(year, handed, leader):
    shown = services.fingerprint(services.current(year.division, 2021).report)
    finding = Finding.objects.filter(item=year.items[0]).first()
    finding.delete()
    act = {"draft": handed, "issue_number": 3, "signer": "张局长", "signed_on": DAY, "by": leader}
    with pytest.raises(Stale, match="有变化"):
        services.sign_report(**act, shown=shown)
    assert services.sign_report(
        **act, shown=services.fingerprint(services.current(year.division, 2021).report)
    )


def test_of_two_who_sign_at_once_one_is_told(handed, leader):
    stale = type(handed).objects.get(pk=handed.pk)
    services.sign_report(draft=handed, issue_number=3, signer="张局长", signed_on=DAY, by=leader)
    services.Signed.objects.filter(work_year=2021).delete()
    with pytest.raises(Stale):
        services.sign_report(draft=stale, issue_number=4, signer="张局长", signed_on=DAY, by=leader)


# --- 送签 -------------------------------------------------------------------------------------------


def test_what_nobody_handed_in_is_not_signed(draft, leader):
    with pytest.raises(NotAllowed, match="还没有送签"):
        services.sign_report(draft=draft, issue_number=3, signer="张局长", signed_on=DAY, by=leader)


def test_what_is_handed_in_rests_until_it_is_taken_back(year, handed, writer):
    assert (handed.state, handed.handed_by) == ("handed", writer)
    with pytest.raises(NotAllowed, match="撤回"):
        services.save_draft(division=year.division, work_year=2021, by=writer, prose={"plan": "改"})
    with pytest.raises(NotAllowed, match="理由"):
        hand_in.take_back_report(draft=handed, by=writer, why=" ")
    hand_in.take_back_report(draft=handed, by=writer, why="第三段要补")
    assert services.save_draft(
        division=year.division, work_year=2021, by=writer, prose={"plan": "改"}
    ).prose
    with pytest.raises(NotAllowed):
        hand_in.take_back_report(draft=handed, by=writer, why="再撤一次")


def test_a_leader_sends_back_with_a_reason_and_it_comes_again(year, handed, writer, leader):
    with pytest.raises(Refused):
        hand_in.send_back_report(draft=handed, by=writer, why="不是局领导")
    hand_in.send_back_report(draft=handed, by=leader, why="下一步计划写实一些")
    assert (handed.state, handed.back_by, handed.back_why) == (
        "returned",
        leader,
        "下一步计划写实一些",
    )
    assert hand_in.draft_states(writer) == [(handed.work_year, "returned")]
    with pytest.raises(NotAllowed, match="送签"):
        services.sign_report(
            draft=handed, issue_number=3, signer="张局长", signed_on=DAY, by=leader
        )
    again = hand_in.hand_in_report(draft=services.draft_of(year.division, 2021), by=writer)
    assert again.back_why == ""
    assert hand_in.draft_states(writer) == [(handed.work_year, "handed")]


def test_the_signer_learns_what_changed_after_it_was_handed_in(year, handed):
    year.project(30)
    report = services.current(year.division, 2021).report
    assert "projects.count" in {item.id for item in services.stale_figures(handed, report)}


def test_unseen_foreign_or_twice_is_not_handed_in_but_a_correction_is(year, draft, writer, leader):
    with pytest.raises(Stale, match="送签"):
        hand_in.hand_in_report(draft=draft, by=writer, shown="别的内容")
    with pytest.raises(Refused):
        hand_in.hand_in_report(draft=draft, by=leader)
    foreign = foreign_draft()
    with pytest.raises(Refused, match="本区划"):
        hand_in.hand_in_report(draft=foreign, by=writer)
    hand_in.hand_in_report(draft=draft, by=writer)
    with pytest.raises(NotAllowed):
        hand_in.hand_in_report(draft=draft, by=writer)
    services.sign_report(draft=draft, issue_number=3, signer="张局长", signed_on=DAY, by=leader)
    again = services.draft_of(year.division, 2021)
    assert again.state == "writing"
    assert hand_in.hand_in_report(draft=again, by=writer).state == "handed"  # for a correction


def test_who_handed_it_in_does_not_sign_it(year, draft, leader):
    grant(user=leader, role="performance", division=year.division, by=None)
    hand_in.hand_in_report(draft=draft, by=leader)
    with pytest.raises(Refused, match="送签"):
        services.sign_report(draft=draft, issue_number=3, signer="张局长", signed_on=DAY, by=leader)


@pytest.mark.parametrize("version", ["internal", "public"])
def test_the_pdf_of_a_signed_report_is_set_from_its_frozen_text(year, signed, version):
    before = pdf_text(services.signed_file(signed, "annual.pdf", version))
    Finding.objects.filter(item=year.items[0]).first().delete()
    after = pdf_text(services.signed_file(signed, "annual.pdf", version))
    assert after == before
    assert "涉及到13个项目" in before
    now = services.current(year.division, 2021, version=version)
    assert "涉及到12个项目" in pdf_text(services.edition_file(now, "annual.pdf"))
    assert services.edition_file(now, "annual.txt") is None


def pdf_text(content):
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_without_a_chinese_font_the_word_paper_is_offered(signed, monkeypatch):
    def no_font(report):
        raise NoChineseFontError

    monkeypatch.setattr(printing, "report_pdf", no_font)
    with pytest.raises(NotAllowed, match="可先下载 Word 版"):
        services.signed_file(signed, "annual.pdf", "internal")


def test_an_older_signed_report_without_public_text_is_read_by_its_file(signed):
    del signed.snapshot["public"]
    with pytest.raises(NotAllowed, match="没有留公开稿的正文"):
        services.signed_report(signed, "public")
