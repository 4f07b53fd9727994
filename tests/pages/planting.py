"""Plant the other side: one row of every table that holds business, all of
it carrying a word nobody else may read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
from decimal import Decimal
from pathlib import Path

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models

ROOMS = ("budget", "targets", "evidence", "reviews", "followup", "records", "reports")
"""The apps whose every table gets a row; of orgs only what a division owns."""
OWNED = ("orgs.Agency", "orgs.Expert")
LEFT = {
    "records.Entry",
    "records.ChainHead",
    "records.BackupRun",  # of the whole installation, no division's
    "followup.WatchWindow",
    "followup.WatchLine",
    "followup.WatchMark",
    "reviews.DossierTally",
    "reviews.ReviewTally",
    "reviews.TallyMark",
}
"""Written by acts alone, or worked out from the rest."""
OF_SUBJECT = {
    *(
        "budget.Subject",
        "budget.Dossier",
        "budget.Appropriation",
        "budget.Spending",
        "budget.AuditedAmount",
        "budget.Request",
    ),
    *(
        "budget.Milestone",
        "budget.KindFact",
        "targets.Target",
        "targets.Indicator",
        "evidence.Actual",
        "evidence.Material",
    ),
    *(
        "records.StoredFile",
        "reviews.Review",
        "reviews.Criterion",
        "reviews.Mark",
        "reviews.Suggestion",
        "reviews.PaperSignature",
        "reviews.ExAnte",
        "reviews.Exchange",
        "reviews.Objection",
        "reviews.WorkingPaper",
    ),
    *(
        "followup.Finding",
        "followup.Rectification",
        "followup.Use",
        "followup.BudgetDecision",
        "followup.Accountability",
        "followup.Disclosure",
    ),
    *("records.Notice", "followup.Comment"),
}
"""What hangs on a subject; rounds, the catalogue, papers and the like belong to the division."""
DAY = dt.date(2021, 11, 1)
CHOSEN = {
    "budget.Round": {
        "state": "open",
        "kind": "finance_evaluation",
        "work_year": 2021,
        "fiscal_year": 2021,
        "key": True,
    },
    "budget.Dossier": {"fiscal_year": 2021},
    "budget.Request": {"fiscal_year": 2022, "stage": "second"},
    "budget.DepartmentFigure": {
        "fiscal_year": 2021,
        "item": "basic",
        "stage": "final",
        "people": None,
    },
    "followup.BudgetDecision": {"proposed": "strict", "kind": "strict"},
    "followup.UnitAssessment": {
        "work_year": 2021,
        "state": "confirmed",
        "lines": [],
        "confirmed_by": None,
    },
    "followup.UseList": {"fiscal_year": 2022, "number": 1},
    "budget.Spending": {"month": 7, "paid_on": DAY},
    "reviews.Review": {
        "state": "confirmed",
        "kind": "finance_evaluation",
        "grade": "良",
        "points": Decimal("81.25"),
    },
    "reviews.Mark": {"criterion": None, "points": Decimal(5)},
    "reviews.Survey": {"criterion": None},
    "reviews.PaperSignature": {"decided_by": None, "accepted": None},
    "reviews.EvaluationPlan": {
        "work_year": 2021,
        "fiscal_year": 2021,
        "kind": "finance_evaluation",
        "round": None,
    },
    "followup.Finding": {"state": "confirmed"},
    "followup.CommonProblem": {"work_year": 2021},
    "followup.RuleProposal": {
        "standing": "未核",
        "changes": [{"rule": "grades", "from": "2021-01-01", "content": {}, "was": {}}],
        "trial": {"objects": 0, "moved": 0, "points": 0, "grades": 0, "lights": 0, "groups": []},
    },
    "followup.Disclosure": {"state": "proposed"},
    "reports.Draft": {"work_year": 2021},
    "reports.ReportRun": {"state": "done", "reviews": [], "left": []},
    "reports.Signed": {"work_year": 2021, "issue_number": 77},
    "records.Todo": {
        "user": None,
        "unit": None,
        "role": "performance",
        "target_type": "",
        "target_id": None,
    },
}


def plant_home():
    """The small division of the desk's tests, with a person for every role."""
    path = Path(__file__).resolve().parents[1] / "desk" / "conftest.py"
    spec = importlib.util.spec_from_file_location("planting_home", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    home = module.plant(4)
    home.people = _people(home)
    home.item = apps.get_model("followup.CatalogueItem").objects.get()
    home.paper = apps.get_model("records.Document").objects.create(
        division=home.division, kind="notice", title="某通知"
    )
    return home


def _people(home):
    """One person for each role, over the third unit where the role is a
    unit's, over the first dossier if assigned.
    """
    from wenxiao.orgs.models import Grant, Role, Unit, User
    from wenxiao.orgs.permissions import THIRD_PARTIES

    office = Unit.objects.create(
        division=home.division, code="F01", name="示例业务科室", kind="finance", path=""
    )
    office.path = f"/{office.pk}/"
    office.save()
    Unit.objects.filter(pk=home.units[2].pk).update(office=office)
    scopes = {
        Role.CLERK: home.units[2],
        Role.HEAD: home.units[2],
        Role.DEPARTMENT: home.units[2],
        Role.OFFICE: office,
    }
    people = {}
    for role in Role:
        unit = scopes.get(role)
        user = User.objects.create_user(
            f"one-{role}", "x", name=f"某{role.label}", division=home.division, unit=unit
        )
        row = Grant.objects.create(
            user=user,
            role=role,
            division=home.division,
            unit=unit,
            by_subjects=role in THIRD_PARTIES,
        )
        if role in THIRD_PARTIES:
            row.subjects.add(home.dossiers[2].subject)
        people[str(role)] = user
    return people


class Side:
    """One row of each table, all with the id ``key`` and ``marker`` in every text; ``rows`` by
    model label.

    In a division of its own every table is planted; beside others in ``division`` only what hangs
    on the subject.
    """

    def __init__(self, key, marker, *, home=None, unit=None, restriction="open"):
        self.key, self.marker, self.restriction, self.rows = key, marker, restriction, {}
        if home is not None:
            self.rows.update(
                {
                    "orgs.Division": home.division,
                    "budget.Round": home.monitoring,
                    "orgs.User": home.officer,
                }
            )
            self.rows.update({"records.Document": home.paper, "followup.CatalogueItem": home.item})
        else:
            self.make("orgs.Division", code=str(key)[:9])
        self.rows["orgs.Unit"] = unit or self.make("orgs.Unit", path=f"/{key}/")
        if home is None:
            self.make("orgs.User", username=f"of-{key}")
            self.make("orgs.Grant", role="performance", unit=None)
        tables = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
        for model in [*map(apps.get_model, OWNED), *tables]:
            if model._meta.label not in LEFT and (home is None or model._meta.label in OF_SUBJECT):
                self.row_of(model)

    def row_of(self, model):
        """This side's row of a table, made where there is none."""
        return self.rows.get(model._meta.label) or self.make(model._meta.label)

    def make(self, label, **fields):
        """A row with every column filled."""
        model = apps.get_model(label)
        fields = {**CHOSEN.get(label, {}), **fields}
        for field in model._meta.concrete_fields:
            if not field.primary_key and field.name not in fields:
                value = self.value_of(field)
                if value is not None:
                    fields[field.name] = value
        if label == "budget.Subject":
            fields["restriction"] = self.restriction
        (row,) = model.objects.bulk_create([model(pk=self.key, **fields)])
        self.rows[label] = row
        return row

    @property
    def file(self):
        """What this side's stored file holds."""
        return f"%PDF-1.4 {self.marker}".encode()

    def value_of(self, field):
        """Something fitting the column; None leaves it to its default."""
        if isinstance(field, models.ForeignKey):
            model = field.remote_field.model
            nothing = field.null and (
                model is field.model or model._meta.label in {"records.ImportBatch", "orgs.Unit"}
            )
            owner = (
                field.model._meta.label in {"orgs.User", "records.Notice"} and field.name == "unit"
            )
            return None if nothing and not owner else self.row_of(model)
        if isinstance(field, models.JSONField):
            return None if field.has_default() else {}
        if field.choices or isinstance(field, models.BooleanField):
            return None
        if isinstance(field, models.CharField | models.TextField):
            return self.text_of(field)
        if isinstance(field, models.DateTimeField):
            return dt.datetime(2021, 11, 1, tzinfo=dt.UTC) if not field.auto_now_add else None
        if isinstance(field, models.DateField):
            return DAY
        if isinstance(field, models.DecimalField) or type(field).__name__ in {
            "MoneyField",
            "PointsField",
        }:
            return Decimal(10)
        return (
            1
            if isinstance(field, models.IntegerField) and not field.has_default() and not field.null
            else None
        )

    def text_of(self, field):
        """The marker, cut to the column; where a file lies, a real one."""
        if field.name == "sha256":
            return hashlib.sha256(self.file).hexdigest()
        if field.model._meta.label == "records.StoredFile" and field.name == "path":
            from django.core.files.storage import default_storage

            return default_storage.save(f"planted/{self.key}.pdf", ContentFile(self.file))
        if field.name in {"kind", "rule", "stage", "role", "reason", "token"}:
            return None
        text = f"{self.marker}{self.key}{field.name}"
        return text[: field.max_length] if field.max_length else text
