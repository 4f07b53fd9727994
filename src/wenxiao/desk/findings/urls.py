"""Addresses of problems (问题)."""

from django.urls import path

from wenxiao.desk.findings import common_problems, findings, ordering, rule_runs

urlpatterns = [
    path("findings", findings.findings, name="findings"),
    path("findings/batch", findings.batch, name="findings_batch"),
    path("findings/draw", rule_runs.draw, name="findings_draw"),
    path("findings/drawn", rule_runs.findings_drawn, name="findings_drawn"),
    path("findings/<int:pk>/decide", findings.decide, name="finding_decide"),
    path("findings/<int:pk>/reopen", findings.reopen, name="finding_reopen"),
    path("findings/<int:pk>/order", ordering.order, name="finding_order"),
    path("findings/catalogue", findings.items, name="catalogue"),
    path("findings/catalogue/add", findings.add_item, name="catalogue_add"),
    path("findings/catalogue/<int:pk>", findings.change_item, name="catalogue_change"),
    path("findings/common", common_problems.common, name="common"),
    path("findings/common/arrange", common_problems.arrange, name="common_arrange"),
    path("findings/matrix", common_problems.matrix, name="matrix"),
    path("findings/matrix.xlsx", common_problems.matrix_file, name="matrix_file"),
    path("findings/heat", common_problems.heat_page, name="heat"),
]
