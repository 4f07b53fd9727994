"""A 60-page evaluation report of an agency held against its score sheet by ``wenxiao reconcile``:
the whole command, beside merely opening the two files.

WENXIAO_BENCH_FORMS (smaller than 60) makes the report shorter.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAGES = min(60, int(os.environ.get("WENXIAO_BENCH_FORMS", "60")))
SIGNS = 700
"""Signs on a printed page of such a report (A4, 仿宋 16 points, 28 points a line, with tables)."""
ALLOWED = 3.0
LEVELS = {
    "决策": (3, 3, 3, 3, 4, 4),
    "过程": (3, 5, 5, 3, 4),
    "产出": (8, 8, 7, 6, 6),
    "效益": (8, 7, 5, 5),
}
PROBLEMS = tuple(f"第{n}类问题：资金拨付不及时" for n in "一二三四五六七八")


def measure():
    """The command three times, the least counts."""
    from benchmarks.section import Section

    with tempfile.TemporaryDirectory() as folder:
        report, sheet = write(Path(folder))
        size = report.stat().st_size // 1024
        whole, told = _least(
            [
                sys.executable,
                "-m",
                "wenxiao.site.command",
                "reconcile",
                str(report),
                str(sheet),
                "--json",
            ]
        )
        bare, _ = _least([sys.executable, "-c", OPEN, str(report), str(sheet)])
        started, _ = _least([sys.executable, "-m", "wenxiao.site.command", "--help"])
    answer = json.loads(told)
    about = (
        f"一份 {PAGES} 页的 Word 评价报告（{size} KB，正文、分析和附表）与评分表核对；整条命令，"
        f"含启动和受限子进程，三次中最少的一次。要求不超过 {ALLOWED:.0f} 秒。"
    )
    section = Section("评价报告核对", about, ("步骤", "墙上秒", "处理器秒", "倍数（处理器）"))
    section.rows = [
        (name, f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / bare[1]:.1f}")
        for name, (wall, cpu) in (
            ("只打开两个文件（python-docx、openpyxl）", bare),
            ("命令启动（--help）", started),
            ("wenxiao reconcile", whole),
        )
    ]
    section.notes = [
        (
            f"对上 {len(answer['bound'])} 处，不一致 {len(answer['differences'])} 处，"
            f"未核对的数字 {len(answer['unbound'])} 个。"
        )
    ]
    assert answer["differences"], "the report was written with differences"
    return section


OPEN = """
import sys, openpyxl
from docx import Document
paper = Document(sys.argv[1])
print(sum(len(one.text) for one in paper.paragraphs))
for table in paper.tables:
    for row in table._tbl.tr_lst:
        for cell in row.tc_lst:
            len("".join(one.text or "" for one in cell.iter() if one.tag.endswith("}t")))
for sheet in openpyxl.load_workbook(sys.argv[2]):
    for row in sheet.iter_rows(values_only=True):
        len(row)
