"""Which objects may have changed since a moment, by the trail: for machines that copy what they may
see.

Every act leaves an entry in its own transaction, so whatever changed is named by one. An entry
names its object, never a single column: the answer holds everything that changed and may hold more.
Where an entry cannot be followed to its objects, everything may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.apps import apps

from wenxiao.budget.models import Dossier, Subject
from wenxiao.orgs.selectors import seeing_grants, sight_of
from wenxiao.records.models import Entry, ImportBatch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wenxiao.orgs.models import User

TO_DOSSIER = {
    "budget.Dossier": "pk",
    "budget.Appropriation": "dossier",
    "budget.Spending": "dossier",
    "budget.AuditedAmount": "dossier",
    "budget.Milestone": "dossier",
    "reviews.Review": "dossier",
    "reviews.Mark": "review__dossier",
    "reviews.Criterion": "review__dossier",
    "reviews.Suggestion": "review__dossier",
    "targets.Target": "dossier",
    "targets.Indicator": "target__dossier",
    "targets.LongIndicator": "target__dossier",
    "targets.TargetAmount": "target__dossier",
    "evidence.Actual": "indicator__target__dossier",
    "evidence.Material": "dossier",
    "followup.Finding": "dossier",
    "followup.Use": "dossier",
    "followup.Rectification": "finding__dossier",
    "followup.Disclosure": "review__dossier",
    "followup.Comment": "disclosure__review__dossier",
    "followup.Accountability": "dossier",
}
"""By what an entry names, the way from there to dossiers."""
WITH_BATCH = (
    "budget.Dossier",
    "budget.Appropriation",
    "budget.Spending",
    "budget.AuditedAmount",
    "reviews.Review",
    "targets.Target",
    "evidence.Actual",
    "followup.Finding",
)
"""What an import writes and marks as its own."""
APART = frozenset(
    {
        "",
        "orgs.User",
        "orgs.ApiToken",
        "orgs.Agency",
        "orgs.Expert",
        "records.Intake",
        "records.Upload",
        "records.Notice",
        "records.Instruction",
        "records.BackupRun",
        "reports.Draft",
        "reports.Signed",
        "targets.Layout",
    }
)
"""What stands beside objects: no change of it changes one."""
NEW_BESIDE = frozenset({"orgs.Unit", "records.StoredFile", "records.Document"})
"""What an import may make new beside its rows: nothing that was there before changes by it."""
MOST = 20_000
"""More objects than that are not listed: everything is asked for."""
RESTORED = "恢复"
"""An act that puts other rows in the place of all."""


@dataclass(frozen=True, slots=True)
class ChangedObjects:
    """What may have changed: dossiers, subjects and documents by id.
    ``everything``: it cannot be said.
    """

    dossiers: frozenset[int] = frozenset()
    subjects: frozenset[int] = frozenset()
    documents: frozenset[int] = frozenset()
    everything: bool = False


@dataclass(slots=True)
class _Named:
    """Ids by what entries named, while they are gathered."""

    ids: dict[str, set[int]] = field(default_factory=dict)

    def add(self, label: str, ids: Iterable[int]) -> None:
        self.ids.setdefault(label, set()).update(ids)


def changes_since(user: User, since: datetime) -> ChangedObjects:
    """What entries of the divisions the user looks at name since a moment."""
    divisions = {one.division_id for one in seeing_grants(user)} | sight_of(user).open
    entries = Entry.objects.filter(division__in=divisions, at__gte=since)
    if entries.filter(act__contains=RESTORED, target_type="").exists():
        return ChangedObjects(everything=True)
    named = _Named()
    for label, pk in entries.values_list("target_type", "target_id").order_by().distinct():
        if label not in APART and pk is not None:
            named.add(label, [pk])
    batches = named.ids.pop("records.ImportBatch", set())
    if batches and not _of_batches(batches, named):
        return ChangedObjects(everything=True)
    documents = named.ids.pop("records.Document", set())
    subjects = named.ids.pop("budget.Subject", set())
    rounds = named.ids.pop("budget.Round", set())
    if set(named.ids) - set(TO_DOSSIER):
        return ChangedObjects(everything=True)
    return _followed(named, subjects, rounds, documents)


def _of_batches(batches: set[int], named: _Named) -> bool:
    """Add what imports wrote; False where one was taken back, which leaves nothing to follow."""
    rows = list(ImportBatch.objects.filter(pk__in=batches))
    if any(row.state in {ImportBatch.State.UNDOING, ImportBatch.State.UNDONE} for row in rows):
        return False
    for row in rows:
        for act in row.written:
            if "pk" in act and act["model"] not in NEW_BESIDE:
                named.add(act["model"], [act["pk"]])
    for label in WITH_BATCH:
        carried = apps.get_model(label)._default_manager.filter(batch__in=batches)
        named.add(label, carried.values_list("pk", flat=True)[: MOST + 1])
    return True


def _followed(
    named: _Named, subjects: set[int], rounds: set[int], documents: set[int]
) -> ChangedObjects:
    dossiers: set[int] = set()
    for label, ids in named.ids.items():
        if len(ids) > MOST:
            return ChangedObjects(everything=True)
        rows = apps.get_model(label)._default_manager.filter(pk__in=ids)
        dossiers.update(rows.values_list(TO_DOSSIER[label], flat=True))
    if rounds:
        of_rounds = Dossier.objects.filter(reviews__round__in=rounds)
        dossiers.update(of_rounds.values_list("pk", flat=True)[: MOST + 1])
    if subjects:
        dossiers.update(
            Dossier.objects.filter(subject__in=subjects).values_list("pk", flat=True)[: MOST + 1]
        )
    if len(dossiers) > MOST:
        return ChangedObjects(everything=True)
    of_dossiers = Subject.objects.filter(dossiers__in=dossiers).values_list("pk", flat=True)
    return ChangedObjects(
        frozenset(dossiers), frozenset(subjects.union(of_dossiers)), frozenset(documents)
    )
