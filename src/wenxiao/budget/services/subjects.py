"""Subjects and dossiers: one function per act, each in one transaction with its trail entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget import selectors
from wenxiao.budget.models import Dossier, Subject
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import require, require_one
from wenxiao.orgs.services.administering import refuse_unreasoned
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.records.services import record
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale, change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import ImportBatch


LONGEST_CODE = 21
"""Characters of a code of 预算管理一体化; the bureau's own are at most as long."""


@transaction.atomic
def ensure_subject(
    *,
    division: Division,
    unit: Unit,
    code: str,
    name: str,
    by: User | None,
    kind: str = Subject.Kind.PROJECT,
    why: str = "",
    **details: Any,
) -> Subject:
    """The subject with this code, made if unknown; a known one is returned as it is.

    ``details``: nature, recurring, restriction, tags, starts_on, ends_on, synthetic. Codes of
    预算管理一体化 have 21 characters; what has no such code yet (部门整体, a new policy) takes one of the
    bureau's own, at most 21.
    """
    require_one(by, ("import", "manage_units"), what="新增对象", division=division)
    known = selectors.subject_by_code(division=division, code=code)
    if known is not None:
        return known
    refuse_subject(code, name)
    if unit.division_id != division.pk:
        raise NotAllowed(f"“{unit}”不属于{division}。")
    subject = Subject.objects.create(
        division=division, unit=unit, code=code, name=name, kind=kind, **details
    )
    record(
        division=division,
        by=by,
        act="新增对象",
        target=subject,
        why=why,
        data={"code": code, "unit": unit, "kind": kind},
    )
    return subject


def refuse_subject(code: str, name: str) -> None:
    """NotAllowed for a name or a code no subject can have, whichever way it comes."""
    if not name.strip():
        raise NotAllowed("对象名称不能为空。")
    refuse_secret(name)
    if (
        not code
        or len(code) > LONGEST_CODE
        or not code.isascii()
        or not code.replace("-", "").replace("_", "").isalnum()
    ):
        raise NotAllowed(
            f"“{name}”的项目代码“{code}”无效：应为不超过{LONGEST_CODE}位的数字或字母，一体化系统的代码为21位。"
        )


def refuse_year(fiscal_year: int) -> None:
    """NotAllowed for what is no budget year."""
    if not 1990 <= fiscal_year <= today().year + 5:
        raise NotAllowed(f"预算年度应为四位年份，收到“{fiscal_year}”。")


@transaction.atomic
def describe_subject(*, subject: Subject, manager: str, by: User | None, why: str) -> Subject:
    """项目负责人: who answers for the subject, as an approved target names them.
    A name that stands is not replaced.
    """
    require_one(
        by, ("import", "fill"), what="登记项目负责人", division=subject.division_id, subject=subject
    )
    if subject.manager:
        raise NotAllowed(f"项目负责人已是“{subject.manager}”。")
    subject.manager = manager
    subject.save(update_fields=["manager"])
    record(
        division=subject.division,
        by=by,
        act="登记项目负责人",
        target=subject,
        why=why,
        data={"manager": manager},
    )
    return subject


SUBJECT_FACTS = {
    "kind": "类型",
    "manager": "项目负责人",
    "term_years": "设立年限",
    "expires_on": "到期日期",
    "midterm_on": "中期评估日期",
}
"""What :func:`edit_subject` writes, with its words."""
LONGEST_TERM = 50


def kinds_for(subject: Subject) -> list[tuple[str, str]]:
    """What a subject's kind may be made, (code, word): a department as a
    whole stays one, nothing else becomes one.
    """
    whole = Subject.Kind.DEPARTMENT
    both = [(str(code), str(word)) for code, word in Subject.Kind.choices]
    return [one for one in both if (one[0] == whole) == (subject.kind == whole)]


def facts_of(subject: Subject) -> dict[str, str]:
    """The facts as text, empty where no paper says so."""
    return {
        name: "" if value is None else str(value)
        for name in SUBJECT_FACTS
        for value in (getattr(subject, name),)
    }


