"""The phone's bar holds what the role works with."""

import re

import pytest

from wenxiao.orgs.models import Grant, User

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("who", "word"),
    [("clerk", "自评"), ("leader", "督看"), ("officer", "监控"), ("officer", "评价")],
)
def test_the_phones_bar_holds_the_roles_own_page_and_help_stands_once(small, inside, who, word):
    page = inside(getattr(small, who)).get("/").content.decode()
    bar = page.split('class="thumb-bar"', 1)[1].split("</nav>", 1)[0]
    assert word in bar
    assert 'class="phone-only" href="/help"' not in page


@pytest.mark.parametrize(
    ("role", "word", "ways"),
    [
        ("system", "单位与用户", ("建账号、停账号", "维护单位", "重置密码", "备份")),
        ("security", "单位与用户", ("授权", "同意重置密码", "账号安全要求")),
        ("audit", "留痕", ("留痕", "同意重置安全管理员的密码", "备份")),
    ],
)
def test_an_administrators_desk_names_what_the_role_may_do_and_each_way_opens(
    small, inside, role, word, ways
):
    person = User.objects.create_user(
        f"{role}-new", "Demo-pass-2021", name="示例管理员", division=small.division
    )
    Grant.objects.create(user=person, role=role, division=small.division)
    client = inside(person)
    page = client.get("/").content.decode()
    assert word in page.split('class="thumb-bar"', 1)[1].split("</nav>", 1)[0]
    panel = page.split('id="desks"', 1)[1].split("</section>", 1)[0]
    links = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', panel))
    assert set(ways) <= set(links.values())
    assert [client.get(address).status_code for address in links] == [200] * len(links)
