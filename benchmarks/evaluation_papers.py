"""评价报告: one project's, and 500 of them in a batch by the worker, beside merely opening and saving
as many empty Word files; in a division with 5 000 evaluated projects.

WENXIAO_BENCH_REPORTED makes it smaller.
"""

from __future__ import annotations

import json
import os

from benchmarks.house import YEAR, alone, best, opened, peak, statements

EVALUATED = int(os.environ.get("WENXIAO_BENCH_REPORTED", "5000"))
BATCH = min(500, EVALUATED)
ALLOWED = 2.0


def measure():
    """In a process of its own."""
    from benchmarks.section import Section

    told = alone("evaluation_papers")
    about = (
        f"一个 {EVALUATED:,} 个项目都已评价的区划（每个 20 行指标、2 个问题、3 条建议）：一份评价报告，"
        f"和成批 {BATCH} 份（后台逐份写出、打包，带进度）；处理器时间，几次中最少的一次，SQLite。"
        f"一份要求不超过 {ALLOWED:.0f} 秒。"
    )
    section = Section("评价报告", about, ("步骤", "处理器秒", "墙上秒", "倍数", "查询"))
    floor = told["floor"]
    section.rows = [
        (name, f"{cpu:.3f}", f"{wall:.3f}", f"{cpu / floor[0] / many:.1f}", str(asked))
        for name, (cpu, wall), many, asked in (
            ("打开并存一份空的 Word", floor, 1, ""),
            ("一份评价报告（从行到 Word）", told["one"], 1, told["asked"]),
            (f"成批 {BATCH} 份，含打包", told["batch"], BATCH, told["batch_asked"]),
        )
    ]
    section.notes = [
        "倍数按每份计，以存一份空的 Word 为 1。",
        (
            f"内存最高：写第一份之后 {told['peak_one']} MB，写了 {BATCH // 10} 份之后 {told['peak_some']} MB，"
            f"写完 {BATCH} 份之后 {told['peak_batch']} MB。"
        ),
        f"取消：收到后写完手上这一份即停，{told['cancelled']} 份已写的仍可下载。",
    ]
    return section


def main():
    """Plant, write one, write the batch, cancel one; told as one line of JSON."""
    opened()
    from benchmarks.house import division, evaluations, officer
    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Role
    from wenxiao.reports import report_runs
    from wenxiao.reports.evaluation_report import evaluation_docx
    from wenxiao.reports.facts import facts_of_review
    from wenxiao.reports.models import ReportRun
    from wenxiao.reviews.models import Review

    made, keys = division(EVALUATED)
    reviews = evaluations(made, keys)
    user, round_ = officer(made, Role.PERFORMANCE), Round.objects.get()

    judged = Review.objects.select_related("dossier__subject").get(pk=reviews[7])

    def one():
        return evaluation_docx(facts_of_review(made, YEAR + 1, judged.pk), judged)

    told = {"floor": best(empty, 5)[:2], "one": best(one, 5)[:2], "asked": statements(one)}
    told["peak_one"] = peak()

    def run(pks):
        return ReportRun.objects.create(division=made, round=round_, by=user, reviews=pks)

    report_runs.write_reports(run(reviews[: BATCH // 10]).pk)
    told["peak_some"] = peak()
    batch, ended = run(reviews[:BATCH]), []
    told["batch"] = best(lambda: ended.append(report_runs.write_reports(batch.pk)), 1)[:2]
    assert (ended[0].state, ended[0].written) == ("done", BATCH), ended[0].left[:3]
    told["peak_batch"] = peak()
    few = run(reviews[:10])
    told["batch_asked"] = f"每份 {statements(lambda: report_runs.write_reports(few.pk)) / 10:.0f}"
    print(json.dumps({**told, "cancelled": _cancelled(run(reviews[:20]), user)}))


def _cancelled(run, user):
    """How many reports of a run are written when it is cancelled at its fifth."""
    from wenxiao.reports import report_runs

    one, count = report_runs.evaluation_docx, []

    def fifth(facts, review):
        count.append(review)
        if len(count) == 5:
            report_runs.cancel_reports(run=type(run).objects.get(pk=run.pk), by=user)
        return one(facts, review)

    report_runs.evaluation_docx = fifth
    ended = report_runs.write_reports(run.pk)
    assert ended.state == "cancelled"
    return len(count)


def empty():
    """What any Word file must at least do: the style sheets laid out, one paragraph, saved."""
    from wenxiao.files.out.documents import OfficialDocument

    paper = OfficialDocument()
    paper.add_title("评价报告")
    return paper.save()


if __name__ == "__main__":
    main()
