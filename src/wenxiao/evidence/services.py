"""What people do with proofs: hand in, hand in anew, withdraw, accept or not.
One function per act, each on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wenxiao.evidence.models import COLUMNS, Actual, Material, columns_of
from wenxiao.evidence.selectors import HANDING, JUDGING, kinds_of
from wenxiao.evidence.states import MATERIAL, STANDING
from wenxiao.orgs import permissions
from wenxiao.records.chain import digest_of
from wenxiao.records.services import record
from wenxiao.rulebook.choice_columns import choice_columns
from wenxiao.rulebook.codes import CHOICE_UNREAD
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.targets.models import Indicator

Personal = tuple[tuple[str, int], ...]
"""Kinds of personal data found in a file, each with how often."""


@transaction.atomic
def hand_in_material(
    *,
    dossier: Dossier,
    indicators: Sequence[Indicator],
    file: StoredFile,
    kind: str,
    by: User | None,
    title: str = "",
    dated: date | None = None,
    note: str = "",
    stage: str = "",
    through_month: int | None = None,
    personal: Personal = (),
    synthetic: bool = False,
) -> Material:
    """A proof enters the dossier for some of its indicator rows (none: the object as a whole).

    The same bytes handed in for a further row make no second proof: the first serves that row too,
    as long as nobody has looked at it. Raises Refused, NotAllowed.
    """
    side = side_of(by, dossier)
    refuse_future(dated)
    _check(dossier, indicators, kind)
    same = Material.objects.filter(
        dossier=dossier, file__sha256=file.sha256, state__in=STANDING
    ).first()
    if same is not None:
        return _same_again(same, indicators, by, file)
    row = Material.objects.create(
        dossier=dossier,
        title=_title(title, file),
        kind=kind,
        dated=dated,
        note=note[:300],
        file=file,
        side=side,
        by=by,
        stage=stage,
        through_month=through_month,
        personal=[list(one) for one in personal],
        synthetic=synthetic,
    )
    row.indicators.set(indicators)
    _enter(row, by=by, act="提交佐证", data=_facts(row, indicators))
    return row


@transaction.atomic
def replace_material(
    *,
    material: Material,
    file: StoredFile,
    by: User | None,
    why: str = "",
    dated: date | None = None,
    personal: Personal = (),
    version: int | None = None,
) -> Material:
    """A new version takes the place of a proof that nobody accepted yet;
    the old one stays, with its file and verdict.
    """
    require_own_side(by, material)
    refuse_future(dated)
    if material.file is not None and material.file.sha256 == file.sha256:
        raise NotAllowed("新交的文件与现有的一份完全相同，没有换。")
    indicators = list(material.indicators.all())
    before = move(material, allowed=MATERIAL, to="replaced", version=version)
    row = Material.objects.create(
        dossier=material.dossier,
        title=material.title,
        kind=material.kind,
        dated=dated or material.dated,
        note=material.note,
        file=file,
        side=material.side,
        by=by,
        stage=material.stage,
        through_month=material.through_month,
        personal=[list(one) for one in personal],
        replaces=material,
        synthetic=material.synthetic,
    )
    row.indicators.set(indicators)
    data = {**_facts(row, indicators), "old": material.pk} | _moved(material, before)
    _enter(row, by=by, act="佐证换新版", why=why, data=data)
    return row


@transaction.atomic
def withdraw_material(
    *, material: Material, by: User | None, why: str, version: int | None = None
) -> Material:
    """Taken back with a reason: it proves nothing any more and stays on record."""
    require_own_side(by, material)
    if not why.strip():
        raise NotAllowed("撤回佐证须写明理由，会一并留痕。")
    before = move(material, allowed=MATERIAL, to="withdrawn", version=version)
    _enter(material, by=by, act="撤回佐证", why=why, data=_moved(material, before))
    return material


@transaction.atomic
def add_rows(
    *,
    material: Material,
    indicators: Sequence[Indicator],
    by: User | None,
    version: int | None = None,
) -> Material:
    """The proof serves further rows of the same dossier, before a reviewer has looked at it."""
    require_own_side(by, material)
    if material.state != Material.State.UNVERIFIED:
        raise NotAllowed(
            f"这份佐证{material.get_state_display()}，不能再改所证明的指标；请另交一份。"
        )
    _check(material.dossier, indicators, material.kind)
    known = set(material.indicators.values_list("pk", flat=True))
    fresh = [one for one in indicators if one.pk not in known]
    if not fresh:
        raise NotAllowed("所选的指标这份佐证已经在证明。")
    change(material, version=version)
    material.indicators.add(*fresh)
    _enter(material, by=by, act="佐证增证指标", data={"indicators": [one.name for one in fresh]})
    return material


@transaction.atomic
def judge_material(
    *,
    material: Material,
    by: User | None,
    accepted: bool,
    why: str = "",
    version: int | None = None,
) -> Material:
    """采信 or 不采信, by whoever checks or evaluates; never by the one who handed it in.
    不采信 needs a reason.
    """
    _may_judge(by, material)
    if not accepted and not why.strip():
        raise NotAllowed("不采信须写明理由，单位会看到。")
    before = move(
        material,
        allowed=MATERIAL,
        to="verified" if accepted else "refused",
        version=version,
        verdict=why.strip()[:300],
        judged_by=by,
        judged_at=timezone.now(),
    )
    _enter(
        material,
        by=by,
        act="采信佐证" if accepted else "不采信佐证",
        why=why,
        data=_moved(material, before),
    )
    return material


def _same_again(
    same: Material, indicators: Sequence[Indicator], by: User | None, file: StoredFile
) -> Material:
    known = set(same.indicators.values_list("pk", flat=True))
    if same.state == Material.State.UNVERIFIED and any(one.pk not in known for one in indicators):
        return add_rows(material=same, indicators=indicators, by=by)
    raise NotAllowed(
        f"《{file.name}》与已有的“{same.title}”（{same.get_state_display()}）内容完全相同，不必再交。"
    )


def side_of(by: User | None, dossier: Dossier) -> str:
    """Whose paper it would be: the unit's own report, or what an evaluator
    collected; Refused for anybody else.
    """
    held = permissions.holdings(by)
    where: dict[str, Any] = {"unit": dossier.unit, "subject": dossier.subject}
    if held.can("fill", **where):
        return Material.Side.UNIT
    if held.can("evaluate", subject=dossier.subject):
        return Material.Side.EVALUATOR
    raise permissions.Refused(
        f"佐证由{permissions.who_can('fill')}报送，或由承担评价的人员取证；您的授权范围不包括该对象。"
    )


def require_own_side(by: User | None, material: Material) -> None:
    """Papers of a unit are changed by the unit, those of evaluators by
    evaluators; Refused says so.
    """
    permissions.require(by, HANDING[material.side], subject=material.dossier.subject)
    if material.side == Material.Side.UNIT:
        permissions.require(by, "fill", unit=material.dossier.unit)


def _may_judge(by: User | None, material: Material) -> None:
    permissions.require_other(by, material.by_id)
    subject = material.dossier.subject
    permissions.require_one(
        by,
        JUDGING,
        what="佐证不由报送单位自己核验，",
        division=subject.division_id,
        subject=subject,
    )


def refuse_future(dated: date | None) -> None:
    """NotAllowed for a proof dated after today: what isn't there yet proves nothing."""
    if dated and dated > today():
        raise NotAllowed(
            f"材料日期 {dated.year}年{dated.month}月{dated.day}日 在今天之后，请核对。"
        )


