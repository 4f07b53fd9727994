"""One made-up project through two years: evaluated 中, a problem found and not mended, its request
examined strictly, the same problem again, redesigned.

All of it is 合成 and stands in rounds of the year after the published report.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.budget.models import Request, Round
from wenxiao.budget.services import ensure_subject, open_dossier, set_appropriation, set_requests
from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import (
    Verdict,
    audit_money,
    confirm_finding,
    decide_requests,
    order_rectification,
    propose_finding,
    sign_use_list,
)
from wenxiao.followup.services.proposing import propose_rules, publish_proposal
from wenxiao.orgs.services.library import add_document
from wenxiao.orgs.services.rule_values import RuleSource
from wenxiao.reviews.services import (
    begin_evaluation,
    check_review,
    confirm_review,
    fix_frame,
    issue_review,
    record_mark,
    set_weights,
    submit_review,
)
from wenxiao.rulebook.numbers import round_points
from wenxiao.site.demo.filing import WHY
from wenxiao.store.clock import standing_at

if TYPE_CHECKING:
    from wenxiao.budget.models import Dossier, Subject
    from wenxiao.reviews.models import Review
    from wenxiao.site.demo.filing import Filing

NAME, CODE = "智慧平台运维（合成）", "SYNTHETIC-TWO-YEARS"
PROBLEM = "运维记录不全，故障响应没有留痕（合成）"
ARRANGED = Decimal(3_200_000)
STORY = (
    (2020, date(2021, 12, 6), date(2021, 12, 28), date(2022, 1, 10), 365, "strict", 320),
    (2021, date(2022, 9, 20), date(2022, 12, 8), date(2023, 1, 12), 340, "redesign", 160),
)
"""By the year evaluated: on which days it is evaluated, the next request is entered and decided;
the request in 万元, what is decided and how much is arranged.
"""
SHARED = date(2022, 1, 5)
SHARES = {"strict_cut_percent": "10", "redesign_keep_percent_of_last_year": "50"}
"""By how much a request is cut, in percent: made up, for each division sets its own."""
SHARE = Decimal("0.75")
"""Of each row's full mark: 中."""


def play_two_years(filing: Filing, unit_of: Dossier) -> None:
    """Both years of the project, by the acts pages offer; ``unit_of`` is a dossier of its unit."""
    subject = _subject(filing, unit_of)
    with standing_at(STORY[0][1]):
        _dossier(filing, subject, STORY[1][0])
    _shares(filing)
    for year, evaluated, asked, decided, wan, kind, amount in STORY:
        with standing_at(evaluated):
            dossier = _dossier(filing, subject, year)
            review = _evaluated(filing, dossier, evaluated)
            _found(filing, dossier, review, evaluated)
        with standing_at(asked):
            request = _asked(filing, subject, year + 2, wan)
        with standing_at(decided):
            _decided(filing, request, kind, amount)
            _dossier(filing, subject, year + 2, Decimal(amount) * 10_000)


def _shares(filing: Filing) -> None:
    """What the division decided to take off by rule: without it a proposal names no amount."""
    with standing_at(SHARED):
        paper = add_document(
            division=filing.division,
            by=filing.judge,
            kind="measures",
            title="评价结果应用的核减比例（合成）",
            number="演示〔2022〕2号",
            issued_on=SHARED,
            issuer=filing.division.bureau,
        )
        proposal = propose_rules(
            division=filing.division,
            changes=[
                {
                    "rule": "results_application",
                    "from": SHARED.isoformat(),
                    "content": {"next_budget": {"amounts": SHARES}},
                }
            ],
            source=RuleSource(paper, "全文"),
            by=filing.judge,
            why="演示用的比例，不是任何地方的规定（合成）",
        )
        publish_proposal(
            proposal=proposal, by=filing.users["lingdao"], why="演示的会议决定（合成）"
        )


