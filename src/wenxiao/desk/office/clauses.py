"""条文: a paper's words taken in and split, and a clause somebody read, said
of a rule by two people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.intake.upload_acts import told_articles
from wenxiao.orgs.selectors import awaiting_standings
from wenxiao.orgs.services import RuleSource, confirm_standing, drop_standing, raise_standing
from wenxiao.orgs.services.library import set_articles
from wenxiao.pages.acts import Typed, carry_out, text_of
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Article, Document, StoredFile, Upload
    from wenxiao.rulebook.laws import Clause

ENDINGS = (".docx", ".pdf", ".txt")
LONGEST = 400_000


# ---- what a page shows of a paper ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One article of a paper: its words, the rules that stand on it, and
    how it compares with what was read.
    """

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
    """A paper of the product beside the library: its entry there, how many
    articles it holds, how many rules cite it.
    """

    paper: RulePaper
    rules: int
    row: Document | None
    articles: int


def papers_beside(rows: Iterable[Document]) -> list[Cited]:
    """Every paper rules stand on, with the library's entry for it; ``rows``
    carry ``articles_held``.
    """
    entries: dict[str, Document] = {}
    for row in rows:
        known = paper_of(row.title, row.number)
        if known is not None:
            entries.setdefault(known.code, row)
    cited = []
    for one in papers():
        entry = entries.get(one.code)
        rules = len({cite.rule for cite in citations_of(one)})
        cited.append(Cited(one, rules, entry, getattr(entry, "articles_held", 0)))
    return cited


def opened(division: Division, laws: Iterable[Clause]) -> list[tuple[Clause, Article | None, str]]:
    """(clause, its article in the library or None, what the comparison
    says) for the clauses a rule carries out.
    """
    laws = list(laws)
    labels = {label_of(one.cite["clause"]) for one in laws}
    articles = list(selectors.articles(division=division, labels=labels))
    pairs = []
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
        verdict = held_against([one], {label: article.sha256})[0].said if article else ""
        pairs.append((one, article, verdict))
    return pairs


# ---- taking words in -----------------------------------------------------------------------------


@view("manage_rules", methods=("POST",), files=True)
def articles(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper's words in: pasted, or from a file or the stored
    original, which the task worker reads.
    """
    division = division_of(request, "desk:documents")
    row = selectors.documents(division=division).select_related("file").filter(pk=pk).first()
    if row is None:
        raise Http404
    why, back = text_of(request, "why", 500), reverse("desk:document", args=[pk])
    pasted = request.POST.get("words", "")
    typed = [Typed("文本来处", "", why)]
    if request.FILES.get("file") or not pasted.strip():
        return hand_in(request, lambda: _file_of(request, row, why, back), back, typed)

    def run() -> str:
        if len(pasted) > LONGEST:
            raise NotAllowed(f"粘贴的文字超过 {LONGEST // 10_000} 万字，请分成几份文件。")
        taken = set_articles(document=row, text=pasted, by=person(request), why=why)
        return told_articles(row, taken)

    return carry_out(request, run, back, typed)


class _Original:
    """The paper's stored file, handed in again as if it were uploaded."""

    def __init__(self, file: StoredFile) -> None:
        self.name, self.size, self._file = file.name, file.size, file

    def chunks(self) -> Iterator[bytes]:
        yield read_file(self._file)


def _file_of(request: HttpRequest, row: Document, why: str, back: str) -> Upload:
    """The file words are to be read from, set aside; NotAllowed for one
    that can't hold any, or without a reason.
    """
    if not why.strip():
        raise NotAllowed("录入条文须写明文本的来处或理由。")
    file = request.FILES.get("file") or (_Original(row.file) if row.file is not None else None)
    if file is None:
        raise NotAllowed("请选择官方文本（docx、pdf、txt），或粘贴条文。")
    if PurePosixPath(str(file.name)).suffix.lower() not in ENDINGS:
        raise NotAllowed(f"《{file.name}》不能读出条文：应为 docx、pdf 或 txt，或把条文粘贴进来。")
    return set_aside(
        request,
        division=row.division,
        act="articles",
        values={"document": row.pk, "why": why, "largest": LARGEST_FILE},
        files=[file],
        back=back,
        target=row.pk,
        typed=[Typed("文本来处", "", why)],
    )


# ---- a clause that was read ----------------------------------------------------------------------


@view("manage_rules", methods=("GET", "POST"))
def read(request: HttpRequest, name: str) -> HttpResponse:
    """核对原文: say of a rule or one node of it which clause was read and by
    whom; another login confirms it.
    """
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
        "awaiting": awaiting_standings(division, name),
        "labels": {path: label for path, label, _ in nodes},
        "own": person(request).pk,
        "posted": request.POST,
        "error": "",
    }
    if request.method in {"GET", "HEAD"}:
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
        ),
        by=person(request),
        why=text_of(request, "why", 500),
    )


@view("manage_rules", methods=("POST",))
def second(request: HttpRequest, name: str) -> HttpResponse:
    """The second person's word: confirmed, or not with a reason."""
    division = division_of(request, "desk:rules")
    if name not in basis.names():
        raise Http404
    does = drop_standing if request.POST.get("do") == "drop" else confirm_standing
    node, why = text_of(request, "node", 200), text_of(request, "why", 500)

    def run() -> str:
        does(division=division, rule=name, node=node, by=person(request), why=why)
        return "已撤下这条登记。" if does is drop_standing else "已复核，核对情况为原文。"

    return carry_out(request, run, reverse("desk:rule_read", args=[name]))
