"""Targets, rectifications and 代单位报送 are refused in the words of their
services too, with a file and without one.
"""

from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from tests.source_names import names_used

from wenxiao.followup import services as followup
from wenxiao.followup.models import Rectification
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Document
from wenxiao.reviews import services as reviews
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.targets import services as targets
from wenxiao.targets.models import Indicator, Target

# Words are compared, whatever database answers: the acts themselves run on both in tests/acts,
# their pages in the tests of each station.
pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF\n"


class Place:
    """What is acted on, by name; ``version`` as the page showed it."""

    def __init__(self, small, tmp_path, settings):
        settings.MEDIA_ROOT, settings.HOME = tmp_path / "files", tmp_path
        self.small, self.division = small, small.division
        self.target = Target.objects.create(dossier=small.dossiers[3], filing=True)
        self.row = Indicator.objects.create(
            target=self.target, order=0, level1="产出指标", name="场次", expression="≥1场"
        )
        self.review = small.self_review
        Review.objects.filter(pk=self.review.pk).update(state="filling", received_on=today())
        finding = small.dossiers[0].findings.get(state="confirmed")
        late = today() + timedelta(days=30)
        self.item = followup.order_rectification(finding=finding, by=small.officer, deadline=late)
        self.people = {"officer": small.officer, "clerk": small.clerk}


@pytest.fixture
def place(small, tmp_path, settings):
    return Place(small, tmp_path, settings)


def scan():
    return SimpleUploadedFile("签章件.pdf", SCAN)


def a_paper(target):
    division = target.dossier.subject.division
    return Document.objects.create(division=division, kind="other", title="批复")


# ---- the doors of each act -----------------------------------------------------------------------


def target_page(client, row, why, act="pass"):
    address = reverse("desk:target_judge", args=[row.pk])
    return client.post(address, {"act": act, "version": row.version, "why": why})


def target_list(client, row, _why):
    address = reverse("desk:target_review")
    return client.post(address, {"target": row.pk, f"v{row.pk}": row.version})


def approval_list(client, row, _why):
    address = reverse("desk:target_approval")
    paper = {"number": "示财预〔2020〕1号", "title": "关于批复绩效目标的通知"}
    paper["issued_on"] = "2020-01-20"
    return client.post(address, {**paper, "target": row.pk, f"v{row.pk}": row.version})


def target_for_unit(client, row, why, **file):
    address = reverse("desk:target_submit_for", args=[row.pk])
    return client.post(address, {"version": row.version, "why": why, **file})


def ticked_for_units(client, row, why, **file):
    address = reverse("desk:submit_for", args=[row.round_id])
    sent = {"tick": f"{row.pk}:{row.version}", "why": why, **file}
    answer = client.post(address, sent)
    return client.get(answer["Location"]) if answer.status_code == 302 else answer


def rectification(client, row, why, act="reply", **sent):
    address = reverse("desk:rectification_act", args=[row.pk, act])
    told = {"reply": why, "verdict": why, "measure": why, "owner": "某人", "version": row.version}
    return client.post(address, {**told, **sent})


ACTS = {
    "check_target": (
        lambda row, by, why: targets.check_target(target=row, by=by, version=row.version, why=why),
        {"page": target_page, "list": target_list},
    ),
    "return_target": (
        lambda row, by, why: targets.return_target(
            target=row, marks=[], why=why, by=by, version=row.version
        ),
        {"page": lambda client, row, why: target_page(client, row, why, "return")},
    ),
    "approve_filed_target": (
        lambda row, by, why: reviews.approve_filed_target(
            target=row, approval=a_paper(row), by=by, version=row.version
        ),
        {"list": approval_list},
    ),
    "submit_target_for_unit": (
        lambda row, by, why: targets.submit_target_for_unit(
            target=row, by=by, version=row.version, why=why
        ),
        {
            "without a scan": target_for_unit,
            "with a scan": lambda *given: target_for_unit(*given, scan=scan()),
        },
    ),
    "submit_for_unit": (
        lambda row, by, why: reviews.submit_for_unit(
            review=row, by=by, why=why, version=row.version
        ),
        {
            "without a scan": ticked_for_units,
            "with a scan": lambda *given: ticked_for_units(*given, scan=scan()),
        },
    ),
    "plan_rectification": (
        lambda row, by, why: followup.plan_rectification(
            item=row, by=by, measure=why, owner="某人", version=row.version
        ),
        {"page": lambda *given: rectification(*given, act="plan")},
    ),
    "reply_rectification": (
        lambda row, by, why: followup.reply_rectification(
            item=row, by=by, reply=why, version=row.version
        ),
        {
            "without a proof": rectification,
            "with a proof": lambda *given: rectification(*given, proof=scan()),
        },
    ),
    "verify_rectification": (
        lambda row, by, why: followup.verify_rectification(
            item=row, by=by, passed=False, verdict=why, on=date(2021, 9, 1), version=row.version
        ),
        {"page": lambda *given: rectification(*given, act="verify", passed="no")},
    ),
}
ON = {"check_target": "target", "return_target": "target", "submit_target_for_unit": "target"}
ON |= {"approve_filed_target": "target"}
ON |= {"submit_for_unit": "review"}


# ---- what stands in the way ----------------------------------------------------------------------


def state(code):
    def put(row, _person):
        type(row).objects.filter(pk=row.pk).update(state=code)

    put.__name__ = code
    return put