@transaction.atomic
def edit_subject(
    *, subject: Subject, values: Mapping[str, Any], seen: str, by: User | None, why: str
) -> Subject:
    """项目情况: kind, who answers for it, term, end and midterm evaluation, with the paper that says
    so.

    ``seen`` is :func:`facts_of` joined by "|" as the person had it before them. Raises Refused,
    NotAllowed, Stale.
    """
    require(by, "import", subject=subject)
    if not why.strip():
        raise NotAllowed("请写明依据，如批复文号。")
    stands = Subject.objects.select_for_update().get(pk=subject.pk)
    before = facts_of(stands)
    if seen != "|".join(before.values()):
        raise Stale(stands)
    _refuse_facts(stands, values)
    for name in SUBJECT_FACTS:
        setattr(stands, name, values[name])
    after = facts_of(stands)
    if before == after:
        raise NotAllowed("没有改动。")
    stands.save(update_fields=list(SUBJECT_FACTS))
    moved = [name for name in SUBJECT_FACTS if before[name] != after[name]]
    record(
        division=subject.division,
        by=by,
        act="登记项目情况",
        target=subject,
        why=why,
        data={
            "before": {SUBJECT_FACTS[name]: before[name] for name in moved},
            "after": {SUBJECT_FACTS[name]: after[name] for name in moved},
        },
    )
    subject.refresh_from_db()
    return subject


@transaction.atomic
def fill_subject_facts(
    *, division: Division, values: Mapping[int, Mapping[str, Any]], by: User | None, why: str
) -> list[tuple[Subject, dict[str, Any]]]:
    """What a ledger says of subjects (by id) where nothing is registered yet; returns them with
    what stood there before.

    A value that stands is never replaced. One entry for all of them.
    """
    require(by, "import", division=division)
    filled: list[tuple[Subject, dict[str, Any]]] = []
    after: dict[str, dict[str, str]] = {}
    rows = Subject.objects.select_for_update().filter(division=division, pk__in=list(values))
    for subject in rows.order_by("pk"):
        new = {name: one for name, one in values[subject.pk].items() if not getattr(subject, name)}
        if not new:
            continue
        before = {name: getattr(subject, name) for name in new}
        for name, one in new.items():
            setattr(subject, name, one)
        _refuse_facts(subject, {name: getattr(subject, name) for name in SUBJECT_FACTS})
        subject.save(update_fields=list(new))
        filled.append((subject, before))
        after[subject.code] = {SUBJECT_FACTS[name]: str(one) for name, one in new.items()}
    if filled:
        record(
            division=division,
            by=by,
            act="由台账登记项目情况",
            target=division,
            why=why,
            data={"subjects": len(filled), "after": after},
        )
    return filled


