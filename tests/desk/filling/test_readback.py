"""What stands on screen is what is stored: an unreadable value keeps no
points of the value before, and is named.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.desk.filling.test_filling_grid import first_row, open_review, typed
from tests.desk.test_work import watched  # noqa: F401 - a fixture used by name

from wenxiao.evidence.models import Actual
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Mark

__all__ = ["open_review"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]


def save(client, review, row, value, **more):
    answer = client.post(
        f"/filling/{review.pk}/rows",
        {**typed(review), f"a{row.pk}": value, "row": row.pk, **more},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 200
    return answer.json()


def imported(review, row):
    """The row as an import leaves it: the value of a cell, with the form's own points beside it."""
    Actual.objects.filter(indicator=row, stage="selfeval").update(cell="E9")
    mark = Mark.objects.get(review=review, indicator=row, seat="")
    mark.published_points = Decimal("14.05")
    mark.save()
    return mark


@pytest.mark.parametrize("value", ["十几", "约118", "118/118", "=59*2", "abc"])
def test_an_unreadable_value_keeps_no_points_of_the_one_before(inside, small, open_review, value):
    row = first_row(open_review)
    mark = imported(open_review, row)
    told = save(inside(small.clerk), open_review, row, value)["rows"][str(row.pk)]
    assert (told["points"], told["unread"]) == ("", True)
    assert f"“{value}”" in told["readback"]
    assert 'value=""' in told["points_cell"]
    mark.refresh_from_db()
    assert (mark.status, mark.points) == ("needs_judgement", None)
    assert mark.published_points == Decimal("14.05")  # what the paper says is never lost
    page = inside(small.clerk).get(f"/filling/{open_review.pk}").content.decode()
    assert told["readback"] in page
    assert 'aria-invalid="true"' in page


def test_points_of_the_form_stand_while_its_value_does(inside, small, open_review):
    """A value far above the target is a person's to judge: the form's author did."""
    row = first_row(open_review)
    Actual.objects.filter(indicator=row, stage="selfeval").update(value="100000")
    imported(open_review, row)
    told = save(inside(small.clerk), open_review, row, "100000", **{f"n{row.pk}": "另说明"})
    assert told["rows"][str(row.pk)]["points"] == "14.05"


def test_points_of_the_form_do_not_stand_for_a_value_nobody_can_read(inside, small, open_review):
    row = first_row(open_review)
    Actual.objects.filter(indicator=row, stage="selfeval").update(value="十几")
    imported(open_review, row)
    told = save(inside(small.clerk), open_review, row, "十几", **{f"n{row.pk}": "另说明"})
    assert (told["rows"][str(row.pk)]["points"], told["rows"][str(row.pk)]["unread"]) == ("", True)


def test_points_given_by_hand_go_with_the_value_they_were_given_for(inside, small, open_review):
    row, client = first_row(open_review), inside(small.clerk)
    save(client, open_review, row, "十几")
    given = save(client, open_review, row, "十几", **{f"p{row.pk}": "3", f"n{row.pk}": "差得多"})
    assert given["rows"][str(row.pk)]["points"] == "3.00"
    told = save(client, open_review, row, "几十", **{f"p{row.pk}": "3.00", f"n{row.pk}": "差得多"})
    assert told["rows"][str(row.pk)]["points"] == ""
    entry = Entry.objects.filter(act="填报完成值").latest("pk")
    assert entry.data["points"] == {"before": "3.00", "after": ""}


def test_new_points_typed_with_the_new_value_count(inside, small, open_review):
    row, client = first_row(open_review), inside(small.clerk)
    save(client, open_review, row, "十几")
    save(client, open_review, row, "十几", **{f"p{row.pk}": "3", f"n{row.pk}": "差得多"})
    told = save(client, open_review, row, "几十", **{f"p{row.pk}": "2", f"n{row.pk}": "差得多"})
    assert told["rows"][str(row.pk)]["points"] == "2.00"


def test_an_undone_value_brings_back_the_points_it_had(inside, small, open_review):
    row, client = first_row(open_review), inside(small.clerk)
    note = {f"n{row.pk}": "差得多"}
    save(client, open_review, row, "十几")
    save(client, open_review, row, "十几", **{f"p{row.pk}": "3"}, **note)
    gone = save(client, open_review, row, "118", **{f"p{row.pk}": "3.00"}, **note)
    assert gone["rows"][str(row.pk)]["points"] == "14.05"
    back = save(client, open_review, row, "十几", **{f"b{row.pk}": "3.00"}, **note)
    assert back["rows"][str(row.pk)]["points"] == "3.00"
    still = save(client, open_review, row, "118", **{f"b{row.pk}": "3.00"}, **note)
    assert still["rows"][str(row.pk)]["points"] == "14.05", "what the rule scores, nobody gives"


def test_a_readable_value_is_scored_by_the_rule_again(inside, small, open_review):
    row, client = first_row(open_review), inside(small.clerk)
    save(client, open_review, row, "十几")
    save(client, open_review, row, "十几", **{f"p{row.pk}": "3", f"n{row.pk}": "差得多"})
    told = save(client, open_review, row, "118", **{f"p{row.pk}": "3.00"})["rows"][str(row.pk)]
    assert (told["points"], told["unread"]) == ("14.05", False)
    assert told["readback"].startswith("读作 ")
    assert "data-points" in told["points_cell"]  # a figure, no longer a field


def test_the_total_on_screen_is_never_that_of_before(inside, small, open_review):
    answer = save(inside(small.clerk), open_review, first_row(open_review), "十几")
    open_review.refresh_from_db()
    assert answer["total"] in {f"{open_review.points:.2f}", "未评完"}
    assert "认不出数" in answer["checks"]


def test_money_typed_in_wan_is_read_back_with_its_unit(small):
    """“读作 实际 8694600”: nobody knows of what."""
    from types import SimpleNamespace as Row

    from wenxiao.reviews.readback import readback_of

    mark = Row(status="scored", explanation={"formula": "实际 8694600，目标 9349000：得 5 分"})
    row = Row(indicator=Row(expression="≤934.90万元"), actual=Row(value="869.46万元"), mark=mark)
    assert readback_of(row).text == "读作 实际 8694600 元，目标 9349000 元：得 5 分"
