"""Imports entered from the top: forms become dossiers (reviews.sheets), their problems become candidate findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import CATALOGUE, LOW_EXECUTION, propose_finding
from wenxiao.orgs.permissions import Refused
from wenxiao.reviews import sheets
from wenxiao.reviews.sheets.deciding import choices_to_apply, resettle
from wenxiao.rulebook import basis
from wenxiao.rulebook.numbers import exact_rate, rate_percent
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch, Intake
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.sheets.applying import Landing
    from wenxiao.reviews.sheets.importing import ImportOutcome
    from wenxiao.reviews.sheets.incoming import Incoming


def import_file(
    path: Path, *, division: Division, by: User | None, **options: Any
) -> ImportOutcome:
    """reviews.sheets.import_file, with candidate findings drawn in the same transaction and batch."""
    return sheets.import_file(path, division=division, by=by, after=draw_findings, **options)


def apply_batch(
    batch: ImportBatch, *, by: User | None, choices: dict[str, Any], synthetic: bool = False
) -> ImportOutcome:
    """reviews.sheets.apply_batch, with candidate findings drawn in the same transaction and batch."""
    return sheets.apply_batch(
        batch, by=by, choices=choices, synthetic=synthetic, after=draw_findings
    )


def apply_reading(
    reading: dict[str, Any],
    path: Path,
    *,
    division: Division,
    by: User | None,
    choices: dict[str, Any] | None = None,
    synthetic: bool = False,
) -> ImportOutcome:
    """Preview and, when nothing blocks, apply a file that a pool of children has read already."""
    preview = sheets.preview_reading(reading, path, division=division, by=by, choices=choices)
    if preview.batch is None or not preview.clean:
        return preview
    return apply_batch(preview.batch, by=by, choices=preview.batch.choices, synthetic=synthetic)


def draw_findings(review: Review, form: Incoming, landing: Landing) -> None:
    """Candidates from an evaluation's own problem list and from the execution rule; persons confirm them later."""
    known = set(review.findings.values_list("pk", flat=True))
    items = {
        item.text: item for item in CatalogueItem.objects.filter(division=landing.batch.division)
    }
    for text in form.problems:
        finding = propose_finding(
            dossier=landing.dossier,
            review=review,
            text=text,
            item=items.get(text.strip("。；")),
            by=landing.by,
            batch=landing.batch,
            synthetic=landing.synthetic,
        )
        if finding.pk not in known:
            landing.written.created(finding)
            known.add(finding.pk)
    low = _low_execution(review, landing)
    if low is not None and low.pk not in known:
        landing.written.created(low)


def _low_execution(review: Review, landing: Landing) -> Any:
    """The execution-rate candidate: audited (or reported) spending below the catalogue's limit of what was arranged."""
    if review.kind != "finance_evaluation":
        return None
    item = CatalogueItem.objects.filter(division=landing.batch.division, rule=LOW_EXECUTION).first()
    share = exact_rate(review.executed, review.budget)
    if item is None or share is None:
        return None
    limit = _limit(item.code, review.round.fiscal_year)
    if limit is None or share * 100 >= limit:
        return None
    rate = rate_percent(review.executed, review.budget)
    return propose_finding(
        dossier=landing.dossier,
        review=review,
        item=item,
        text=item.text,
        rule=item.rule,
        by=landing.by,
        evidence=f"经审查使用 {review.executed} 元 ÷ 安排 {review.budget} 元 = {rate}%，低于 {limit}%",
        batch=landing.batch,
        synthetic=landing.synthetic,
    )


def _limit(code: str, year: int) -> Decimal | None:
    """The percentage below which the catalogue's execution problem is proposed in a year; None when its rule is off."""
    entries = basis.in_force(CATALOGUE, year).content["entries"]
    found = [
        e["candidate_rule"]["rate_below"]
        for e in entries
        if e["code"] == code and "candidate_rule" in e
    ]
    return basis.number(found[0]) if found else None


def confirm_batch(batch: ImportBatch, *, by: User | None) -> ImportOutcome:
    """Import one previewed file as it was shown. NotAllowed when something is still open or somebody was faster."""
    with transaction.atomic():
        choices = choices_to_apply(batch, by)
        outcome = apply_batch(batch, by=by, choices=choices, synthetic=bool(batch.division.demo))
        if not outcome.accepted:  # why it was refused stays with the file
            batch.problems = outcome.problems
            batch.save(update_fields=["problems"])
        return outcome


def confirm_ready(intake: Intake, *, by: User | None) -> tuple[int, int]:
    """Import every file of an intake that is ready, each in its own transaction; (imported, not imported)."""
    done = failed = 0
    waiting = intake.batches.filter(state="previewed", summary__standing="ready").values_list(
        "pk", flat=True
    )
    for pk in list(waiting):
        batch = intake.batches.select_related("division", "file", "intake").get(pk=pk)
        try:
            imported = bool(confirm_batch(batch, by=by).accepted)
        except (NotAllowed, Refused):
            imported = False
        done, failed = done + imported, failed + (not imported)
        type(intake)._default_manager.filter(pk=intake.pk).update(beat=timezone.now())
    resettle(intake, by=by)
    return done, failed
