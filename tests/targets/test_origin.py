"""How a target came: what only came along with a sheet was never approved,
and nothing counts it as if it were.
"""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.orgs.services import add_unit, create_division
from wenxiao.records.models import ImportBatch
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MIGRATION = import_module("wenxiao.targets.migrations.0002_target_origin")


@pytest.fixture
def dossier():
    division = create_division(code="361000", name="示例区", bureau="示例区财政局", by=None)
    unit = add_unit(division=division, code="101001", name="示例单位甲", by=None)
    subject = ensure_subject(division=division, unit=unit, code="P001", name="项目甲", by=None)
    return open_dossier(subject=subject, fiscal_year=2022, by=None)


def test_a_target_that_came_along_is_never_approved(dossier):
    with pytest.raises(IntegrityError, match="sheet_target_not_approved"):
        Target.objects.create(dossier=dossier, state="approved", origin=Target.Origin.SHEET)


def test_the_migration_names_what_sheets_brought_and_leaves_the_rest(dossier):
    batch = ImportBatch.objects.create(division=dossier.subject.division, kind="form")
    rows = {
        "by reason": Target.objects.create(
            dossier=dossier, number=1, state="approved", why=MIGRATION.CAME_ALONG
        ),
        "by batch": Target.objects.create(dossier=dossier, number=2, state="approved", batch=batch),
        "replaced": Target.objects.create(dossier=dossier, number=3, state="replaced", batch=batch),
        "filed": Target.objects.create(dossier=dossier, number=4, state="approved"),
    }
    MIGRATION.name_origins(apps, connection.schema_editor())
    kept = {row.pk: (row.origin, row.state) for row in Target.objects.all()}
    assert {name: kept[row.pk] for name, row in rows.items()} == {
        "by reason": ("sheet", "unapproved"),
        "by batch": ("sheet", "unapproved"),
        "replaced": ("sheet", "replaced"),
        "filed": ("filed", "approved"),
    }
