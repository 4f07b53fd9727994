"""Where each file of an intake stands: what its forms are, what is still to be asked, which is the
newest of several.

What a preview says is stored on the batch (``summary``, ``choices``), so that a list of 600 files
costs one query.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from wenxiao.files.forms.forms import Reading, reading_of
from wenxiao.intake.preview import ASKED, Preview, preview, same_object
from wenxiao.records.models import ImportBatch
from wenxiao.rulebook.codes import SEVERAL_VERSIONS
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.intake.preview import FormPreview
    from wenxiao.intake.scope import SeenDirectory
    from wenxiao.records.models import Intake

STANDINGS = {
    "ready": ("可以导入", "ok"),
    "ask": ("待您选择", "warn"),
    "blocked": ("有阻断问题", "bad"),
    "same": ("内容重复", ""),
    "left": ("不导入", ""),
    "writing": ("写入中", "warn"),
    "applied": ("已导入", "ok"),
    "refused": ("未通过", "bad"),
    "undo_waiting": ("待撤销", "warn"),
    "undoing": ("撤销中", "warn"),
    "undone": ("已撤销", ""),
}
"""Code → word and tone of its tag, in the order a person works through them."""


def standing_of(batch: ImportBatch) -> str:
    """The batch's standing: its state once it is settled, before that what the preview said."""
    if batch.state != ImportBatch.State.PREVIEWED:
        return str(batch.state)
    return str(batch.summary.get("standing") or "ask")


def look(batch: ImportBatch, directory: SeenDirectory) -> Preview:
    """Preview a batch from its reading and choices; nothing is stored."""
    return preview(_reading(batch), directory.importer, batch.choices, directory=directory)


def settle(
    batch: ImportBatch, directory: SeenDirectory, *, twins: dict[int, dict[str, Any]] | None = None
) -> Preview:
    """Preview a batch from its reading and choices and store what it says.
    ``twins`` are as :func:`twins_of` gives.
    """
    seen = look(batch, directory)
    put(batch, seen, twins=twins)
    return seen


def _reading(batch: ImportBatch) -> Reading:
    """What was read of the file; a batch that stored none (a ledger's) has no forms."""
    if "forms" not in batch.reading:
        return Reading(file="", kind=None, forms=[], problems=[])
    return reading_of(batch.reading)


def put(
    batch: ImportBatch, seen: Preview, *, twins: dict[int, dict[str, Any]] | None = None
) -> None:
    """Store what a preview says on its batch."""
    before = batch.summary
    names = ("at", "modified", "folder", "same_as", "seen_before", "not_kept")
    batch.summary = {name: before[name] for name in names if name in before}
    batch.summary["forms"] = [_shown(one, seen.directory) for one in seen.forms]
    batch.summary["alone"] = seen.standing
    batch.problems = seen.problems
    mark(batch, twins or {})


def mark(batch: ImportBatch, twins: dict[int, dict[str, Any]]) -> None:
    """Put the duplicates among the forms into the summary, count, and store it."""
    for at, form in enumerate(batch.summary["forms"]):
        form["twin"] = twins.get(at)
        form["ready"] = form["skip"] or not (form["problems"] or _blocks(form["twin"]))
    batch.summary["standing"] = _standing(batch)
    batch.summary["counts"] = counts_of(batch)
    ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.PREVIEWED).update(
        summary=batch.summary, choices=batch.choices, problems=batch.problems
    )


def _blocks(twin: dict[str, Any] | None) -> bool:
    return bool(twin and twin["problem"])


def _shown(one: FormPreview, directory: SeenDirectory) -> dict[str, Any]:
    """A form as lists and the match step show it."""
    form, matched = one.form, one.match
    row = directory.round_by_pk.get(matched.round or 0)
    return {
        "kind": form.round_kind,
        "sheet": form.sheet,
        "unit": form.unit_text or form.department_text,
        "subject": form.subject_text,
        "year": matched.year,
        "period": form.through_month,
        "rows": len(form.rows),
        "skip": one.skip,
        "keep": bool(one.choice.get("keep")),
        "code": form.code,
        "goal": form.goal_text[:80],
        "money": [None if value is None else str(value) for value in form.money()],
        "total": None if form.total_number is None else str(form.total_number),
        "grade": form.grade_text,
        "unit_id": matched.unit,
        "unit_name": directory.unit_names.get(matched.unit or 0, ""),
        "subject_id": matched.subject,
        "subject_name": directory.subject_names.get(matched.subject or 0, ""),
        "round_id": matched.round,
        "round_name": row.name if row else "",
        "creates": one.creates,
        "offers": _offers(one, directory),
        "problems": one.problems,
        "beside": one.beside,
    }


