"""底稿包: an evaluation's working papers as its package holds them, and what a package brought back
says otherwise, cell by cell.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from wenxiao.evidence.models import Material
from wenxiao.evidence.selectors import day_in
from wenxiao.files.cells.package_sheets import (
    CRITERION_ASKED,
    CRITERION_GIVEN,
    GIVEN_LABELS,
    PAPER_ASKED,
    PAPER_SHEETS,
)
from wenxiao.files.out.evaluation_package import PackageContents
from wenxiao.reviews.working_paper import WorkingPaper
from wenxiao.rulebook.deductions import reasons
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.files.forms.evaluation_package import BroughtPackage
    from wenxiao.reviews.models import Criterion, Mark, Review

MARKED = frozenset({"points", "code", "note"})
"""Cells of a criterion that are its mark; the others are its 评分底稿."""
WORDS = dict(CRITERION_ASKED) | dict(PAPER_ASKED)
MOST_PAPERS = 300
LIMITS = {"facts": 4000, "source": 300, "method": 300, "people": 200, "note": 1000, "code": 20}
FIRST_DAY = date(1899, 12, 30)
SERIAL = 5
"""Digits of a day as spreadsheets count it, from 1927 to 2173."""
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class PackageDifference:
    """One choice: what the system has (``old``) and what the package says (``new``)."""

    key: str
    place: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PaperTexts:
    """What the row of a working paper says, ready to be written."""

    facts: str
    source: str
    method: str
    people: str
    criterion: Criterion | None
    done_on: date


@dataclass(slots=True)
class BroughtPackages:
    """What came back at once: one file, or those of the whole package; ``left`` names what of a zip
    was not read and why.
    """

    files: list[tuple[str, BroughtPackage]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    zipped: bool = False


@dataclass(slots=True)
class PackageComparison:
    """What a package says otherwise: ``choices`` may be taken, ``notices`` name what is not;
    ``results`` say of each file of a zip what came of it.
    """

    choices: list[PackageDifference] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    taken: list[tuple[int, str, BroughtPackage]] = field(default_factory=list)
    """The files that belong here: number, name, content."""

    @property
    def digest(self) -> str:
        """Stands for everything shown, so that what changed since is noticed."""
        lines = [f"{one.key}\0{one.old}\0{one.new}" for one in self.choices]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def given_of(review: Review, seat: str) -> Cells:
    """Whose package it is."""
    dossier = review.dossier
    whole = dossier.subject.kind == "department_overall"
    return {
        "key": str(review.pk),
        "version": str(review.version),
        "subject": f"{dossier.unit.name}部门整体支出" if whole else dossier.subject.name,
        "unit": dossier.unit.name,
        "year": str(dossier.fiscal_year),
        "agency": review.agency.name if review.agency else "",
        "seat": seat,
    }


def file_name(review: Review, seat: str) -> str:
    """What the workbook is called when it is taken away."""
    given = given_of(review, seat)
    who = f"（{seat}）" if seat else ""
    return f"{given['subject']}（{given['year']}）底稿{who}.xlsx"


def contents_of(review: Review, seat: str, asked: Sequence[str] = ()) -> PackageContents:
    """The workbook's contents as the evaluation stands; ``asked`` are the materials asked for."""
    papers: dict[str, list[Cells]] = {kind: [] for kind in PAPER_SHEETS}
    for paper in review.working_papers.select_related("criterion"):
        if paper.kind in papers:
            papers[paper.kind].append(
                {"pk": str(paper.pk), **paper_given(paper), **paper_cells(paper)}
            )
    rows = []
    for row, cells in criterion_cells(review, seat):
        rows.append({"pk": str(row.pk), **criterion_given(row), **cells})
    year, own = review.round.fiscal_year, review.round.division.own_rules
    return PackageContents(
        given_of(review, seat) | {"file": file_name(review, seat)},
        rows,
        papers,
        [*_materials(review), *({"title": one, "state": "通知书所列"} for one in asked)],
        [f"{code} {one.title}" for code, one in reasons(year, own).items()],
    )


def _materials(review: Review) -> list[Cells]:
    gone = (Material.State.REPLACED, Material.State.WITHDRAWN)
    rows = Material.objects.filter(dossier=review.dossier).exclude(state__in=gone).order_by("pk")
    return [
        {
            "title": row.title,
            "from": row.get_side_display(),
            "dated": "" if row.dated is None else row.dated.isoformat(),
            "state": row.get_state_display(),
            "proves": row.note,
        }
        for row in rows
    ]


