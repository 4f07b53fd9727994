"""A word is looked up once among the names, or asked of each row where too many bear it."""

import pytest

from wenxiao.budget import selectors
from wenxiao.budget.models import Dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize("few", [2000, 0], ids=["looked up", "asked of each"])
def test_both_ways_find_by_name_code_and_unit(small, monkeypatch, few):
    monkeypatch.setattr(selectors, "FEW_NAMED", few)
    dossier = small.dossiers[0]
    subject = dossier.subject
    for word in (subject.name[1:3], subject.code[-4:], dossier.unit.name[:3]):
        assert dossier in Dossier.objects.filter(selectors.named(word)), word
    assert not Dossier.objects.filter(selectors.named("没有这个名字")).exists()
