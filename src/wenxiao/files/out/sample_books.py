"""样例: a small made-up county as filled workbooks, so that a new bureau can
walk the first week once before its own.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from wenxiao.files.out.opening_template import TEMPLATE
from wenxiao.files.out.spreadsheets import ColumnSpec, SheetSpec, workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.files.out.spreadsheets import Value

OPENING, BUDGETS, TARGETS = (
    "1启用模板（样例）.xlsx",
    "2预算清单（样例）.xlsx",
    "3绩效目标清单（样例）.xlsx",
)
GUIDE = "说明.txt"
FINANCE = "601"
"""The unit the finance bureau's own people are of: nobody's evaluated unit but its own."""
UNITS = (
    ("101", "示例教育局", "", "示例一科"),
    ("101001", "示例第一中学", "101", "示例一科"),
    ("201", "示例农业局", "", "示例二科"),
    ("301", "示例交通局", "", "示例三科"),
    ("401", "示例卫生局", "", "示例一科"),
    ("501", "示例水利局", "", "示例二科"),
    (FINANCE, "示例财政局", "", "示例一科"),
)
OBJECTS = (
    ("校舍维修", "101"),
    ("教师培训", "101"),
    ("营养改善", "101001"),
    ("实验室建设", "101001"),
    ("图书购置", "101001"),
    ("农田管护", "201"),
    ("农机购置补贴", "201"),
    ("病虫害防治", "201"),
    ("畜禽防疫", "201"),
    ("道路养护", "301"),
    ("公交补贴", "301"),
    ("桥梁加固", "301"),
    ("客运站改造", "301"),
    ("公共卫生", "401"),
    ("妇幼健康", "401"),
    ("疫苗冷链", "401"),
    ("水库除险", "501"),
    ("河道清淤", "501"),
    ("农村供水", "501"),
    ("灌区改造", "501"),
)
OFFICERS = (
    ("jixiao1", "示例绩效甲", "绩效科"),
    ("jixiao2", "示例绩效乙", "绩效科"),
    ("yusuan1", "示例预算员", "预算科"),
    ("guoku1", "示例国库员", "国库科"),
    ("bangong1", "示例办公室员", "办公室"),
    ("juzhang1", "示例局长", "分管领导"),
)
INDICATORS = (
    ("产出指标", "数量指标", "完成数量", "≥100", "项", 20),
    ("产出指标", "质量指标", "验收合格率", "≥95", "%", 20),
    ("产出指标", "时效指标", "完成时间", "11月底前", "", 10),
    ("效益指标", "社会效益指标", "受益人数", "≥1000", "人", 30),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90", "%", 10),
)


def sample_zip(year: int) -> bytes:
    """The filled workbooks of one budget year and how to walk through them, as one zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(OPENING, _opening(year))
        packed.writestr(BUDGETS, _budgets(year))
        packed.writestr(TARGETS, _targets(year))
        packed.writestr(GUIDE, _guide().replace("\n", "\r\n"))
    return stream.getvalue()


def _code(at: int) -> str:
    return f"360999261010000{at + 1:06d}"


def _budget(at: int) -> int:
    """In 万元."""
    return 60 + 5 * at


def _opening(year: int) -> bytes:
    units = [
        {"code": code, "name": name, "parent_code": above, "office": office}
        for code, name, above, office in UNITS
    ]
    people = [
        {
            "login": f"{login}{code}",
            "name": f"{name}{word}",
            "unit_code": code,
            "role": role,
            "phone": f"0791-830000{at:02d}",
        }
        for at, (code, name, _, _) in enumerate(UNITS)
        for login, word, role in (("jb", "经办", "单位经办人"), ("fz", "负责人", "单位负责人"))
    ]
    people += [
        {"login": login, "name": name, "unit_code": FINANCE, "role": role}
        for login, name, role in OFFICERS
    ]
    objects = [
        {
            "project_code": _code(at),
            "name": name,
            "unit_code": unit,
            "kind": "项目",
            "class": "特定目标类",
            "year": str(year),
            "budget": str(_budget(at)),
            "recurring": "是",
        }
        for at, (name, unit) in enumerate(OBJECTS)
    ]
    return workbook_bytes(
        [_filled("单位", units), _filled("人员", people), _filled("对象", objects)]
    )


def _filled(sheet: str, rows: Sequence[Mapping[str, str]]) -> SheetSpec:
    columns = TEMPLATE[sheet]
    specs = [ColumnSpec(column.heading, column.width) for column in columns]
    lines = [tuple(row.get(column.key) or None for column in columns) for row in rows]
    return SheetSpec(sheet, sheet, specs, lines, plain_head=True)


def _listed(name: str, headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    specs = [ColumnSpec(heading, 20) for heading in headings]
    return workbook_bytes([SheetSpec(name, name, specs, rows, plain_head=True)])


def _budgets(year: int) -> bytes:
    names = {code: name for code, name, _, _ in UNITS}
    headings = (
        "项目代码",
        "项目名称",
        "预算单位",
        "预算年度",
        "年初预算数（元）",
        "全年预算数（元）",
    )
    rows = [
        (_code(at), name, names[unit], str(year), *[str(_budget(at) * 10_000)] * 2)
        for at, (name, unit) in enumerate(OBJECTS)
    ]
    return _listed("预算清单", headings, rows)


def _targets(year: int) -> bytes:
    names = {code: name for code, name, _, _ in UNITS}
    headings: tuple[str, ...] = (
        "项目编码",
        "项目名称",
        "预算单位",
        "年度",
        "年度预算数（万元）",
        "一级指标",
        "二级指标",
    )
    headings += ("三级指标", "指标值", "计量单位", "分值")
    rows = [
        (
            _code(at),
            name,
            names[unit],
            str(year),
            str(_budget(at)),
            *row[:3],
            f"{year}年{row[3]}" if "月" in row[3] else row[3],
            row[4],
            str(row[5]),
        )
        for at, (name, unit) in enumerate(OBJECTS)
        for row in INDICATORS
    ]
    return _listed("绩效目标清单", headings, rows)


def _guide() -> str:
    return f"""样例都是编的：7 个单位、20 个对象、20 个账号。只用来走一遍开张准备，不要导入正式使用的库。

一、请系统管理员另建一个练习用的库（与正式库分开，走完整个文件夹删掉）：
    export WENXIAO_HOME=练习
    wenxiao init --code 360999 --name 示例县 --bureau 示例县财政局 --from {OPENING}
    wenxiao serve --port 8100
    单位、联系人、对口科室、账号这时已经建好，一次性密码显示在屏幕上。
二、用 yusuan1 登录：更多 → 导入 → 台账，交 {BUDGETS}，核对后导入。
三、用 jixiao1 登录：更多 → 导入，交 {TARGETS}，预览后导入。
四、jixiao1：工作台“开张准备”最后一件，下达第一个任务（单位自评或绩效监控）。
五、用 jb101 登录：工作台上看到这个任务，点“填报”。
"""
