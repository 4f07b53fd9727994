"""Divisions, the unit tree, third parties: what system administrators and the bureau do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from wenxiao.orgs.models import Agency, Division, Expert, Grant, Installation, Unit, User
from wenxiao.orgs.permissions import Refused, require, require_one
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.records.services import record
from wenxiao.store.fields import ends_of
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@transaction.atomic
def create_division(
    *,
    code: str,
    name: str,
    bureau: str,
    by: User | None,
    short_name: str = "",
    body: str = Division.Body.GOVERNMENT,
    report_chain: Iterable[str] = (),
    demo: bool = False,
    parent: Division | None = None,
    why: str = "",
) -> Division:
    """A bureau's territory below ``parent``.
    ``report_chain`` names who the annual report goes to, in order.
    """
    if by is not None:
        raise Refused("财政区划在安装时用 wenxiao init 建立，页面上不办理。")
    if Division.objects.filter(code=code).exists():
        raise NotAllowed(f"区划代码 {code} 已存在。")
    _settle_kind(demo=demo)
    division = Division.objects.create(
        code=code,
        name=name,
        bureau=bureau,
        short_name=short_name,
        body=body,
        report_chain=list(report_chain),
        demo=demo,
        parent=parent,
    )
    record(division=division, by=by, act="建立财政区划", target=division, why=why)
    return division


def _settle_kind(*, demo: bool) -> None:
    """The first division says what the database is for; who begins at the
    same moment waits here and is then refused.
    """
    kind = Installation.Kind.DEMO if demo else Installation.Kind.REAL
    settled, _ = Installation.objects.get_or_create(pk=1, defaults={"kind": kind})
    if settled.kind == kind:
        return
    if demo:
        raise NotAllowed(
            "这个数据库是正式数据，不能载入演示。请用 WENXIAO_HOME 另指一处；不写时演示在 var-demo。"
        )
    raise NotAllowed(
        "这个数据库是演示数据，不能建立正式的区划：演示账号的密码人人知道。"
        "请用 WENXIAO_HOME 另指一个空的目录（PostgreSQL 另建空库），再执行 wenxiao init。"
    )


@transaction.atomic
def add_unit(
    *,
    division: Division,
    code: str,
    name: str,
    by: User | None,
    kind: str = Unit.Kind.UNIT,
    parent: Unit | None = None,
    why: str = "",
    **details: Any,
) -> Unit:
    """A unit under ``parent`` (None: directly under the division).

    ``details``: office, contact, phone, aliases, valid_from, valid_to, synthetic. The code is
    unique in the division for ever.
    """
    require(by, "manage_units", division=division)
    if not code.strip() or not name.strip():
        raise NotAllowed("单位代码和单位名称都不能为空。")
    refuse_secret(name)
    if Unit.objects.filter(division=division, code=code).exists():
        raise NotAllowed(f"单位代码 {code} 已被使用，代码不重复使用。")
    if parent is not None and parent.division_id != division.pk:
        raise NotAllowed(f"上级单位“{parent}”不属于{division}。")
    unit = Unit.objects.create(
        division=division, code=code, name=name, kind=kind, parent=parent, **details
    )
    unit.path = _path_below(parent, unit)
    unit.save(update_fields=["path"])
    record(division=division, by=by, act="新增单位", target=unit, why=why, data={"code": code})
    return unit


def refuse_unreasoned(by: User | None, why: str) -> None:
    """NotAllowed where a person changes what a unit is without saying why;
    whoever sits at the machine need not.
    """
    if by is not None and not why.strip():
        raise NotAllowed("请写明理由，它会写进留痕。")


@transaction.atomic
def rename_unit(
    *, unit: Unit, name: str, by: User | None, why: str, version: int | None = None
) -> Unit:
    """A new name for the same unit: what is open stays with it, what was signed before keeps the
    old name, by which files still find it (an alias); the trail keeps both.
    """
    require(by, "manage_units", division=unit.division)
    refuse_unreasoned(by, why)
    refuse_secret(name)
    before = unit.name
    if not name.strip():
        raise NotAllowed("单位名称不能为空。")
    called = [one for one in unit.aliases if one != name]
    if before not in called and before != name:
        called.append(before)
    change(unit, version=version, name=name, aliases=called)
    record(
        division=unit.division,
        by=by,
        act="单位更名",
        target=unit,
        why=why,
        data={"before": before, "after": name},
    )
    return unit


def told_of(values: dict[str, Any]) -> dict[str, Any]:
    """A unit's values as the trail holds them: of a telephone the first and last signs."""
    phone = str(values.get("phone") or "")
    return values if not phone else {**values, "phone": ends_of(phone)}


