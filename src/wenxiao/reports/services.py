"""Acts on the annual report: writing the draft, signing (frozen from then on), correcting it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.followup.selectors import stored_files
from wenxiao.orgs.permissions import Refused, holdings, require, who_can
from wenxiao.records.services import read_file, record, store_file
from wenxiao.reports import annual, pictures, printing, structure, summary, wording
from wenxiao.reports.annual import ReportChoices
from wenxiao.reports.facts import OPTIONAL_BLOCKS, Facts, Version, facts
from wenxiao.reports.figures import told
from wenxiao.reports.models import Draft, Signed
from wenxiao.reports.public_text import refuse_closed
from wenxiao.store.moves import NotAllowed, Stale, change

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile
    from wenxiao.reports.structure import Report

_VERSIONS: tuple[Version, ...] = ("internal", "public")
FILES = ("annual.docx", "summary.xlsx", "summary.docx", "figures.json")
_CHOICES = {"documents", "named", "lines", "least", "blocks", "prints", "editor", "number", "day"}


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of a year's report: its facts, the author's choices and the report they make."""

    facts: Facts
    choices: ReportChoices
    report: Report


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that is not what somebody last saw: its name, then and now (empty: not there).

    ``came``, ``gone``, ``moved``: rows behind it that are new, gone, or add another amount.
    """

    id: str
    name: str
    before: str
    now: str
    came: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def draft_of(division: Division, work_year: int) -> Draft | None:
    """The draft of a year, None before anybody saved one."""
    return (
        Draft.objects.select_related("by", "handed_by", "back_by")
        .filter(division=division, work_year=work_year)
        .first()
    )


def current(
    division: Division, work_year: int, *, version: Version = "internal", draft: Draft | None = None
) -> Edition:
    """The report as the rows stand now, with the draft's prose and choices (read if not given)."""
    draft = draft or draft_of(division, work_year)
    choices = ReportChoices.read(draft.choices if draft else {})
    data = facts(division, work_year, version=version, blocks=choices.blocks, prints=choices.prints)
    report = annual.build(
        data,
        choices=choices,
        prose=draft.prose if draft else {},
        inherited=_inherited(division, work_year),
    )
    return Edition(data, choices, report)


def _inherited(division: Division, work_year: int) -> dict[str, str]:
    """Last year's prose, for what a new year starts from."""
    last = draft_of(division, work_year - 1)
    return dict(last.prose) if last else {}


def stale_figures(draft: Draft, report: Report) -> tuple[Changed, ...]:
    """Printed figures changed since the author last saved, of the internal version he saw."""
    if report.version != "internal":
        return ()
    return _changed(draft.seen, seen_figures(report))


def differences(signed: Signed, report: Report) -> tuple[Changed, ...]:
    """What the rows say now (``report``) against what was signed in the same version, if kept."""
    frozen = signed.snapshot.get("report" if report.version == "internal" else "public")
    return (
        _changed(seen_figures(structure.from_data(frozen)), seen_figures(report)) if frozen else ()
    )


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Changed, ...]:
    """Figures that print other digits or count other rows."""
    changed = []
    for ident in dict.fromkeys((*now, *then)):
        before, after = then.get(ident) or {}, now.get(ident) or {}
        old, new = before.get("parts") or {}, after.get("parts") or {}
        rows = bool(before.get("parts") is not None and after) and old.keys() != new.keys()
        if before.get("text", "") != after.get("text", "") or rows:
            changed.append(
                Changed(
                    ident,
                    str((after or before)["name"]),
                    before.get("text", ""),
                    after.get("text", ""),
                    came=tuple(
                        new[row][0] or row
                        for row in new
                        if row not in old and ("parts" in before or not before)
                    ),
                    gone=tuple(old[row][0] or row for row in old if row not in new),
                    moved=tuple(
                        new[row][0] or row
                        for row in new
                        if row in old and old[row][1] != new[row][1]
                    ),
                )
            )
    return tuple(changed)


def fingerprint(report: Report) -> str:
    """The digest of a report's words, tables and printed figures: what a signer has before him."""
    return digest_of(structure.as_data(report))


