"""Answers of a survey tool: which column is which question, what its words mean, then taken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.filling.surveying import asked_by, page_of
from wenxiao.files.forms.survey_rows import NoAnswersError, SurveyTable, survey_table
from wenxiao.pages.acts import carry_out
from wenxiao.pages.brought_files import BroughtFiles, book_in_child
from wenxiao.pages.views import person, view
from wenxiao.reviews.services.surveying import AnswerSheet, import_answers
from wenxiao.reviews.surveys import rule_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse, QueryDict

    from wenxiao.reviews.survey import Survey

MOST_WORDS = 40
SHOWN = 3
_LETTER = re.compile(r"^[A-Za-z0-9]{1,2}\s*[.、．:：)）]\s*")


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """One question of the survey beside the file: the chosen column, and what words of it are no
    options, each with how often and what it was said to mean.
    """

    at: int
    text: str
    options: tuple[str, ...]
    column: int | None
    strange: list[tuple[int, str, int, str]]


@view("see_unit", methods=("POST",), files=True)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """The file is read and kept; the page of its columns follows."""
    row = asked_by(request, pk)
    tokens: list[str] = []

    def run() -> str:
        token, table = FILES.take(request, about=row.pk, division=row.review.round.division)
        tokens.append(token)
        return f"读到 {len(table.rows)} 份答卷，请核对每道题在哪一列。"

    answer = carry_out(request, run, page_of(row))
    if not tokens:
        return answer
    return redirect(reverse("desk:survey_columns", args=[pk]) + f"?of={tokens[0]}")


def _read(path: Path) -> SurveyTable:
    try:
        return survey_table(book_in_child(path))
    except NoAnswersError as error:
        raise NotAllowed(str(error)) from error


FILES = BroughtFiles(
    salt="survey-file",
    endings=frozenset({".xlsx", ".xls", ".csv"}),
    largest=8 << 20,
    asks="请选择问卷工具导出的表（.xlsx、.xls 或 .csv，不超过 8 MB）。",
    expired="这份表已超过一天或地址不完整，请重新导入。",
    read=_read,
)


@view("see_unit", methods=("GET", "POST"))
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question with its column and the words that are no options; posted, all is taken."""
    row = asked_by(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    token = given.get("of", "")
    table, name = FILES.again(request, token, about=row.pk, division=row.review.round.division)
    asked = _asked(row, table, given)
    number = _number(table, given)
    if request.method == "POST" and given.get("take"):
        sheet = AnswerSheet(
            name,
            table.rows,
            [one.column for one in asked],
            number,
            {(one.at, word): meant for one in asked for _, word, _, meant in one.strange if meant},
        )

        def run() -> str:
            fresh, again = import_answers(survey=row, sheet=sheet, by=person(request))
            twice = f"，{again} 份以前收过，没有重复计" if again else ""
            return f"已收 {fresh} 份答卷{twice}。"

        return carry_out(request, run, page_of(row))
    values = {
        "survey": row,
        "back": page_of(row),
        "of": token,
        "name": name,
        "heads": list(enumerate(table.heads)),
        "asked": asked,
        "number": number,
        "count": len(table.rows),
        "sample": [cells for _, cells in table.rows[:SHOWN]],
        "open": sum(
            one.column is None or any(not meant for *_, meant in one.strange) for one in asked
        ),
    }
    return render(request, "desk/filling/survey_columns.html", values)


def _place(text: str, width: int) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 5 and int(text) < width else None


def _number(table: SurveyTable, given: QueryDict) -> int | None:
    """The column that numbers the answers: as chosen, else by its heading."""
    if "number" in given:
        return _place(given.get("number", ""), len(table.heads))
    words = ("序号", "编号", "答卷ID", "答题序号")
    return next((at for at, head in enumerate(table.heads) if any(w in head for w in words)), None)


def _asked(row: Survey, table: SurveyTable, given: QueryDict) -> list[AskedColumn]:
    rule, listed = rule_of(row), []
    for at, question in enumerate(row.questions):
        options = tuple(rule.options(question["kind"]))
        column = (
            _place(given.get(f"q{at}", ""), len(table.heads))
            if f"q{at}" in given
            else _guess(table.heads, question["text"])
        )
        strange: list[tuple[int, str, int, str]] = []
        if options and column is not None:
            counted = Counter(cells[column].strip() for _, cells in table.rows)
            words = [(word, n) for word, n in counted.most_common() if word not in options]
            strange = [
                (place, word, n, _meant(given, f"w{at}_{place}", word, options))
                for place, (word, n) in enumerate(words[:MOST_WORDS])
            ]
        listed.append(AskedColumn(at, question["text"], options, column, strange))
    return listed


def _guess(heads: list[str], text: str) -> int | None:
    wanted = "".join(text.split())
    return next((at for at, head in enumerate(heads) if wanted in "".join(head.split())), None)


def _meant(given: QueryDict, name: str, word: str, options: tuple[str, ...]) -> str:
    """What a word was said to mean; unasked only an option behind its letter or number, as
    「A.满意」 is: anything nearer to a guess is left to the person.
    """
    if name in given:
        meant = given.get(name, "")
        return meant if meant in options else ""
    plain = _LETTER.sub("", word).strip()
    return plain if plain in options else ""
