"""Each text of a form's row that is stored as it stands: what the form calls it, where it goes, its
word on the preview.

One line here and a new column is compared with what is stored, refused where it is too long, and
written.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model

from wenxiao.evidence.models import Actual
from wenxiao.reviews.models import Criterion, Mark
from wenxiao.targets.models import Indicator


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """``name`` is the property of the form's row; without a ``word`` it is not compared."""

    name: str
    model: type[Model]
    field: str
    word: str = ""


PROMISED = (
    StoredColumn("level1", Indicator, "level1"),
    StoredColumn("level2", Indicator, "level2"),
    StoredColumn("name", Indicator, "name"),
    StoredColumn("promise", Indicator, "expression"),
)
REACHED = (
    StoredColumn("actual_text", Actual, "value", "完成值"),
    StoredColumn("forecast_text", Actual, "forecast", "全年预计"),
    StoredColumn("possibility_text", Actual, "possibility", "完成可能性"),
)
MARKED = (StoredColumn("note_text", Mark, "note", "扣分原因"),)
CRITERION = (
    StoredColumn("code", Criterion, "code"),
    StoredColumn("level1", Criterion, "level1"),
    StoredColumn("level2", Criterion, "level2"),
    StoredColumn("name", Criterion, "name"),
    StoredColumn("explanation", Criterion, "explanation"),
    StoredColumn("standard", Criterion, "standard"),
)
NAMES = {column.field: column.name for column in REACHED} | {"causes": "causes_named"}
"""The field of an actual and the property of the form's row."""
