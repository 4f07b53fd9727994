"""A thousand self-evaluation forms, a workbook each: read, checked, scored and stored, beside
merely opening them (openpyxl, calamine).

WENXIAO_BENCH_FORMS makes it smaller.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OWN, CALAMINE = "openpyxl 自己的完整打开", "calamine 打开（无公式、合并、格式）"
ALONE, CHILDREN = "打开并读表（一个进程）", "打开并读表（两个受限子进程）"
PROCESSES = 2
FORMS = int(os.environ.get("WENXIAO_BENCH_FORMS", "1000"))


def measure():
    """In a process of its own: its database must not be anybody's."""
    from benchmarks.section import Section

    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.forms"],
            cwd=Path(__file__).parent.parent,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "WENXIAO_HOME": home,
                "WENXIAO_DATABASE_URL": "",
                "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
            },
        )
    told = json.loads(done.stdout.splitlines()[-1])
    about = f"{FORMS:,} 份自评表，每份一个 .xlsx；两个受限子进程读取，主进程核对、计分、写入 SQLite，每份一个事务、一个可撤销批次。"
    heads = ("步骤", "秒", "处理器毫秒／份", "每秒份数", "处理器时间之比")
    section = Section("自评表导入", about, heads)
    base = told[OWN][1]
    section.rows = [
        (
            step,
            f"{wall:.1f}",
            f"{cpu / FORMS * 1000:.1f}",
            f"{FORMS / wall:.0f}",
            f"{cpu / base:.2f}",
        )
        for step, (wall, cpu) in told.items()
    ]
    free = PROCESSES * FORMS / told[CHILDREN][1]
    section.notes = [
        f"打开并读表是 openpyxl 自己完整打开的 {told[ALONE][1] / base:.2f} 倍（要求不超过 0.6 倍）。",
        f"两个受限子进程按处理器时间每秒 {free:.0f} 份（要求不少于 50 份），机器不忙时即为每秒份数。",
        "读表 = 关口查验、取出单元格（自己的读法，只有 openpyxl 才认得的少数文件交给它）、认出表格各栏。",
    ]
    return section


def main():
    """Write them, open them, import them; told as one line of JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from wenxiao.files.forms.reading import read_forms
    from wenxiao.files.pool import Pool
    from wenxiao.intake.unattended import import_reading

    call_command("migrate", verbosity=0)
    folder = Path(settings.HOME) / "forms"
    folder.mkdir()
    paths = write(folder)
    division = plant(paths)
    told = {}
    with timed(told, OWN):
        merely(paths)
    with timed(told, CALAMINE):
        merely_calamine(paths)
    with timed(told, ALONE):
        for path in paths:
            read_forms(path)
    with timed(told, CHILDREN), Pool(PROCESSES) as pool:
        readings = list(pool.map(list(paths)))
    with timed(told, "核对、计分、写入"):
        stored = sum(
            import_reading(
                reading,
                path,
                division=division,
                by=None,
                choices={"0": {"round": division.round_pk}},
            ).accepted
            for path, reading in zip(paths, readings, strict=True)
        )
    assert stored == len(paths), stored
    print(json.dumps(told))


@contextlib.contextmanager
def timed(told, step):
    """The seconds on the wall and of the processor, children that ended included."""
    wall, before = time.perf_counter(), processor()
    yield
    told[step] = (time.perf_counter() - wall, processor() - before)


def processor():
    """Seconds of the processor this program and its ended children used."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each)


def write(folder):
    """Official forms of made-up projects, by path."""
    from dataclasses import replace

    from wenxiao.files.out.official_forms import self_evaluation_form
    from wenxiao.site.demo.synthetic import ordinary_projects
    from wenxiao.site.demo.workbooks import _book
    from wenxiao.site.demo.workbooks import write as keep

    sources = [project for project in ordinary_projects() if project.form is not None]
    made = {}
    for number in range(FORMS):
        project = sources[number % len(sources)]
        form = replace(project.form, project_name=f"{project.form.project_name}{number:05}")
        made[keep(_book(f"{number:05}.xlsx", [self_evaluation_form(form)]), folder)] = (
            project,
            form,
        )
    return made


def plant(paths):
    """The division, its units, subjects and one round over all of them."""
    from wenxiao.budget.services import ensure_subject, open_dossier, open_round
    from wenxiao.orgs.services import add_unit, create_division

    division = create_division(code="990000", name="某区", bureau="某区财政局", by=None)
    units, dossiers, year = {}, [], None
    for number, (project, form) in enumerate(paths.values()):
        if project.unit not in units:
            units[project.unit] = add_unit(
                division=division,
                code=f"{len(units):03}",
                name=project.unit,
                kind="department",
                by=None,
            )
        year = form.year
        subject = ensure_subject(
            division=division,
            unit=units[project.unit],
            code=f"{number:021}",
            name=form.project_name,
            by=None,
        )
        dossiers.append(open_dossier(subject=subject, fiscal_year=year, by=None).pk)
    opened = open_round(
        division=division,
        kind="selfeval",
        name="自评",
        work_year=year + 1,
        fiscal_year=year,
        by=None,
        scope={"dossiers": dossiers},
    )
    division.round_pk = opened.pk
    return division


def merely(paths):
    """Open each workbook and look at every cell."""
    import openpyxl

    for path in paths:
        book = openpyxl.load_workbook(path)
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                len(row)


def merely_calamine(paths):
    """The same by calamine, which sees no formulas, merges or looks."""
    from python_calamine import CalamineWorkbook

    for path in paths:
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as book:
            for name in book.sheet_names:
                for row in book.get_sheet_by_name(name).iter_rows():
                    len(row)


if __name__ == "__main__":
    main()
