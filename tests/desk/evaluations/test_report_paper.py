"""评价报告: the figures of the result, the share of proven points, the approved goal in its own words."""

from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document as Word

from wenxiao.reviews.models import Review
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def words(answer):
    assert answer.status_code == 200
    return "\n".join(one.text for one in Word(BytesIO(answer.content)).paragraphs)


def test_proof_and_the_approved_goal_stand_in_the_report(small, inside):
    address, client = f"/reviews/{small.evaluation.pk}/evaluation.docx", inside(small.officer)
    Review.objects.filter(pk=small.evaluation.pk).update(proved=Decimal(0))
    assert "得分尚无已核实的佐证" in words(client.get(address))
    assert "【待填：总体目标" in words(client.get(address)), "nothing is made up"
    Review.objects.filter(pk=small.evaluation.pk).update(proved=Decimal("40.00"))
    Target.objects.filter(dossier=small.dossiers[0]).update(text="养护农村公路126公里")
    text = words(client.get(address))
    assert "得分87.45分，评价等级为“良”。其中40.00分" in text
    assert "批复的年度总体目标：养护农村公路126公里。设绩效指标8项。" in text
    assert "主评人对报告的真实性、准确性负责" in text


def test_the_unit_has_it_once_the_result_is_settled(small, inside):
    address = f"/reviews/{small.evaluation.pk}/evaluation.docx"
    assert inside(small.clerk).get(address).status_code == 200
    Review.objects.filter(pk=small.evaluation.pk).update(state="filling")
    assert inside(small.clerk).get(address).status_code == 404
