"""满意度问卷: opened for one indicator, answered without account, on paper or
from a survey tool, taken as the actual.
"""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from wenxiao.budget.models import Subject
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion
from wenxiao.reviews.packaging import criterion_paper
from wenxiao.reviews.services.filling import record_actual, require_filler
from wenxiao.reviews.services.papering import write_criterion_facts
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.survey import Survey, SurveyAnswer
from wenxiao.reviews.surveys import open_by_token, result_of_survey, rule_of
from wenxiao.rulebook.satisfaction import survey_rule
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Indicator

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

TOKEN_BYTES = 24
KINDS = {"likert": "满意程度", "yes_no": "是否", "text": "文字"}
PREFIXES = {"是否：": "yes_no", "文字：": "text"}
"""How a typed line says its kind; without one it asks for the degree of satisfaction."""
CLOSED = "这份问卷已经不能填：可能已经截止、收回或单位已经报送。"
SHUT = "完成值不能再改，也不能再发问卷。"
TWICE = "这台手机或电脑已经填过这份问卷，一人填一次就够了，谢谢。"
LONGEST_TEXT = 500


def questions_of(text: str) -> list[dict[str, str]]:
    """The questions of a typed list, one a line."""
    asked = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        kind = next((kind for word, kind in PREFIXES.items() if line.startswith(word)), "likert")
        asked.append({"kind": kind, "text": line.split("：", 1)[1] if kind != "likert" else line})
    return asked


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """A survey tool's rows with what was said of its columns: which holds each question, which the
    number of an answer, and what its words mean ((question, word) → option).
    """

    file: str
    rows: Sequence[tuple[int, Sequence[str]]]
    columns: Sequence[int | None]
    number: int | None = None
    words: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def answer(self, at: int, cells: Sequence[str]) -> str:
        """The word of a question in a row, as its options say it."""
        column = self.columns[at]
        word = cells[column].strip() if column is not None else ""
        return self.words.get((at, word), word)


@transaction.atomic
def open_survey(
    *,
    review: Review,
    row: Indicator | Criterion,
    title: str,
    audience: str,
    questions: Sequence[Mapping[str, str]],
    until: date,
    by: User | None,
    population: int | None = None,
) -> Survey:
    """Ask for the satisfaction of one row: an indicator of the form its filler fills, a criterion
    of the sheet its evaluators score. A link is made where the division opened that door. Raises
    Refused, NotAllowed.
    """
    _require_asker(by, review)
    criterion = row if isinstance(row, Criterion) else None
    indicator = row if isinstance(row, Indicator) else None
    mine = criterion is not None and criterion.review_id == review.pk
    if not (mine or (indicator is not None and indicator.target_id == review.target_id)):
        raise NotAllowed(f"“{row.name}”不是这份表的行，请刷新页面后再办。")
    if not title.strip() or not audience.strip():
        raise NotAllowed("请写明问卷的标题和调查对象。")
    rule = survey_rule(review.round.fiscal_year, review.round.division.own_rules)
    if not rule.least <= len(questions) <= rule.most:
        raise NotAllowed(f"问卷应有 {rule.least} 至 {rule.most} 个问题，现在 {len(questions)} 个。")
    if not any(one["kind"] == "likert" for one in questions):
        raise NotAllowed("至少要有一个问满意程度的问题，否则算不出满意度。")
    if until < today():
        raise NotAllowed(f"截止日期 {until} 已经过了，请改正。")
    survey = Survey.objects.create(
        review=review,
        indicator=indicator,
        criterion=criterion,
        title=title.strip(),
        audience=audience.strip(),
        questions=[dict(one) for one in questions],
        population=population,
        token=secrets.token_urlsafe(TOKEN_BYTES) if _door(review) else "",
        until=until,
        by=by,
        synthetic=review.synthetic,
    )
    _enter(survey, by, "发起满意度问卷", {"questions": survey.questions, "until": until})
    return survey


def _require_asker(by: User | None, review: Review) -> None:
    """Whoever fills the form or scores the sheet, while it is open. Raises Refused, NotAllowed."""
    kind = kind_of(review.kind)
    if kind.rows == "indicators":
        require_filler(by, review, SHUT)
        return
    permissions.require_for(by, kind.fill, review.dossier)
    if review.state not in OPEN:
        raise NotAllowed(f"现为“{review.get_state_display()}”，不能再发问卷、收答卷。")


def _door(review: Review) -> bool:
    """Whether a page without account may be opened for this object."""
    restricted = review.dossier.subject.restriction == Subject.Restriction.RESTRICTED
    return review.round.division.assist_links and not restricted


@transaction.atomic
def answer_survey(*, token: str, values: Sequence[str], device: str, address: str) -> SurveyAnswer:
    """One answer by link, once a device.
    NotAllowed where the link opens nothing, or something is left out.
    """
    survey = open_by_token(token)
    if survey is None:
        raise NotAllowed(CLOSED)
    chosen = _checked(survey, values, "")
    mark = f"link:{_digest(survey, device)}"
    return _keep(survey, SurveyAnswer.Road.LINK, chosen, mark, origin=_digest(survey, address))


