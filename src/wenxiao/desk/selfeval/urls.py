"""Addresses of self-evaluation (自评)."""

from django.urls import path

from wenxiao.desk.selfeval import recheck, rechecking, selfeval

urlpatterns = [
    path("selfeval", selfeval.selfeval, name="selfeval"),
    path("selfeval/<int:pk>", selfeval.selfeval_round, name="selfeval_round"),
    path("selfeval/<int:pk>/recheck", recheck.recheck, name="recheck"),
    path("selfeval/<int:pk>/recheck/draw", recheck.draw, name="recheck_draw"),
    path("selfeval/samples/<int:pk>/start", rechecking.start, name="recheck_start"),
    path("selfeval/rechecks/<int:pk>", rechecking.sheet, name="recheck_sheet"),
    path("selfeval/rechecks/<int:pk>/tell", rechecking.tell, name="recheck_tell"),
]
