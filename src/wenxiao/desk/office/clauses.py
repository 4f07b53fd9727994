"""条文: a paper's words taken in and split, and a clause somebody read, said of a rule by two people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.files.pool import read_in_child
from wenxiao.orgs.services import RuleSource, raise_standing
from wenxiao.orgs.services.library import set_articles
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, view
from wenxiao.records import selectors
from wenxiao.records.services import read_file
from wenxiao.rulebook import basis
from wenxiao.rulebook.articles import Held, held_against, label_of
from wenxiao.rulebook.checks import CATALOGUE
from wenxiao.rulebook.code_levels import CODES
from wenxiao.rulebook.grounds import READ
from wenxiao.rulebook.papers import Citation, RulePaper, citations_of, laws_of, paper_of, papers
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed
from wenxiao.store.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Article, Document
    from wenxiao.rulebook.laws import Clause

SECONDS = 20.0
ENDINGS = (".docx", ".pdf", ".txt")
LONGEST = 400_000


# ---- what a page shows of a paper ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One article of a paper: its words, the rules that stand on it, and how it compares with what was read."""

    label: str
    words: str
    rules: tuple[Citation, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A paper's words: its articles, the clauses rules cite that it lacks, and how many differ."""

    articles: tuple[Shown, ...]
    absent: tuple[Held, ...]
    cited: tuple[Citation, ...]

    @property
    def differs(self) -> int:
        """How many clauses of law read otherwise than what was compared."""
        return sum(one.met == "differs" for article in self.articles for one in article.held)


def words_of(row: Document) -> Words:
    """A library entry's articles beside the rules that cite it."""
    known = paper_of(row.title, row.number)
    cited = citations_of(known) if known is not None else ()
    articles = list(row.articles.all())
    digests = {one.label: one.sha256 for one in articles}
    held = held_against(laws_of(known) if known is not None else (), digests)
    shown = tuple(
        Shown(
            one.label,
            one.words,
            tuple(cite for cite in cited if label_of(cite.clause) == one.label),
            tuple(law for law in held if law.label == one.label),
        )
        for one in articles
    )
    absent = tuple(one for one in held if one.met == "absent") if articles else ()
    return Words(shown, absent, cited)


@dataclass(frozen=True, slots=True)
class Cited:
    """A paper of the product beside the library: its entry there, how many articles it holds, how many rules cite it."""

    paper: RulePaper
    rules: int
    row: Document | None
    articles: int


def papers_beside(rows: Iterable[Document]) -> list[Cited]:
    """Every paper rules stand on, with the library's entry for it; ``rows`` carry ``articles_held``."""
    entries: dict[str, Document] = {}
    for row in rows:
        known = paper_of(row.title, row.number)
        if known is not None:
            entries.setdefault(known.code, row)
    found = []
    for one in papers():
        entry = entries.get(one.code)
        rules = len({cite.rule for cite in citations_of(one)})
        found.append(Cited(one, rules, entry, getattr(entry, "articles_held", 0)))
    return found


def opened(division: Division, laws: Iterable[Clause]) -> list[tuple[Clause, Article | None, str]]:
    """(clause, its article in the library or None, what the comparison says) for the clauses a rule carries out."""
    laws = list(laws)
    labels = {label_of(one.cite["clause"]) for one in laws}
    articles = list(selectors.articles(division=division, labels=labels))
    found = []
    for one in laws:
        paper = paper_of(one.cite["title"])
        label = label_of(one.cite["clause"])
        article = next(
            (
                row
                for row in articles
                if row.label == label and paper_of(row.document.title, row.document.number) == paper
            ),
            None,
        )
        told = held_against([one], {label: article.sha256})[0].said if article else ""
        found.append((one, article, told))
    return found


# ---- taking words in -------------------------------------------------------------------------------------------------


@view("manage_rules", methods=("POST",), files=True)
def articles(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper's words in: from a file, from the original that is stored, or pasted."""
    division = division_of(request, "desk:documents")
    row = selectors.documents(division=division).select_related("file").filter(pk=pk).first()
    if row is None:
        raise Http404
    why = text_of(request, "why", 500)

    def run() -> str:
        made = set_articles(document=row, text=_text(request, row), by=person(request), why=why)
        differs = words_of(row).differs
        told = f"，其中 {differs} 条与核对过的条文不同，请看下面" if differs else ""
        return f"{row}已录入 {len(made)} 条{told}。"

    return carry_out(request, run, reverse("desk:document", args=[pk]))


def _text(request: HttpRequest, row: Document) -> str:
    upload, pasted = request.FILES.get("file"), request.POST.get("words", "")
    if upload is not None:
        if (upload.size or 0) > LARGEST_FILE:
            raise NotAllowed(f"文件超过 {LARGEST_FILE >> 20} MB，没有收下。")
        return _read(str(upload.name), upload.read())
    if pasted.strip():
        if len(pasted) > LONGEST:
            raise NotAllowed(f"粘贴的文字超过 {LONGEST // 10_000} 万字，请分成几份文件。")
        return pasted
    if row.file is None:
        raise NotAllowed("请选择官方文本（docx、pdf、txt），或粘贴条文。")
    return _read(row.file.name, read_file(row.file))


def _read(name: str, content: bytes) -> str:
    """The words of a file, read in a limited child; NotAllowed with what is wrong and how to mend it."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in ENDINGS:
        raise NotAllowed(f"《{name}》不能读出条文：应为 docx、pdf 或 txt，或把条文粘贴进来。")
    with Scratch("paper") as folder:
        path = folder / f"paper{ending}"
        path.write_bytes(content)
        told = read_in_child(path, "paper", seconds=SECONDS)
    if told["problems"]:
        problems = "；".join(
            f"{one['text']}{one.get('mend') or ''}[{one['code']}]" for one in told["problems"]
        )
        raise NotAllowed(f"《{name}》：{problems}")
    return str(told["text"])


# ---- a clause that was read ------------------------------------------------------------------------------------------


@view("manage_rules", methods=("GET", "POST"))
def read(request: HttpRequest, name: str) -> HttpResponse:
    """核对原文: say of a rule or one node of it which clause was read, by whom and by which second person."""
    division = division_of(request, "desk:rules")
    if name not in basis.names():
        raise Http404
    value = basis.in_force(name, today(), division.own_rules)
    nodes = [] if name in {CATALOGUE, CODES} else basis.nodes_of(value.content)
    values = {
        "name": name,
        "title": basis.load(name).title,
        "value": value,
        "nodes": [(path, label) for path, label, one in nodes if one["standing"] != READ],
        "documents": list(selectors.documents(division=division)[:200]),
        "posted": request.POST,
        "error": "",
    }
    if request.method == "GET":
        return render(request, "desk/office/rules/read.html", values)
    try:
        _say(request, division, name)
    except NotAllowed as refusal:
        values["error"] = str(refusal)
        return render(request, "desk/office/rules/read.html", values, status=422)
    return redirect("desk:rule", name=name)


def _say(request: HttpRequest, division: Division, name: str) -> None:
    chosen = whole(request.POST.get("document"))
    row = selectors.documents(division=division).filter(pk=chosen or 0).first()
    if row is None:
        raise NotAllowed("请从制度库选择核对的文件；还没有的先登记。")
    raise_standing(
        division=division,
        rule=name,
        node=text_of(request, "node", 200),
        on=today(),
        source=RuleSource(
            document=row,
            clause=text_of(request, "clause", 100),
            words=request.POST.get("words", ""),
            compared_by=text_of(request, "compared_by", 60),
            second=text_of(request, "second", 60),
        ),
        by=person(request),
        why=text_of(request, "why", 500),
    )
