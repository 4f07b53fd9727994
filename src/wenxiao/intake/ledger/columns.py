"""Which column of a ledger is what: by its heading, by what a person said,
by what was said for such headings before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from wenxiao.budget.models import Source
from wenxiao.files.forms.listing import LEDGER_KEYS
from wenxiao.intake.ledger.cumulative import End, end_of
from wenxiao.intake.ledger.month_columns import PREFIX, has_months, months_of
from wenxiao.records.models import ImportBatch
from wenxiao.rulebook.department_accounts import AccountTable, account_table

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division

LedgerKind = Literal["spending", "budget", "request", "department", "kind_facts"]
AMOUNTS = ("opening", "added", "cut_back", "adjusted", "arrived")
ASKED = ("asked_first", "asked_second", "asked")
"""What is asked for next year: in the first pass (一上), in the second, or
without saying in which.
"""

# Headings the general reader doesn't tell apart, and what its keys mean in a ledger.
_OWN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fact", re.compile(r"^(类型)?事项(名称)?$")),
    ("note", re.compile(r"^(登记)?依据$")),
    ("fact_value", re.compile(r"^(事项|登记)?内容$")),
    ("stage", re.compile(r"^申报(阶段|批次|轮次)$")),
    (
        "asked",
        re.compile(r"^(下年度?|(19|20)\d\d年度?)?(预算)?(申报|申请)(预算)?(资金|金额|数|额)$"),
    ),
    ("money_unit", re.compile(r"^(金额|货币|计量|计价)单位$")),
    ("cut_back_on", re.compile(r"^(资金|预算|指标)?(收回|调减|核减|压减)(预算)?(日期|时间)$")),
    ("arrived_on", re.compile(r"^(资金)?(到位|到账|下达)(日期|时间)$")),
    ("arrived", re.compile(r"^(实际)?(资金)?到位(资金|金额|数|额)?$")),
    ("added", re.compile(r"^(预算)?(年中)?(追加|调增|增加)(预算)?(资金|金额|数|额|指标)?$")),
    (
        "cut_back",
        re.compile(r"^(预算)?(年中)?(收回|调减|核减|压减)(预算)?(资金|金额|数|额|指标)?$"),
    ),
    ("change", re.compile(r"^(指标|预算|业务|调整|变动)(类型|类别|性质)$")),
    ("level", re.compile(r"^(资金)?(级次|级别|层级)$")),
    (
        "voucher",
        re.compile(r"^(支付|记账|授权|支付申请|申请)?(凭证|支付令|单据|单)(号|编号|号码|字号)$"),
    ),
    (
        "spent",
        re.compile(
            r"^(支付|支出|实付|付款|拨付|发生|列支|支用)(金额|数|额)$|^(借方)?发生额$"
            r"|^(分月|月度)?用款计划(金额|数|额)?$|^计划(用款|支付)(金额|数|额)?$"
        ),
    ),
    ("manager", re.compile(r"^(项目|政策)?(负责人|责任人)(姓名)?$")),
    ("term_years", re.compile(r"^(项目|政策)?(设立|实施|执行)(年限|期限)$")),
    ("expires_on", re.compile(r"^(项目|政策)?(到期|终止)(日期|时间|日|年度)?$")),
    ("midterm_on", re.compile(r"^中期(绩效)?评[估价](日期|时间)?$")),
    ("date", re.compile(r"^(支付|付款|拨付|清算|记账|交易|业务|入账)?(日期|时间)$")),
)
_KNOWN = {
    "project_code": "code",
    "project_name": "project",
    "subject_name": "project",
    "unit_code": "unit_code",
    "unit": "unit",
    "dept": "department",
    "fund": "fund",
    "date": "date",
    "month": "month",
    "year": "year",
    "voucher": "voucher",
    "item": "item",
    "payee": "payee",
    "purpose": "purpose",
    "executed": "spent",
    "initial": "opening",
    "full_year": "adjusted",
    "budget": "amount",
    "note": "note",
    **{key: key for key in LEDGER_KEYS},
}
ROLES: dict[str, str] = {
    "code": "项目代码",
    "project": "项目名称",
    "unit_code": "单位代码",
    "unit": "单位名称",
    "department": "主管部门",
    "fund": "资金性质",
    "level": "资金级次",
    "date": "日期",
    "month": "月份",
    "year": "年度",
    "voucher": "凭证号",
    "spent": "支付金额",
    "amount": "金额",
    "opening": "年初预算",
    "added": "追加",
    "cut_back": "收回",
    "adjusted": "全年预算",
    "arrived": "到位",
    "arrived_on": "到位日期",
    "cut_back_on": "收回日期",
    "change": "指标类型",
    "asked": "申报数",
    "asked_first": "一上申报数",
    "asked_second": "二上申报数",
    "stage": "申报阶段",
    "item": "科目",
    "payee": "收款人",
    "purpose": "用途",
    "note": "备注",
    "money_unit": "金额单位",
    "cumulated": "累计支出",
    "manager": "项目负责人",
    "term_years": "设立年限",
    "expires_on": "到期日期",
    "midterm_on": "中期评估日期",
    **{f"{PREFIX}{month}": f"{month}月支付" for month in range(1, 13)},
    "account_item": "决算项目",
    "fact": "类型事项",
    "fact_value": "事项内容",
    "final": "决算数",
}
"""Role → its Chinese name, as the mapping step shows it."""
ACCOUNT_ITEMS = ("account_item", "item", "project", "code")
"""Which column names the item where each item has a line of its own."""
_BETWEEN = "__"


def account_role(item: str, stage: str) -> str:
    """The role of a column that holds one item's amounts of one column of the accounts."""
    return f"{item}{_BETWEEN}{stage}"


