"""A form's values enter all at once: what is new, what changed from what,
one entry with count and digest.
"""

from __future__ import annotations

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture used by name

from wenxiao.evidence.models import Actual
from wenxiao.evidence.services import Reached, record_actuals
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.services import TargetRow, bring_target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def indicators(bureau):
    rows = [TargetRow("产出指标", "数量指标", f"指标{n}", "≥1个", None) for n in range(3)]
    return bring_target(dossier=bureau.dossier, rows=rows, by=None, why="随表")[1]


def write(place, rows, by=None, **more):
    return record_actuals(
        dossier=place.dossier,
        rows=rows,
        stage="selfeval",
        through_month=12,
        by=by,
        why="随表",
        **more,
    )


def test_new_and_changed_values_with_what_they_held(bureau, indicators):
    one, two, three = indicators
    made, changed = write(
        bureau, [Reached(one, {"value": "5个"}), Reached(two, {"value": "6个"}), Reached(three)]
    )
    assert ([a.value for a in made], changed) == (["5个", "6个"], [])
    made, changed = write(
        bureau, [Reached(one, {"value": "5个"}), Reached(two, {"value": "7个"}, cell="表!F9")]
    )
    assert (made, len(changed)) == ([], 1)
    assert (changed[0][1]["value"], Actual.objects.get(indicator=two).value) == ("6个", "7个")
    assert Actual.objects.get(indicator=two).version == 2
    first, second = Entry.objects.filter(act="随表写入完成值").order_by("pk")
    assert (first.data["new"], first.data["changed"]) == (2, 0)
    assert (second.data["new"], second.data["changed"]) == (0, 1)
    assert len(second.data["digest"]) == 64
    assert write(bureau, [Reached(one, {"value": "5个"})]) == ([], [])
    assert Entry.objects.filter(act="随表写入完成值").count() == 2


def test_who_may_not_and_what_does_not_belong_is_refused(bureau, indicators):
    with pytest.raises(Refused, match="完成值由"):
        write(bureau, [Reached(indicators[0], {"value": "5个"})], by=bureau.stranger)
    with pytest.raises(NotAllowed, match="超过 500 字"):
        write(bureau, [Reached(indicators[0], {"value": "个" * 501})])
    bureau.dossier.pk = 0
    with pytest.raises(NotAllowed, match="不属于"):
        write(bureau, [Reached(indicators[0], {"value": "5个"})])
    assert not Actual.objects.exists()
