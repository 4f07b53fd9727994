"""The verb that draws self-evaluations for re-check, without a database: risk.
JSON to standard output.
"""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.site.verbs_plain import WrongUseError, _answer, _asked_figure, _cases, _finish, _text

if TYPE_CHECKING:
    from wenxiao.rulebook.recheck import DrawingLine, RecheckDrawing

_HELP = """\
自评复核的抽取：有理由的按风险抽，另按比例随机抽；同样的文件、比例和种子，抽出的一样。

文件同 score 的“cases”（id、total_score、budget、indicators……），另可写：
  last_year {"score"}       上年自评分
  group                     与谁同类，如“信息化项目”（没有时按表的种类）
  monitoring {"light"}      监控的灯：red、yellow、green，或红、黄、绿
  proved_share              有佐证的分值占得分的百分比；或在各行写 proof
  indicators[].approved_target  批复的指标值
  doubts ["……"]             已知的疑点
没有写的，相应的理由不判断，列在 not_asked。

理由和界限见“wenxiao rules”和 docs/rules.md。排序：理由多的在前，其次自评分高的，其次编号。
随机：对“种子:编号”取 SHA-256，在没有按风险抽中的里取最小的几个，任何人可以重算。
"""


def add_parsers(subparsers: Any) -> None:
    """Add the verb to an argparse subparsers object; it sets ``run`` to its
    function (args → exit code).
    """
    drawing = subparsers.add_parser(
        "risk",
        help="自评复核：按理由和随机比例抽取",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    drawing.add_argument("--file", required=True, help="JSON：自评表，同 score 的 cases")
    drawing.add_argument("--share", help="随机抽取的百分比，默认按规则（20）")
    drawing.add_argument("--most", help="按理由抽取至多占百分之几，默认有理由的都抽")
    drawing.add_argument("--seed", type=int, default=0, help="随机种子，默认 0，请记录在案")
    drawing.add_argument("--year", type=int, help="预算年度，决定用哪年的规则")
    _finish(drawing, risk_verb)


def risk_verb(args: argparse.Namespace) -> int:
    """Draw the re-check of a file of self-evaluations: exit 0, or 2 for wrong use."""
    return _answer(lambda: _risk(args))


def _risk(args: argparse.Namespace) -> tuple[Any, bool]:
    from wenxiao.rulebook.published import fiscal_year
    from wenxiao.rulebook.recheck import SampleError, least_share, sample
    from wenxiao.rulebook.recheck_facts import self_evaluation

    cases = _cases(args.file)
    years = [year for case in cases if (year := fiscal_year(case.get("year")))]
    year = args.year or max(years, default=None)
    share = _asked_figure({"--share": args.share}, "--share", "命令")
    most = _asked_figure({"--most": args.most}, "--most", "命令")
    objects = [
        self_evaluation(case, _name(case, at), year=args.year) for at, case in enumerate(cases)
    ]
    try:
        drawn = sample(objects, seed=args.seed, share=share, most=most, on=year)
    except SampleError as error:
        raise WrongUseError(str(error)) from None
    _say(drawn, least_share(year))
    return [_line(line, drawn) for line in drawn.lines], False


def _name(case: Any, at: int) -> str:
    """The id of a case; its place from 0 where it has none."""
    return str(at if case.get("id") in (None, "") else case["id"])


def _say(drawn: RecheckDrawing, least: Decimal) -> None:
    """On standard error: what was drawn, with what one needs to draw it again."""
    sentence = (
        f"共 {len(drawn.lines)} 份自评，按风险抽取 {drawn.count('risk')} 份，"
        f"随机抽取 {drawn.count('random')} 份（比例 {drawn.share}%，种子 {drawn.seed}）。"
    )
    if drawn.share < least:
        sentence += f"随机比例低于规则的 {least}%。"
    print(sentence, file=sys.stderr)


def _line(line: DrawingLine, drawn: RecheckDrawing) -> dict[str, Any]:
    return {
        "id": line.id,
        "rank": line.rank,
        "drawn": line.drawn,
        "reasons": [
            {
                "code": one.code,
                "title": one.title,
                "ground": one.ground,
                "standing": one.standing,
                "text": one.text,
            }
            for one in line.reasons
        ],
        "not_asked": list(line.not_asked),
        "share": _text(drawn.share),
        "seed": drawn.seed,
    }