def account_place(role: str) -> tuple[str, str] | None:
    """(item, column of the accounts) of such a role."""
    item, between, stage = role.partition(_BETWEEN)
    return (item, stage) if between else None


def account_roles(table: AccountTable) -> dict[str, str]:
    """The roles a table of final accounts may have, with their names."""
    return {
        account_role(item.key, stage): item.name + (table.stages.get(stage) or "")
        for item in table.items.values()
        for stage in table.stages_of(item)
    }


_ACCOUNT_ROLES = account_roles(account_table())
ROLES |= _ACCOUNT_ROLES
_ALWAYS = (
    *("code", "project", "unit", "date", "month", "spent", "amount"),
    *("opening", "adjusted", "voucher", "fund"),
)
_ALWAYS_OF_ACCOUNTS = (
    *("unit_code", "unit", "year", "account_item", "opening", "adjusted", "final"),
    *_ACCOUNT_ROLES,
)


_ALWAYS_OF_FACTS = ("code", "project", "unit", "year", "fact", "fact_value", "note")


def asked_roles(kind: str) -> tuple[str, ...]:
    """The roles the mapping step asks for whether found or not."""
    if kind == "kind_facts":
        return _ALWAYS_OF_FACTS
    return _ALWAYS_OF_ACCOUNTS if kind == "department" else _ALWAYS


@dataclass(frozen=True, slots=True)
class LedgerColumns:
    """Role → index of the column among the ledger's headings; ``kind`` of ledger; ``remembered``
    when taken from before.

    ``end``: its sums count up to this month; ``unclear``: why a table of sums cannot be read.
    """

    kind: LedgerKind
    places: Mapping[str, int]
    headings: Sequence[str] = ()
    remembered: bool = False
    end: End | None = None
    unclear: str = ""

    def as_json(self) -> dict[str, str]:
        """Role → heading, kept with the batch so that the next file of this
        source is read the same way.
        """
        return {role: self.headings[at] for role, at in self.places.items()}

    def missing(self) -> list[str]:
        """What a ledger of this kind cannot do without, in Chinese."""
        if self.kind == "department":
            return self._lacks_of_accounts()
        lacks = []
        if not {"code", "project"} & set(self.places):
            lacks.append("项目代码或项目名称")
        if (
            self.kind == "spending"
            and not {"spent", "amount"} & set(self.places)
            and not has_months(self.places)
        ):
            lacks.append("支付金额")
        dated = (
            {"date", "month"} & set(self.places) or has_months(self.places) or self.end is not None
        )
        if self.kind == "spending" and not dated:
            lacks.append("支付日期或月份")
        if self.kind == "budget" and not {"amount", *AMOUNTS} & set(self.places):
            lacks.append("预算金额")
        if self.kind == "kind_facts":
            wanted = {"fact": "类型事项", "fact_value": "事项内容"}
            lacks += [word for role, word in wanted.items() if role not in self.places]
        if self.kind == "request" and not {"amount", *ASKED} & set(self.places):
            lacks.append("申报数")
        return lacks

    def _lacks_of_accounts(self) -> list[str]:
        lacks = []
        if not {"unit_code", "unit", "department"} & set(self.places):
            lacks.append("单位代码或单位名称")
        lines = {"opening", "adjusted", "final"} & set(self.places)
        if not self.wide and not (lines and set(ACCOUNT_ITEMS) & set(self.places)):
            lacks.append("决算项目（如基本支出决算数，或项目一列加年初、调整、决算列）")
        return lacks

    @property
    def wide(self) -> list[str]:
        """The roles of columns that each hold one item, where a unit has one line."""
        return [role for role in self.places if account_place(role) is not None]


@dataclass(slots=True)
class _Places:
    taken: dict[str, int] = field(default_factory=dict)

    def take(self, role: str | None, at: int) -> None:
        if role is not None:
            self.taken.setdefault(role, at)


