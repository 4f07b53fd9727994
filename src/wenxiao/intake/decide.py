"""What people decide about a file of an intake: matches, leaving out,
keeping, trying again, taking back.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.intake.answers import FIRST_YEAR, LAST_YEAR
from wenxiao.intake.scope import Importer, SeenDirectory
from wenxiao.intake.status import compare, settle, standing_of, twins_of
from wenxiao.intake.targets import NOBODYS
from wenxiao.intake.undoing import refuse_others
from wenxiao.intake.values import OURS
from wenxiao.orgs.permissions import Refused, require
from wenxiao.records.models import ImportBatch, Intake
from wenxiao.records.services import open_batch, record, refuse_batch
from wenxiao.rulebook.codes import READING_STOPPED
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.intake.preview import Preview
    from wenxiao.orgs.models import User


def seal(batch: ImportBatch) -> str:
    """By what a form of the match step knows that its choices are still those it showed."""
    choices = json.dumps(batch.choices, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(choices.encode()).hexdigest()[:16]


def _must_wait(batch: ImportBatch) -> None:
    if batch.state != ImportBatch.State.PREVIEWED:
        raise NotAllowed(f"这份文件{batch.get_state_display()}，不能再改选择。")


def read_choices(
    batch: ImportBatch, posted: Mapping[str, str], directory: SeenDirectory
) -> tuple[dict[str, Any], dict[str, str]]:
    """Choices from the match step's form, and what is wrong with them by field name.
    Nothing is written.

    Fields per form ``n``: do-n (import, keep, skip); unit-n, subject-n (id, "name", "create", "");
    unit-name-n, subject-name-n (a name or code typed); round-n (id, "create", ""); cell-<cell>-n
    (file, ours).
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    answered = {name.rpartition("-")[2] for name in posted}
    for at in range(len(batch.summary.get("forms", []))):
        if str(at) in answered or str(at) not in batch.choices:
            answers[str(at)] = _choice(at, posted, directory, errors)
        else:  # a long list shows what is open: the rest keeps its answers
            answers[str(at)] = batch.choices[str(at)]
    return answers, errors


def _choice(
    at: int, posted: Mapping[str, str], directory: SeenDirectory, errors: dict[str, str]
) -> dict[str, Any]:
    what = posted.get(f"do-{at}", "import")
    if what == "skip":
        return {"skip": True}
    answer: dict[str, Any] = {"keep": True} if what == "keep" else {}
    unit = _picked(posted.get(f"unit-{at}", ""))
    if unit == "name":
        typed = posted.get(f"unit-name-{at}", "").strip()
        unit = directory.unit(typed)
        if unit is None:
            errors[f"unit-name-{at}"] = (
                f"没有名为“{typed}”的单位。请填单位全称。" if typed else "请填单位全称。"
            )
    answer["unit"] = unit
    subject = _picked(posted.get(f"subject-{at}", ""))
    if subject == "name":
        typed = posted.get(f"subject-name-{at}", "").strip()
        subject = (
            directory.named_subject(typed, unit if isinstance(unit, int) else None)
            if typed
            else None
        )
        if subject is None:
            errors[f"subject-name-{at}"] = (
                f"没有名称或代码为“{typed}”的项目。" if typed else "请填项目全称或代码。"
            )
    answer["subject"] = subject
    if posted.get(f"joins-{at}") == NOBODYS:
        answer["joins"] = NOBODYS
    answer["cells"] = {
        name.removeprefix("cell-").rpartition("-")[0]: OURS
        for name, take in posted.items()
        if name.startswith("cell-") and name.endswith(f"-{at}") and take == OURS
    }
    _round_choice(at, posted, answer, directory, errors)
    return {name: value for name, value in answer.items() if value not in (None, "", {})}


def _round_choice(
    at: int,
    posted: Mapping[str, str],
    made: dict[str, Any],
    directory: SeenDirectory,
    errors: dict[str, str],
) -> None:
    chosen = _picked(posted.get(f"round-{at}", ""))
    year = posted.get(f"year-{at}", "").strip()
    made["round"] = chosen
    row = directory.round_by_pk.get(chosen) if isinstance(chosen, int) else None
    if row is not None:
        made["year"] = row.fiscal_year
    elif year:
        if year.isdecimal() and len(year) == 4 and FIRST_YEAR <= int(year) <= LAST_YEAR:
            made["year"] = int(year)
        else:
            errors[f"year-{at}"] = f"“{year}”不是年度，应填四位数字，如 2021。"


def _picked(value: str) -> int | str | None:
    if value.isdecimal() and len(value) < 19:
        return int(value)
    return value if value in {"name", "create"} else None


@transaction.atomic
def choose(
    *, batch: ImportBatch, choices: dict[str, Any], seen: str, by: User | None
) -> ImportBatch:
    """Keep what was chosen and work out the standing anew.
    Stale when somebody else chose in between.
    """
    importer = refuse_others(batch, by)
    batch = (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("file", "division", "intake")
        .get(pk=batch.pk)
    )
    _must_wait(batch)
    if seen != seal(batch):
        raise Stale(batch, "刚才有人改过这份文件的选择。下面是您填的，再保存一次将以您的为准。")
    batch.choices = choices
    settle(batch, SeenDirectory(importer))
    if batch.intake is not None:
        compare(batch.intake)
    batch.refresh_from_db()
    return batch


def ready_to_apply(batch: ImportBatch, by: User | None) -> Preview:
    """The file previewed this moment with everything answered: what was shown is what is written.

    NotAllowed when something is still open, the file is no longer waiting, or a choice has become
    stale.
    """
    importer = refuse_others(batch, by)
    batch.refresh_from_db()
    _must_wait(batch)
    twins = {}
    if batch.intake_id:
        others = (
            ImportBatch.objects.filter(intake=batch.intake_id)
            .select_related("file")
            .defer("reading", "written")
        )
        twins = twins_of(others).get(batch.pk, {})
    seen = settle(batch, SeenDirectory(importer), twins=twins)
    if standing_of(batch) != "ready":
        raise NotAllowed(f"《{batch.file or batch}》还不能导入：{why_not(batch)}")
    return seen