def _digest(survey: Survey, word: str) -> str:
    """What stands for a device or an address: told apart within one survey, known to nobody."""
    return hashlib.sha256(f"{survey.token}|{survey.pk}|{word}".encode()).hexdigest()


def _checked(survey: Survey, values: Sequence[str], where: str) -> list[str]:
    """The words as the questions take them; NotAllowed names the question that does not."""
    rule, chosen = rule_of(survey), []
    for at, asked in enumerate(survey.questions):
        word = values[at].strip() if at < len(values) else ""
        options = rule.options(asked["kind"])
        if options and word not in options:
            wrong = f"“{word}”不是可选的回答" if word else "没有选"
            raise NotAllowed(
                f"{where}第 {at + 1} 题“{asked['text']}”{wrong}，请从{'、'.join(options)}里选。"
            )
        chosen.append(word[:LONGEST_TEXT])
    return chosen


def _keep(
    survey: Survey,
    road: str,
    values: Sequence[object],
    mark: str,
    *,
    by: User | None = None,
    sheets: int = 1,
    counted: bool = False,
    origin: str = "",
    note: str = "",
) -> SurveyAnswer:
    try:
        with transaction.atomic():
            return SurveyAnswer.objects.create(
                survey=survey,
                road=road,
                values=list(values),
                mark=mark,
                by=by,
                sheets=sheets,
                counted=counted,
                origin=origin,
                note=note[:300],
            )
    except IntegrityError as error:
        raise NotAllowed(TWICE) from error


@transaction.atomic
def count_paper(
    *,
    survey: Survey,
    sheets: int,
    counts: Sequence[Mapping[str, int]],
    by: User | None,
    note: str = "",
) -> SurveyAnswer:
    """The counts of paper sheets: by question how many chose each option.
    No question has more answers than sheets.
    """
    _require_open(survey, by)
    if sheets < 1:
        raise NotAllowed("请填收回的有效问卷份数。")
    rule, kept = rule_of(survey), []
    for at, asked in enumerate(survey.questions):
        options = rule.options(asked["kind"])
        given = counts[at] if at < len(counts) else {}
        row = {word: int(given.get(word, 0)) for word in options}
        if any(n < 0 for n in row.values()) or sum(row.values()) > sheets:
            raise NotAllowed(
                f"第 {at + 1} 题“{asked['text']}”合计 {sum(row.values())} 份，多于收回的 {sheets} 份，请核对。"
            )
        kept.append(row)
    if not any(sum(row.values()) for row in kept):
        raise NotAllowed("各题都没有填数，请填每个选项有几份。")
    mark = f"paper:{_digest(survey, f'{sheets}{kept}{note}')}"
    answer = _keep(
        survey, SurveyAnswer.Road.PAPER, kept, mark, by=by, sheets=sheets, counted=True, note=note
    )
    _enter(survey, by, "录入纸质问卷", {"sheets": sheets, "counts": kept})
    return answer


@transaction.atomic
def bring_answers(*, survey: Survey, text: str, by: User | None) -> tuple[int, int]:
    """Answer rows copied from a survey tool's workbook: how many came in, how many were there
    already.

    The first line are the headings; a question is found by its words. All rows are good or none is
    written.
    """
    _require_open(survey, by)
    rows = list(csv.reader(io.StringIO(text.strip()), delimiter="\t"))
    if len(rows) < 2:
        raise NotAllowed("请连表头一起复制：第一行是题目，以下每行一份答卷。")
    places = [_column(rows[0], one["text"], at) for at, one in enumerate(survey.questions)]
    number = next((at for at, word in enumerate(rows[0]) if "序号" in word or "编号" in word), None)
    known = set(survey.answers.values_list("mark", flat=True))
    fresh, again = [], 0
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [row[at] if at < len(row) else "" for at in places]
        chosen = _checked(survey, cells, f"第 {line} 行：")
        named = row[number] if number is not None and number < len(row) else f"{line}|{chosen}"
        mark = f"file:{_digest(survey, named)}"
        if mark in known:
            again += 1
            continue
        known.add(mark)
        fresh.append(
            SurveyAnswer(
                survey=survey, road=SurveyAnswer.Road.FILE, values=chosen, mark=mark, by=by
            )
        )
    SurveyAnswer.objects.bulk_create(fresh)
    _enter(survey, by, "导入问卷答卷", {"rows": len(fresh), "again": again})
    return len(fresh), again