def columns_of(
    headings: Sequence[str],
    keys: Sequence[str | None],
    *,
    kind: str = "",
    said: Mapping[str, str] | None = None,
    before: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
    through: str | None = None,
    accounts: AccountTable | None = None,
) -> LedgerColumns:
    """Roles by heading; ``said`` (role → heading, from a person) wins over ``before`` (the last
    file of this shape).

    ``words``: what the division's offices call the columns; ``through``: the end a table of sums
    names.
    """
    table = accounts or account_table()
    if kind == "department":
        return _columns_of_accounts(headings, keys, table, {**(before or {}), **(said or {})})
    places = _Places()
    wanted = {**(before or {}), **(said or {})}
    for role, heading in wanted.items():
        if heading in headings:
            places.take(role, list(headings).index(heading))
    fixed = set(places.taken.values())
    roles = [
        _role(heading, keys[at] if at < len(keys) else None, words or {}) if heading else None
        for at, heading in enumerate(headings)
    ]
    for at, known in enumerate(roles):
        if at not in fixed:
            places.take(known, at)
    own_kind = _kind(kind, places.taken, headings)
    if own_kind == "spending" and not {"date", "month"} & set(places.taken):
        _take_months(places.taken, headings)
    columns = LedgerColumns(own_kind, places.taken, tuple(headings), bool(before))
    if own_kind != "spending":
        return columns
    end = end_of(headings, through or "", places.taken, roles, wanted)
    if isinstance(end, str):
        return replace(columns, unclear=end)
    if end is None:
        return columns
    rest = {role: at for role, at in places.taken.items() if role not in ("amount", "cumulated")}
    return replace(columns, places=rest | {"spent": end.at}, end=end)


def _columns_of_accounts(
    headings: Sequence[str],
    keys: Sequence[str | None],
    table: AccountTable,
    wanted: Mapping[str, str],
) -> LedgerColumns:
    """The columns of a table of final accounts; what a person said counts first."""
    places = _Places()
    for role, heading in wanted.items():
        if heading in headings:
            places.take(role, list(headings).index(heading))
    fixed = set(places.taken.values())
    for at, heading in enumerate(headings):
        if at in fixed or not heading:
            continue
        place = table.place_of(heading)
        key = _KNOWN.get((keys[at] if at < len(keys) else None) or "")
        named = key if key in _OF_ACCOUNTS else None
        item = "account_item" if heading in ITEM_WORDS else None
        places.take(
            account_role(*place) if place else table.stage_named(heading) or item or named, at
        )
    return LedgerColumns("department", places.taken, tuple(headings), bool(wanted))


ITEM_WORDS = ("项目", "决算项目", "支出项目", "指标", "指标名称", "基础数据", "内容", "科目")
"""What a column that names the items of final accounts is called."""
_OF_ACCOUNTS = frozenset(
    {"unit_code", "unit", "department", "year", "item", "project", "money_unit"}
)


def _take_months(taken: dict[str, int], headings: Sequence[str]) -> None:
    """Months side by side are the payments; what stands as the sum of them
    is only held against them.
    """
    months = months_of(headings)
    if months:
        if "spent" in taken:
            taken["cumulated"] = taken.pop("spent")
        taken.pop("amount", None)
        taken.update(months)


def _role(heading: str, key: str | None, words: Mapping[str, str]) -> str | None:
    for stage, role in (("一上", "asked_first"), ("二上", "asked_second")):
        if stage in heading:
            return role
    bare = re.sub(r"[（(].*?[)）]|[*★：:\s]", "", heading)
    word = _KNOWN.get(words.get(bare, ""))
    if word is not None or key in LEDGER_KEYS:
        return word or key
    own = next((role for role, pattern in _OWN if pattern.search(bare)), None)
    return own or _KNOWN.get(key or "")


_KINDS: dict[str, LedgerKind] = {
    "spending": "spending",
    "budget": "budget",
    "request": "request",
    "department": "department",
    "kind_facts": "kind_facts",
}


def _kind(kind: str, places: Mapping[str, int], headings: Sequence[str]) -> LedgerKind:
    if kind in _KINDS:
        return _KINDS[kind]
    if {"fact", "fact_value"} <= set(places):
        return "kind_facts"
    months = months_of(headings)
    if any("计划" in headings[at] for at in months.values()):
        return "spending"
    if set(ASKED) & set(places):
        return "request"
    dated = {"date", "month"} & set(places)
    if "voucher" in places or ("spent" in places and (dated or not set(AMOUNTS) & set(places))):
        return "spending"
    if set(AMOUNTS) & set(places) or "change" in places:
        return "budget"
    return "spending" if dated or months else "budget"


def remembered(*, division: Division, kind: str, headings: Sequence[str]) -> dict[str, str]:
    """The mapping of the last ledger applied with exactly these headings;
    {} when there was none.
    """
    applied = ImportBatch.objects.filter(
        division=division, kind__in=[kind] if kind else list(_KINDS)
    )
    for batch in applied.filter(state=ImportBatch.State.APPLIED).order_by("-pk")[:50]:
        if batch.reading.get("headings") == list(headings):
            return dict(batch.reading.get("columns", {}))
    return {}


def source_named(*, division: Division, name: str) -> Source | None:
    """The named source (国库集中支付系统 …) as it was understood the last time;
    None for a new one or without a name.
    """
    return Source.objects.filter(division=division, name=name).first() if name else None


def remember_source(
    *, division: Division, name: str, columns: LedgerColumns, money_unit: str
) -> None:
    """Keep how a named source was understood, for its next file; nothing without a name."""
    if name:
        understood = {
            "kind": columns.kind,
            "headings": list(columns.headings),
            "columns": columns.as_json(),
            "money_unit": money_unit,
        }
        Source.objects.update_or_create(division=division, name=name, defaults=understood)
