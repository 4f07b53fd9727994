"""Columns of a recognised form that nobody knows: each is named with what
it may be, never lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.seen import Seen
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.files.forms.evaluation_columns import role_of, unscored_head
from wenxiao.files.forms.forms import Form, ListForm
from wenxiao.files.forms.listing import heading_key
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.rulebook.codes import COLUMN_UNKNOWN
from wenxiao.rulebook.problems import Level, Problem

MOST = 10
_MEANT: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("score", "得分", re.compile(r"得分|评分|打分|自评|实得|分数|折算")),
    ("weight", "分值", re.compile(r"权|分值|满分|标准分|基准|赋分|参考")),
    ("actual", "实际完成值", re.compile(r"完成|实现|实际|达成|落实|结果")),
    ("target", "年度指标值", re.compile(r"目标|指标值|计划|预期|标准|标杆")),
    ("deviation", "偏差原因分析及改进措施", re.compile(r"原因|措施|说明|分析|改进|备注")),
)
_ASIDE = re.compile(
    r"序号|编号|行次|栏次|(?:指标)?(?:解释|说明|内涵|释义|定义|内容)|(?:评[分价]|计分|考核|打分)(?:标准|细则|规则|依据|办法|方法)"
    r"|(?:确定|有可|完全不可|不可|可)能|(?:完全)?不可能|确定不能|计算公式|计算方法|(?:数据|信息|指标|取值)?来源|佐证.*|证明.*|附件|责任.*|填报.*|联系.*|.{0,4}率|序|行号|No\.?|偏差.{0,2}|年度|绩效指标|指标"
)
"""What forms carry besides and no figure is read from."""


def unknown_columns(forms: Iterable[Form]) -> Iterator[Problem]:
    """One problem per unknown heading of each form; a warning where the
    form lacks what the column may be.
    """
    for form in forms:
        if isinstance(form, ScoreSheet):
            yield from _of_columns(form, _sheet_columns(form))
        if isinstance(form, ListForm) and form.rows[0].texts.keys() & {"score", "grade"}:
            unknown = {words: at for words, at in form.columns.items() if not heading_key(words)}
            yield from _of_columns(form, unknown)
        if isinstance(form, SelfEvalForm | MonitorForm | TargetForm):
            yield from _of_form(form)


def _of_form(form: SelfEvalForm | MonitorForm | TargetForm) -> Iterator[Problem]:
    if isinstance(form, SelfEvalForm | MonitorForm):
        yield from map(partial(_money_problem, form), form.unread_money[:MOST])
    rows, words_of_column = form.indicators, dict[str, str]()
    for row in rows:
        for words, seen in row.extra.items():
            if not _ASIDE.fullmatch(words):
                words_of_column.setdefault(words, seen.cell or "")
    known = set(form.indicator_columns) if isinstance(form, SelfEvalForm) else set()
    for words, cell in list(words_of_column.items())[:MOST]:
        lacking = [(key, name) for key, name, sign in _MEANT if sign.search(words)]
        missing = next((name for key, name in lacking if key not in known), None)
        yield _problem(form, words, cell, missing)
    if rows and {"weight"} == known & {"weight", "score"}:
        yield Problem(
            COLUMN_UNKNOWN,
            "警告",
            "有分值列，没有找到得分列，各指标得分没有读出。",
            form.sheet,
            mend="请把得分列的表头改为“得分”再导入；本表不填得分的，可不理会。",
        )


def _money_problem(form: SelfEvalForm | MonitorForm, seen: Seen) -> Problem:
    text = f"资金表里“{seen.value}”这一列没有认出，金额没有读入。"
    mend = "请把表头改为“年初预算数”“全年预算数”“全年执行数”中的一个再导入，或由财政在规则“报表各列的叫法”里加上；不是的，可不理会。"
    return Problem(
        COLUMN_UNKNOWN, "警告", text, form.sheet, seen.cell, got=str(seen.value), mend=mend
    )


def _sheet_columns(form: ScoreSheet) -> dict[str, str]:
    """Headings of a score sheet that are nothing known, nor the names of experts."""
    marks = [mark.cell or "" for item in form.criteria for mark in item.experts or []]
    experts = {mark.rstrip("0123456789") for mark in marks}
    return {
        words: at
        for words, at in form.columns.items()
        if role_of(words.partition("[")[0]) is None and at not in experts
    }


def _of_columns(form: ScoreSheet | ListForm, unknown: Mapping[str, str]) -> Iterator[Problem]:
    for words, column in list(unknown.items())[:MOST]:
        if words and not _ASIDE.fullmatch(words):
            cell = f"{column}{form.header_row}" if column.isalpha() else ""
            yield _problem(form, words, cell, None)


def no_score_column(sheet: Sheet) -> Iterator[Problem]:
    """A table of levels and weights without points: what it lacks, and which heading it may be."""
    head = unscored_head(sheet)
    if head is None:
        return
    words, cell = head
    may = "、".join(f"“{one}”" for one in words[:MOST] if not _ASIDE.fullmatch(one))
    text = "像是评分表：有指标和分值，没有找到得分列。" + (f"没有认出的列：{may}。" if may else "")
    mend = "请把得分一列的表头改为“得分”再导入，或由财政在规则“报表各列的叫法”里加上；没有评分的，请不导入。"
    yield Problem(COLUMN_UNKNOWN, "警告", text, sheet.name, cell, mend=mend)


def _problem(form: Form, words: str, cell: str, missing: str | None) -> Problem:
    level: Level = "警告" if missing else "提示"
    may = f"可能是“{missing}”，" if missing else ""
    text = f"“{words}”这一列没有认出，{may}没有读入。"
    mend = (
        f"如果是“{missing}”，请把表头改为“{missing}”再导入，或由财政在规则“报表各列的叫法”里加上；不是的，可不理会。"
        if missing
        else "请核对这一列是否应当读入；不需要的，可不理会。"
    )
    return Problem(COLUMN_UNKNOWN, level, text, form.sheet, cell or None, got=words, mend=mend)