def _check(dossier: Dossier, indicators: Iterable[Indicator], kind: str) -> None:
    if kind not in kinds_of(dossier.subject.division, dossier.fiscal_year):
        raise NotAllowed("请选择佐证的种类。")
    if any(one.target.dossier_id != dossier.pk for one in indicators):
        raise NotAllowed("所选的指标不属于这个对象。")


def _title(title: str, file: StoredFile) -> str:
    return (title.strip() or file.name.rpartition(".")[0] or file.name)[:200]


def _moved(material: Material, before: str) -> dict[str, Any]:
    """Where a proof stood and where it stands, in words."""
    return {"before": Material.State(before).label, "after": material.get_state_display()}


def _facts(row: Material, indicators: Iterable[Indicator]) -> dict[str, Any]:
    return {
        "file": row.file.name if row.file else "",
        "digest": row.file.sha256 if row.file else "",
        "kind": kinds_of(row.dossier.subject.division, row.dossier.fiscal_year).get(
            row.kind, row.kind
        ),
        "on": row.dated,
        "indicators": [one.name for one in indicators],
    }


def _enter(
    row: Material, *, by: User | None, act: str, why: str = "", data: dict[str, Any] | None = None
) -> None:
    subject = row.dossier.subject
    record(
        division=subject.division,
        by=by,
        act=act,
        target=row,
        label=f"{subject.name}：{row.title}",
        why=why,
        data=data,
    )


