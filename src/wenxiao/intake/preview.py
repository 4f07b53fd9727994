"""Where each file of an intake stands: what its forms are, what is still to be asked, which is the newest of several.

The answer is kept on the batch (``summary``, ``choices``) so that a list of 600 files costs one query.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Round
from wenxiao.intake.matching import Match, fold, match
from wenxiao.intake.reading import incoming_forms
from wenxiao.records.models import ImportBatch
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.intake.forms import Incoming
    from wenxiao.intake.scope import SeenDirectory
    from wenxiao.records.models import Intake

STANDINGS = {
    "ready": ("可以导入", "ok"),
    "ask": ("待您选择", "warn"),
    "blocked": ("有阻断问题", "bad"),
    "same": ("内容重复", ""),
    "left": ("不导入", ""),
    "applied": ("已导入", "ok"),
    "refused": ("未通过", "bad"),
    "undone": ("已撤销", ""),
}
"""Code → word and tone of its tag, in the order a person works through them."""


def standing_of(batch: ImportBatch) -> str:
    """The batch's standing: its state once it is settled, before that what the preview said."""
    if batch.state != ImportBatch.State.PREVIEWED:
        return str(batch.state)
    return str(batch.summary.get("standing") or "ask")


def settle(
    batch: ImportBatch, directory: SeenDirectory, *, twins: dict[int, dict[str, Any]] | None = None
) -> None:
    """Work out summary and standing from reading and choices, and keep them. ``twins`` are as :func:`twins_of` gives."""
    forms = incoming_forms(batch.reading)
    said = [batch.choices.get(str(at), {}) for at in range(len(forms))]
    told = [_tell(form, directory, choice) for form, choice in zip(forms, said, strict=True)]
    _twice_in_one(told)
    kept = batch.summary
    summary: dict[str, Any] = {
        name: kept[name]
        for name in ("at", "modified", "folder", "same_as", "seen_before")
        if name in kept
    }
    summary["forms"] = told
    batch.summary = summary
    mark(batch, twins or {})


def mark(batch: ImportBatch, twins: dict[int, dict[str, Any]]) -> None:
    """Put the duplicates among the forms into the summary, count, and keep it."""
    for at, form in enumerate(batch.summary["forms"]):
        form["twin"] = twins.get(at)
        form["ready"] = form["skip"] or not (form["problems"] or _blocks(form["twin"]))
    batch.summary["standing"] = _standing(batch)
    batch.summary["counts"] = counts_of(batch)
    ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.PREVIEWED).update(
        summary=batch.summary, choices=batch.choices
    )


def _blocks(twin: dict[str, Any] | None) -> bool:
    return bool(twin and twin["problem"])


def _tell(form: Incoming, directory: SeenDirectory, choice: dict[str, Any]) -> dict[str, Any]:
    stale = stale_choices(choice, directory, form)
    clean = {name: value for name, value in choice.items() if name not in stale}
    matched = match(form, directory, clean)
    if not matched.skip:
        matched.problems += [_stale_problem(form, name) for name in stale]
        _check_round(form, matched, directory)
        refusal = directory.importer.refusal(form, matched, directory.subject_row(matched.subject))
        if refusal is not None:
            matched.problems.append(refusal)
    return {
        "kind": form.kind,
        "sheet": form.sheet,
        "unit": form.unit or form.department,
        "subject": form.subject,
        "year": matched.year,
        "period": form.period,
        "rows": len(form.rows),
        "skip": matched.skip,
        "keep": bool(choice.get("keep")),
        "code": form.code,
        "goal": form.goal[:80],
        "money": [None if value is None else str(value) for value in form.money()],
        "total": None if form.total is None else str(form.total),
        "grade": form.grade,
        "unit_id": matched.unit,
        "unit_name": directory.unit_names.get(matched.unit or 0, ""),
        "subject_id": matched.subject,
        "subject_name": directory.subject_names.get(matched.subject or 0, ""),
        "round_id": matched.round,
        "round_name": _round_name(directory, matched.round),
        "creates": _creates(form, matched, clean),
        "offers": _offers(form, matched, directory),
        "problems": [problem.as_json() for problem in matched.problems],
    }


