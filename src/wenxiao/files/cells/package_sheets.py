"""The sheets and headings of an evaluation's 底稿包: written and read by one list."""

GIVEN, CRITERIA, FACTS, INTERVIEWS, VISITS, MATERIALS = (
    "说明",
    "评分底稿",
    "取证单",
    "访谈记录",
    "现场勘查记录",
    "材料清单",
)
"""The sheets, in their order."""
GIVEN_LABELS = (
    ("key", "编号"),
    ("version", "版本号"),
    ("subject", "评价对象"),
    ("unit", "被评价单位"),
    ("year", "预算年度"),
    ("agency", "评价机构"),
    ("seat", "评分人"),
    ("file", "取走时的文件名"),
)
"""What says whose package it is; nobody changes it."""
CRITERION_GIVEN = (
    ("pk", "行号（不要改）"),
    ("level1", "一级指标"),
    ("name", "三级指标"),
    ("weight", "分值"),
    ("standard", "评分标准"),
)
CRITERION_ASKED = (
    ("facts", "事实"),
    ("source", "来源"),
    ("method", "核对方法"),
    ("points", "得分"),
    ("code", "扣分原因码"),
    ("note", "扣分原因"),
)
CRITERION_HEADINGS = CRITERION_GIVEN + CRITERION_ASKED
PAPER_GIVEN = (("pk", "行号（不要改）"), ("number", "编号"), ("signed", "单位确认"))
PAPER_ASKED = (
    ("criterion", "评分项"),
    ("facts", "事实"),
    ("source", "来源"),
    ("method", "核对方法"),
    ("people", "访谈或在场人员"),
    ("done_on", "日期"),
)
PAPER_HEADINGS = PAPER_GIVEN + PAPER_ASKED
PAPER_SHEETS = {"facts": FACTS, "interview": INTERVIEWS, "visit": VISITS}
"""A kind of working paper → its sheet."""
MATERIAL_HEADINGS = (
    ("title", "材料"),
    ("from", "来自"),
    ("dated", "材料日期"),
    ("state", "核验"),
    ("proves", "证明什么"),
)
PAPER_LABEL = "底稿编号"
"""In a Word table of a package: which paper of which evaluation the table is."""
PAPER_ROWS = {
    "评分项": "criterion",
    "事实": "facts",
    "来源": "source",
    "核对方法": "method",
    "访谈对象": "people",
    "在场人员": "people",
    "日期": "done_on",
}
"""Labels of a Word table → what they ask for."""
