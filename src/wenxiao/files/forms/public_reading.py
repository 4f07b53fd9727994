"""A paper that is to be published, as the limited child gives it: its
passages, its tables, its links. Never raises.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.exported import text_of_page
from wenxiao.files.door.attachments import admit_attachment
from wenxiao.files.door.gate import admit
from wenxiao.files.forms.paper_text import joined, paper_text
from wenxiao.files.forms.public_paper import Link, PaperPassage, PaperTable, PublicPaper
from wenxiao.files.forms.reading import open_book
from wenxiao.rulebook.codes import UNREADABLE
from wenxiao.rulebook.problems import Problem

MOST_PAGES = 1_000
MOST_LINKS = 20_000
MOST_LETTERS = 4_000_000
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCES = {"a": "href", "img": "src", "link": "href", "script": "src", "iframe": "src"}


def public_paper(path: Path) -> PublicPaper:
    """The paper's contents; what is refused or can't be read has none, and
    a problem that says why.
    """
    paper = PublicPaper(path.name)
    try:
        {".pdf": _pdf, ".txt": _plain}.get(path.suffix.lower(), _book)(path, paper)
    except Exception:  # noqa: BLE001  a stranger's bytes may break any library; the user gets a sentence
        text = "文件内部有意料之外的内容，无法读取。"
        mend = "请用原来的软件打开后另存为新文件，再检查。"
        return PublicPaper(path.name, problems=[Problem(UNREADABLE, "阻断", text, mend=mend)])
    paper.links = paper.links[:MOST_LINKS]
    return paper


def _plain(path: Path, paper: PublicPaper) -> None:
    words = paper_text(path)
    paper.problems = words.problems
    paper.passages = [
        PaperPassage(f"第 {at} 行", line)
        for at, line in enumerate(words.text.splitlines(), 1)
        if line
    ]


def _pdf(path: Path, paper: PublicPaper) -> None:
    import pypdf

    admitted = admit_attachment(path)
    if admitted.container is None:
        paper.problems = list(admitted.problems)
        return
    left = MOST_LETTERS
    for at, page in enumerate(pypdf.PdfReader(path).pages[:MOST_PAGES], 1):
        place = f"第 {at} 页"
        text = page.extract_text()[: max(left, 0)]
        left -= len(text)
        paper.passages += [PaperPassage(place, line) for line in joined(text).splitlines() if line]
        paper.links += [Link(place, address) for address in _annotated(page)]
    if not paper.passages:
        text = "文件里没有可读的文字，可能是扫描件，没有检查文字。"
        mend = "请附带文字的版本一并检查，或由人逐页核对。"
        paper.problems = [Problem(UNREADABLE, "警告", text, mend=mend)]


def _annotated(page: Any) -> Iterator[str]:
    for one in page.get("/Annots") or ():
        action = one.get_object().get("/A")
        if action is not None and "/URI" in (target := action.get_object()):
            yield str(target["/URI"])


def _book(path: Path, paper: PublicPaper) -> None:
    book, problems = open_book(path)
    if book is None:
        paper.problems = problems
        return
    paper.passages = [PaperPassage("页眉页脚或表外", text) for text in book.margins if text]
    paper.passages += [
        PaperPassage(f"第 {at} 段", text) for at, (_, text) in enumerate(book.paragraphs, 1)
    ]
    paper.tables = [_table(sheet, _before(book, at)) for at, sheet in enumerate(book.sheets)]
    paper.anchors = [sheet.name for sheet in book.sheets]
    container = admit(path).container
    if container == "html":
        _page(path, paper)
    elif container in {"docx", "xlsx"}:
        _package(path, paper)


def _before(book: Book, number: int) -> str:
    """The last words before a table of a Word file, where its title stands."""
    return next((text for at, text in reversed(book.paragraphs) if at == number), "")


def _table(sheet: Sheet, before: str) -> PaperTable:
    lines: dict[int, dict[int, Any]] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        lines.setdefault(row, {})[col] = cell
    columns = range(sheet.origin, sheet.right + 1)
    rows, places = [], []
    for cells in lines.values():
        rows.append([cells[col].text if col in cells else "" for col in columns])
        places.append([cells[col].address if col in cells else "" for col in columns])
    return PaperTable(sheet.name, before, rows, places)


def _page(path: Path, paper: PublicPaper) -> None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    text = text_of_page(path.read_bytes())
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    for element in () if root is None else root.iter():
        if not isinstance(element.tag, str):
            continue
        paper.anchors += [name for name in (element.get("id"), element.get("name")) if name]
        address = element.get(_REFERENCES.get(element.tag, "href"))
        if address is not None:
            shown = "".join(element.itertext()).strip()[:30]
            paper.links.append(Link(f"“{shown}”" if shown else f"<{element.tag}>", address.strip()))


def _package(path: Path, paper: PublicPaper) -> None:
    """Links of a Word file or workbook: relations that lead outside, and names inside."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    with zipfile.ZipFile(path) as package:
        for name in sorted(package.namelist()):
            if name.endswith(".rels"):
                for one in etree.fromstring(package.read(name), parser).iter(_RELATIONS):
                    if (one.get("Type") or "").endswith("/hyperlink"):
                        paper.links.append(Link(_part(name), one.get("Target") or ""))
            elif name == "word/document.xml":
                _word(etree.fromstring(package.read(name), parser), paper)
            elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
                content = package.read(name)
                if b"hyperlink" in content:
                    _worksheet(etree.fromstring(content, parser), paper)


def _part(name: str) -> str:
    return "正文" if "document.xml" in name or "worksheets" in name else "页眉页脚等"


def _word(root: etree._Element, paper: PublicPaper) -> None:
    paper.anchors += [one.get(f"{_WORD}name") or "" for one in root.iter(f"{_WORD}bookmarkStart")]
    for one in root.iter(f"{_WORD}hyperlink"):
        anchor = one.get(f"{_WORD}anchor")
        if anchor and anchor != "_top":
            shown = "".join(one.itertext()).strip()[:30]
            paper.links.append(Link(f"“{shown}”", f"#{anchor}"))


def _worksheet(root: etree._Element, paper: PublicPaper) -> None:
    for one in root.iter(f"{_SHEET}hyperlink"):
        location = one.get("location") or ""
        sheet, mark, _ = location.rpartition("!")
        if mark:
            paper.links.append(Link(one.get("ref") or "", f"#{sheet.strip(chr(39))}"))