def fact_faults(subject: Subject, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which of :data:`SUBJECT_FACTS` cannot stand on a subject, and why."""
    faults = []
    kinds = dict(kinds_for(subject))
    if values["kind"] not in kinds:
        faults.append(("kind", f"类型请从{'、'.join(kinds.values())}里选。"))
    if len(values["manager"]) > 60:
        faults.append(("manager", "项目负责人最多 60 字，请缩短。"))
    try:
        refuse_secret(values["manager"])
    except NotAllowed as refusal:
        faults.append(("manager", str(refusal)))
    term, end, midterm = values["term_years"], values["expires_on"], values["midterm_on"]
    if term is not None and not 1 <= term <= LONGEST_TERM:
        faults.append(("term_years", f"设立年限应为 1 至 {LONGEST_TERM} 年，收到 {term}。"))
    if end is not None and midterm is not None and midterm > end:
        faults.append(("midterm_on", f"中期评估日期 {midterm} 晚于到期日期 {end}，请改正。"))
    return faults


def _refuse_facts(subject: Subject, values: Mapping[str, Any]) -> None:
    for _, sentence in fact_faults(subject, values)[:1]:
        raise NotAllowed(sentence)


@transaction.atomic
def open_dossier(
    *,
    subject: Subject,
    fiscal_year: int,
    by: User | None,
    unit: Unit | None = None,
    batch: ImportBatch | None = None,
    why: str = "",
) -> Dossier:
    """The subject's dossier of a fiscal year (一项一档), made if there is none;
    ``unit`` defaults to today's.
    """
    powers = ("import", "fill", "evaluate")
    require_one(by, powers, what="建立档案", division=subject.division_id, subject=subject)
    refuse_year(fiscal_year)
    dossier, created = Dossier.objects.get_or_create(
        subject=subject,
        fiscal_year=fiscal_year,
        defaults={"unit": unit or subject.unit, "batch": batch},
    )
    if created:
        record(
            division=subject.division,
            by=by,
            act="建立档案",
            target=dossier,
            why=why,
            label=str(dossier),
        )
    return dossier


LONGEST_TAG, MOST_TAGS = 20, 12


@transaction.atomic
def tag_subject(
    *, subject: Subject, tag: str, taken_off: bool = False, by: User | None, why: str = ""
) -> Subject:
    """One 领域标签 on the subject, or off it.
    Tags may set a round's scope, so whoever opens rounds puts them on.
    """
    require(by, "manage_round", subject=subject)
    tag = tag.strip()
    if not tag or len(tag) > LONGEST_TAG or any(sign in tag for sign in "、，,;；\n\t"):
        raise NotAllowed(f"标签须为1至{LONGEST_TAG}个字，一次一个，不带顿号、逗号。")
    refuse_secret(tag)
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    tags = list(locked.tags or [])
    if (tag in tags) != taken_off:
        raise NotAllowed(f"原来就{'没有' if taken_off else '有'}标签“{tag}”。")
    if not taken_off and len(tags) >= MOST_TAGS:
        raise NotAllowed(f"一个对象最多{MOST_TAGS}个标签。")
    locked.tags = [one for one in tags if one != tag] if taken_off else [*tags, tag]
    locked.save(update_fields=["tags"])
    record(
        division=locked.division,
        by=by,
        act="去标签" if taken_off else "加标签",
        target=locked,
        why=why,
        data={"before": tags, "after": locked.tags},
    )
    return locked


@transaction.atomic
def restrict_subject(*, subject: Subject, restriction: str, by: User | None, why: str) -> Subject:
    """可公开 · 不予公开 · 限制知悉, with a reason."""
    require(by, "disclose", subject=subject)
    if not why.strip():
        raise NotAllowed("改变公开属性须写明理由。")
    if restriction not in Subject.Restriction.values:
        raise NotAllowed(f"公开属性应为{'、'.join(Subject.Restriction.labels)}之一。")
    before = subject.restriction
    if before == restriction:
        raise NotAllowed(f"原来就是“{subject.get_restriction_display()}”。")
    subject.restriction = restriction
    subject.save(update_fields=["restriction"])
    record(
        division=subject.division,
        by=by,
        act="改变公开属性",
        target=subject,
        why=why,
        data={"before": before, "after": restriction},
    )
    return subject


@transaction.atomic
def hand_over(
    *, subjects: Iterable[Subject], to: Unit, by: User | None, why: str, from_year: int
) -> int:
    """Subjects go to another unit after a merger or split; dossiers from
    ``from_year`` follow, earlier ones stay.
    """
    require(by, "manage_units", division=to.division)
    refuse_unreasoned(by, why)
    moved = list(subjects)
    if not moved:
        raise NotAllowed("没有可移交的对象：请填对象编码，或者该单位名下没有您能看到的对象。")
    if any(subject.division_id != to.division_id for subject in moved):
        raise NotAllowed(f"“{to}”不属于这些对象的财政区划，请选择本级单位。")
    if to.valid_to is not None and to.valid_to < today():
        raise NotAllowed(f"“{to}”已于 {to.valid_to} 停用，请选择在用的单位。")
    keys = [subject.pk for subject in moved]
    Subject.objects.filter(pk__in=keys).update(unit=to)
    for dossier in Dossier.objects.filter(subject__in=keys, fiscal_year__gte=from_year):
        change(dossier, unit=to)
    record(
        division=to.division,
        by=by,
        act="对象移交",
        target=to,
        why=why,
        label=f"{len(moved)} 个对象 → {to}",
        data={"subjects": {str(s.pk): s.unit_id for s in moved}, "to": to, "from_year": from_year},
    )
    return len(moved)