def signed_reports(division: Division, work_year: int) -> tuple[Signed, ...]:
    """What was signed for a year, newest first."""
    return tuple(Signed.objects.filter(division=division, work_year=work_year).order_by("-pk"))


def signed_edition(division: Division, pk: int) -> Signed | None:
    """One signed report of a division, None where there is no such."""
    return Signed.objects.filter(division=division, pk=pk).select_related("by", "corrects").first()


def signed_report(signed: Signed, version: Version = "internal") -> Report:
    """The report as signed, from its snapshot; NotAllowed where an old one has no public text."""
    if version == "public":
        refuse_closed(signed.snapshot.get("public"))
    frozen = signed.snapshot.get("report" if version == "internal" else "public")
    if frozen is None:
        raise NotAllowed("这份报告签发时没有留公开稿的正文，请下载公开稿的文档查看。")
    return structure.from_data(frozen)


def is_intact(signed: Signed) -> bool:
    """Whether the frozen snapshot still has the digest it was signed with."""
    return digest_of(signed.snapshot) == signed.digest


# --- acts -----------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(
    *,
    division: Division,
    work_year: int,
    by: User | None,
    prose: Mapping[str, str] | None = None,
    choices: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Draft:
    """Save what the author wrote and chose, and remember the figures he saw.

    ``prose`` and ``choices`` replace what was there, None keeps it. Raises Refused, NotAllowed
    (prose of missing data, unknown choices, waiting to be signed), Stale: saved since ``version``.
    """
    _require(by, "write_report", division)
    draft, created = Draft.objects.get_or_create(
        division=division, work_year=work_year, defaults={"by": by}
    )
    if draft.state == Draft.State.HANDED:
        raise NotAllowed("报告已送签，正等局领导签发，现在不能改。要改的请先撤回，写明理由。")
    draft.prose = _kept_prose(prose) if prose is not None else draft.prose
    draft.choices = _kept_choices(choices) if choices is not None else draft.choices
    edition = current(division, work_year, draft=draft)
    _refuse_unknown(draft.prose, edition)
    values = {
        "prose": draft.prose,
        "choices": draft.choices,
        "seen": seen_figures(edition.report),
        "by": by,
    }
    change(draft, version=version, **values)
    record(
        division=division,
        by=by,
        act="起草报告" if created else "修改报告草稿",
        target=draft,
        label=f"{work_year}年度预算绩效管理工作情况",
        data={"prose": sorted(draft.prose), "choices": draft.choices},
    )
    return draft


def _require(
    by: User | None, power: str, division: Division, *, written_by: User | None = None
) -> None:
    """Only with the power in this division; nobody signs what he wrote himself."""
    require(by, power, submitted_by=written_by)
    if by is not None and not holdings(by).can(power, division=division.pk):
        raise Refused(f"只能办理本区划的报告：{division.name}的报告由其{who_can(power)}办理。")


def _kept_prose(prose: Mapping[str, str]) -> dict[str, str]:
    unknown = set(prose) - set(wording.DEFAULTS)
    if unknown:
        raise NotAllowed(f"报告没有名为“{'、'.join(sorted(unknown))}”的段落。")
    return {key: text.strip() for key, text in prose.items() if text.strip()}


def _kept_choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(choices) - _CHOICES
    blocks = set(choices.get("blocks") or ()) - set(OPTIONAL_BLOCKS)
    if unknown or blocks:
        raise NotAllowed(f"报告没有“{'、'.join(sorted(unknown | blocks))}”这项取舍。")
    try:
        ReportChoices.read(choices)
    except (TypeError, ValueError, KeyError) as error:
        raise NotAllowed("取舍的内容无法识别，请重新选择。") from error
    return dict(choices)


def _refuse_unknown(prose: Mapping[str, str], edition: Edition) -> None:
    """Prose may only refer to data the report has; that is checked where it is saved."""
    known = annual.words(edition.facts, edition.choices)
    for text in prose.values():
        try:
            structure.bind(text, known)
        except structure.UnknownPlaceError as error:
            raise NotAllowed(str(error)) from error