def _offers(one: FormPreview, directory: SeenDirectory) -> dict[str, list[list[Any]]]:
    offers = {name: [list(pair) for pair in pairs] for name, pairs in one.match.close.items()}
    if one.match.round is None and not one.skip:
        offers["round"] = [
            [row.pk, row.name, row.fiscal_year] for row in directory.rounds_for(one.form)[:8]
        ]
    return offers


def _standing(batch: ImportBatch) -> str:
    forms = batch.summary["forms"]
    if batch.summary.get("same_as") and not any(form["keep"] for form in forms):
        return "same"
    if forms and all(form["skip"] for form in forms):
        return "left"
    if batch.summary.get("alone") == "refuse":
        return "blocked"
    return "ready" if all(form["ready"] for form in forms) else "ask"


def all_problems(batch: ImportBatch) -> list[dict[str, Any]]:
    """What is wrong with the file: from its reading, from matching, from
    other files of the intake.
    """
    problems = list(batch.problems)
    for form in batch.summary.get("forms", []):
        problems += problems_of_form(form)
    return problems


def problems_of_form(form: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with one form by itself; nothing of one that is left out."""
    if form["skip"]:
        return []
    twin = [form["twin"]["problem"]] if _blocks(form.get("twin")) else []
    return [*form["problems"], *form.get("beside", []), *twin]


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """Problems by level; what the match step asks is no fault of the file and is counted as 待选."""
    counts = {"阻断": 0, "警告": 0, "提示": 0, "待选": 0}
    for problem in all_problems(batch):
        counts["待选" if problem["code"] in ASKED else problem["level"]] += 1
    return counts


# ---- the same project in several files -----------------------------------------------------------


def compare(intake: Intake) -> None:
    """Find the same project in several files of an intake and say in each which is the newest."""
    batches = list(intake.batches.order_by("pk").select_related("file").defer("reading", "written"))
    twins = twins_of(batches)
    for batch in batches:
        if batch.state == ImportBatch.State.PREVIEWED and "forms" in batch.summary:
            before = [form.get("twin") for form in batch.summary["forms"]]
            duplicates = twins.get(batch.pk, {})
            if before != [duplicates.get(at) for at in range(len(before))]:
                mark(batch, duplicates)


def twins_of(batches: Iterable[ImportBatch]) -> dict[int, dict[int, dict[str, Any]]]:
    """Batch → form → its duplicates: ``newest`` (bool), the other files,
    and the problem unless that one is kept.
    """
    groups: dict[tuple[Any, ...], list[tuple[ImportBatch, int, dict[str, Any]]]] = defaultdict(list)
    for batch in batches:
        if standing_of(batch) in {"refused", "undoing", "undone", "same", "left"}:
            continue
        for at, form in enumerate(batch.summary.get("forms", [])):
            if not form["skip"]:
                groups[_key(form)].append((batch, at, form))
    twins: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for group in groups.values():
        if len({batch.pk for batch, _, _ in group}) > 1:
            newest = _newest([batch for batch, _, _ in group])
            for batch, at, form in group:
                twins[batch.pk][at] = _twin(
                    batch, form, newest, [other for other, _, _ in group if other.pk != batch.pk]
                )
    return twins


def _key(form: dict[str, Any]) -> tuple[Any, ...]:
    return same_object(
        form["kind"],
        form["subject_id"],
        form["subject"],
        form["unit"],
        form["year"],
        form["period"],
    )


def _newest(batches: list[ImportBatch]) -> ImportBatch | None:
    """The one saved last; None when a time is unknown or two are equal, for
    then a person must say.
    """
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
            SEVERAL_VERSIONS,
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
