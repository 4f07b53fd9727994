"""Candidate findings drawn from a form that lands, in its transaction and batch; persons confirm them later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import propose_finding, propose_low_execution

if TYPE_CHECKING:
    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.apply_marks import Landing
    from wenxiao.reviews.models import Review


def draw_findings(review: Review, form: ObjectForm, landing: Landing) -> None:
    """Candidates from an evaluation's own problem list and from the execution rule; persons confirm them later."""
    known = set(review.findings.values_list("pk", flat=True))
    items = {
        item.text: item for item in CatalogueItem.objects.filter(division=landing.batch.division)
    }
    for text in form.problem_texts:
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
    low = propose_low_execution(
        review=review, by=landing.by, batch=landing.batch, synthetic=landing.synthetic
    )
    if low is not None and low.pk not in known:
        landing.written.created(low)
