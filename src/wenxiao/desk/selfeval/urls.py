"""Addresses of self-evaluation (自评)."""

from django.urls import path

from wenxiao.desk.selfeval import recheck, selfeval

urlpatterns = [
    path("selfeval", selfeval.selfeval, name="selfeval"),
    path("selfeval/<int:pk>", selfeval.selfeval_round, name="selfeval_round"),
    path("selfeval/<int:pk>/recheck", recheck.recheck, name="recheck"),
    path("selfeval/<int:pk>/recheck/draw", recheck.draw, name="recheck_draw"),
]
