"""The files of a county's first year: made from the product's own templates
and blank forms, filled as people fill them.
"""

from __future__ import annotations

import io

import openpyxl

from wenxiao.files.out.opening_template import opening_template

UNITS = (
    ("101", "示例县教育体育局", None, "教科文科"),
    ("101001", "示例县第一中学", "101", "教科文科"),
    ("201", "示例县农业农村局", None, "农业科"),
    ("301", "示例县交通运输局", None, "经济建设科"),
    ("401", "示例县卫生健康局", None, "社会保障科"),
    ("501", "示例县水利局", None, "农业科"),
)
NAMES = {code: name for code, name, _, _ in UNITS}
OBJECTS = (
    ("校舍维修", "101"),
    ("教师培训", "101"),
    ("营养改善", "101001"),
    ("高标准农田管护", "201"),
    ("农机购置补贴", "201"),
    ("病虫害防治", "201"),
    ("县道养护", "301"),
    ("公交补贴", "301"),
    ("桥梁加固", "301"),
    ("基本公共卫生", "401"),
    ("妇幼健康", "401"),
    ("疫苗冷链", "401"),
    ("水库除险", "501"),
    ("河道清淤", "501"),
    ("农村供水", "501"),
    ("实验室建设", "101001"),
    ("图书购置", "101001"),
    ("畜禽防疫", "201"),
    ("客运站改造", "301"),
    ("灌区改造", "501"),
)
OFFICERS = (
    ("jixiao1", "绩效甲", "101", "绩效科"),
    ("jixiao2", "绩效乙", "101", "绩效科"),
    ("juzhang", "局长", "101", "分管领导"),
    ("bangongshi", "办公室员", "101", "办公室"),
    ("guoku", "国库员", "101", "国库科"),
    ("yusuan", "预算员", "101", "预算科"),
)
ROWS = (
    ("产出指标", "数量指标", "完成数量", "≥100", "项", 20),
    ("产出指标", "质量指标", "验收合格率", "≥95", "%", 20),
    ("产出指标", "时效指标", "完成时间", "11月底前", "", 10),
    ("效益指标", "社会效益指标", "受益人数", "≥1000", "人", 30),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90", "%", 10),
)
DONE = ("120", "96%", "10月", "1200", "92%")
WEIGHTS = (3, 3, 4, 4, 3, 3, 4, 4, 4, 4, 4, 8, 8, 7, 7, 20, 10)
SLOW = "营养改善"


def code_of(at: int) -> str:
    """The 21 digits of an object."""
    return f"360999261010000{at + 1:06d}"


def money_of(at: int) -> int:
    """Its budget in 万元."""
    return 100 + at


def share_of(name: str) -> str:
    """How much of the budget was spent by the year's end."""
    return "0.36" if name == SLOW else "0.96"


def opening(path, year):
    """`wenxiao init --template`, filled: six units, their clerks and heads,
    the bureau's people, twenty objects.
    """
    path.write_bytes(opening_template())
    book = openpyxl.load_workbook(path)
    for code, name, above, office in UNITS:
        book["单位"].append([code, name, None, above, office])
        book["人员"].append([f"jb{code}", f"{name}经办", code, "单位经办人", "0791-83000000"])
        book["人员"].append([f"fz{code}", f"{name}负责人", code, "单位负责人"])
    for row in OFFICERS:
        book["人员"].append(list(row))
    for at, (name, unit) in enumerate(OBJECTS):
        head = [code_of(at), name, unit, "项目", "特定目标类", year - 1, money_of(at), "是"]
        book["对象"].append(head)
    book.save(path)
    return path


def _listed(path, headings, lines):
    book = openpyxl.Workbook()
    book.active.append(list(headings))
    for line in lines:
        book.active.append(list(line))
    book.save(path)
    return path


