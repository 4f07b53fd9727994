"""An officer's scene: a new clerk finishes one self-evaluation without a manual. Every page is reached
by a link or button of the page before, every fault is said before handing in, nothing is asked
twice. Thirty minutes are more than these steps take by the clock of the keystroke model below.
"""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from wenxiao.budget.services import open_round
from wenxiao.orgs.models import User
from wenxiao.orgs.services import grant
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = (
    ("产出指标", "数量指标", "养护里程", "≥126公里", 25, "126公里"),
    ("产出指标", "质量指标", "验收合格率", "≥98%", 25, "98%"),
    ("效益指标", "社会效益指标", "优良路率", "≥90%", 30, "91%"),
    ("满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥90%", 10, "92%"),
)
PRESS, READ = 1.2, 15
"""Seconds: a key or click with its thought by the keystroke-level model, and looking over a page."""


class Page(HTMLParser):
    """What a person sees to follow: links with their words, forms with fields and buttons."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms, self.words, self._open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append(
                {"action": attrs.get("action", ""), "fields": {}, "id": attrs.get("id")}
            )
            self.forms[-1]["buttons"] = []
        elif tag in {"input", "textarea", "select"} and attrs.get("name") and self.forms:
            self.forms[-1]["fields"][attrs["name"]] = attrs.get("value") or ""
        elif tag in {"a", "button"}:
            self._open.append((tag, attrs, len(self.words)))

    def handle_data(self, data):
        self.words.append(data)

    def handle_endtag(self, tag):
        if tag not in {"a", "button"} or not self._open:
            return
        kind, attrs, start = self._open.pop()
        said = " ".join("".join(self.words[start:]).split())
        if kind == "a":
            self.links.append((said, attrs.get("href", "")))
        elif self.forms and "disabled" not in attrs:
            self.forms[-1]["buttons"].append(said)


class Clerk:
    """Somebody who only follows what a page offers; counts what it costs."""

    def __init__(self, user):
        self.client, self.steps, self.keys = Client(), 0, 0
        self.client.force_login(user)
        self.look("/")

    def look(self, address):
        answer = self.client.get(address, follow=True)
        assert answer.status_code == 200, (address, answer.status_code)
        self.seen(answer)

    def seen(self, answer):
        self.text = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
        self.page, self.steps = Page(answer.content.decode()), self.steps + 1

    def follow(self, *words):
        href = next(at for said, at in self.page.links if said in words and at.startswith("/"))
        self.keys += 1
        self.look(href.split("#")[0])

    def press(self, button, **typed):
        form = next(one for one in self.page.forms if button in one["buttons"])
        self.keys += 1 + sum(len(text) for text in typed.values())
        answer = self.client.post(form["action"], form["fields"] | typed, follow=True)
        assert answer.status_code in {200, 409}, answer.status_code
        self.seen(answer)
        return answer.status_code

    @property
    def minutes(self):
        return (self.steps * READ + self.keys * PRESS) / 60


@pytest.fixture
def newcomer(small):
    """A clerk on the first day, whose unit was asked for one self-evaluation."""
    dossier = small.dossiers[3]
    target = Target.objects.create(dossier=dossier, number=1, state="approved", synthetic=True)
    for order, (one, two, name, wanted, weight, _) in enumerate(ROWS):
        Indicator.objects.create(
            target=target,
            order=order,
            level1=one,
            level2=two,
            name=name,
            expression=wanted,
            weight=weight,
        )
    open_round(
        division=small.division,
        kind="selfeval",
        name="2020年度项目支出自评",
        work_year=2021,
        fiscal_year=2020,
        deadline=today() + timedelta(days=20),
        scope={"dossiers": [dossier.pk]},
        by=small.officer,
    )
    user = User.objects.create_user(
        "newcomer", "Chang-e_2021!", name="新经办", division=small.division, unit=small.units[0]
    )
    grant(user=user, role="clerk", division=small.division, unit=small.units[0], by=None)
    return user


def test_a_new_clerk_finishes_a_self_evaluation_by_following_the_pages(small, newcomer, settings):
    settings.TODAY = date(2021, 4, 6) if settings.TODAY is None else settings.TODAY
    clerk = Clerk(newcomer)
    assert "2020年度项目支出自评" in clerk.text
    clerk.follow("填报", "去填报", "开始填报", "办理")
    if any("开始填报" in one["buttons"] for one in clerk.page.forms):
        clerk.press("开始填报")
    assert "养护里程" in clerk.text
    assert "没有填完成值" in clerk.text, "what is missing is said before anything is sent"
    assert not any("报送" in one["buttons"] for one in clerk.page.forms), (
        "and keeps the button shut"
    )
    review = Review.objects.get(target__dossier=small.dossiers[3], kind="selfeval")
    rows = {row.name: row.pk for row in review.target.indicators.all()}
    values = {f"a{rows[name]}": value for _, _, name, _, _, value in ROWS}
    wrong = values | {f"a{rows['养护里程']}": "二百万吧"}
    grid = next(one for one in clerk.page.forms if one["id"] == "grid")["buttons"][-1]
    clerk.press(grid, **wrong)
    assert "二百万吧" in clerk.text, "nothing typed is lost"
    clerk.press(grid, **{f"a{rows['养护里程']}": "126公里"})
    assert "100.00" in clerk.text or "90.00" in clerk.text, "points beside the rows at once"
    assert clerk.press("报送") == 200
    assert "待审核" in clerk.text
    clerk.look("/")
    assert "2020年度项目支出自评" not in clerk.text.split("走一遍")[0]
    assert clerk.minutes < 30, clerk.minutes