@transaction.atomic
def edit_unit(
    *, unit: Unit, by: User | None, why: str = "", version: int | None = None, **values: Any
) -> Unit:
    """Contact, phone, office, aliases, kind or validity of a unit; names
    and places in the tree have acts of their own.
    """
    require(by, "manage_units", division=unit.division)
    refuse_unreasoned(by, why)
    allowed = {"contact", "phone", "office", "kind", "aliases", "valid_from", "valid_to"}
    if unknown := set(values) - allowed:
        raise KeyError(*sorted(unknown))
    before = {name: getattr(unit, name) for name in values}
    change(unit, version=version, **values)
    record(
        division=unit.division,
        by=by,
        act="修改单位",
        target=unit,
        why=why,
        data={"before": told_of(before), "after": told_of(values)},
    )
    return unit


@transaction.atomic
def call_unit(*, unit: Unit, name: str, by: User | None, why: str) -> Unit:
    """One more name (别名) by which files call a unit, as whoever imports
    chose; editing the unit takes it off again.
    """
    require_one(by, ("import", "manage_units"), what="登记单位别名", division=unit.division)
    name = name.strip()[:100]
    if not name or name == unit.name or name in unit.aliases:
        return unit
    refuse_secret(name)
    change(unit, aliases=[*unit.aliases, name])
    record(
        division=unit.division,
        by=by,
        act="登记单位别名",
        target=unit,
        why=why,
        data={"alias": name},
    )
    return unit


def _path_below(parent: Unit | None, unit: Unit) -> str:
    """The unit's path under ``parent``; numbers of one width, so that text sorts as they do."""
    return f"{parent.path if parent else '/'}{unit.pk:06d}/"


@transaction.atomic
def move_unit(
    *, unit: Unit, parent: Unit | None, by: User | None, why: str, version: int | None = None
) -> Unit:
    """The unit with everything below it goes under another parent."""
    require(by, "manage_units", division=unit.division)
    refuse_unreasoned(by, why)
    if parent is not None and parent.path.startswith(unit.path):
        raise NotAllowed(f"“{parent}”是“{unit}”自身或其下级，不能作为上级。")
    if parent is not None and parent.division_id != unit.division_id:
        raise NotAllowed(f"上级单位“{parent}”不属于{unit.division}。")
    old, before = unit.path, unit.parent
    new = _path_below(parent, unit)
    change(unit, version=version, parent=parent)
    below = Unit.objects.filter(division=unit.division, path__startswith=old)
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    unit.refresh_from_db()
    record(
        division=unit.division,
        by=by,
        act="调整隶属关系",
        target=unit,
        why=why,
        data={"before": before, "after": parent},
    )
    return unit


@transaction.atomic
def merge_units(*, units: Iterable[Unit], into: Unit, on: date, by: User | None, why: str) -> Unit:
    """Units end on the day before ``on`` and ``into`` takes over: history stays with them, grants
    and people move on.

    Subjects follow by ``budget.services.hand_over`` (budget lies above this room).
    """
    require(by, "manage_units", division=into.division)
    refuse_unreasoned(by, why)
    old = [unit for unit in units if unit.pk != into.pk]
    if not old:
        raise NotAllowed("请选择要并入的单位。")
    if into.successor_id is not None or (into.valid_to is not None and into.valid_to < on):
        ended = f"，由“{into.successor}”承接" if into.successor_id is not None else ""
        raise NotAllowed(f"“{into}”到合并日已停用{ended}，请选仍在用的单位并入。")
    for unit in old:
        _end_in_favour_of(unit, into, on)
    record(
        division=into.division,
        by=by,
        act="单位合并",
        target=into,
        why=why,
        label=f"{'、'.join(map(str, old))} → {into}",
        data={"units": [unit.pk for unit in old], "into": into.pk, "on": on},
    )
    return into


