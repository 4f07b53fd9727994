"""The demonstration's own words: the published plan as the author's prose,
its papers and named projects.
"""

import pytest

from wenxiao.reports import services
from wenxiao.site.demo.reporting import published, write_draft

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_draft_reads_as_published(year, writer):
    write_draft(year.division, 2021, writer)
    edition = services.current(year.division, 2021)
    text = edition.report.text
    for sentence in (
        "拟将从以下三个方面做好相关工作：",
        "一是将绩效评价结果予以适当应用。结合本年度财政绩效管理工作开展情况，对2022年度区级各相关部门预算安排加大审核力度。",
        "同时，将非涉密项目予以官网公开，接受社会各界监督。",
        "扩大在“三农”、教育、医疗卫生、节能环保、新农村建设等项目绩效管理的覆盖程度。",
        "切实做到“花钱必问效，无效必问责”。",
        "区社发局村卫计室和社区卫生服务站建设经费项目、区应急管理局综治工作网格化管理项目等21个项目",
    ):
        assert sentence in text
    assert not edition.report.notes
    assert len(edition.choices.named) == 2


def test_the_published_words_hold_no_figure_of_the_report():
    plan = published()["plan"]
    assert not any(character.isdigit() for character in plan)