def _twice_in_one(told: list[dict[str, Any]]) -> None:
    """The same project on two sheets of one file, neither left out."""
    seen: dict[tuple[Any, ...], str] = {}
    for form in told:
        if form["skip"] or not form["subject"]:
            continue
        key = _key(form)
        if key in seen:
            text = f"“{form['subject']}”在同一文件里出现两次（另一张在“{seen[key]}”）。"
            mend = "请选择不导入其中一张。"
            form["problems"].append(
                Problem("DR-35", "阻断", text, sheet=form["sheet"] or None, mend=mend).as_json()
            )
        seen.setdefault(key, form["sheet"])


def _creates(form: Incoming, matched: Match, choice: dict[str, Any]) -> dict[str, str]:
    made: dict[str, str] = {}
    if matched.create_unit:
        made["unit"] = form.unit or form.department
    if matched.create_subject:
        made["subject"] = form.subject
    if choice.get("round") == "create" and matched.round is None and matched.year is not None:
        window = f"1-{form.period}月" if form.period else ""
        made["round"] = f"{matched.year}预算年度{window}{Round.Kind(form.kind).label}"
    return made


def _offers(form: Incoming, matched: Match, directory: SeenDirectory) -> dict[str, list[list[Any]]]:
    offers = {name: [list(pair) for pair in pairs] for name, pairs in matched.close.items()}
    if matched.round is None and not matched.skip:
        offers["round"] = [
            [row.pk, row.name, row.fiscal_year] for row in directory.rounds_for(form)[:8]
        ]
    return offers


def _round_name(directory: SeenDirectory, pk: int | None) -> str:
    row = directory.round_by_pk.get(pk or 0)
    return row.name if row else ""


def _check_round(form: Incoming, matched: Match, directory: SeenDirectory) -> None:
    """A year chosen against what the form says is a decision; a round of another year silently taken is a fault."""
    row = directory.round_by_pk.get(matched.round or 0)
    if row is not None and row.fiscal_year != matched.year:
        text = f"表上的预算年度是 {matched.year} 年，“{row.name}”收的是 {row.fiscal_year} 年。"
        matched.problems.append(
            Problem(
                "DR-38", "阻断", text, sheet=form.sheet or None, mend="请核对年度后重新选定任务。"
            )
        )


def stale_choices(choice: dict[str, Any], directory: SeenDirectory, form: Incoming) -> list[str]:
    """Names of choices that no longer hold: the unit was closed, the round ended, what may not be created."""
    found: list[str] = []
    known: dict[str, set[int]] = {
        "unit": set(directory.unit_names),
        "subject": set(directory.subject_names),
    }
    found += [
        name
        for name, rows in known.items()
        if isinstance(choice.get(name), int) and choice[name] not in rows
    ]
    chosen = choice.get("round")
    row = directory.round_by_pk.get(chosen) if isinstance(chosen, int) else None
    if isinstance(chosen, int) and (row is None or row.kind != form.kind):
        found.append("round")
    found += [
        name
        for name in ("unit", "subject", "round")
        if choice.get(name) == "create" and name not in directory.importer.creates
    ]
    return found


def _stale_problem(form: Incoming, name: str) -> Problem:
    word = {"unit": "单位", "subject": "项目", "round": "任务"}[name]
    text = f"先前为此表选的{word}已停用、结束，或不在您的办理范围内。"
    return Problem("DR-38", "阻断", text, sheet=form.sheet or None, mend=f"请重新选定{word}。")


def _standing(batch: ImportBatch) -> str:
    forms = batch.summary["forms"]
    if batch.summary.get("same_as") and not any(form["keep"] for form in forms):
        return "same"
    if forms and all(form["skip"] for form in forms):
        return "left"
    if blocking(batch):
        return "blocked"
    return "ready" if all(form["ready"] for form in forms) else "ask"


