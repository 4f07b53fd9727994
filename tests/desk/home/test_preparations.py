"""A new bureau's desk lists what to prepare, in the order that works, until
its first round stands.
"""

import io
import re
import zipfile

import pytest
from django.test import Client

from wenxiao.budget.models import Round, Subject
from wenxiao.desk.home.preparations import preparations
from wenxiao.files.out.sample_books import BUDGETS, GUIDE, OPENING, TARGETS, sample_zip
from wenxiao.intake.ledger.ledger_import import import_ledger
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Division, Grant, Role, Unit, User
from wenxiao.orgs.permissions import holdings
from wenxiao.site.opening import begin

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def bureau():
    """A division as ``init`` leaves it, with one unit."""
    begin(code="360100", name="某某县", bureau="某某县财政局")
    division = Division.objects.get()
    orgs.add_unit(
        division=division, code="101", name="某某县农业局", kind="department", by=None, why="测试"
    )
    User.objects.update(must_change_password=False)
    return division


def enter(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(bureau):
    user = User.objects.create_user("officer", "Demo-pass-2021", name="示例人", division=bureau)
    Grant.objects.create(user=user, role=Role.PERFORMANCE, division=bureau)
    return enter(user)


def listed(client):
    """By name of the preparation how many of how many, in the order shown."""
    text = client.get("/").content.decode()
    found = re.search(r'aria-labelledby="prepare">(.*?)</section>', text, re.DOTALL)
    if found is None:
        return {}
    names = re.findall(r'class="what"><a href="[^"]+">([^<]+)</a>', found[1])
    counts = re.findall(r"<b>([\d,]+)</b>\s*/\s*([\d,]+)", found[1])
    return dict(zip(names, counts, strict=True))


def test_the_list_counts_the_rows_in_the_order_that_works(officer):
    shown = listed(officer)
    assert list(shown) == [
        "单位",
        "联系人",
        "对口科室",
        "账号",
        "文件依据",
        "问题目录",
        "预算项目清单",
        "指标库",
        "第一个任务",
    ]
    assert shown["单位"] == ("1", "1")
    assert shown["联系人"] == ("0", "1")
    Unit.objects.update(contact="张三", phone="8888")
    assert listed(officer)["联系人"] == ("1", "1")


def test_every_page_named_opens_for_who_prepares(officer):
    text = officer.get("/").content.decode()
    section = re.search(r'aria-labelledby="prepare">(.*?)</section>', text, re.DOTALL)[1]
    pages = set(re.findall(r'href="([^"]+)"', section))
    assert len(pages) >= 6
    for page in pages:
        assert officer.get(page).status_code == 200, page


def test_administrators_see_their_part_and_no_business(bureau):
    user = User.objects.get(username="sysadmin")
    shown = preparations(user, holdings(user))
    assert [one.name for one in shown] == ["单位", "联系人", "对口科室", "账号"]


def test_others_and_a_bureau_at_work_do_not_see_it(bureau, officer):
    clerk = User.objects.create_user("clerk", "Demo-pass-2021", name="示例人", division=bureau)
    Grant.objects.create(user=clerk, role=Role.CLERK, division=bureau, unit=Unit.objects.get())
    assert listed(enter(clerk)) == {}
    assert listed(officer)
    Round.objects.create(
        division=bureau,
        name="自评",
        kind="selfeval",
        fiscal_year=2025,
        work_year=2026,
        deadline="2026-05-31",
        scope={},
    )
    assert listed(officer) == {}


def test_the_list_is_printed_for_who_prepares_alone(bureau, officer):
    page = officer.get("/preparations").content.decode()
    assert "开张准备 9 件" in page
    assert "data-print" in page
    assert "办完日期" in page
    clerk = User.objects.create_user("clerk", "Demo-pass-2021", name="示例人", division=bureau)
    Grant.objects.create(user=clerk, role=Role.CLERK, division=bureau, unit=Unit.objects.get())
    assert enter(clerk).get("/preparations").status_code == 404
    assert enter(clerk).get("/preparations/sample.zip").status_code == 404


def test_the_sample_is_downloaded_from_the_desk(officer):
    assert "/preparations/sample.zip" in officer.get("/").content.decode()
    packed = zipfile.ZipFile(io.BytesIO(officer.get("/preparations/sample.zip").content))
    assert packed.namelist() == [OPENING, BUDGETS, TARGETS, GUIDE]


@pytest.mark.usefixtures("db")
def test_with_the_sample_nothing_is_left_but_papers_library_and_the_first_round(tmp_path):
    """One command and one ledger: units, contacts, sections, accounts, catalogue and budget list
    are done.
    """
    packed = zipfile.ZipFile(io.BytesIO(sample_zip(2026)))
    packed.extractall(tmp_path)
    begun = begin(code="360999", name="示例县", bureau="示例县财政局", source=tmp_path / OPENING)
    assert not begun.problems, [problem.sentence() for problem in begun.problems]
    assert (begun.units, begun.subjects) == (7, 20)
    division = Division.objects.get()
    officer = User.objects.get(username="jixiao1")
    assert officer.unit.name == "示例财政局"  # of no evaluated unit: may assign everywhere
    assert not Subject.objects.filter(unit=officer.unit).exists()
    ledger = import_ledger(
        path=tmp_path / BUDGETS,
        division=division,
        by=User.objects.get(username="yusuan1"),
        year=2026,
    )
    assert ledger.stored, ledger.problems
    left = [one.name for one in preparations(officer, holdings(officer)) if not one.done]
    assert left == ["文件依据", "指标库", "第一个任务"]


def test_the_heading_names_the_next_thing_to_prepare(officer):
    heading = re.search(r"<h1>(.*?)</h1>", officer.get("/").content.decode(), re.DOTALL)[1]
    done = sum(count == total for count, total in listed(officer).values())
    assert "".join(heading.split()) == f"9件准备做完{done}件，下一件：联系人"


def heading_of(client):
    """The heading of the desk without its breaks."""
    heading = re.search(r"<h1>(.*?)</h1>", client.get("/").content.decode(), re.DOTALL)[1]
    return "".join(heading.split())


def test_the_next_step_is_one_the_person_may_do(bureau):
    """安全管理员 may authorize, not keep units: 联系人 is never their next step."""
    Division.objects.update(account_policy={"second_factor": []})
    client = enter(User.objects.get(username="secadmin"))
    assert heading_of(client) == "4件准备做完1件，下一件：账号"
    section = client.get("/").content.decode().split('aria-labelledby="prepare">')[1]
    acts = re.findall(r'aria-label="去办([^"]+)"', section.split("</section>")[0])
    assert acts == ["账号"]
    clerk = User.objects.create_user("clerk", "Demo-pass-2021", name="示例人", division=bureau)
    Grant.objects.create(user=clerk, role=Role.CLERK, division=bureau, unit=Unit.objects.get())
    assert heading_of(client) == "4件准备做完2件，剩下的不由您办"
    assert heading_of(enter(User.objects.get(username="sysadmin"))).endswith("下一件：联系人")


def test_the_list_folds_away_for_administrators_with_the_first_round(bureau):
    administrators = [User.objects.get(username=name) for name in ("secadmin", "sysadmin")]
    assert all(preparations(one, holdings(one)) for one in administrators)
    Round.objects.create(
        division=bureau,
        name="自评",
        kind="selfeval",
        fiscal_year=2025,
        work_year=2026,
        deadline="2026-05-31",
        scope={},
    )
    assert not any(preparations(one, holdings(one)) for one in administrators)


@pytest.mark.parametrize("known_by", ["name", "account"])
def test_the_bureau_s_own_unit_owes_nothing_and_is_not_counted(bureau, officer, known_by):
    """It has neither 联系人 nor 对口科室, and nobody waits for them."""
    Unit.objects.update(contact="张三", phone="8888")
    name = bureau.bureau if known_by == "name" else "县财政局"
    own = orgs.add_unit(
        division=bureau, code="115", name=name, kind="department", by=None, why="测试"
    )
    if known_by == "account":
        User.objects.filter(username="officer").update(unit=own)
    shown = listed(officer)
    assert (shown["单位"], shown["联系人"], shown["对口科室"]) == (
        ("1", "1"),
        ("1", "1"),
        ("0", "1"),
    )