def budgets(path, year):
    """The year's budget list as the budget office exports it, in 元."""
    headings = (
        "项目代码",
        "项目名称",
        "预算单位",
        "预算年度",
        "年初预算数（元）",
        "全年预算数（元）",
    )
    lines = [
        (code_of(at), name, NAMES[unit], year, *[str(money_of(at) * 10_000)] * 2)
        for at, (name, unit) in enumerate(OBJECTS)
    ]
    return _listed(path, headings, lines)


def payments(path, year, months):
    """The treasury's payments of some months, every object's share in equal parts."""
    headings = ("支付日期", "项目代码", "项目名称", "预算单位", "支付金额（元）", "支付凭证号")
    lines = [
        (
            f"{year}-{month:02d}-15",
            code_of(at),
            name,
            NAMES[unit],
            f"{money_of(at) * 10_000 * float(share_of(name)) / 12:.2f}",
            f"{year}{month:02d}{at:03d}",
        )
        for at, (name, unit) in enumerate(OBJECTS)
        for month in months
    ]
    return _listed(path, headings, lines)


def targets(path, year):
    """The approved targets as the budget system exports them, a row an indicator."""
    headings = ("项目编码", "项目名称", "预算单位", "年度", "年度预算数（万元）")
    headings += ("一级指标", "二级指标", "三级指标", "指标值", "计量单位", "分值")
    lines = [
        (
            code_of(at),
            name,
            NAMES[unit],
            year,
            money_of(at),
            *row[:3],
            _dated(row[3], year),
            *row[4:],
        )
        for at, (name, unit) in enumerate(OBJECTS)
        for row in ROWS
    ]
    return _listed(path, headings, lines)


def _dated(text, year):
    return f"{year}年{text}" if "月" in text else text


def _beside(sheet, text):
    """The cells right of the one that says so."""
    found = next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)
    return found.row, found.column


def selfevaluation(blank: bytes, path, name, year):
    """The product's blank form of one object, filled in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.active
    at = [one for one, _ in OBJECTS].index(name)
    budget, share = money_of(at), float(share_of(name))
    for column, value in (("D", budget), ("E", budget), ("F", round(budget * share, 2))):
        sheet[f"{column}6"] = value
    sheet["H6"], sheet["I6"] = f"{share:.0%}", round(10 * share, 2)
    sheet["B11"], sheet["F11"] = "完成全部任务", "已完成"
    first = _beside(sheet, ROWS[0][2])[0]
    for offset, value in enumerate(DONE):
        sheet[f"F{first + offset}"] = _dated(value, year) if value == "10月" else value
        sheet[f"H{first + offset}"] = ROWS[offset][5]
    sheet[f"H{first + len(ROWS)}"] = round(90 + 10 * share, 2)
    book.save(path)
    return path


def score_sheet(blank: bytes, path, name):
    """The product's blank score sheet with the agency's points: two rows
    lose one, the slow object's benefit eight.
    """
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.active
    at = [one for one, _ in OBJECTS].index(name)
    row, total = _beside(sheet, "三级指标")[0] + 1, 0
    part = 0
    while sheet.cell(row, 1).value != "合计":
        if str(sheet.cell(row, 1).value or "").endswith("小计"):
            sheet.cell(row, 7).value, part = part, 0
        else:
            lost = {"绩效目标合理性": 1, "管理制度健全性": 1}.get(sheet.cell(row, 3).value, 0)
            lost = 8 if name == SLOW and sheet.cell(row, 3).value == "实施效益" else lost
            points = sheet.cell(row, 6).value - lost
            sheet.cell(row, 7).value, part, total = points, part + points, total + points
            if lost:
                sheet.cell(row, 8).value = "没有细化到项目，扣分见底稿"
        row += 1
    sheet.cell(row, 7).value = total
    sheet["C4"] = money_of(at)
    sheet["F4"] = round(money_of(at) * float(share_of(name)), 2)
    sheet[f"F{row + 1}"] = "优" if total >= 90 else "良"
    if name == SLOW:
        sheet[f"B{row + 2}"], sheet[f"B{row + 3}"] = "1.项目管理制度不健全。", "1.完善管理制度。"
    book.save(path)
    return path
