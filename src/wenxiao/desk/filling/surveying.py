"""满意度问卷 of one indicator: opened, spread by link and QR code, counted from
paper, its result taken as the actual.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import segno
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.filling.filling import may_fill, review_of
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.reviews.checks import rows_of
from wenxiao.reviews.services import surveying
from wenxiao.reviews.surveys import from_one_place, result_of_survey, rule_of, surveys_visible_to
from wenxiao.rulebook.satisfaction import survey_rule
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.survey import Survey

DAYS = 14
DRAFT = """您对这个项目的总体效果满意吗
您对办事的效率满意吗
您对工作人员的态度满意吗
您对信息公开的程度满意吗
是否：这个项目解决了您的问题吗
文字：您的意见和建议
"""


@view("fill", methods=("GET", "POST"))
def survey(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """The surveys of one row and their results; opening one."""
    review = review_of(request, pk)
    line = next((one for one in rows_of([review])[pk] if one.indicator.pk == indicator), None)
    if line is None:
        raise Http404
    back = reverse("desk:survey", args=[pk, indicator])
    if request.method == "POST":
        title, audience = text_of(request, "title", 120), text_of(request, "audience", 120)
        questions = text_of(request, "questions", 4000)

        def run() -> str:
            surveying.open_survey(
                review=review,
                indicator=line.indicator,
                title=title,
                audience=audience,
                questions=surveying.questions_of(questions),
                until=day_of(request, "until", "截止日期"),
                population=whole(request.POST.get("population")),
                by=person(request),
            )
            return "问卷已发起。"

        typed = [Typed("标题", "", title), Typed("问题", "", questions)]
        return carry_out(request, run, back, typed)
    division = review.round.division
    rule = survey_rule(review.round.fiscal_year, division.own_rules)
    surveys = surveys_visible_to(person(request)).filter(review=review, indicator=indicator)
    values = {
        "review": review,
        "line": line,
        "surveys": [_shown(request, one) for one in surveys],
        "fills": may_fill(request, review),
        "links": division.assist_links,
        "rule": rule,
        "draft": DRAFT,
        "until": today() + timedelta(days=DAYS),
    }
    return render(request, "desk/filling/survey.html", values)


def _shown(request: HttpRequest, row: Survey) -> dict[str, object]:
    link = (
        request.build_absolute_uri(reverse("portal:survey", args=[row.token])) if row.token else ""
    )
    rule = rule_of(row)
    return {
        "row": row,
        "link": link,
        "picture": segno.make(link, error="m").svg_data_uri(scale=5) if link else "",
        "result": result_of_survey(row),
        "options": [(one, rule.options(one["kind"])) for one in row.questions],
        "crowded": from_one_place(row),
    }


@view("fill", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Count paper sheets, bring rows of a survey tool, close it, or take its result."""
    row = surveys_visible_to(person(request)).filter(pk=pk).first()
    if row is None or act not in _ACTS:
        raise Http404
    put_under(request, "desk:selfeval" if row.review.kind == "selfeval" else "desk:monitoring")
    back = reverse("desk:survey", args=[row.review_id, row.indicator_id])
    return carry_out(request, lambda: _ACTS[act](request, row), back)


def _paper(request: HttpRequest, row: Survey) -> str:
    rule = rule_of(row)
    counts = [
        {
            word: whole(request.POST.get(f"c{at}_{place}")) or 0
            for place, word in enumerate(rule.options(one["kind"]))
        }
        for at, one in enumerate(row.questions)
    ]
    sheets = whole(request.POST.get("sheets")) or 0
    surveying.count_paper(
        survey=row,
        sheets=sheets,
        counts=counts,
        by=person(request),
        note=text_of(request, "note", 300),
    )
    return f"已录入纸质问卷 {sheets} 份。"


def _rows(request: HttpRequest, row: Survey) -> str:
    text = request.POST.get("rows", "")
    if len(text) > 2_000_000:
        raise NotAllowed("一次最多粘贴 200 万字，请分几次。")
    fresh, again = surveying.bring_answers(survey=row, text=text, by=person(request))
    return f"已收 {fresh} 份答卷" + (f"，{again} 份以前收过，没有重复计。" if again else "。")


def _close(request: HttpRequest, row: Survey) -> str:
    surveying.close_survey(survey=row, by=person(request), version=version_of(request))
    return "问卷已截止，链接不能再填。"


def _take(request: HttpRequest, row: Survey) -> str:
    surveying.take_survey(
        survey=row,
        by=person(request),
        version=version_of(request),
        row_version=whole(request.POST.get("row_version")),
    )
    return f"满意度 {row.result['percent']}% 已作为完成值。"


_ACTS = {"paper": _paper, "rows": _rows, "close": _close, "take": _take}
