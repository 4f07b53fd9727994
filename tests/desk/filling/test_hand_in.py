"""A half-filled form stays with its author, whatever address it is handed in by."""

import ast
import inspect
import re
from copy import deepcopy

import pytest
from django.db import transaction
from django.urls import get_resolver

from wenxiao.evidence.models import Actual
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import return_review, submit_review
from wenxiao.store.moves import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(small):
    """A self-evaluation with every value filled in, still with its unit."""
    small.self_review.state = "filling"
    small.self_review.save()
    return small.self_review


@pytest.fixture
def half(whole):
    """The same form with one value missing."""
    row = whole.target.indicators.order_by("order").first()
    Actual.objects.filter(indicator=row, stage="selfeval").update(value="")
    return whole


def patterns(resolver, prefix=""):
    for one in resolver.url_patterns:
        address = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from patterns(one, address)
        else:
            yield address, one.callback


def words_of(callback):
    """The words a view's module tells acts apart by: keys of its
    dictionaries and what it compares with.
    """
    tree = ast.parse(inspect.getsource(inspect.getmodule(inspect.unwrap(callback))))
    found = set()
    for node in ast.walk(tree):
        some = filter(None, node.keys) if isinstance(node, ast.Dict) else ()
        some = node.comparators if isinstance(node, ast.Compare) else some
        for part in some:
            found |= {one.value for one in ast.walk(part) if isinstance(one, ast.Constant)}
    return sorted(word for word in found if isinstance(word, str) and re.fullmatch("[a-z]+", word))


def addresses(pk):
    """Every address with the review's number in place of every number: a list, one for each word it
    may ask for.
    """
    for address, callback in patterns(get_resolver()):
        path = "/" + re.sub(r"<int:\w+>", str(pk), address)
        words = words_of(callback) if "<str:" in path else [""]
        yield [re.sub(r"<\w+:\w+>", word, path) for word in words]


def doors_of(client, review):
    """The addresses that hand a whole form in; one that takes no POST takes none for any word."""
    for paths in addresses(review.pk):
        for path in paths:
            answer, state = posted(client, review, path)
            if state == "submitted":
                yield path
            if answer.status_code == 405:
                break


def posted(client, review, path):
    """The answer to a hand-in at an address and where the review then is; nothing of it stays, the
    session of who asks neither.
    """
    session = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.post(path, {"version": review.version, "why": "报送"})
        state = Review.objects.get(pk=review.pk).state
        transaction.set_rollback(True)
    client.cookies = session
    return answer, state


# The services these addresses lead to refuse it on both databases below.
def test_every_address_that_hands_in_refuses_a_half_filled_form(
    inside, small, whole, plain_refusals
):
    client = inside(small.clerk)
    client.raise_request_exception = False
    doors = list(doors_of(client, whole))
    assert len(doors) >= 2, doors
    Actual.objects.filter(indicator__target=whole.target, stage="selfeval").update(value="")
    for path in doors:
        answer, state = posted(client, whole, path)
        assert (answer.status_code, state) == (409, "filling"), path
        assert "没有填完成值" in answer.content.decode(), path


@pytest.mark.db
def test_the_service_itself_refuses_it(small, half):
    with pytest.raises(NotAllowed, match="没有填完成值"):
        submit_review(review=half, by=small.clerk)
    half.refresh_from_db()
    assert half.state == "filling"


@pytest.mark.db
def test_what_only_warns_stands_in_the_entry(small, whole):
    from wenxiao.records.models import Entry

    submit_review(review=whole, by=small.clerk)
    assert "送审前检查提示" in Entry.objects.get(act="报送").why


@pytest.mark.db
def test_a_score_sheet_with_an_empty_row_is_not_handed_in(small):
    small.evaluation.state, small.evaluation.complete = "filling", False
    small.evaluation.save()
    with pytest.raises(NotAllowed, match="没评分的行"):
        submit_review(review=small.evaluation, by=small.officer)


@pytest.mark.db
def test_a_scanned_signature_waits_for_somebody_else_on_the_page(whole, small, inside):
    """attack.md B17: the clerk passed two steps alone with any scan."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from wenxiao.orgs.models import Grant, Role, User

    type(whole.round).objects.filter(pk=whole.round_id).update(
        route=["head", "department", "office"]
    )
    Review.objects.filter(pk=whole.pk).update(state="submitted", step=0, submitted_by=small.clerk)
    base, clerk = f"/filling/{whole.pk}", inside(small.clerk)
    scan = SimpleUploadedFile("签字件.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    sent = {"version": Review.objects.get(pk=whole.pk).version, "scan": scan}
    assert clerk.post(f"{base}/judge/paper", sent).status_code == 302
    whole.refresh_from_db()
    assert whole.step == 0
    assert clerk.post(f"{base}/judge/confirm").status_code == 403
    assert "等另一人核对确认" in clerk.get(base).content.decode()
    user = User.objects.create_user(
        "dept", "Demo-pass-2021", name="示例主管", division=small.division, unit=small.units[0]
    )
    Grant.objects.create(
        user=user, role=Role.DEPARTMENT, division=small.division, unit=small.units[0]
    )
    checker = inside(user)
    assert checker.get(f"{base}/scan").content.startswith(b"%PDF")
    assert "采用" in checker.get(base).content.decode()
    assert checker.post(f"{base}/judge/confirm").status_code == 302
    whole.refresh_from_db()
    assert whole.step == 1
    assert checker.post(f"{base}/judge/refuse", {"why": "x"}).status_code == 409


@pytest.mark.db
def test_a_return_speaks_until_the_form_is_handed_in_again(client, small, whole):
    """Why it came back stands on the unit's page and in its to-do, and goes
    with the next hand-in.
    """
    submit_review(review=whole, by=small.clerk)
    return_review(review=whole, by=small.officer, why="完成时间没有佐证，请补齐后重报")
    client.force_login(small.clerk)
    page = client.get(f"/filling/{whole.pk}").content.decode()
    assert "完成时间没有佐证，请补齐后重报" in page
    assert small.officer.name in page
    assert "完成时间没有佐证" in client.get("/").content.decode()
    submit_review(review=whole, by=small.clerk)
    assert "完成时间没有佐证" not in client.get(f"/filling/{whole.pk}").content.decode()
    assert "完成时间没有佐证" not in client.get("/").content.decode()
