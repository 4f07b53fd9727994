"""HEAD at every address that GET opens: the same answer without its body,
for whoever may see it; and nothing is done.
"""

import pytest
from django.db import connection
from django.test import client as test_client
from pages.planting import plant_home
from pages.test_addresses import MATRIX
from pages.test_foreign import Written, paths
from plants import once
from reach import SOAK

pytestmark = pytest.mark.django_db
NOTED = {"records_entry"}
"""What a refusal writes: that somebody was refused stands in the trail,
whatever the way of asking.
"""


home = once(plant_home)


@pytest.fixture
def client(client, monkeypatch):
    """As the server sees it: what the tests' own client would strip from an answer stays on it."""
    monkeypatch.setattr(
        test_client, "conditional_content_removal", lambda request, response: response
    )
    return client


def own_of(home, route):
    """An address with ids of rows of the person's own division."""
    if route.startswith("rounds/"):
        return paths(route, home.monitoring.pk)[0]
    if route.startswith(("reviews/", "filling/")):
        return paths(route, home.self_review.pk)[0]
    return paths(route.replace("rules/<str:name>", "rules/grades"), home.dossiers[2].pk)[0]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("role", "every", "opened"),
    [("performance", 1, 80), ("system", 1 if SOAK else 4, 10 if SOAK else 5)],
)
def test_head_answers_as_get_without_a_body_and_changes_nothing(
    client, home, plain_refusals, role, every, opened
):
    client.force_login(home.people[role])
    statuses, wrong = [], []
    for route in sorted(MATRIX)[::every]:
        path, written = own_of(home, route), Written()
        get = client.get(path)
        with connection.execute_wrapper(written):
            head = client.head(path)
        if not get.streaming and head.get("Content-Length") != str(len(get.content)):
            get = client.get(path)  # the first one showed what an earlier page left to be said once
        told = b"".join(head.streaming_content) if head.streaming else head.content
        same = (head.status_code, head.get("Content-Type")) == (
            get.status_code,
            get.get("Content-Type"),
        )
        if told or not same or written.tables - NOTED:
            wrong.append((path, head.status_code, get.status_code, told[:40], written.tables))
        if "html" in get.get("Content-Type", "") and head["Content-Length"] != str(
            len(get.content)
        ):
            wrong.append((path, head["Content-Length"], len(get.content)))
        statuses.append(get.status_code)
    assert not wrong, "\n".join(map(str, wrong))
    assert statuses.count(200) >= opened, "too few addresses were opened to prove anything"