"""


def _least(command):
    """((seconds on the wall, of the processor), what it printed), the least of three."""
    spent, told = [], ""
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - wall
        after, told = resource.getrusage(resource.RUSAGE_CHILDREN), done.stdout
        assert done.returncode in {0, 1}, done.stderr
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        spent.append((wall, cpu))
    return (min(one[0] for one in spent), min(one[1] for one in spent)), told


def write(folder):
    """(report, score sheet) of a made-up project; the report says some of it wrongly."""
    rows = [
        (level, f"{level}情况", f"{level}第{at}项指标完成情况", weight, weight - (at % 3 == 1))
        for level, weights in LEVELS.items()
        for at, weight in enumerate(weights, 1)
    ]
    total = sum(row[4] for row in rows)
    report, sheet = folder / "评价报告.docx", folder / "评分表.xlsx"
    _sheet(sheet, rows, total)
    _report(report, rows, total)
    return report, sheet


def _sheet(path, rows, total):
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.title = "评分表"
    for row in (
        ("项目支出绩效评价评分表",),
        ("（2022年度）",),
        ("项目名称", "某区小型水利设施维修养护项目", None, None, "项目单位", "某区水务局"),
        ("审定预算（万元）", 1460, None, None, "实际支出（万元）", 1322.76),
        ("一级指标", "二级指标", "三级指标", "分值", "得分", "评分依据", "备注"),
        *((*row, "资料不全，扣1分。" if row[4] < row[3] else None, None) for row in rows),
        ("合计", None, None, 100, total, "评价等级：良", None),
    ):
        page.append(row)
    for title, word, items in (
        ("问题清单", "存在的问题", PROBLEMS),
        ("建议清单", "建议", [f"第{n}条建议：加快资金拨付" for n in "一二三四五六七八"]),
    ):
        page = book.create_sheet(title)
        page.append(("序号", word))
        for at, text in enumerate(items, 1):
            page.append((at, text))
    book.save(path)


def _report(path, rows, total):
    """Headings, a table of every first level, analysis of every row, problems, and filling with
    figures of its own until the pages are full.
    """
    from docx import Document

    chance, paper, signs = random.Random(12), Document(), 0

    def add(text):
        nonlocal signs
        signs += len(text)
        paper.add_paragraph(text)

    add("2022年度某区小型水利设施维修养护项目绩效评价报告")
    add("一、基本情况")
    add("（一）项目概况")
    add("2022年度该项目审定预算1460万元，实际支出1322.76万元，预算执行率91.60%。")
    add("三、综合评价情况及评价结论")
    add(f"经综合评价，某区小型水利设施维修养护项目得分{total + 2:.2f}分，评价等级为“良”。")
    table = paper.add_table(rows=0, cols=3)
    for level in LEVELS:
        weight, score = (sum(row[at] for row in rows if row[0] == level) for at in (3, 4))
        for cell, text in zip(table.add_row().cells, (level, weight, score), strict=True):
            cell.text = str(text)
    add("四、绩效评价指标分析")
    for at, level in enumerate(LEVELS):
        add(f"（{'一二三四'[at]}）{level}类指标分析")
        for _, _, name, weight, score in (row for row in rows if row[0] == level):
            add(f"“{name}”指标分值{weight}分，得{score:.2f}分。评价组核对了有关文件和台账。")
    while signs < PAGES * SIGNS * 3 // 4:
        n = chance.randint(100, 99_999)
        add(
            f"评价组现场查看第{n % 97}处工程，抽查支付凭证{n % 41}份、金额{n / 100:.2f}万元，占比{n % 100}.{n % 10}%；"
            f"核对合同{n % 23}份、验收单{n % 31}份，走访群众{n % 301}人，问卷{n % 401}份。其中{2022 - n % 3}年"
            f"第{n % 4 + 1}季度完成投资{n / 70:.2f}万元，比计划少{n % 13}个百分点，主要是前期工作准备不足，"
            "施工组织衔接不够，雨季停工时间较长，部分标段的质保金按合同约定尚未支付。"
        )
        if n % 5 == 0:
            signs += _detail(paper, chance)
    add("五、存在的问题")
    add("评价发现该项目主要存在8个问题。")
    for at, text in enumerate(PROBLEMS):
        add(f"（{'一二三四五六七八'[at]}）{text}。抽查发现若干笔支付晚于合同约定。")
    add("附件：项目支出明细表")
    while signs < PAGES * SIGNS:
        signs += _detail(paper, chance, 40)
    paper.save(path)


def _detail(paper, chance, many=8):
    table, signs = paper.add_table(rows=0, cols=6), 0
    for _ in range(many):
        n = chance.randint(100, 99_999)
        texts = (
            str(n),
            f"第{n % 89}标段",
            f"{n / 100:.2f}",
            f"{n / 120:.2f}",
            f"{n % 100}%",
            "已付",
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text, signs = text, signs + len(text)
    return signs


if __name__ == "__main__":
    print(measure().page())