@transaction.atomic
def import_answers(*, survey: Survey, sheet: AnswerSheet, by: User | None) -> tuple[int, int]:
    """Answer rows of a survey tool's workbook as somebody mapped its columns: how many came in, how
    many were there already.

    A row is told by its number; without one by its cells, so that the same file again brings
    nothing twice. All rows are good or none is written.
    """
    _require_open(survey, by)
    if len(sheet.columns) != len(survey.questions) or None in sheet.columns:
        raise NotAllowed("每道题都要选一列；表里没有的题，请在问卷工具里补问，或另发起一份问卷。")
    twice = [one for one, n in Counter(sheet.columns).items() if n > 1]
    if twice:
        raise NotAllowed("两道题选了同一列，请逐题核对。")
    known = set(survey.answers.values_list("mark", flat=True))
    fresh: list[SurveyAnswer] = []
    again, same = 0, Counter[str]()
    for line, cells in sheet.rows:
        values = [sheet.answer(at, cells) for at in range(len(survey.questions))]
        chosen = _checked(survey, values, f"第 {line} 行：")
        number = cells[sheet.number].strip() if sheet.number is not None else ""
        whole = "|".join(cells)
        same[whole] += 1
        mark = f"file:{_digest(survey, number or f'{whole}|{same[whole]}')}"
        if mark in known:
            again += 1
            continue
        known.add(mark)
        fresh.append(
            SurveyAnswer(
                survey=survey, road=SurveyAnswer.Road.FILE, values=chosen, mark=mark, by=by
            )
        )
    SurveyAnswer.objects.bulk_create(fresh)
    _enter(survey, by, "导入问卷答卷", {"rows": len(fresh), "again": again, "file": sheet.file})
    return len(fresh), again


def _column(heads: Sequence[str], text: str, at: int) -> int:
    """The column whose heading holds a question's words."""
    wanted = "".join(text.split())
    for place, head in enumerate(heads):
        if wanted in "".join(head.split()):
            return place
    raise NotAllowed(
        f"表头里没有第 {at + 1} 题“{text}”。表头是：{'、'.join(heads)[:200]}；请把题目改成一样再复制。"
    )


@transaction.atomic
def close_survey(*, survey: Survey, by: User | None, version: int | None = None) -> Survey:
    """No answer is taken any more."""
    _require_open(survey, by)
    change(survey, version=version, state=Survey.State.CLOSED)
    _enter(survey, by, "截止满意度问卷", {})
    return survey


@transaction.atomic
def take_survey(
    *, survey: Survey, by: User | None, version: int | None = None, row_version: int | None = None
) -> Survey:
    """Its result becomes the indicator's actual, with sample and margin in the row's note, or
    stands in the facts of the criterion; the survey is closed. ``row_version``: the actual's or the
    working paper's.
    """
    review = survey.review
    _require_asker(by, review)
    if survey.state == Survey.State.TAKEN:
        raise NotAllowed("这份问卷的结果已经作为完成值。")
    result = result_of_survey(survey)
    if result.percent is None:
        raise NotAllowed(
            f"只收到 {result.sheets} 份，少于 {rule_of(survey).shown_from} 份，还不能得出满意度。"
        )
    kept = {
        "sheets": result.sheets,
        "percent": str(result.percent),
        "margin": str(result.margin),
        "satisfied": result.satisfied,
        "valid": result.valid,
    }
    change(survey, version=version, state=Survey.State.TAKEN, result=kept)
    note = (
        f"问卷“{survey.title}”（{survey.audience}）{result.sheets} 份，满意 {result.satisfied} ÷ "
        f"有效回答 {result.valid}，误差 ±{result.margin} 个百分点（95%）"
    )
    if survey.criterion is not None:
        _write_facts(survey, survey.criterion, f"满意度 {result.percent}%：{note}", by, row_version)
    elif survey.indicator is not None:
        record_actual(
            review=review,
            indicator=survey.indicator,
            by=by,
            value=f"{result.percent}%",
            note=note,
            version=row_version,
            why="采用满意度问卷的结果",
        )
    _enter(survey, by, "采用问卷结果", kept)
    return survey


def _write_facts(
    survey: Survey, criterion: Criterion, fact: str, by: User | None, version: int | None
) -> None:
    """The result among the facts of its criterion, behind what stands there already."""
    review = survey.review
    paper = criterion_paper(criterion)
    source = f"满意度问卷“{survey.title}”，答卷留存"
    write_criterion_facts(
        review=review,
        criterion=criterion,
        facts=f"{paper.facts}\n{fact}" if paper else fact,
        source=f"{paper.source}；{source}" if paper else source,
        method=(paper.method if paper else "") or "问卷调查：选满意的回答 ÷ 有效回答",
        by=by,
        version=version,
    )


def _require_open(survey: Survey, by: User | None) -> None:
    _require_asker(by, survey.review)
    if survey.state != Survey.State.OPEN:
        raise NotAllowed(f"问卷{survey.get_state_display()}，不再收答卷。")


def _enter(row: Survey, by: User | None, act: str, data: Mapping[str, object]) -> None:
    record(
        division=row.review.round.division,
        by=by,
        act=act,
        target=row,
        label=str(row),
        data=dict(data),
    )
