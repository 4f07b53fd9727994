"""单位成本: choose a quantity and an amount of one object, and see what a unit of it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.desk.dossiers.dossier import dossier_of
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.unit_costs import SPENT, compared, cost_rows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit")
def unit_cost(request: HttpRequest, pk: int) -> HttpResponse:
    """The pair asked for (``q``, ``m``); without one, the first quantity and the money spent."""
    row = dossier_of(request, pk)
    rows = cost_rows(row)
    asked = request.GET.get("q", ""), request.GET.get("m", SPENT)
    quantity = next((one for one in rows.quantities if one.key == asked[0]), None)
    quantity = quantity or next(iter(rows.quantities), None)
    amount = next((one for one in rows.amounts if one.key == asked[1]), rows.amounts[0])
    values = {
        "dossier": row,
        "rows": rows,
        "quantity": quantity,
        "amount": amount,
        "shown": compared(person(request), row, quantity, amount) if quantity else None,
        "rules": held(request).can("manage_rules", division=row.subject.division_id),
    }
    return render(request, "desk/dossiers/unit_cost.html", values)
