"""Target tables and lists of one row per indicator, made by the test that needs them."""

from __future__ import annotations

import openpyxl

HEADINGS = [
    "项目编码",
    "项目名称",
    "预算单位",
    "年度",
    "年度预算数（万元）",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标值",
    "计量单位",
    "分值",
]
ROWS = [
    ("产出指标", "数量指标", "培训场次", "≥12", "场", 20),
    ("产出指标", "质量指标", "培训合格率", "≥95%", "", 20),
    ("产出指标", "时效指标", "完成时间", "2022年11月底前", "", 10),
    ("效益指标", "社会效益指标", "结业后就业率", "≥70%", "", 30),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", "", 10),
]


def write_list(path, projects, rows=ROWS, headings=HEADINGS):
    """A list; ``projects`` are (code, name, unit, year, money), each with
    all ``rows`` (or its own, given sixth).
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "绩效目标"
    sheet.append(headings)
    for project in projects:
        for row in project[5] if len(project) > 5 else rows:
            sheet.append([*project[:5], *row])
    book.save(path)
    return path


def write_department(path, unit, year=2022):
    """A department's own table: main tasks with money, then the year's indicators."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "部门整体"
    sheet["A1"] = "部门（单位）整体支出绩效目标表"
    sheet.merge_cells("A1:F1")
    sheet.append([f"（{year}年度）"])
    sheet.append(["部门（单位）名称", unit])
    sheet.append(["年度主要任务", "任务名称", "主要内容", "预算金额（万元）"])
    sheet.append(["", "防汛", "巡查堤防", 300])
    sheet.append(["", "灌溉", "清淤渠道", 200])
    sheet.append(["", "金额合计", "", 500])
    sheet.append(["年度总体目标", "保证安全度汛"])
    sheet.append(["一级指标", "二级指标", "三级指标", "指标值", "分值"])
    sheet.append(["产出指标", "数量指标", "巡查堤防里程", "≥100公里", 50])
    sheet.append(["效益指标", "社会效益指标", "安全度汛天数", "=122天", 30])
    sheet.append(["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", 10])
    book.save(path)
    return path
