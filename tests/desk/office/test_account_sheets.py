"""账号发放单: first codes on paper, printed only after two administrators, seen
once, good once and for fourteen days.
"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from wenxiao.orgs import services
from wenxiao.orgs.models import AccountSheet, Grant, PasswordReset, Role, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services.handing_out import (
    DAYS,
    accounts_waiting,
    prepare_account_sheet,
    print_account_sheet,
    release_account_sheet,
)
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NEW = "Fresh-words-2026"


@pytest.fixture
def system(small):
    user = User.objects.create_user(
        "system", "Demo-pass-2021", name="示例系统员", division=small.division
    )
    Grant.objects.create(user=user, role=Role.SYSTEM, division=small.division)
    return user


@pytest.fixture
def newcomer(small):
    def make(username, role=Role.CLERK, number=0):
        unit = small.units[number]
        user = services.create_user(
            division=small.division,
            username=username,
            name=f"新人{username}",
            by=None,
            unit=unit,
            must_change_password=False,
        )
        if role:
            services.grant(user=user, role=role, division=small.division, by=None, unit=unit)
        return user

    return make


def act(client, what, *rows, why="核对了名册"):
    sent = {"tick": [str(row.pk) for row in rows], "why": why}
    return client.post(f"/people/sheets/{what}", sent)


def claim(username, code, new=NEW):
    sent = {"username": username, "code": code, "new": new, "again": new}
    return Client().post("/forgotten/claim", sent)


def codes_on(page):
    """Account and code of each line on the paper."""
    return dict(
        re.findall(r'<td class="nowrap">(\w+)</td>\s*<td class="code nowrap">([^<]+)<', page)
    )


def test_a_unit_gets_its_accounts_on_paper(small, system, newcomer, inside):
    """The whole road by pages: listed, agreed to, printed, claimed, logged
    in; every code dies at its first use.
    """
    newcomer("jia1")
    newcomer("jia2", Role.HEAD)
    newcomer("yi1", number=1)
    one, two = small.units[:2]
    assert "2 个单位有账号等着发放" in inside(system).get("/people/sheets").content.decode()
    assert act(inside(system), "prepare", one, two).status_code == 302
    sheets = list(AccountSheet.objects.order_by("unit__path"))
    assert [sheet.unit for sheet in sheets] == [one, two]
    assert act(inside(system), "print", *sheets).status_code == 302
    assert not PasswordReset.objects.exists()
    act(inside(small.security), "release", *sheets)
    assert act(inside(small.security), "print", *sheets).status_code == 302
    paper = act(inside(system), "print", *sheets).content.decode()
    codes = codes_on(paper)
    assert set(codes) == {"jia1", "jia2", "yi1"}
    for word in (
        "示例单位甲",
        "示例单位乙",
        "新人jia1",
        "单位经办人",
        "单位负责人",
        "/forgotten/claim",
    ):
        assert word in paper
    assert not any(
        code.replace("-", "") in str(row)
        for code in codes.values()
        for row in [*Entry.objects.values(), *PasswordReset.objects.values()]
    )
    again = act(inside(system), "print", *sheets)
    assert again.status_code == 302
    assert claim("jia2", codes["jia1"]).status_code == 422
    assert claim("jia1", codes["jia1"]).status_code == 302
    assert Client().post("/login", {"username": "jia1", "password": NEW}).status_code == 302
    assert claim("jia1", codes["jia1"], "Other-words-2026").status_code == 422
    assert "已领 1 个，共 2 个" in inside(system).get("/people/sheets").content.decode()
    acts = set(Entry.objects.values_list("act", flat=True))
    assert {"列出账号发放单", "同意账号发放单", "打印账号发放单", "凭领取码重设密码"} <= acts
    assert "没有等着发放的账号" in inside(system).get("/people/sheets").content.decode()


def test_a_code_dies_after_fourteen_days_or_when_its_sheet_is_withdrawn(
    small, system, newcomer, inside
):
    user = newcomer("jia1")
    sheet = prepare_account_sheet(unit=small.units[0], by=system, why="名册")
    release_account_sheet(sheet=sheet, by=small.security, why="电话核对")
    printed = print_account_sheet(sheet=sheet, by=system)
    assert printed.sheet.until - printed.sheet.printed_at == timedelta(days=DAYS) == timedelta(14)
    (reset,) = PasswordReset.objects.filter(user=user)
    assert reset.until == printed.sheet.until
    PasswordReset.objects.filter(pk=reset.pk).update(until=timezone.now())
    assert claim("jia1", printed.lines[0].code).status_code == 422
    PasswordReset.objects.filter(pk=reset.pk).update(until=printed.sheet.until)
    act(inside(small.security), "withdraw", sheet, why="信封丢了")
    assert claim("jia1", printed.lines[0].code).status_code == 422
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert [one.username for one in accounts_waiting(small.division)] == ["jia1"]


@pytest.mark.parametrize(
    "role", [Role.SYSTEM, Role.SECURITY, Role.AUDIT, Role.LEADER, Role.PERFORMANCE]
)
def test_no_sheet_for_administrators_leaders_and_the_section(small, system, newcomer, role):
    user = newcomer("above", role)
    assert not accounts_waiting(small.division).exists()
    with pytest.raises(NotAllowed, match="没有等着发放的账号"):
        prepare_account_sheet(unit=user.unit, by=system, why="名册")


@pytest.mark.parametrize("when", ["before printing", "after printing"])
def test_who_becomes_a_leader_meanwhile_falls_off(small, system, newcomer, when):
    user, stays = newcomer("jia1"), newcomer("jia2")
    sheet = prepare_account_sheet(unit=user.unit, by=system, why="名册")
    release_account_sheet(sheet=sheet, by=small.security, why="电话核对")
    later = timezone.now() + timedelta(days=3)

    def promote():
        services.grant(user=user, role=Role.LEADER, division=small.division, by=None, since=later)

    if when == "before printing":
        promote()
        printed = print_account_sheet(sheet=sheet, by=system)
        assert [line.username for line in printed.lines] == [stays.username]
        assert printed.left_out == [user.name]
        return
    printed = print_account_sheet(sheet=sheet, by=system)
    promote()
    code = next(line.code for line in printed.lines if line.username == "jia1")
    assert "不用发放单" in claim("jia1", code).content.decode()


def test_who_has_a_password_of_their_own_needs_no_paper(small, system, newcomer):
    """init's one-time password is nobody's own yet; a code that came too late opens nothing."""
    known = newcomer("jia1")
    services.reset_password(user=known, by=None, why="启用")
    nobody = newcomer("jia2", role="")
    assert [one.username for one in accounts_waiting(small.division)] == ["jia1"]
    assert nobody not in accounts_waiting(small.division)
    sheet = prepare_account_sheet(unit=known.unit, by=system, why="名册")
    release_account_sheet(sheet=sheet, by=small.security, why="电话核对")
    printed = print_account_sheet(sheet=sheet, by=system)
    services.change_password(user=User.objects.get(pk=known.pk), password=NEW)
    late = claim("jia1", printed.lines[0].code, "Other-words-2026")
    assert "已经设过密码" in late.content.decode()
    assert User.objects.get(pk=known.pk).check_password(NEW)


def test_one_person_never_does_both(small, system, newcomer):
    newcomer("jia1")
    sheet = prepare_account_sheet(unit=small.units[0], by=system, why="名册")
    with pytest.raises(Refused):
        release_account_sheet(sheet=sheet, by=system, why="自己同意")
    with pytest.raises(NotAllowed, match="还要安全管理员同意"):
        print_account_sheet(sheet=sheet, by=system)
    with pytest.raises(Refused):
        prepare_account_sheet(unit=small.units[1], by=small.security, why="名册")


def test_nobody_else_reaches_the_codes(small, system, newcomer, inside):
    newcomer("jia1")
    sheet = prepare_account_sheet(unit=small.units[0], by=system, why="名册")
    release_account_sheet(sheet=sheet, by=small.security, why="电话核对")
    for user in (small.officer, small.leader, small.clerk):
        assert act(inside(user), "print", sheet).status_code == 403
    resets = inside(small.security).get("/people/resets").content.decode()
    print_account_sheet(sheet=sheet, by=system)
    assert "jia1" not in resets + inside(small.security).get("/people/resets").content.decode()