def blocking(batch: ImportBatch) -> list[dict[str, Any]]:
    """Problems of the file that keep it out: those of forms left out don't count."""
    left = {form["sheet"] for form in batch.summary["forms"] if form["skip"]}
    wanted = {form["sheet"] for form in batch.summary["forms"] if not form["skip"]}
    forms = batch.summary["forms"]
    return [
        problem
        for problem in all_problems(batch)
        if problem["level"] == "阻断"
        and problem.get("code") not in ASKED
        and (not forms or problem.get("sheet") not in left - wanted)
    ]


ASKED = frozenset({"DR-31", "DR-32", "DR-33", "DR-34", "DR-35", "DR-38", "DR-39"})
"""Problems that a choice in the match step settles."""


def all_problems(batch: ImportBatch) -> list[dict[str, Any]]:
    """What is wrong with the file: from its reading, from matching, from other files of the intake."""
    found = list(batch.problems)
    for form in batch.summary.get("forms", []):
        if not form["skip"]:
            found += form["problems"]
            if _blocks(form.get("twin")):
                found.append(form["twin"]["problem"])
    return found


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """Problems by level; what the match step asks is no fault of the file and is counted as 待选."""
    counts = {"阻断": 0, "警告": 0, "提示": 0, "待选": 0}
    for problem in all_problems(batch):
        counts["待选" if problem["code"] in ASKED else problem["level"]] += 1
    return counts


# ---- the same project in several files -----------------------------------------------------------------------------


def compare(intake: Intake) -> None:
    """Find the same project in several files of an intake and say in each which is the newest."""
    batches = list(intake.batches.order_by("pk").select_related("file").defer("reading", "written"))
    twins = twins_of(batches)
    for batch in batches:
        if batch.state == ImportBatch.State.PREVIEWED and "forms" in batch.summary:
            before = [form.get("twin") for form in batch.summary["forms"]]
            found = twins.get(batch.pk, {})
            if before != [found.get(at) for at in range(len(before))]:
                mark(batch, found)


def twins_of(batches: Iterable[ImportBatch]) -> dict[int, dict[int, dict[str, Any]]]:
    """Batch → form → its duplicates: ``newest`` (bool), the other files, and the problem unless that one is kept."""
    groups: dict[tuple[Any, ...], list[tuple[ImportBatch, int, dict[str, Any]]]] = defaultdict(list)
    for batch in batches:
        if standing_of(batch) in {"refused", "undone", "same", "left"}:
            continue
        for at, form in enumerate(batch.summary.get("forms", [])):
            if not form["skip"]:
                groups[_key(form)].append((batch, at, form))
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for group in groups.values():
        if len({batch.pk for batch, _, _ in group}) > 1:
            newest = _newest([batch for batch, _, _ in group])
            for batch, at, form in group:
                found[batch.pk][at] = _twin(
                    batch, form, newest, [other for other, _, _ in group if other.pk != batch.pk]
                )
    return found


def _key(form: dict[str, Any]) -> tuple[Any, ...]:
    what = form["subject_id"] or fold(form["subject"])
    return (
        form["kind"],
        what,
        0 if form["subject_id"] else fold(form["unit"]),
        form["year"],
        form["period"],
    )


def _newest(batches: list[ImportBatch]) -> ImportBatch | None:
    """The one saved last; None when a time is unknown or two are equal, for then a person must say."""
    times = [str(batch.summary.get("modified") or "") for batch in batches]
    if "" in times or times.count(max(times)) > 1:
        return None
    return batches[times.index(max(times))]


def _twin(
    batch: ImportBatch, form: dict[str, Any], newest: ImportBatch | None, others: list[ImportBatch]
) -> dict[str, Any]:
    names = "、".join(dict.fromkeys(f"《{other.file}》" for other in others))
    is_newest = newest is not None and newest.pk == batch.pk
    problem = None
    if not is_newest and not form["keep"]:
        which = f"较新的一份是《{newest.file}》。" if newest else "分不清哪份较新。"
        problem = Problem(
            "DR-39",
            "阻断",
            f"“{form['subject']}”另有{names}。{which}",
            sheet=form["sheet"] or None,
            mend="请选“不导入”，或选“仍导入这一份”。",
        ).as_json()
    return {
        "newest": is_newest,
        "known": newest is not None,
        "others": [other.pk for other in others],
        "names": names,
        "problem": problem,
    }
