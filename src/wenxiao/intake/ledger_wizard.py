"""A ledger in the wizard: kept, planned in the background as often as its
choices change, then imported as planned.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.intake.ledger import LedgerAnswers, import_ledger, read_ledger_file
from wenxiao.intake.ledger.columns import ROLES
from wenxiao.intake.ledger.matching import UNIT
from wenxiao.intake.refusals import NOT_KEPT, refusal
from wenxiao.intake.zips import refusal_unread
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import Refused, require
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.records.models import ImportBatch, Intake, StoredFile
from wenxiao.records.services import read_file, record, store_file
from wenxiao.records.storage import drop_file
from wenxiao.rulebook.codes import CLASSIFIED
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import Division, User

LEDGER = "ledger"
KINDS = {
    "": "由系统判断",
    "spending": "支付（支出）明细",
    "budget": "预算安排、调整、到位",
    "request": "下年度预算申报（一上、二上）",
    "department": "部门决算数据（部门整体）",
    "kind_facts": "类型事项（专项债券、PPP、政府购买服务等另外登记的）",
}
SOURCES = {"treasury": "国库支付", "accounting": "单位核算", "plan": "分月用款计划（不是支付）"}
UNITS = ("元", "万元", "亿元")
MOST_SHOWN = 300


def receive_ledger(
    *, division: Division, by: User, upload: Any, said: Mapping[str, str], token: str
) -> tuple[Intake, bool]:
    """Keep one ledger; (intake, whether it is new).
    NotAllowed when it is missing or no table at all.
    """
    require(by, "import", division=division)
    known = Intake.objects.filter(by=by, token=token).first() if token else None
    if known is not None:
        return known, False
    if upload is None:
        raise NotAllowed("还没有选择台账文件。请选择一份 .xlsx、.xls 或 .csv。")
    name = PurePosixPath(str(upload.name).replace("\\", "/")).name
    problem = refusal_unread(name, upload.size)
    mark = secret_mark(name)
    if mark:
        raise NotAllowed(refusal("文件名", mark).sentence())
    if problem is not None:
        raise NotAllowed(problem.sentence())
    stored = store_file(division=division, by=by, name=name, content=upload.read())
    ledger = {
        "name": name,
        "folder": "",
        "modified": "",
        "stored": stored.pk,
        "problem": None,
        "outcome": None,
        "turn": 0,
        "said": _plain(said, _known(said, division, by)),
    }
    with transaction.atomic():
        intake = Intake.objects.create(
            division=division, by=by, kind=LEDGER, files=[ledger], token=token, beat=timezone.now()
        )
        record(
            division=division, by=by, act="收件", target=intake, label=name, data={"kind": LEDGER}
        )
    return intake, True


def _plain(said: Mapping[str, str], matches: dict[str, Any]) -> dict[str, Any]:
    """What a form said, kept as said: kind, source, year, unit, columns,
    matches, and how to go on.
    """
    kind, source, unit = said.get("kind", ""), said.get("source", ""), said.get("unit", "")
    year = said.get("year", "").strip()
    if year and not (year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= 2100):
        raise NotAllowed(f"“{year[:30]}”不是年度，应填四位数字，如 2021。")
    return {
        "kind": kind if kind in KINDS else "",
        "source": source if source in SOURCES else "treasury",
        "year": int(year) if year else None,
        "unit": unit if unit in UNITS else "",
        "columns": {role: said[f"role-{role}"] for role in ROLES if said.get(f"role-{role}")},
        "matches": matches,
        "leave_out": said.get("leave_out") == "1",
        "create": False,
        "keep_repeats": said.get("keep_repeats") == "1",
        "source_name": said.get("source_name", "").strip()[:40],
    }


def _matches(said: Mapping[str, str]) -> dict[str, Any]:
    """Field pairs key-n (the ledger's own key, of a unit behind "unit:")
    and match-n (id, "skip" or "create").
    """
    matches: dict[str, Any] = {}
    for name, key in said.items():
        if name.startswith("key-"):
            value = said.get(f"match-{name.removeprefix('key-')}", "")
            if value.isdecimal() and len(value) < 19:
                matches[key] = int(value)
            elif value in {"skip", "create"}:
                matches[key] = value
    return matches


def _known(said: Mapping[str, str], division: Division, by: User) -> dict[str, Any]:
    """The matches said, without subjects and units this person can't see: a
    number typed into the address is no match.
    """
    matches = _matches(said)
    asked = [
        (key.startswith(UNIT), value) for key, value in matches.items() if isinstance(value, int)
    ]
    subjects = subjects_visible_to(by).filter(
        division=division, pk__in=[value for unit, value in asked if not unit]
    )
    units = Unit.objects.filter(division=division, pk__in=[value for unit, value in asked if unit])
    seen = {(False, pk) for pk in subjects.values_list("pk", flat=True)}
    seen |= {(True, pk) for pk in units.values_list("pk", flat=True)}
    return {
        key: value
        for key, value in matches.items()
        if not isinstance(value, int) or (key.startswith(UNIT), value) in seen
    }


def matched_names(matches: Mapping[str, Any], by: User) -> dict[str, str]:
    """What each match that names a unit or project is called, as far as this person sees it."""
    units = Unit.objects.filter(
        pk__in=[v for k, v in matches.items() if k.startswith(UNIT) and isinstance(v, int)]
    )
    subjects = subjects_visible_to(by).filter(
        pk__in=[v for k, v in matches.items() if not k.startswith(UNIT) and isinstance(v, int)]
    )
    names = {(True, pk): name for pk, name in units.values_list("pk", "name")}
    names |= {(False, pk): name for pk, name in subjects.values_list("pk", "name")}
    named = {key: names.get((key.startswith(UNIT), value)) for key, value in matches.items()}
    return {key: f"即“{name}”" for key, name in named.items() if name}


def replan(*, intake: Intake, said: Mapping[str, str], turn: str, by: User) -> Intake:
    """Keep changed choices and have the ledger looked at again.
    Stale when the page was an older one.
    """
    require(by, "import", division=intake.division)
    ledger = intake.files[0]
    if turn != str(ledger["turn"]):
        raise Stale(intake, "这份台账的选择刚被改过，请看最新的核对结果后再改。")
    dropped = {key for name, key in said.items() if name.startswith("drop-")}
    matches = {key: value for key, value in ledger["said"]["matches"].items() if key not in dropped}
    ledger = ledger | {"said": _plain(said, {**matches, **_known(said, intake.division, by)})}
    return _begin(intake, ledger, Intake.State.READING)


def begin_import(*, intake: Intake, turn: str, by: User) -> Intake:
    """Import what the page showed.
    NotAllowed when lines block and nobody chose to leave them out.
    """
    require(by, "import", division=intake.division)
    ledger = intake.files[0]
    if turn != str(ledger["turn"]):
        raise Stale(intake, "这份台账的选择刚被改过，请看最新的核对结果后再导入。")
    outcome = ledger["outcome"]
    if not outcome or outcome["stored"]:
        raise NotAllowed("这份台账已经导入，或还没有核对完。")
    if outcome["blocked"] and not ledger["said"]["leave_out"]:
        raise NotAllowed(
            "还有阻断的行。请改正台账后重新上传，或选择“有问题的行不导入，其余照常导入”。"
        )
    return _begin(intake, ledger, Intake.State.APPLYING)


def _begin(intake: Intake, told: dict[str, Any], to: str) -> Intake:
    begun = Intake.objects.filter(
        pk=intake.pk, state=Intake.State.READY, files__0__turn=told["turn"]
    )
    if begun.update(state=to, files=[told | {"turn": told["turn"] + 1}], beat=timezone.now()) != 1:
        raise NotAllowed("这份台账正在核对或导入，请稍候。")
    intake.refresh_from_db()
    return intake


def run_ledger(intake: Intake, by: User | None) -> Intake:
    """Plan or (when the intake is applying) import the ledger; what came of
    it stays with the intake.
    """
    ledger = intake.files[0]
    write = intake.state == Intake.State.APPLYING
    stored = StoredFile.objects.filter(pk=ledger["stored"]).first()
    try:
        with one_wins():
            ledger["outcome"] = _outcome(intake, ledger, stored, by, write=write)
        ledger["error"] = ""
    except (NotAllowed, Refused) as refusal:
        ledger["error"] = str(refusal)
    # One that was stopped meanwhile stays stopped: what was found out about it is not shown.
    Intake.objects.filter(pk=intake.pk).exclude(state=Intake.State.READY).update(
        files=[ledger], state=Intake.State.READY, read=1, beat=timezone.now()
    )
    intake.refresh_from_db()
    return intake


def _outcome(
    intake: Intake, told: dict[str, Any], stored: StoredFile | None, by: User | None, *, write: bool
) -> dict[str, Any]:
    if stored is None:
        raise NotAllowed("台账的原始文件没有留存，不能再核对。")
    answers = told["said"]
    choices = LedgerAnswers(
        columns=answers["columns"],
        matches=answers["matches"],
        create=answers["create"],
        leave_out=answers["leave_out"],
        keep_repeats=answers["keep_repeats"],
        unit=answers["unit"],
        source_name=answers.get("source_name", ""),
    )
    with tempfile.TemporaryDirectory(prefix="wenxiao-ledger-") as folder:
        path = Path(folder) / f"ledger{PurePosixPath(stored.name).suffix.lower()}"
        path.write_bytes(read_file(stored))
        ledger = read_ledger_file(path, intake.division)
        outcome = import_ledger(
            path=path,
            division=intake.division,
            by=by,
            kind=answers["kind"],
            year=answers["year"],
            source=answers["source"],
            choices=choices,
            dry_run=not write,
            name=stored.name,
            ledger=ledger,
        )
    if outcome.batch is not None:
        ImportBatch.objects.filter(pk=outcome.batch).update(intake=intake)
    if any(problem.code == CLASSIFIED for problem in outcome.problems):
        drop_file(stored)
        told["stored"], told["name"] = None, NOT_KEPT
    outcome_data = outcome.as_json()
    outcome_data["blocked"], outcome_data["headings"] = (
        outcome.blocked,
        [heading for heading in ledger["columns"] if heading],
    )
    counts = {
        level: sum(1 for p in outcome.problems if p.level == level)
        for level in ("阻断", "警告", "提示")
    }
    return outcome_data | {
        "problems": outcome_data["problems"][:MOST_SHOWN],
        "counts": counts,
        "unmatched": outcome_data["unmatched"][:MOST_SHOWN],
    }
