"""Where one can go and what one can do, as the search lists them: each with
the powers that open it and near words for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.orgs.permissions import HELD
from wenxiao.pages.frame import MENU, MORE
from wenxiao.pages.jinja import address
from wenxiao.store.spelling import sound_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.permissions import Holdings


@dataclass(frozen=True, slots=True)
class Destination:
    """A page or an act: its word, its route, the powers of which one opens
    it (none: everybody), other words for it.
    """

    word: str
    route: str
    powers: tuple[str, ...] = ()
    near: str = ""


NEAR = {
    "desk:home": "首页 主页 等我办 待办",
    "desk:subjects": "项目 清单 列表 部门整体",
    "desk:monitoring": "红灯 黄灯 双监控 执行率",
    "desk:watch": "大屏 领导 一张图",
    "desk:selfeval": "自评表 打分",
    "desk:evaluations": "财政评价 部门评价 等级 得分",
    "desk:rectifications": "整改 销号 督办 台账 催办",
    "desk:report_now": "年度工作报告 写报告 签发",
    "desk:rounds": "下达 催办 通知",
    "desk:imports": "上传 导入表格 收表",
    "desk:agencies": "机构 专家",
    "desk:calendar": "日历 期限 到期 截止 今天办什么",
    "desk:training": "课程 签到 短课",
    "desk:documents": "文件 制度 办法 文号",
    "desk:rules": "规则 等级 依据 条款",
    "desk:people": "用户 账号 授权 机构设置",
    "desk:trail": "日志 审计 操作记录",
    "desk:help": "怎么用 手册 常见问题",
}
PLACES = (
    Destination("覆盖", "desk:coverage", ("see_unit",), "全覆盖 空白"),
    Destination("问题一览", "desk:findings", ("see_unit",), "问题线索 待确认 疑点"),
    Destination("共性问题", "desk:common", ("see_unit",), "报告第三部分"),
    Destination("部门 × 问题", "desk:heat", ("see_unit",), "热力 矩阵"),
    Destination("问题目录", "desk:catalogue", ("see_unit",), "编码 WT HG"),
    Destination("整改看板", "desk:board", ("see_unit",)),
    Destination("反馈函", "desk:feedback", ("manage_round",), "函件 发函"),
    Destination("指标库", "desk:library", ("see_unit",), "三级指标 参考指标"),
    Destination("事前评估", "desk:ex_ante", ("see_unit",), "新增项目 必要性"),
    Destination("检查项目", "desk:checks", ("see_unit",), "送审前检查 编号"),
    Destination("目标审核", "desk:target_review", ("check_department", "check_office"), "审目标"),
    Destination("目标批复", "desk:target_approval", ("approve_target",), "批目标"),
    Destination("评价计划", "desk:plans", ("manage_round",), "年度计划"),
)
ACTS = (
    Destination("下达任务", "desk:round_new", ("manage_round",), "开轮次 新任务 布置 通知"),
    Destination("导入表格", "desk:imports", ("import", "submit"), "上传 自评表 评分表 收表"),
    Destination("导入台账", "desk:ledgers", ("import",), "支付 预算 国库 一体化"),
    Destination("确认问题", "desk:findings", ("confirm_finding",), "判断 归入目录 线索"),
    Destination("写年度工作报告", "desk:report_now", ("write_report",), "起草 报告"),
    Destination("分派评价", "desk:agencies", ("manage_round",), "第三方 专家 委托"),
    Destination("登记文件", "desk:documents", ("manage_round",), "制度 文号 办法"),
    Destination("办理公开", "desk:disclosures", ("disclose",), "公示 门户"),
    Destination("接口说明", "api:reading", ("manage_users", "grant"), "API OpenAPI 令牌 对接"),
    Destination("添加用户", "desk:users", ("manage_users", "grant"), "开账号 授权"),
    Destination("修改密码", "desk:password", (), "口令 忘记密码"),
    Destination("设置动态口令", "desk:second_factor", (), "双因素 验证码"),
)


def destinations(holding: Holdings) -> list[Destination]:
    """The pages open to a person: the menu's and those one step behind it."""
    menu = [
        Destination(entry.word, entry.route, entry.powers, NEAR.get(entry.route, ""))
        for entry in (*MENU, *MORE)
    ]
    return _open([*menu, *PLACES], holding)


def acts(holding: Holdings) -> list[Destination]:
    """What a person may begin."""
    return _open(ACTS, holding)


def _open(rows: Sequence[Destination], holding: Holdings) -> list[Destination]:
    powers = {power for scope in holding.scopes for power in HELD[scope.role]}
    return [row for row in rows if not row.powers or powers.intersection(row.powers)]


def matches(text: str, words: Sequence[str]) -> bool:
    """Whether every word stands in a text, as it is or by its sound."""
    low = text.lower()
    return all(
        word.lower() in low or ((pattern := sound_pattern(word)) and re.search(pattern, low))
        for word in words
    )


def named(rows: Sequence[Destination], words: Sequence[str]) -> list[tuple[str, str]]:
    """(word, address) of those that match; those whose own word does come first."""
    own = [row for row in rows if matches(row.word, words)]
    near = [row for row in rows if row not in own and matches(f"{row.word} {row.near}", words)]
    return [(row.word, address(row.route)) for row in (*own, *near)]