def _end_in_favour_of(unit: Unit, into: Unit, on: date) -> None:
    if unit.division_id != into.division_id:
        raise NotAllowed(f"“{unit}”与“{into}”不属于同一财政区划，不能合并。")
    if unit.successor_id is not None:
        raise NotAllowed(f"“{unit}”已由“{unit.successor}”承接，不能再次合并。")
    if into.path.startswith(unit.path):
        raise NotAllowed(f"“{into}”是“{unit}”的下级，请先调整隶属关系再合并。")
    if unit.valid_from is not None and on <= unit.valid_from:
        raise NotAllowed(f"合并日期 {on} 不晚于“{unit}”的启用日期 {unit.valid_from}。")
    change(unit, successor=into, valid_to=on - timedelta(days=1))
    Unit.objects.filter(parent=unit).update(parent=into)
    children = Unit.objects.filter(division=unit.division, path__startswith=unit.path).exclude(
        pk=unit.pk
    )
    children.update(path=Concat(Value(into.path), Substr("path", len(unit.path) + 1)))
    User.objects.filter(unit=unit).update(unit=into)
    Grant.objects.filter(unit=unit).in_force().update(unit=into)


@transaction.atomic
def split_unit(
    *,
    unit: Unit,
    parts: Iterable[tuple[str, str]],
    on: date,
    by: User | None,
    why: str,
    ends: bool = True,
) -> list[Unit]:
    """New units (code, name) beside ``unit`` from ``on``; with ``ends`` the old one closes the day
    before.

    A split has no single successor: which subject goes where is decided one by one by
    ``budget.services.hand_over``.
    """
    require(by, "manage_units", division=unit.division)
    refuse_unreasoned(by, why)
    parts = list(parts)
    if not parts:
        raise NotAllowed("分设的单位一行一个，写作“单位代码 单位名称”。")
    units = [
        add_unit(
            division=unit.division,
            code=code,
            name=name,
            kind=unit.kind,
            parent=unit.parent,
            by=by,
            why=why,
            office=unit.office,
            valid_from=on,
            synthetic=unit.synthetic,
        )
        for code, name in parts
    ]
    if ends:
        change(unit, valid_to=on - timedelta(days=1))
    record(
        division=unit.division,
        by=by,
        act="单位分设",
        target=unit,
        why=why,
        label=f"{unit} → {'、'.join(map(str, units))}",
        data={"units": [part.pk for part in units], "on": on, "ends": ends},
    )
    return units


CREDIT_CODE = 18
"""Characters of a 统一社会信用代码."""


@transaction.atomic
def add_agency(
    *, division: Division, name: str, by: User | None, why: str = "", **details: Any
) -> Agency:
    """A third-party evaluator; ``details``: credit_code, lead, phone, synthetic.
    One name is listed once.
    """
    require(by, "manage_round", division=division)
    name, code = name.strip(), str(details.get("credit_code", ""))
    if not name:
        raise NotAllowed("请填写机构名称。")
    if code and (len(code) != CREDIT_CODE or not code.isalnum()):
        raise NotAllowed(f"统一社会信用代码应为{CREDIT_CODE}位，收到“{code}”。")
    agency, created = Agency.objects.get_or_create(division=division, name=name, defaults=details)
    if not created:
        raise NotAllowed(f"“{name}”已经登记。")
    record(division=division, by=by, act="登记第三方机构", target=agency, why=why)
    return agency


@transaction.atomic
def add_expert(
    *, division: Division, name: str, by: User | None, why: str = "", **details: Any
) -> Expert:
    """A person of the expert pool; ``details``: field, synthetic.
    Namesakes are told apart by their field.
    """
    require(by, "manage_round", division=division)
    name, what = name.strip(), str(details.get("field", "")).strip()
    if not name or not what:
        raise NotAllowed("专家的姓名和专业领域都要填写。")
    if Expert.objects.filter(division=division, name=name, field=what).exists():
        raise NotAllowed(f"“{name}（{what}）”已在专家库中。")
    expert = Expert.objects.create(division=division, name=name, **details)
    record(division=division, by=by, act="登记专家", target=expert, label=name, why=why)
    return expert
