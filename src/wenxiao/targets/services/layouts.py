"""一体化表样: the division's own list of targets, registered once by its table
and mapped column by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.files.cells.labels import UNIT_FACTORS
from wenxiao.files.forms.targets.layouts import KEYS, guessed_key
from wenxiao.files.out.target_list import SAMPLE_CODES, SAMPLE_COLUMNS, sample_list
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record, store_file
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile

SAMPLE = "示例表样（合成）"
LONGEST_NAME = 60


@transaction.atomic
def register_layout(
    *,
    division: Division,
    name: str,
    file: StoredFile,
    sheet: str,
    heading_row: int,
    headings: Sequence[tuple[int, str]],
    by: User | None,
    why: str = "",
) -> Layout:
    """A table of the own system, empty or filled; each column gets the meaning its heading
    suggests, to be looked over.
    """
    require(by, "import", division=division)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise NotAllowed(
            f"请给表样取一个名称，不超过 {LONGEST_NAME} 字，如“省一体化绩效目标导出”。"
        )
    if not file.name.lower().endswith(".xlsx"):
        raise NotAllowed(
            "表样须是 .xlsx：导出要照它原样填。请用 WPS 或 Excel 另存为 .xlsx 后上传。"
        )
    taken: set[str] = set()
    columns = []
    for column, heading in headings:
        key = guessed_key(heading)
        columns.append(
            {"key": "" if key in taken else key, "column": column, "heading": heading[:100]}
        )
        taken.add(key)
    layout = Layout.objects.create(
        division=division,
        name=name,
        number=_next(division, name),
        file=file,
        sheet=sheet[:100],
        heading_row=heading_row,
        columns=columns,
    )
    _retire_others(layout)
    _record(layout, act="登记一体化表样", by=by, why=why)
    return layout


@transaction.atomic
def map_layout(
    *,
    layout: Layout,
    keys: Mapping[int, str],
    codes: Mapping[str, Mapping[str, str]],
    money_unit: str,
    by: User | None,
    why: str = "",
) -> Layout:
    """Say what each column holds: a new version of the layout, the old one stays.
    ``keys``: column → key, "" for none.
    """
    require(by, "import", division=layout.division)
    if layout.retired:
        raise NotAllowed(f"{layout}已停用，请在现行的一版上改。")
    named = [key for key in keys.values() if key]
    strange = next((key for key in named if key not in KEYS), None)
    if strange is not None:
        raise NotAllowed(f"没有“{strange}”这种内容。")
    twice = next((key for key in named if named.count(key) > 1), None)
    if twice is not None:
        raise NotAllowed(f"“{KEYS[twice]}”选了两列，请只留一列。")
    if not {"project_code", "project_name"} & set(named) or not {"level3", "target"} <= set(named):
        raise NotAllowed("至少要指明项目代码或项目名称、三级指标、指标值各在哪一列。")
    if money_unit not in UNIT_FACTORS:
        raise NotAllowed(f"金额单位应为{'、'.join(UNIT_FACTORS)}之一。")
    columns = [{**one, "key": keys.get(one["column"], "")} for one in layout.columns]
    new_layout = Layout.objects.create(
        division=layout.division,
        name=layout.name,
        number=_next(layout.division, layout.name),
        file=layout.file,
        sheet=layout.sheet,
        heading_row=layout.heading_row,
        columns=columns,
        codes={key: dict(words) for key, words in codes.items() if words and key in named},
        money_unit=money_unit,
        synthetic=layout.synthetic,
    )
    _retire_others(new_layout)
    _record(new_layout, act="对应一体化表样的列", by=by, why=why)
    return new_layout


@transaction.atomic
def retire_layout(*, layout: Layout, by: User | None, why: str) -> Layout:
    """Lists are no longer read by it, with a reason; imports that used it keep it."""
    require(by, "import", division=layout.division)
    if not why.strip():
        raise NotAllowed("停用表样须写明理由。")
    if layout.retired:
        raise NotAllowed(f"{layout}已经停用。")
    layout.retired = True
    layout.save(update_fields=["retired"])
    _record(layout, act="停用一体化表样", by=by, why=why)
    return layout


@transaction.atomic
def add_sample(*, division: Division, by: User | None) -> Layout:
    """The sample that ships: headings and codes made up for trying, marked 合成."""
    require(by, "import", division=division)
    file = store_file(division=division, by=by, name="示例表样（合成）.xlsx", content=sample_list())
    layout = Layout.objects.create(
        division=division,
        name=SAMPLE,
        number=_next(division, SAMPLE),
        file=file,
        sheet="绩效目标（合成）",
        heading_row=1,
        columns=[
            {"key": key, "column": at, "heading": heading}
            for at, (heading, key) in enumerate(SAMPLE_COLUMNS, start=1)
        ],
        codes=SAMPLE_CODES,
        synthetic=True,
    )
    _retire_others(layout)
    _record(layout, act="装入示例表样", by=by, why="合成，供试用")
    return layout


def _next(division: Division, name: str) -> int:
    rows = Layout.objects.filter(division=division, name=name).values_list("number", flat=True)
    return max(rows, default=0) + 1


def _retire_others(made: Layout) -> None:
    others = Layout.objects.filter(division=made.division, name=made.name).exclude(pk=made.pk)
    others.update(retired=True)


def _record(layout: Layout, *, act: str, by: User | None, why: str) -> None:
    data: dict[str, Any] = {
        "columns": layout.columns,
        "codes": layout.codes,
        "money_unit": layout.money_unit,
        "file": layout.file.sha256,
    }
    record(
        division=layout.division,
        by=by,
        act=act,
        target=layout,
        label=str(layout),
        why=why,
        data=data,
    )