# ---- what came of each indicator, as a form says it ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """What a form says came of one indicator, by the names of the columns, and the cell where."""

    indicator: Indicator
    columns: Mapping[str, Any] = field(default_factory=dict)
    cell: str = ""


Changed = list[tuple[Actual, dict[str, Any]]]
"""Stored rows with what they held before."""


@transaction.atomic
def record_actuals(
    *,
    dossier: Dossier,
    rows: Sequence[Reached],
    stage: str,
    through_month: int,
    by: User | None,
    why: str,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> tuple[list[Actual], Changed]:
    """A form's values of a stage at once, one entry: what is new, and what changed with its past.

    A row that says nothing makes no actual, and empties one there is. Raises Refused, NotAllowed.
    """
    _may_report(by, dossier)
    if any(row.indicator.target.dossier_id != dossier.pk for row in rows):
        raise NotAllowed("所填的指标不属于这个对象。")
    stored = Actual.objects.filter(
        indicator__in=[row.indicator.pk for row in rows], stage=stage, through_month=through_month
    )
    known = {actual.indicator_id: actual for actual in stored}
    refuse_unlisted(dossier, stage, _differing(rows, known))
    fresh: list[Actual] = []
    changed: Changed = []
    empty = columns_of(Actual())
    for row in rows:
        values = empty | fitting(row.columns) | {"cell": row.cell, "by": by}
        actual = known.get(row.indicator.pk)
        if actual is None and (values["value"] or values.get("forecast")):
            where = {"indicator": row.indicator, "stage": stage, "through_month": through_month}
            fresh.append(Actual(**where, **values, batch=batch, synthetic=synthetic))
        elif actual is not None:
            before = {name: getattr(actual, name) for name in values}
            if before != values:
                changed.append((actual, before))
                Actual.objects.filter(pk=actual.pk).update(**values, version=F("version") + 1)
    created = Actual.objects.bulk_create(fresh)
    if created or changed:
        now = {row.indicator.pk: _told(row.columns) for row in rows}
        moved: Changed = [*((actual, {}) for actual in created), *changed]
        record(
            division=dossier.subject.division,
            by=by,
            act="随表写入完成值",
            target=dossier,
            label=str(dossier),
            why=why,
            data={
                "stage": stage,
                "through_month": through_month,
                "new": len(created),
                "changed": len(changed),
                "digest": digest_of(list(now.items())),
                "before": {actual.indicator_id: _told(old) for actual, old in moved},
                "after": {actual.indicator_id: now[actual.indicator_id] for actual, _ in moved},
            },
        )
    return created, changed


def _differing(rows: Sequence[Reached], known: Mapping[int, Actual]) -> dict[str, dict[str, Any]]:
    """The columns that aren't what is stored, by indicator: what stands already is not judged
    anew.
    """
    return {
        row.indicator.name: {
            name: value
            for name, value in row.columns.items()
            if getattr(known.get(row.indicator.pk), name, None) != value
        }
        for row in rows
    }


def _told(values: Mapping[str, Any]) -> list[Any]:
    """What a row says came of its indicator, as the entry keeps it; nothing
    where nobody had said anything.
    """
    return [values.get(name, "") for name in COLUMNS] if values else []


def fitting(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a row by their names; NotAllowed names one that is too long for its place."""
    for name in values:
        if name not in COLUMNS:
            raise TypeError(name)
        column = Actual._meta.get_field(name)
        most = getattr(column, "max_length", None)
        if most and len(values[name]) > most:
            word = getattr(column, "verbose_name", name)
            raise NotAllowed(f"{word}有 {len(values[name])} 字，超过 {most} 字，请缩短。")
    return dict(values)


def refuse_unlisted(dossier: Dossier, stage: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """NotAllowed for a word that is none of its column's list in the dossier's year, naming the
    row, the word and the list; ``rows`` are columns by the name of their indicator.
    """
    own = dossier.subject.division.own_rules
    for column in choice_columns(stage, dossier.fiscal_year, own):
        for name, columns in rows.items():
            if wrong := column.unlisted(columns.get(column.field) or ""):
                raise NotAllowed(
                    f"“{name}”的{column.word}“{'、'.join(wrong)}”不在可选的词里，"
                    f"请从{column.offered}里选。（{CHOICE_UNREAD}）"
                )


def _may_report(by: User | None, dossier: Dossier) -> None:
    subject = dossier.subject
    permissions.require_one(
        by,
        ("import", "fill", "evaluate"),
        what="完成值",
        division=subject.division_id,
        subject=subject,
    )
