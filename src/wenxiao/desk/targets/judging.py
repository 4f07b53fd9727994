"""审核: the rubric's points and the opinion of a seat, each by whoever holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from wenxiao.desk.targets.target import target_of
from wenxiao.orgs.selectors import outside_people
from wenxiao.pages.acts import Typed, carry_out, day_of, points_of, text_of, version_of
from wenxiao.pages.views import person, view
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import services
from wenxiao.targets.rubric import rubric_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit", methods=("POST",))
def rubric(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of every criterion; the grade and what follows from it are told."""
    row = target_of(request, pk)

    def run() -> str:
        points = {
            leaf.code: points_of(text, leaf.name)
            for leaf in rubric_of(row).leaves
            if (text := text_of(request, leaf.code, 10))
        }
        services.score_rubric(
            target=row, points=points, by=person(request), version=version_of(request)
        )
        return f"审核得分 {row.rubric_points}，等级“{row.rubric_grade}”。"

    return carry_out(request, run, reverse("desk:target", args=[pk]))


@view("manage_round", methods=("POST",))
def engage(request: HttpRequest, pk: int) -> HttpResponse:
    """委托第三方: this target alone is opened to a person, who is asked for an opinion."""
    row, why = target_of(request, pk), text_of(request, "engage_why", 200)
    people = {str(one.pk): one for one in outside_people(row.dossier.subject.division)}

    def run() -> str:
        user = people.get(request.POST.get("user", ""))
        if user is None:
            raise NotAllowed("请选择受托的人；只能是本区划在用、不属于预算单位的账号。")
        services.engage_reviewer(
            target=row,
            user=user,
            role=request.POST.get("role", ""),
            until=day_of(request, "until", "截止日期"),
            by=person(request),
            why=why,
        )
        return f"已委托“{user}”，请写第三方审核意见。"

    return carry_out(request, run, reverse("desk:target", args=[pk]), [Typed("依据", "", why)])


@view("see_unit", methods=("POST",))
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """审核意见 of a seat this person holds, printed on the form."""
    row, text = target_of(request, pk), text_of(request, "opinion", 600)
    seat = text_of(request, "seat", 10)

    def run() -> str:
        services.state_opinion(
            target=row, seat=seat, opinion=text, by=person(request), version=version_of(request)
        )
        return f"{seat}的审核意见已填，印在正式表上。"

    back = reverse("desk:target", args=[pk])
    return carry_out(request, run, back, [Typed("审核意见", "", text)])