def criterion_given(row: Criterion) -> Cells:
    """The cells of a criterion nobody changes."""
    weight = "" if row.weight is None else f"{row.weight:.2f}"
    texts = {"level1": row.level1, "name": row.name, "standard": row.standard.strip()}
    return texts | {"weight": weight}


def paper_given(paper: WorkingPaper) -> Cells:
    """The cells of a working paper nobody changes."""
    signed = "" if paper.signed_on is None else f"{paper.signed_by} {paper.signed_on}"
    return {"number": str(paper.number), "signed": signed}


def paper_cells(paper: WorkingPaper) -> Cells:
    """What a working paper says, as its cells show it."""
    return {
        "criterion": paper.criterion.name if paper.criterion else "",
        "facts": paper.facts,
        "source": paper.source,
        "method": paper.method,
        "people": paper.people,
        "done_on": paper.done_on.isoformat(),
    }


def criterion_cells(review: Review, seat: str) -> list[tuple[Criterion, Cells]]:
    """Every criterion with its 评分底稿 and the seat's own mark."""
    kind = WorkingPaper.Kind.CRITERION
    papers = {one.criterion_id: one for one in review.working_papers.filter(kind=kind)}
    marks = {one.criterion_id: one for one in review.marks.filter(seat=seat, indicator=None)}
    return [
        (row, _criterion(papers.get(row.pk), marks.get(row.pk))) for row in review.criteria.all()
    ]


def criterion_paper(row: Criterion) -> WorkingPaper | None:
    """The 评分底稿 of one criterion; None where nobody wrote it."""
    papers = row.review.working_papers.filter(kind=WorkingPaper.Kind.CRITERION)
    return papers.filter(criterion=row).first()


def _criterion(paper: WorkingPaper | None, mark: Mark | None) -> Cells:
    return {
        "facts": paper.facts if paper else "",
        "source": paper.source if paper else "",
        "method": paper.method if paper else "",
        "points": "" if mark is None or mark.points is None else f"{mark.points:.2f}",
        "code": mark.reason_code if mark else "",
        "note": mark.note.strip() if mark else "",
    }


def refuse_foreign(review: Review, seat: str, brought: BroughtPackage) -> None:
    """NotAllowed for another evaluation's or another person's package."""
    own, given = given_of(review, seat), brought.given
    if given.get("key") != own["key"]:
        theirs = "，".join(given[one] for one in ("subject", "unit", "agency") if given.get(one))
        raise NotAllowed(
            f"这是“{theirs or '编号 ' + given.get('key', '')}”的底稿包（编号 {given.get('key', '')}），不是"
            f"“{own['subject']}”（{own['unit']}{'，' + own['agency'] if own['agency'] else ''}，"
            f"编号 {own['key']}）的；可能拿错了包，请在它自己的“工作底稿”页带回。"
        )
    if not brought.whole:
        return
    for key, label in GIVEN_LABELS:
        if key not in {"key", "version", "file"} and given.get(key, "") != own[key]:
            raise NotAllowed(
                f"“说明”页的{label}应为“{own[key] or '空'}”，收到“{given.get(key) or '空'}”；"
                "可能是别的机构或别人的包，或给定的格改过。请用自己取走的那一份。"
            )


def compare(
    review: Review, seat: str, brought: BroughtPackage, name: str = ""
) -> PackageComparison:
    """Every cell, row and paper the package has otherwise; ``name`` is the file's name as it came.
    Raises NotAllowed.
    """
    refuse_foreign(review, seat, brought)
    if len(brought.papers) > MOST_PAPERS:
        raise NotAllowed(f"底稿最多 {MOST_PAPERS} 份，收到 {len(brought.papers)} 份。")
    outcome = PackageComparison(notices=list(brought.notices))
    taken = brought.given.get("file", "")
    if brought.whole and name and taken and name != taken:
        outcome.notices.append(
            f"文件改过名：取走时是“{taken}”，带回时是“{name}”；按编号认，内容照读。"
        )
    if brought.whole:
        _criteria(review, seat, brought, outcome)
    _papers(review, brought, outcome)
    return outcome


