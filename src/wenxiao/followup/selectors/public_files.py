"""Files that are to be published, checked before: markings, personal data, figures unequal to
published ones, tables, links.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wenxiao.files.door.markings import marking_in, marking_refused
from wenxiao.files.door.materials import name_problem
from wenxiao.files.door.personal import personal_data_in
from wenxiao.files.forms.public_links import FINE, OUTSIDE, judged
from wenxiao.files.pool import Pool
from wenxiao.followup.selectors.disclosed import figures_published
from wenxiao.rulebook.code_levels import codes_in_force
from wenxiao.rulebook.codes import (
    CLASSIFIED,
    FIGURE_NOT_PUBLISHED,
    FILE_KIND_NOT_TAKEN,
    LINK_DEAD,
    LINKS_NOT_FOLLOWED,
    NO_LIST_OF_TABLES,
    PERSONAL_DATA,
    TABLE_NOT_ATTACHED,
)
from wenxiao.rulebook.problems import Problem
from wenxiao.rulebook.public_tables import missing_tables, tables_in_force
from wenxiao.rulebook.published_figures import Published, is_heading, unit_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wenxiao.files.forms.public_paper import PaperTable, PublicPaper
    from wenxiao.orgs.models import Division
    from wenxiao.rulebook.code_levels import Code
    from wenxiao.rulebook.published_figures import Unequal

READ = frozenset({".docx", ".xlsx", ".xls", ".csv", ".pdf", ".htm", ".html", ".txt"})
BESIDE = frozenset({".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff2"})
"""What a page shows or uses and nobody reads; other kinds are named as unread."""


@dataclass(slots=True)
class Checked:
    """What was found: (file, problem) in order, files looked at, addresses
    outside that nobody followed.
    """

    problems: list[tuple[str, Problem]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the command line promises."""
        return {
            "files": self.files,
            "problems": [{"file": name, **problem.as_json()} for name, problem in self.problems],
            "links_not_followed": self.outside,
        }


def check_public_files(
    place: Path, *, division: Division, year: int | None = None, pool: Pool | None = None
) -> Checked:
    """Check one file, or all files of a folder and below, as the division ``division`` would
    publish them.

    Each file is read by a limited child. Levels and the list of tables are the division's of
    ``year`` (None: the newest).
    """
    root = place if place.is_dir() else place.parent
    paths = sorted(_files(place)) if place.is_dir() else [place]
    work = _Work(root, Published.of(figures_published(division)))
    if pool is None:
        with Pool(1) as own:
            work.look(paths, own)
    else:
        work.look(paths, pool)
    work.tables(*tables_in_force(division.own_rules, year))
    codes = codes_in_force(division.own_rules, year)
    checked = work.checked
    checked.problems = [(name, _leveled(problem, codes)) for name, problem in checked.problems]
    return checked


def _files(place: Path) -> Iterator[Path]:
    return (path for path in place.rglob("*") if path.is_file() and not path.is_symlink())


def _leveled(problem: Problem, codes: dict[str, Code]) -> Problem:
    """At the level the division's rules give its code; what a reader refused stays refused."""
    one = codes[problem.code]
    if not problem.code.startswith("GK-"):
        return problem
    return replace(problem, level=one.level, basis=problem.basis or one.basis or None)