def why_not(batch: ImportBatch) -> str:
    """Why a waiting file can't be imported yet, in a sentence."""
    standing = standing_of(batch)
    if standing == "same":
        return f"与《{batch.summary['same_as'][1]}》内容相同。"
    if standing == "left":
        return "其中的表都选了“不导入”。"
    if standing == "blocked":
        return "有阻断问题，请报送单位改正后重新上传，或不导入有问题的表。"
    return "还有单位、项目、年度、任务或重复的表待您选择。"


def resettle(intake: Intake, *, by: User | None) -> None:
    """Look again at the files that waited for an answer: an import may have
    created what they belong to.
    """
    directory = SeenDirectory(Importer(by, intake.division))
    for batch in intake.batches.filter(state=ImportBatch.State.PREVIEWED, summary__standing="ask"):
        settle(batch, directory)
    compare(intake)


@transaction.atomic
def leave_out(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Nothing of this file enters; it stays listed with its problems."""
    refuse_others(batch, by)
    done = refuse_batch(batch=batch, by=by, why=why.strip() or "收件人选择不导入")
    if done.intake is not None:
        compare(done.intake)
    return done


@transaction.atomic
def keep_newest(*, intake: Intake, by: User | None) -> int:
    """Of the same project in several files only the newest stays; returns
    how many forms were left out.
    """
    importer, left = Importer(by, intake.division), 0
    directory = SeenDirectory(importer)
    waiting = intake.batches.filter(state=ImportBatch.State.PREVIEWED).select_related(
        "file", "division"
    )
    for batch in waiting:
        refuse_others(batch, by)
        older = [
            at
            for at, form in enumerate(batch.summary.get("forms", []))
            if form.get("twin")
            and form["twin"]["problem"]
            and not form["twin"]["newest"]
            and form["twin"].get("known")
        ]
        if older:
            batch.choices |= {str(at): {"skip": True} for at in older}
            settle(batch, directory)
            left += len(older)
    if left:
        compare(intake)
        record(
            division=intake.division,
            by=by,
            act="重复的表只留最新",
            target=intake,
            data={"left_out": left},
        )
    return left


@transaction.atomic
def try_again(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """A file that was refused or taken back is previewed anew from its kept
    reading; the old batch stays as it was.
    """
    importer = refuse_others(batch, by)
    if (
        batch.state not in {ImportBatch.State.REFUSED, ImportBatch.State.UNDONE}
        or batch.file is None
    ):
        raise NotAllowed("只有未通过或已撤销、且原始文件仍在的，才能重新预览。")
    retried = open_batch(
        division=batch.division,
        by=by,
        kind=batch.kind,
        file=batch.file,
        reading=batch.reading,
        problems=batch.reading.get("problems", []),
        source_rows=batch.source_rows,
    )
    retried.intake, retried.choices = batch.intake, batch.choices
    retried.summary = {
        name: batch.summary[name] for name in ("modified", "folder") if name in batch.summary
    } | {"at": None}
    retried.save(update_fields=["intake", "choices", "summary"])
    settle(retried, SeenDirectory(importer))
    if retried.intake is not None:
        compare(retried.intake)
    retried.refresh_from_db()
    return retried


@transaction.atomic
def stop_reading(*, intake: Intake, by: User | None) -> int:
    """Read no further: what is read can be worked on, the rest is listed as
    not read; returns how many those are.
    """
    importer = Importer(by, intake.division)
    if not importer.whole and (by is None or intake.by_id != by.pk):
        raise Refused("这次收件由他人提交；可由收件人或财政绩效科停止读取。")
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    if row.state != Intake.State.READING:
        raise NotAllowed("已经读完，不用停止。")
    done = {batch["at"] for batch in row.batches.values_list("summary", flat=True)}
    left = [at for at, one in enumerate(row.files) if one["stored"] and at not in done]
    for at in left:
        row.files[at]["problem"] = _not_read().as_json()
        if row.kind != "forms":
            row.files[at]["error"] = _not_read().text
    row.state, row.beat = Intake.State.READY, timezone.now()
    row.save(update_fields=["files", "state", "beat"])
    record(division=row.division, by=by, act="停止读取", target=row, data={"left": len(left)})
    return len(left)


def _not_read() -> Problem:
    return Problem(READING_STOPPED, "提示", "已停止读取，这份没有读。", mend="需要时请重新上传。")


def begin_applying(intake: Intake, *, by: User | None, for_units: bool = False) -> bool:
    """Whether this call is the one that begins to import the ready files; the second press of a
    button is not.

    ``for_units``: what passes the checks is handed in for its unit (代单位报送), by whoever holds that
    power.
    """
    if for_units:
        require(by, "submit_for")
    Importer(by, intake.division)
    ready = intake.batches.filter(state=ImportBatch.State.PREVIEWED, summary__standing="ready")
    if not ready.exists():
        return False
    begun = Intake.objects.filter(pk=intake.pk, state=Intake.State.READY)
    values = {"state": Intake.State.APPLYING, "beat": timezone.now(), "for_units": for_units}
    return begun.update(**values) == 1


def stalled(intake: Intake, *, seconds: int = 30) -> bool:
    """Whether reading or applying has made no progress for a while: the
    worker is not running, or stopped.
    """
    if intake.state == Intake.State.READY:
        return False
    return intake.beat is None or (timezone.now() - intake.beat).total_seconds() > seconds
