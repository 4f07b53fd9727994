"""An act offered on several pages is refused on each in the words of its
service, whatever stands in its way.
"""

from html import unescape
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from tests.source_names import names_used

from wenxiao.budget import services as budget
from wenxiao.budget.models import Exemption
from wenxiao.orgs.permissions import Refused
from wenxiao.reviews import services as reviews
from wenxiao.reviews.models import Review
from wenxiao.store.moves import NotAllowed, Stale

# Words are compared, whatever database answers: the acts themselves run on both in tests/acts,
# their pages in the tests of each station.
pytestmark = pytest.mark.django_db
ROUTE = ["head", "department", "office", "performance"]


# ---- the doors of each act: a page posted to as its own form does --------------------------------


def by_form(client, row, version, why, act="pass"):
    """The unit's form with its buttons."""
    address = reverse("desk:filling_judge", args=[row.pk, act])
    return client.post(address, {"version": version, "why": why})


def by_review(client, row, version, why, act="check"):
    """The page of one review."""
    address = reverse("desk:review_move", args=[row.pk, act])
    return client.post(address, {"version": version, "why": why})


def by_list(client, row, version, why, step="check"):
    """Many ticked of one round; what became of each is on the page that follows."""
    address = reverse("desk:settle_ticked", args=[row.round_id])
    answer = client.post(address, {"step": step, "tick": [f"{row.pk}:{version}"], "why": why})
    return client.get(answer["Location"])


def doing(door, **which):
    return lambda client, row, version, why: door(client, row, version, why, **which)


ACTS = {
    "check": (reviews.check_review, {"form": by_form, "review": by_review, "list": by_list}),
    "confirm": (
        reviews.confirm_review,
        {"review": doing(by_review, act="confirm"), "list": doing(by_list, step="confirm")},
    ),
    "return": (
        reviews.return_review,
        {"form": doing(by_form, act="return"), "review": doing(by_review, act="return")},
    ),
}


# ---- what stands in the way ----------------------------------------------------------------------


def own_hand_in(row, officer):
    Review.objects.filter(pk=row.pk).update(submitted_by=officer)


def own_work(row, officer):
    row.authors.add(officer)


def not_handed_in(row, _officer):
    Review.objects.filter(pk=row.pk).update(state="filling")


def already_issued(row, _officer):
    Review.objects.filter(pk=row.pk).update(state="issued")


def incomplete(row, _officer):
    Review.objects.filter(pk=row.pk).update(complete=False)


def grade_crossed(row, _officer):
    change = {"from": ["88.76", "良"], "to": ["91.18", "优"], "why": "补交", "confirmed_by": ""}
    Review.objects.filter(pk=row.pk).update(grade_changes=[change])


def seen_before(row, _officer):
    Review.objects.filter(pk=row.pk).update(version=row.version + 1)


def nothing(_row, _officer):
    pass


SITUATIONS = [
    ("check", own_hand_in, "officer", "属实"),
    ("check", own_work, "officer", "属实"),
    ("check", not_handed_in, "officer", "属实"),
    ("check", already_issued, "officer", "属实"),
    ("check", seen_before, "officer", "属实"),
    ("check", nothing, "clerk", "属实"),
    ("confirm", own_hand_in, "officer", "同意"),
    ("confirm", own_work, "officer", "同意"),
    ("confirm", not_handed_in, "officer", "同意"),
    ("confirm", already_issued, "officer", "同意"),
    ("confirm", incomplete, "officer", "同意"),
    ("confirm", grade_crossed, "officer", ""),
    ("confirm", seen_before, "officer", "同意"),
    ("confirm", nothing, "clerk", "同意"),
    ("return", nothing, "officer", ""),
    ("return", not_handed_in, "officer", "佐证不足"),
    ("return", already_issued, "officer", "佐证不足"),
    ("return", seen_before, "officer", "佐证不足"),
    ("return", nothing, "clerk", "佐证不足"),
]