@dataclass(slots=True)
class _Work:
    root: Path
    published: Published
    checked: Checked = field(default_factory=Checked)
    titles: list[str] = field(default_factory=list)

    def look(self, paths: Iterable[Path], pool: Pool) -> None:
        for path in paths:
            name = path.relative_to(self.root).as_posix()
            marked = name_problem(path.name)
            if marked is not None:
                self.checked.problems.append((name, marked))
            if path.suffix.lower() in READ:
                self.checked.files.append(name)
                self._paper(name, path, pool.public(path))
            elif path.suffix.lower() not in BESIDE:
                self.checked.problems.append((name, _unread(path)))

    def _paper(self, name: str, path: Path, paper: PublicPaper) -> None:
        problems = [*paper.problems, *_texts(paper, self.published)]
        problems += self._links(path, paper)
        self.checked.problems += [(name, one) for one in dict.fromkeys(problems)]
        self.titles += [path.stem, *(passage.text for passage in paper.passages)]
        for table in paper.tables:
            self.titles += [table.name, *(cell for row in table.rows[:3] for cell in row)]

    def _links(self, path: Path, paper: PublicPaper) -> Iterator[Problem]:
        anchors = frozenset(paper.anchors)
        for link in paper.links:
            verdict = judged(link.address, path, self.root, anchors)
            if verdict == OUTSIDE:
                self.checked.outside.append(link.address)
            elif verdict != FINE:
                text = f"{link.place}的链接“{link.address[:80]}”打不开：{verdict}。"
                mend = "请改成公众能打开的地址，或把所指的文件一并放入；不需要的请去掉链接。"
                yield Problem(LINK_DEAD, "警告", text, mend=mend)

    def tables(self, names: tuple[str, ...], basis: str) -> None:
        """What is missing in all files together, and that addresses outside were not followed."""
        if not names:
            text = "本级还没有列出应公开哪些表，没有检查缺表。"
            mend = "请在 更多 → 评分规则与制度 → 公开应附的表 按本级文件填写。"
            self.checked.problems.append(("", Problem(NO_LIST_OF_TABLES, "提示", text, mend=mend)))
        for name in missing_tables(names, self.titles):
            text = f"缺少“{name}”：文件、工作表和表题里都没有这个名称。"
            mend = "请附上这张表，或在表题写明它的名称。"
            problem = Problem(TABLE_NOT_ATTACHED, "警告", text, mend=mend, basis=basis)
            self.checked.problems.append(("", problem))
        self.checked.outside = list(dict.fromkeys(self.checked.outside))
        if self.checked.outside:
            text = f"有 {len(self.checked.outside)} 个外部链接，没有逐个打开。"
            mend = "请在能上网的机器上点开核对。"
            self.checked.problems.append(("", Problem(LINKS_NOT_FOLLOWED, "提示", text, mend=mend)))


def _unread(path: Path) -> Problem:
    text = f"不检查 {path.suffix.lower() or '没有后缀的'} 文件，里面的内容没有看。"
    mend = "可检查 docx、xlsx、xls、csv、pdf、html、txt；请另存后再检查，或由人逐项核对。"
    return Problem(FILE_KIND_NOT_TAKEN, "阻断", text, mend=mend)


def _texts(paper: PublicPaper, published: Published) -> Iterator[Problem]:
    for passage in paper.passages:
        yield from _said(passage.text, None, passage.place)
        for one in published.in_text(passage.text):
            yield _unequal(one, None, passage.place)
    for table in paper.tables:
        for row, cells in zip(table.rows, table.cells, strict=True):
            for text, cell in zip(row, cells, strict=True):
                yield from _said(text, table.name, cell)
        yield from _rows(table, published)


def _said(text: str, sheet: str | None, place: str) -> Iterator[Problem]:
    marking = next((one for line in text.splitlines() if (one := marking_in(line))), None)
    if marking is not None:
        refusal, mend = marking_refused(marking)
        refusal = refusal.replace("不得导入本系统", "不得公开")
        yield Problem(CLASSIFIED, "阻断", refusal, sheet, place, mend=mend)
    for (kind, hidden), often in Counter(personal_data_in(text)).items():
        times = f"（{often} 处）" if often > 1 else ""
        mend = "请去掉或遮盖；是公开的办公电话等确需公开的，由审查人写明理由。"
        yield Problem(PERSONAL_DATA, "警告", f"有{kind} {hidden}{times}。", sheet, place, mend=mend)


def _rows(table: PaperTable, published: Published) -> Iterator[Problem]:
    headings: list[str] = []
    unit = unit_in(table.before)
    for row, cells in zip(table.rows, table.cells, strict=True):
        unit = next((own for cell in row if (own := unit_in(cell))), unit)
        if is_heading(row):
            upper = headings if not any(headings[:1]) else []
            headings = [own or above for own, above in zip(row, upper or row, strict=False)]
            continue
        for one in published.in_row(headings, row, unit):
            yield _unequal(one, table.name, cells[one.at])
        for cell, place in zip(row, cells, strict=True):
            for one in published.in_text(cell):
                yield _unequal(one, table.name, place)


def _unequal(one: Unequal, sheet: str | None, place: str) -> Problem:
    return Problem(
        FIGURE_NOT_PUBLISHED,
        "警告",
        f"“{one.name}”的{one.measure}写的是 {one.stated}，已公开的是 {one.published}。",
        sheet,
        place,
        expected=one.published,
        got=one.stated,
        mend="请核对；已公开的有误的，办理更正后再公开。",
    )
