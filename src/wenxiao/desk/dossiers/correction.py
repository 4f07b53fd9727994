"""Changing one value on a dossier with a reason, where the review's state
and the person's grants allow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.views import held, person, view
from wenxiao.records.selectors import trail_of
from wenxiao.reviews.checks import rows_of
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.selectors import mark_seen_by
from wenxiao.reviews.services import record_actual
from wenxiao.reviews.states import MARKABLE, OPEN
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.evidence.models import Actual
    from wenxiao.reviews.models import Mark

TRAIL = 6


def editable(request: HttpRequest, mark: Mark | None) -> dict[str, object]:
    """For the panel that explains a mark: its value now, whether this
    person may change it, and the value's trail.
    """
    if mark is None or mark.indicator_id is None:
        return {"actual": None, "edits": False, "steps": []}
    actual = _actual(mark)
    return {
        "actual": actual,
        "edits": _may(request, mark),
        "steps": list(trail_of(actual)[:TRAIL]) if actual else [],
    }


def _actual(mark: Mark) -> Actual | None:
    rows = rows_of([mark.review])[mark.review_id]
    return next((row.actual for row in rows if row.indicator.pk == mark.indicator_id), None)


def _may(request: HttpRequest, mark: Mark) -> bool:
    kind = KINDS[mark.review.kind]
    open_states = MARKABLE if kind.fill == "evaluate" else OPEN
    subject = mark.review.dossier.subject
    return mark.review.state in open_states and held(request).can(
        kind.fill, unit=mark.review.dossier.unit, subject=subject
    )


@view("see_unit", methods=("GET", "POST"))
def change_value(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a new value with its reason; the old one stays in the trail.
    Stale shows both values.
    """
    mark = mark_seen_by(person(request), pk)
    if mark is None or mark.indicator is None:
        raise Http404
    back = f"{reverse('desk:dossier', args=[mark.review.dossier_id])}?why={pk}#aside"
    if request.method != "POST":
        return redirect(back)
    indicator = mark.indicator
    value, why = text_of(request, "value", 500), text_of(request, "why")

    def write() -> str:
        if not why:
            raise NotAllowed("改完成值要写明理由，会一并留痕。")
        record_actual(
            review=mark.review,
            indicator=indicator,
            by=person(request),
            value=value,
            why=why,
            version=version_of(request) or None,
        )
        return f"{indicator.name}已改为“{value}”，得分已重算。"

    return carry_out(
        request, write, back, [Typed("完成值", "value", value), Typed("理由", "", why)]
    )
