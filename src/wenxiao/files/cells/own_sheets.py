"""The sheets and headings of the workbook a target is filled in away from
the system: written and read by one list.
"""

from wenxiao.rulebook.table_layouts import table_layout

GIVEN, GOALS, ROWS, MONEY, PLAN = "说明", "目标", "年度指标", "资金和测算依据", "实施进度计划"
"""The sheets, in their order."""
GIVEN_LABELS = (
    ("key", "编号"),
    ("version", "版本号"),
    ("project", "项目"),
    ("code", "项目代码"),
    ("unit", "单位"),
    ("year", "预算年度"),
)
"""What the bureau gave and the unit doesn't change; ``key`` and ``version``
say which target it is of.
"""
ROW_HEADINGS = (
    ("pk", "行号（不要改）"),
    *((column.field, column.label) for column in table_layout("target").columns),
)
LATER_COLUMNS = frozenset({"unit", "nature"})
"""Columns that workbooks of before don't have: without them all, nothing is said of them."""
MONEY_HEADINGS = (
    ("kind", "类别"),
    ("name", "名称"),
    ("amount", "金额（万元）"),
    ("content", "测算依据或主要内容"),
)
LONG = "中长期指标"
"""A sheet that workbooks of before don't have: without it nothing is said of the whole term."""
LONG_HEADINGS = (
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("name", "三级指标"),
    ("expression", "指标值"),
)
PLAN_HEADINGS = (("step", "步骤"), ("from", "开始时间"), ("to", "完成时间"))
ASSISTANCE = "填报协助"
ASSISTANCE_GIVEN = (
    ("key", "编号"),
    ("unit", "单位"),
    ("project", "项目"),
    ("year", "预算年度"),
    ("indicator", "指标"),
    ("expression", "年度目标"),
    ("question", "要填什么"),
)
ASSISTANCE_ASKED = (
    ("value", "完成值"),
    ("note", "说明"),
    ("answered_by", "填写人"),
    ("phone", "联系电话"),
)
"""The one row asked of another office: what is given, and what that office fills in."""
