"""满意度问卷 of one indicator: opened, spread by link and QR code, counted from
paper, its result taken as the actual.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import segno
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.filling.filling import may_fill, review_of
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.checks import rows_of
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.services import surveying
from wenxiao.reviews.surveys import from_one_place, result_of_survey, rule_of, surveys_visible_to
from wenxiao.rulebook.satisfaction import survey_rule
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import Criterion, Review
    from wenxiao.reviews.survey import Survey
    from wenxiao.targets.models import Indicator

DAYS = 14
DRAFT = """您对这个项目的总体效果满意吗
您对办事的效率满意吗
您对工作人员的态度满意吗
您对信息公开的程度满意吗
是否：这个项目解决了您的问题吗
文字：您的意见和建议
"""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """The row a survey is for, as the page names it: what was promised, what stands now, the
    version of what a result replaces, and where the row is filled.
    """

    name: str
    goal: str
    now: str
    version: int | None
    back: str
    crumbs: list[tuple[str, str]]
    taken_as: str


@view("fill", methods=("GET", "POST"))
def survey(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """The surveys of one row and their results; opening one."""
    review = review_of(request, pk)
    line = next((one for one in rows_of([review])[pk] if one.indicator.pk == indicator), None)
    if line is None:
        raise Http404
    if request.method == "POST":
        return opened(request, review, line.indicator)
    now = line.actual.value if line.actual else ""
    back = reverse("desk:filling", args=[pk])
    asked = AskedRow(
        name=line.indicator.name,
        goal=f"年度目标 {line.indicator.expression or '未填'}，",
        now=f"现填 {now or '还没有填'}",
        version=line.actual.version if line.actual else None,
        back=back,
        crumbs=[(review.round.name, ""), (review.dossier.subject.name, back)],
        taken_as="把满意度作为完成值",
    )
    mine = surveys_visible_to(person(request)).filter(review=review, indicator=indicator)
    return survey_page(request, review, mine, asked, fills=may_fill(request, review))


def opened(request: HttpRequest, review: Review, row: Indicator | Criterion) -> HttpResponse:
    """Open the survey a form describes."""
    title, audience = text_of(request, "title", 120), text_of(request, "audience", 120)
    questions = text_of(request, "questions", 4000)

    def run() -> str:
        surveying.open_survey(
            review=review,
            row=row,
            title=title,
            audience=audience,
            questions=surveying.questions_of(questions),
            until=day_of(request, "until", "截止日期"),
            population=whole(request.POST.get("population")),
            by=person(request),
        )
        return "问卷已发起。"

    typed = [Typed("标题", "", title), Typed("问题", "", questions)]
    return carry_out(request, run, request.path, typed)


def survey_page(
    request: HttpRequest, review: Review, surveys: Iterable[Survey], asked: AskedRow, *, fills: bool
) -> HttpResponse:
    """The surveys of a row with their results, and the form to open one."""
    division = review.round.division
    values = {
        "review": review,
        "asked": asked,
        "surveys": [_shown(request, one) for one in surveys],
        "fills": fills,
        "rule": survey_rule(review.round.fiscal_year, division.own_rules),
        "draft": DRAFT,
        "until": today() + timedelta(days=DAYS),
    }
    return render(request, "desk/filling/survey.html", values)


def page_of(row: Survey) -> str:
    """The page of a survey's row."""
    if row.criterion_id is not None:
        return reverse("desk:evaluation_survey", args=[row.review_id, row.criterion_id])
    return reverse("desk:survey", args=[row.review_id, row.indicator_id])


def asked_by(request: HttpRequest, pk: int) -> Survey:
    """A survey this person may work on: whoever fills the form or scores the sheet it is for."""
    row = surveys_visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    dossier, power = row.review.dossier, kind_of(row.review.kind).fill
    if not held(request).can(power, unit=dossier.unit, subject=dossier.subject):
        raise Http404
    entries = {"selfeval": "desk:selfeval", "monitoring": "desk:monitoring"}
    put_under(request, entries.get(row.review.kind, "desk:evaluations"))
    return row


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


@view("see_unit", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Count paper sheets, bring rows of a survey tool, close it, or take its result."""
    row = asked_by(request, pk)
    if act not in _ACTS:
        raise Http404
    return carry_out(request, lambda: _ACTS[act](request, row), page_of(row))


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
    where = "记入评分底稿" if row.criterion_id else "作为完成值"
    return f"满意度 {row.result['percent']}% 已{where}。"


_ACTS = {"paper": _paper, "rows": _rows, "close": _close, "take": _take}