def own(row, person):
    if isinstance(row, Target):
        Target.objects.filter(pk=row.pk).update(state="submitted", filed_by=person)
    else:
        Rectification.objects.filter(pk=row.pk).update(state="replied", submitted_by=person)


def overtaken(row, _person):
    type(row).objects.filter(pk=row.pk).update(version=row.version + 1)


def waiting_and_overtaken(row, person):
    state("submitted")(row, person)
    overtaken(row, person)


def own_checked(row, person):
    Target.objects.filter(pk=row.pk).update(state="checked", checked_by=person)


def checked_and_overtaken(row, person):
    state("checked")(row, person)
    overtaken(row, person)


def empty(row, _person):
    row.indicators.all().delete()


def not_received(row, _person):
    Review.objects.filter(pk=row.pk).update(received_on=None)


def blank(row, _person):
    for actual in row.target.indicators.all():
        actual.actuals.filter(stage="selfeval").update(value="")


def nothing(_row, _person):
    pass


SITUATIONS = [
    ("check_target", own, "officer", ""),
    ("check_target", state("draft"), "officer", ""),
    ("check_target", state("returned"), "officer", ""),
    ("check_target", waiting_and_overtaken, "officer", ""),
    ("check_target", state("submitted"), "clerk", ""),
    ("return_target", state("submitted"), "officer", " "),
    ("return_target", state("draft"), "officer", "改"),
    ("return_target", own, "officer", "改"),
    ("check_target", state("approved"), "officer", ""),
    ("approve_filed_target", own_checked, "officer", ""),
    ("approve_filed_target", state("submitted"), "officer", ""),
    ("approve_filed_target", state("approved"), "officer", ""),
    ("approve_filed_target", checked_and_overtaken, "officer", ""),
    ("submit_target_for_unit", empty, "officer", "单位交来"),
    ("submit_target_for_unit", state("submitted"), "officer", "单位交来"),
    ("submit_target_for_unit", overtaken, "officer", "单位交来"),
    ("submit_target_for_unit", nothing, "clerk", "单位交来"),
    ("submit_for_unit", not_received, "officer", "单位交来"),
    ("submit_for_unit", blank, "officer", "单位交来"),
    ("submit_for_unit", state("checked"), "officer", "单位交来"),
    ("submit_for_unit", overtaken, "officer", "单位交来"),
    ("submit_for_unit", nothing, "clerk", "单位交来"),
    ("plan_rectification", nothing, "clerk", ""),
    ("plan_rectification", state("closed"), "clerk", "补验收"),
    ("plan_rectification", nothing, "officer", "补验收"),
    ("reply_rectification", nothing, "clerk", " "),
    ("reply_rectification", state("closed"), "clerk", "已验收"),
    ("reply_rectification", overtaken, "clerk", "已验收"),
    ("reply_rectification", nothing, "officer", "已验收"),
    ("verify_rectification", own, "officer", "属实"),
    ("verify_rectification", state("replied"), "officer", ""),
    ("verify_rectification", state("closed"), "officer", "属实"),
    ("verify_rectification", state("replied"), "clerk", "属实"),
]


@pytest.mark.parametrize(
    ("act", "hindrance", "who", "why"), SITUATIONS, ids=lambda one: getattr(one, "__name__", one)
)
def test_every_door_of_an_act_refuses_it_in_the_service_s_words(
    inside, place, act, hindrance, who, why
):
    row, user = getattr(place, ON.get(act, "item")), place.people[who]
    row.refresh_from_db()
    hindrance(row, user)
    service, doors = ACTS[act]
    model, version = type(row), row.version

    def fresh():
        again = model.objects.get(pk=row.pk)
        again.version = version
        return again

    with pytest.raises((NotAllowed, Refused, Stale)) as refusal, transaction.atomic():
        service(fresh(), user, why)
    sentence = str(refusal.value)
    before = model.objects.filter(pk=row.pk).values().get()
    client = inside(user)
    told = {
        name: unescape(door(client, fresh(), why).content.decode()) for name, door in doors.items()
    }
    assert [name for name, text in told.items() if sentence not in text] == [], sentence
    assert model.objects.filter(pk=row.pk).values().get() == before


# ---- no further door -----------------------------------------------------------------------------

SRC = Path(__file__).parents[2] / "src" / "wenxiao"
CALLED = {
    "check_target": {"desk/targets/review.py"},
    "approve_filed_target": {"desk/targets/review.py"},
    "return_target": {"desk/targets/review.py"},
    "submit_target_for_unit": {"desk/targets/review.py", "intake/upload_acts.py"},
    "submit_for_units": {"desk/rounds/receiving.py", "intake/upload_acts.py"},
    "plan_rectification": {"desk/rectifications/rectifications.py"},
    "reply_rectification": {"desk/rectifications/rectifications.py", "intake/upload_acts.py"},
    "verify_rectification": {"desk/rectifications/rectifications.py"},
}
"""The callers tried above, by act; what takes files calls from ``intake/upload_acts.py``."""


@pytest.mark.parametrize("act", CALLED)
def test_whatever_calls_such_an_act_is_tried_here(act):
    calling = set()
    for room in ("desk", "api", "intake", "pages"):
        for path in (SRC / room).rglob("*.py"):
            if act in names_used(path):
                calling.add(path.relative_to(SRC).as_posix())
    assert calling == CALLED[act]