def seen_figures(report: Report) -> dict[str, dict[str, Any]]:
    """The printed figures as somebody saw them, with the rows behind each and what each added."""
    return {
        figure.id: {
            "name": figure.name,
            "text": f"{figure.text}{figure.unit}",
            "parts": {part.row: [part.label, told(part.value) or ""] for part in figure.parts},
        }
        for figure in report.shown_figures()
    }


@transaction.atomic
def sign_report(
    *,
    draft: Draft,
    issue_number: int,
    signer: str,
    signed_on: date,
    by: User | None,
    why: str = "",
    shown: str | None = None,
) -> Signed:
    """签发: freeze the draft as it is, with issue number, signer, day; its files are kept by digest.

    ``shown`` is the :func:`fingerprint` of what the signer had before him; when rows or words
    changed since, nothing is signed. Raises Refused, Stale, or NotAllowed: nobody handed it in
    (送签), the year has a signed report (a correction is the way) or the number is taken.
    """
    _require(by, "sign_report", draft.division, written_by=draft.by)
    if Signed.objects.filter(division=draft.division, work_year=draft.work_year).exists():
        raise NotAllowed(f"{draft.work_year}年度的报告已经签发，不能改动。需要改正的，请办理更正。")
    _refuse_not_handed(draft, by)
    _refuse_unseen(draft, shown)
    return _sign(
        draft, issue_number=issue_number, signer=signer, signed_on=signed_on, by=by, why=why
    )


def _refuse_not_handed(draft: Draft, by: User | None) -> None:
    """A first issue and a correction alike go up by 送签, and never by the hand that signs."""
    if draft.state != Draft.State.HANDED:
        raise NotAllowed("报告还没有送签，请财政绩效科送签后再签发。")
    if by is not None and draft.handed_by_id == by.pk:
        raise Refused("这份报告由您本人送签，不能自己签发；请由其他局领导办理。")


def _refuse_unseen(draft: Draft, shown: str | None) -> None:
    if shown is not None and shown != fingerprint(
        current(draft.division, draft.work_year, draft=draft).report
    ):
        raise Stale(draft, "报告所用的数据或文字在您查看之后有变化，请看最新内容后再签发。")


@transaction.atomic
def correct_report(
    *,
    signed: Signed,
    issue_number: int,
    signer: str,
    signed_on: date,
    by: User | None,
    why: str,
    shown: str | None = None,
) -> Signed:
    """更正: a new signed report from the draft handed in again, naming the old one, which stays.

    ``shown`` guards as in :func:`sign_report`.
    """
    draft = draft_of(signed.division, signed.work_year)
    _require(by, "sign_report", signed.division, written_by=draft.by if draft else None)
    if not why.strip():
        raise NotAllowed("请写明更正原因。")
    if draft is None:
        raise NotAllowed(f"{signed.work_year}年度没有报告草稿，请先起草。")
    if Signed.objects.filter(corrects=signed).exists():
        raise NotAllowed("这份报告已经更正过，请更正最新的一份。")
    if signed_on < signed.signed_on:
        raise NotAllowed(
            f"更正的签发日期 {signed_on} 早于原报告的签发日期 {signed.signed_on}，请改正。"
        )
    _refuse_not_handed(draft, by)
    _refuse_unseen(draft, shown)
    return _sign(
        draft,
        issue_number=issue_number,
        signer=signer,
        signed_on=signed_on,
        by=by,
        why=why,
        corrects=signed,
    )