def compare_files(review: Review, seat: str, brought: BroughtPackages) -> PackageComparison:
    """Everything the files say otherwise. Of a zip a foreign file is named and left; raises
    NotAllowed where none is left, or the single file is refused.

    The key of a choice of a further file carries the file's number: ``1|p:7:facts``. What two files
    say alike stands once; where they contradict each other both are shown.
    """
    outcome = PackageComparison()
    for at, (name, one) in enumerate(brought.files):
        try:
            part = compare(review, seat, one, name)
        except NotAllowed as refused:
            if not brought.zipped:
                raise
            outcome.results.append((name, f"没有带回：{refused}"))
            continue
        outcome.taken.append((at, name, one))
        fresh = _fresh(part.choices, outcome.choices)
        outcome.choices += [_of_file(each, at, name) for each in fresh]
        outcome.notices += [f"{name}：{text}" if at else text for text in part.notices]
        outcome.results.append((name, f"已读，{len(part.choices)} 处与系统里不同。"))
    outcome.results += [(name, f"没有带回：{why}") for name, why in brought.left]
    if not outcome.taken:
        outcomes = "；".join(f"“{name}”{why}" for name, why in outcome.results)
        raise NotAllowed(f"压缩包里没有这项评价的底稿。{outcomes}")
    if not brought.zipped:
        outcome.results = []
    return outcome


def _fresh(
    choices: Sequence[PackageDifference], known: Sequence[PackageDifference]
) -> list[PackageDifference]:
    """The choices no earlier file offers already with the same text."""
    offered = {(base_key(one.key), one.new) for one in known if not one.key.startswith("p+")}
    return [one for one in choices if (one.key, one.new) not in offered]


def _of_file(one: PackageDifference, at: int, name: str) -> PackageDifference:
    if not at:
        return one
    return replace(one, key=f"{at}|{one.key}", place=f"{one.place}（{name}）")


def base_key(key: str) -> str:
    """A choice's key without the number of its file."""
    number, sign, rest = key.partition("|")
    return rest if sign and number.isdecimal() else key


def _by_number(
    rows: Sequence[tuple[str, Cells]], known: set[str], what: str
) -> dict[str, tuple[str, Cells]]:
    """Rows by their number; NotAllowed for one that is none of ours or stands twice."""
    twice = [
        pk for pk, n in Counter(cells.get("pk", "") for _, cells in rows).items() if pk and n > 1
    ]
    for place, cells in rows:
        pk = cells.get("pk", "")
        if pk and pk not in known:
            raise NotAllowed(
                f"{place}的行号“{pk}”不是这项评价的{what}；可能从别的包粘来，行号不要改。"
            )
        if pk in twice:
            raise NotAllowed(f"{place}的行号“{pk}”写了不止一次；请留一行，新增的行号留空。")
    return {cells["pk"]: (place, cells) for place, cells in rows if cells.get("pk")}


def _criteria(
    review: Review, seat: str, brought: BroughtPackage, outcome: PackageComparison
) -> None:
    ours = criterion_cells(review, seat)
    rows = _by_number(brought.criteria, {str(row.pk) for row, _ in ours}, "评分项")
    for place, cells in brought.criteria:
        if not cells.get("pk"):
            outcome.notices.append(
                f"{place}没有行号（{cells.get('name') or '未写名称'}）：评分项已定稿，不能新增，没有读。"
            )
    for row, old in ours:
        if str(row.pk) not in rows:
            outcome.notices.append(f"“评分底稿”页少了“{row.name}”这一行：系统里的留着，没有改。")
            continue
        place, cells = rows[str(row.pk)]
        _name_changed(place, criterion_given(row), cells, CRITERION_GIVEN, outcome)
        for key, label in CRITERION_ASKED:
            new = _cell(key, cells.get(key, ""), place)
            if new != old[key]:
                where = f"{row.name}　{label}"
                outcome.choices.append(PackageDifference(f"c:{row.pk}:{key}", where, old[key], new))


def _name_changed(
    place: str,
    own: Cells,
    cells: Cells,
    headings: Sequence[tuple[str, str]],
    outcome: PackageComparison,
) -> None:
    for key, label in headings:
        if key in own and cells.get(key, "") != own[key]:
            outcome.notices.append(
                f"{place}的{label}是给定的，应为“{own[key] or '空'}”，收到“{cells.get(key) or '空'}”；不采用。"
            )


