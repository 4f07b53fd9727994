"""A Word report and its score workbook as the plain facts that are held against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.rulebook.numbers import AmountError, to_yuan
from wenxiao.rulebook.reconcile import facts

_TOP = re.compile(r"^[一二三四五六七八九十]{1,3}、")
_BELOW = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[)）]")
_LONGEST_HEADING = 40
_MONEY_UNIT = re.compile(r"亿元|万元|千元|元")
_BUDGET = re.compile(r"预算|安排资金|资金安排")
_SPENT = re.compile(r"支出|使用资金|执行数|资金使用")
_NOT_MONEY = re.compile(r"率|年度|编制|指标|得分|分值")


def report_of(book: Book) -> facts.WordReport:
    """The report's paragraphs, each with its headings, its tables, and its
    title (the first paragraph).
    """
    passages: list[facts.Passage] = []
    tables: list[facts.PrintedTable] = []
    top = below = ""
    texts = [(number, text) for number, text in book.paragraphs]
    done = 0
    for number, text in texts:
        here = below or top
        tables += [facts.PrintedTable(_rows(sheet), here) for sheet in book.sheets[done:number]]
        done = max(done, number)
        if _TOP.match(text) and len(text) <= _LONGEST_HEADING:
            top, below = text, ""
        elif _BELOW.match(text):
            below = re.split(r"[。；]", text)[0][:_LONGEST_HEADING]
        passages.append(facts.Passage(text, below or top or text[:_LONGEST_HEADING], top))
    tables += [facts.PrintedTable(_rows(sheet), below or top) for sheet in book.sheets[done:]]
    return facts.WordReport(tuple(passages), tuple(tables), texts[0][1] if texts else "")


def sheet_of(form: Mapping[str, Any], book: Book) -> facts.ScoreSheetFacts:
    """The facts of a score sheet: ``form`` as ``wenxiao read`` gives it,
    the other lists from the workbook.
    """
    unit = str(form.get("money_unit") or "万元")
    budget, spent = (_money(book, words, unit) for words in (_BUDGET, _SPENT))
    return facts.ScoreSheetFacts(
        subject=str(_value(form.get("subject_name")) or ""),
        unit=str(_value(form.get("dept")) or ""),
        year=_value(form.get("year")),
        criteria=tuple(_criterion(row) for row in form.get("criteria") or ()),
        total=_number(_value(form.get("total"))),
        grade=str((form.get("grade") or {}).get("norm") or ""),
        budget=_audited(form, "audited_arranged") or budget,
        spent=_audited(form, "audited_used") or spent,
        money_unit=unit,
        problems=_texts(form.get("problems")) or _list(book, "问题"),
        suggestions=_texts(form.get("suggestions")) or _list(book, "建议"),
        answers=_answers(book),
    )


def _value(node: object) -> Any:
    return node.get("value") if isinstance(node, Mapping) else node


def _number(text: object) -> Decimal | None:
    try:
        return Decimal(str(text)) if text not in {None, ""} else None
    except InvalidOperation:
        return None


def _criterion(row: Mapping[str, Any]) -> facts.SheetCriterion:
    return facts.SheetCriterion(
        level1=str(row.get("level1") or ""),
        level2=str(row.get("level2") or ""),
        level3=str(row.get("level3") or ""),
        weight=_number(_value(row.get("weight"))),
        score=_number(_value(row.get("score"))),
        reason=str(_value(row.get("reason")) or ""),
    )


def _audited(form: Mapping[str, Any], key: str) -> Decimal | None:
    return _number((form.get(key) or {}).get("yuan"))


def _texts(items: object) -> tuple[str, ...]:
    if not isinstance(items, Sequence) or isinstance(items, str):
        return ()
    texts = (item.get("text") if isinstance(item, Mapping) else item for item in items)
    return tuple(str(text) for text in texts if text)


def _rows(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(
            sheet.cells[row, col].text if (row, col) in sheet.cells else ""
            for col in range(sheet.origin, sheet.right + 1)
        )
        for row in range(sheet.origin, sheet.bottom + 1)
    )


def _money(book: Book, words: re.Pattern[str], unit: str) -> Decimal | None:
    """The amount beside the first label with these words; its own unit wins over the sheet's."""
    for sheet in book.sheets:
        for row in _rows(sheet):
            for at, label in enumerate(row[:-1]):
                if (
                    not words.search(label)
                    or _NOT_MONEY.search(label)
                    or len(label) > _LONGEST_HEADING
                ):
                    continue
                beside = next((text for text in row[at + 1 :] if text), "")
                amount = re.fullmatch(
                    r"([\d,，]+(?:\.\d+)?)\s*(亿元|万元|千元|元)?", beside.strip()
                )
                named = _MONEY_UNIT.search(label)
                if amount:
                    own = amount.group(2) or (named.group() if named else unit)
                    return _yuan(re.sub(r"[,，]", "", amount.group(1)), own)
    return None


def _yuan(number: str, unit: str) -> Decimal | None:
    try:
        return to_yuan(Decimal(number), unit)
    except (AmountError, InvalidOperation):
        return None


def _list(book: Book, word: str) -> tuple[str, ...]:
    """The items below a column headed with the word, on a sheet with a numbered first column."""
    for sheet in book.sheets:
        rows = _rows(sheet)
        for at, row in enumerate(rows):
            heads = [
                col
                for col, text in enumerate(row)
                if word in text
                and len(text) <= _LONGEST_HEADING
                and any("序号" in cell for cell in row)
            ]
            if heads:
                below = (line[heads[0]].strip() for line in rows[at + 1 :])
                return tuple(text for text in below if text)
    return ()


def _answers(book: Book) -> tuple[facts.Answers, ...]:
    """The counted answers of a sheet headed 选项 · 份数; its total row is left out."""
    for sheet in book.sheets:
        rows = _rows(sheet)
        for at, row in enumerate(rows):
            option = next(
                (col for col, text in enumerate(row) if re.search(r"选项|评价$|满意程度", text)),
                None,
            )
            count = next(
                (col for col, text in enumerate(row) if re.search(r"份数|人数|数量", text)), None
            )
            if option is None or count is None or option == count:
                continue
            answers = []
            for line in rows[at + 1 :]:
                number = _number(line[count].strip())
                if (
                    number is not None
                    and line[option]
                    and not re.search(r"合计|总计", line[option])
                ):
                    answers.append(facts.Answers(line[option].strip(), number))
            if answers:
                return tuple(answers)
    return ()