@pytest.mark.parametrize(
    ("act", "hindrance", "who", "why"), SITUATIONS, ids=lambda one: getattr(one, "__name__", one)
)
def test_every_page_of_an_act_refuses_it_in_the_service_s_words(
    inside, small, act, hindrance, who, why
):
    row, user = small.self_review, getattr(small, who)
    small.selfeval.route = ROUTE
    small.selfeval.save()
    state = {"check": "submitted", "confirm": "checked", "return": "submitted"}[act]
    Review.objects.filter(pk=row.pk).update(state=state)
    version = row.version
    hindrance(row, small.officer)
    service, doors = ACTS[act]
    with pytest.raises((NotAllowed, Refused, Stale)) as refusal, transaction.atomic():
        service(review=Review.objects.get(pk=row.pk), by=user, why=why, version=version)
    sentence = str(refusal.value)
    before = Review.objects.filter(pk=row.pk).values().get()
    client = inside(user)
    told = {
        name: unescape(door(client, row, version, why).content.decode())
        for name, door in doors.items()
    }
    assert [name for name, text in told.items() if sentence not in text] == []
    assert Review.objects.filter(pk=row.pk).values().get() == before


# ---- 本次免报: from the round, from the list of what is missing, from the list of subjects -----------


def on_the_round(client, round_, dossier, sent):
    address = reverse("desk:round_excuse", args=[round_.pk])
    return client.post(address, {**sent, "dossier": dossier.pk})


def on_missing(client, round_, dossier, sent):
    address = reverse("desk:excuse", args=[round_.pk])
    return client.post(address, {**sent, "dossier": dossier.pk})


def on_subjects(client, round_, dossier, sent):
    asked = {**sent, "act": "exempt", "round": round_.pk, "tick": dossier.pk}
    answer = client.post(reverse("desk:subjects_batch"), asked)
    return client.get(answer["Location"])


@pytest.mark.parametrize(
    "sent",
    [
        {"reason": ""},
        {"reason": "holiday"},
        {"reason": "other", "note": " "},
        {"reason": "merged"},
        {"reason": "cancelled", "twice": "1"},
    ],
    ids=lambda sent: sent["reason"] or "none",
)
def test_an_exemption_is_refused_in_the_same_words_on_three_pages(inside, small, sent):
    round_, dossier = small.selfeval, small.dossiers[1]
    given = {"round": round_, "dossier": dossier, "by": small.officer}
    if sent.pop("twice", ""):
        budget.exempt(**given, reason="cancelled")
    with pytest.raises(NotAllowed) as refusal, transaction.atomic():
        budget.exempt(**given, reason=sent["reason"], note=sent.get("note", "").strip())
    client, count = inside(small.officer), Exemption.objects.count()
    for door in (on_the_round, on_missing, on_subjects):
        text = unescape(door(client, round_, dossier, sent).content.decode())
        assert str(refusal.value) in text, door.__name__
    assert Exemption.objects.count() == count


# ---- no further door -----------------------------------------------------------------------------

DESK = Path(__file__).parents[2] / "src" / "wenxiao" / "desk"
PAGES = {
    "check_review": {
        "filling/approval.py",
        "evaluations/evaluations.py",
        "rounds/batch_approval.py",
    },
    "confirm_review": {"evaluations/evaluations.py", "rounds/batch_approval.py"},
    "return_review": {"filling/approval.py", "evaluations/evaluations.py"},
    "exempt": {"rounds/rounds.py", "imports/missing.py", "subjects/batch.py"},
}
"""The pages tried above, by act."""


@pytest.mark.parametrize("act", PAGES)
def test_a_page_that_offers_such_an_act_is_tried_here(act):
    offering = set()
    for path in DESK.rglob("*.py"):
        if act in names_used(path):
            offering.add(path.relative_to(DESK).as_posix())
    assert offering == PAGES[act]