def _subject(filing: Filing, unit_of: Dossier) -> Subject:
    with standing_at(STORY[0][1]):
        return ensure_subject(
            division=filing.division,
            unit=unit_of.unit,
            code=CODE,
            name=NAME,
            by=filing.users["yusuan"],
            why=WHY,
            recurring=True,
            synthetic=True,
        )


def _dossier(filing: Filing, subject: Subject, year: int, arranged: Decimal = ARRANGED) -> Dossier:
    """The dossier of a year with its budget; one that is there stays as it is."""
    budget = filing.users["yusuan"]
    known = subject.dossiers.filter(fiscal_year=year).first()
    if known is not None:
        return known
    dossier = open_dossier(subject=subject, fiscal_year=year, by=budget, why=WHY)
    set_appropriation(
        dossier=dossier, by=budget, opening=arranged, adjusted=arranged, synthetic=True, why=WHY
    )
    return dossier


def _evaluated(filing: Filing, dossier: Dossier, on: date) -> Review:
    name = f"{dossier.fiscal_year}年度运维类项目财政评价（合成）"
    opened = filing.round(Round.Kind.FINANCE, name, on, [dossier])
    judge, second = filing.judge, filing.second
    review = begin_evaluation(dossier=dossier, round=opened, frame="project_framework", by=judge)
    rows = list(review.criteria.order_by("order"))
    share = Decimal(100) // len(rows)
    weights: dict[int, Decimal | None] = {row.pk: share for row in rows}
    weights[rows[-1].pk] = 100 - share * (len(rows) - 1)
    set_weights(review=review, weights=weights, by=judge, version=review.version)
    fix_frame(review=review, by=second, version=review.version)
    for row in review.criteria.order_by("order"):
        points = round_points((row.weight or Decimal(0)) * SHARE)
        record_mark(review=review, row=row, by=judge, points=points, note="材料不全（合成）")
    review.refresh_from_db()
    audit_money(
        review=review,
        arranged=ARRANGED,
        used=ARRANGED * 9 / 10,
        differences=[],
        by=judge,
        why="审定（合成）",
        version=review.version,
    )
    submit_review(review=review, by=judge)
    check_review(review=review, by=second, why=WHY)
    confirm_review(review=review, by=second, why=WHY)
    review.refresh_from_db()
    issue_review(review=review, by=judge, issued_on=on, paper_number="")
    return review


def _found(filing: Filing, dossier: Dossier, review: Review, on: date) -> None:
    """The problem, confirmed and ordered to be mended, which nobody does."""
    item = CatalogueItem.objects.filter(division=filing.division).order_by("pk").last()
    finding = propose_finding(
        dossier=dossier, text=PROBLEM, by=filing.judge, review=review, item=item, synthetic=True
    )
    confirm_finding(finding=finding, by=filing.judge, why="查过运维台账（合成）")
    finding.refresh_from_db()
    order_rectification(
        finding=finding, by=filing.judge, deadline=on.replace(day=28), synthetic=True
    )


def _asked(filing: Filing, subject: Subject, year: int, wan: int) -> Request:
    set_requests(
        division=filing.division,
        fiscal_year=year,
        new={(subject.pk, Request.Stage.FIRST): Decimal(wan) * 10_000},
        changed=(),
        by=filing.users["yusuan"],
        why=WHY,
    )
    return Request.objects.get(subject=subject, fiscal_year=year)


def _decided(filing: Filing, request: Request, kind: str, amount: int) -> None:
    """As the rule proposes; the leader signs the department's list."""
    verdict = Verdict(request.pk, kind, Decimal(amount) * 10_000, "没有整改到位（合成）")
    decide_requests(
        division=filing.division,
        fiscal_year=request.fiscal_year,
        verdicts=[verdict],
        by=filing.judge,
    )
    top = request.subject.unit
    while top.parent is not None:
        top = top.parent
    sign_use_list(
        division=filing.division,
        unit=top,
        fiscal_year=request.fiscal_year,
        by=filing.users["lingdao"],
    )
