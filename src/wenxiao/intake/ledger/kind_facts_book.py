"""类型事项 as a workbook to fill in elsewhere: one line a fact of every object that has facts of its
own, read back by the ledger import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.kind_facts import facts_recorded
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, Value, workbook_bytes
from wenxiao.rulebook.object_kinds import FLAG, KINDS, STAGES, ListedFact, own_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.rulebook.basis import Overrides

COLUMNS = (
    ColumnSpec("项目代码", 24),
    ColumnSpec("项目名称", 32),
    ColumnSpec("单位名称", 22),
    ColumnSpec("年度", 7),
    ColumnSpec("类型或预算", 16),
    ColumnSpec("分组", 8),
    ColumnSpec("事项", 24),
    ColumnSpec("怎么填", 22),
    ColumnSpec("何时应有", 14),
    ColumnSpec("内容", 24),
    ColumnSpec("依据", 30),
)
MOST = 5_000
_WORDS = {code: word for word, code in STAGES.items()}
_HOW = {"金额": "万元", "比率": "百分数，如 3.25", "日期": "如 2022-06-30", "数": "数字"}


def facts_book(rows: QuerySet[Dossier], title: str) -> bytes:
    """The workbook of these dossiers, with what is recorded filled in.
    NotAllowed where none of them has facts of its own, or they are too many for one file.
    """
    own_rules: dict[int, Overrides] = {}
    dossiers = list(rows.select_related("subject__division", "unit").order_by("subject__code"))
    recorded = facts_recorded(row.pk for row in dossiers)
    lines: list[Sequence[Value]] = []
    for row in dossiers:
        division = row.subject.division
        rules = own_rules.setdefault(division.pk, division.own_rules)
        own = recorded[row.pk]
        head = (row.subject.code, row.subject.name, row.unit.name, str(row.fiscal_year))
        lines += [
            (*head, KINDS[kind], *_fact(fact), fact.shown(own.values.get(fact.name, "")), "")
            for kind in own.kinds
            for fact in own_of([kind], row.fiscal_year, rules).facts
        ]
    if not lines:
        raise NotAllowed("这些对象没有另外登记的事项，没有可下载的表。")
    if len(lines) > MOST:
        raise NotAllowed(f"共 {len(lines)} 行，超过 {MOST} 行，请按类型分别下载。")
    mark = "演示数据" if any(row.subject.division.demo for row in dossiers) else None
    notes = ("金额填万元；没有的留空，留空的不导入；依据写合同、批复等文件的名称或文号",)
    return workbook_bytes(
        [SheetSpec("类型事项", title, COLUMNS, lines, notes=notes, watermark=mark)]
    )


def _fact(fact: ListedFact) -> tuple[str, str, str, str]:
    how = "/".join(fact.options) if fact.options and fact.type != FLAG else fact.type
    when = "、".join(_WORDS[one] for one in fact.stages)
    return fact.group, fact.name, _HOW.get(how, "是/否" if how == FLAG else how), when
