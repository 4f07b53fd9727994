"""Columns of statements are looked up by alias and field, and told apart as Django tells them."""

from django.db.models import IntegerField
from django.db.models.expressions import Col

from wenxiao.budget.models import Dossier


def test_equal_columns_meet_and_others_do_not():
    year, unit = Dossier._meta.get_field("fiscal_year"), Dossier._meta.get_field("unit")
    known = {Col("a", year): 1, Col("a", unit): 2, Col("b", year): 3}
    assert known[Col("a", year)] == 1
    assert known[Col("a", unit)] == 2
    assert known[Col("b", year)] == 3
    assert Col("a", year, IntegerField()) not in known


def test_a_column_costs_no_look_at_its_signature():
    column = Col("a", Dossier._meta.get_field("fiscal_year"))
    hash(column)
    assert "identity" not in vars(column)
