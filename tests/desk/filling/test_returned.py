"""A form given back says why, by whom and when, which rows it is about, and
what was changed since; on page, list and desk.
"""

import re

import pytest

from wenxiao.evidence.models import Actual
from wenxiao.records.models import Entry, Todo
from wenxiao.reviews.models import Review
from wenxiao.reviews.returns import returned_of
from wenxiao.reviews.services import return_review
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WHY = "完成时间与验收单不一致，满意度请附问卷汇总表。"


@pytest.fixture
def form(small):
    review = Review.objects.filter(round=small.selfeval, target__isnull=False).first()
    Review.objects.filter(pk=review.pk).update(state="submitted", submitted_by=small.clerk)
    review.refresh_from_db()
    return review


def flat(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_marked_rows_and_what_changed_since_stand_on_top_of_the_units_page(inside, small, form):
    first, second = form.target.indicators.order_by("order")[:2]
    officer, page = inside(small.officer), f"/filling/{form.pk}"
    assert "理由说的是哪几行" in officer.get(page).content.decode()
    sent = {"why": WHY, "mark": [first.pk, second.pk], "version": form.version}
    assert officer.post(f"{page}/judge/return", sent).status_code == 302
    clerk = inside(small.clerk)
    text = flat(clerk.get(page))
    top = text[text.index("这份表被退回") :]
    assert WHY in top
    assert small.officer.name in top
    assert f"1{first.name}未改2{second.name}未改" in top
    assert "退回以后还没有改过。" in top
    assert "退回1" in top  # the mark at the row itself

    actual = Actual.objects.filter(indicator=first, stage="selfeval").first()
    old = actual.value if actual else ""
    saved = clerk.post(
        f"{page}/rows",
        {
            "row": first.pk,
            f"a{first.pk}": "77",
            f"n{first.pk}": "已核",
            f"v{first.pk}": actual.version if actual else "",
        },
    )
    assert saved.status_code == 302
    text = flat(clerk.get(page))
    assert f"1{first.name}已改2{second.name}未改" in text
    assert f"退回以后改了1行{first.name}：{old or '没有填'}→77" in text
    form.refresh_from_db()
    assert form.state == "filling"
    assert WHY in text  # it stays until handed in again
    told = returned_of(form)
    assert [(one.indicator, one.after, one.by) for one in told.changed] == [
        (first.pk, "77", small.clerk.name)
    ]


def test_the_reason_stands_in_the_list_and_in_the_to_do_until_handed_in_again(inside, small, form):
    return_review(review=form, by=small.officer, why=WHY)
    text = flat(inside(small.clerk).get(f"/selfeval/{small.selfeval.pk}"))
    assert "退回：完成时间与验收单不一致" in text  # to fill in
    assert text.count("完成时间与验收单不一致") >= 2  # folded in the list
    todo = Todo.objects.get(kind="退回", state="open")
    assert WHY in todo.title
    Review.objects.filter(pk=form.pk).update(state="submitted")
    form.refresh_from_db()
    assert "完成时间与验收单不一致" not in flat(
        inside(small.clerk).get(f"/selfeval/{small.selfeval.pk}")
    )
    assert returned_of(form) is None


def test_marks_of_another_form_are_refused_and_nothing_is_given_back(small, form):
    other = Target.objects.create(dossier=small.dossiers[-1], number=9, state="replaced")
    row = Indicator.objects.create(target=other, order=1, name="别的", expression="1")
    with pytest.raises(NotAllowed, match="标出的行不是这份表的"):
        return_review(review=form, by=small.officer, why=WHY, marked=[row.pk])
    form.refresh_from_db()
    assert form.state == "submitted"
    assert not Entry.objects.filter(act="退回", target_id=form.pk).exists()


def test_after_handing_in_or_giving_back_the_page_leads_to_the_next_form(inside, small, form):
    type(small.selfeval).objects.filter(pk=small.selfeval.pk).update(route=["office"])
    other = Review.objects.create(
        round=small.selfeval,
        kind="selfeval",
        dossier=next(one for one in small.dossiers if one.pk != form.dossier_id),
        state="submitted",
        submitted_by=small.clerk,
    )
    officer, page = inside(small.officer), f"/filling/{form.pk}"
    assert "等您审核：看完表" in flat(officer.get(page))
    officer.post(f"{page}/judge/return", {"why": WHY, "version": form.version})
    after = officer.get(page).content.decode()
    assert "审核下一份" in after
    assert f'href="/filling/{other.pk}"' in after
    assert "已退回，等填报人改好" in after