def _papers(review: Review, brought: BroughtPackage, outcome: PackageComparison) -> None:
    rows = review.working_papers.filter(kind__in=PAPER_SHEETS).select_related("criterion")
    ours = {str(one.pk): one for one in rows}
    theirs = _by_number([(place, cells) for place, _, cells in brought.papers], set(ours), "底稿")
    for pk, paper in ours.items():
        if pk in theirs:
            _paper(review, paper, theirs[pk], outcome, whole=brought.whole)
        elif brought.whole:
            outcome.notices.append(f"带回的包里没有{paper}：系统里的留着，没有删。")
    for place, kind, cells in brought.papers:
        if not cells.get("pk"):
            new = paper_texts(review, cells, place)
            words = "　".join(str(one) for key, one in cells.items() if one and key in WORDS)
            label = WorkingPaper.Kind(kind).label
            outcome.choices.append(
                PackageDifference(f"p+:{place}", f"新增{label}（{place}）", "", words)
            )
            if new.criterion is None and cells.get("criterion"):
                raise NotAllowed(_no_criterion(place, cells["criterion"]))


def _paper(
    review: Review,
    paper: WorkingPaper,
    brought: tuple[str, Cells],
    outcome: PackageComparison,
    *,
    whole: bool,
) -> None:
    place, cells = brought
    old = paper_cells(paper)
    if whole:
        _name_changed(
            place, paper_given(paper), cells, (("number", "编号"), ("signed", "单位确认")), outcome
        )
    for key, label in PAPER_ASKED:
        if not whole and key not in cells:
            continue
        new = _cell(key, cells.get(key, ""), place)
        if new == old[key].strip():
            continue
        if not whole and (key, new, old[key]) == ("criterion", "—", ""):
            continue
        if paper.signed_on is not None:
            outcome.notices.append(
                f"{paper}单位已经确认，{label}不能再改：系统里“{old[key]}”，包里“{new}”；不采用。"
            )
            continue
        if key == "criterion" and new and criterion_named(review, new) is None:
            raise NotAllowed(_no_criterion(place, new))
        outcome.choices.append(
            PackageDifference(f"p:{paper.pk}:{key}", f"{paper}　{label}", old[key], new)
        )


def _no_criterion(place: str, name: str) -> str:
    return f"{place}的评分项“{name[:40]}”不在这张评分表里；请照“评分底稿”页的三级指标写，或留空。"


def criterion_named(review: Review, name: str) -> Criterion | None:
    """The criterion of a name, None where there is none or several."""
    rows = [row for row in review.criteria.all() if row.name == name.strip()]
    return rows[0] if len(rows) == 1 else None


def paper_texts(review: Review, cells: Cells, place: str) -> PaperTexts:
    """What a paper's row says. NotAllowed names the place."""
    if not cells.get("facts") or not cells.get("source"):
        raise NotAllowed(f"{place}须写明事实和来源；不要的整行清空。")
    return PaperTexts(
        facts=_cell("facts", cells.get("facts", ""), place),
        source=_cell("source", cells.get("source", ""), place),
        method=_cell("method", cells.get("method", ""), place),
        people=_cell("people", cells.get("people", ""), place),
        criterion=criterion_named(review, cells.get("criterion", "")),
        done_on=day_of_cell(cells.get("done_on", ""), place),
    )


def _cell(key: str, text: str, place: str) -> str:
    """A cell's text as the system would hold it; NotAllowed for what it can't."""
    if key == "points" and text:
        return f"{points_of_cell(text, place):.2f}"
    if key == "done_on" and text:
        return day_of_cell(text, place).isoformat()
    longest = LIMITS.get(key)
    if longest is not None and len(text) > longest:
        raise NotAllowed(
            f"{place}的{WORDS[key]}最多 {longest} 字，收到 {len(text)} 字；请缩短后再带回。"
        )
    return text


def points_of_cell(text: str, place: str) -> Decimal:
    """Points of a cell; NotAllowed names the place."""
    try:
        value = Decimal(text.replace("，", "").replace(",", "").strip())
    except InvalidOperation as error:
        raise NotAllowed(f"{place}的得分应为数字，如 4.5，收到“{text[:30]}”。") from error
    if not value.is_finite() or value != value.quantize(Decimal("0.01")) or not 0 <= value <= 1000:
        raise NotAllowed(f"{place}的得分最多两位小数，收到“{text[:30]}”。")
    return value


def day_of_cell(text: str, place: str) -> date:
    """The day of a cell, also one that a spreadsheet holds as its own number of days; NotAllowed
    names the place.
    """
    days = int(text) if text.isascii() and text.isdecimal() and len(text) == SERIAL else None
    day = day_in(text) if days is None else FIRST_DAY + timedelta(days=days)
    if day is None:
        raise NotAllowed(f"{place}的日期应写成 2021-11-30 这样，收到“{text[:30] or '空'}”。")
    return day
