"""Addresses of self-evaluation (自评)."""

from django.urls import path

from wenxiao.desk.selfeval import selfeval

urlpatterns = [
    path("selfeval", selfeval.selfeval, name="selfeval"),
    path("selfeval/<int:pk>", selfeval.selfeval_round, name="selfeval_round"),
]