def _sign(
    draft: Draft,
    *,
    issue_number: int,
    signer: str,
    signed_on: date,
    by: User | None,
    why: str,
    corrects: Signed | None = None,
) -> Signed:
    division, year = draft.division, draft.work_year
    if not signer.strip():
        raise NotAllowed("请填写签发人。")
    if (
        issue_number < 1
        or Signed.objects.filter(
            division=division, work_year=year, issue_number=issue_number
        ).exists()
    ):
        raise NotAllowed(f"期号“{issue_number}”不能用：应为没有用过的正整数。")
    # of two who sign at once, the second finds the draft changed
    change(draft, state=Draft.State.WRITING, back_by=None, back_why="")
    issue = structure.Issue(issue_number, signer.strip(), wording.day_text(signed_on))
    files = {version: kept_files(draft, version, issue, by) for version in _VERSIONS}
    report = annual.issued(current(division, year, draft=draft).report, issue)
    snapshot = {
        "report": structure.as_data(report),
        "public": structure.as_data(
            annual.issued(current(division, year, version="public", draft=draft).report, issue)
        ),
        "choices": draft.choices,
        "prose": draft.prose,
        "files": {
            version: {name: [row.pk, row.sha256] for name, row in files[version].items()}
            for version in files
        },
    }
    signed = Signed.objects.create(
        division=division,
        work_year=year,
        issue_number=issue_number,
        signer=issue.signer,
        signed_on=signed_on,
        snapshot=snapshot,
        digest=digest_of(snapshot),
        document=files["internal"]["annual.docx"],
        table=files["internal"]["summary.xlsx"],
        corrects=corrects,
        why=why,
        by=by,
    )
    record(
        division=division,
        by=by,
        act="更正报告" if corrects else "签发报告",
        target=signed,
        why=why,
        data={"issue": issue_number, "signer": issue.signer, "digest": signed.digest},
    )
    return signed


def kept_files(
    draft: Draft, version: Version, issue: structure.Issue, by: User | None
) -> dict[str, StoredFile]:
    """The files of one version, stored under names a person recognises."""
    edition = current(draft.division, draft.work_year, version=version, draft=draft)
    stem = f"{draft.work_year}年度预算绩效管理工作情况（第{issue.number}期{'，公开稿' if version == 'public' else ''}）"
    contents = _files(edition, annual.issued(edition.report, issue))
    return {
        name: store_file(division=draft.division, by=by, name=f"{stem}-{name}", content=content)
        for name, content in contents.items()
    }


def digest_of(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 over the snapshot as canonical JSON."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- files ----------------------------------------------------------------------------------------


def write_all(
    division: Division, work_year: int, out_dir: Path, *, version: Version = "internal"
) -> list[Path]:
    """Write a year's annual.docx, summary.xlsx, summary.docx, figures.json into a folder (made)."""
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in report_files(division, work_year, version=version).items():
        path = out_dir / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def report_files(
    division: Division, work_year: int, *, version: Version = "internal", draft: bool = False
) -> dict[str, bytes]:
    """A year's report files by name: as signed, else (or with ``draft``) from today's rows."""
    signed = None if draft else next(iter(signed_reports(division, work_year)), None)
    if signed is not None:
        return _signed_files(signed, version)
    edition = current(division, work_year, version=version)
    return _files(edition, edition.report)


def _signed_files(signed: Signed, version: Version) -> dict[str, bytes]:
    files = signed.snapshot["files"][version]
    rows = stored_files(division=signed.division, ids=[pk for pk, _ in files.values()])
    return {name: read_file(rows[files[name][0]]) for name in FILES}


def edition_file(edition: Edition, name: str) -> bytes | None:
    """One file as the rows stand now (:data:`FILES`, annual.pdf, figures.docx), else None.

    NotAllowed where a PDF is asked for on a machine without a Chinese font.
    """
    if name in pictures.ANEW:
        return pictures.set_anew(edition.report, name)
    return _files(edition, edition.report).get(name)


def signed_file(signed: Signed, name: str, version: Version) -> bytes | None:
    """One file as signed, PDF and figures set anew; a public one names nothing closed since."""
    anew = name in pictures.ANEW
    report = signed_report(signed, version) if anew or version == "public" else None
    if anew and report is not None:
        return pictures.set_anew(report, name)
    return _signed_files(signed, version).get(name)


def _files(edition: Edition, report: Report) -> dict[str, bytes]:
    facts, choices = edition.facts, edition.choices
    plain = summary.sheets(facts, choices, internal=False)
    contents = (
        printing.report_docx(report),
        printing.workbook(summary.sheets(facts, choices)),
        printing.sheets_docx(plain, demo=facts.place.demo),
        printing.figures_json(report),
    )
    return dict(zip(FILES, contents, strict=True))
