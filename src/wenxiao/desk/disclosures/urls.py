"""Addresses of the way to the public (公开)."""

from django.urls import path

from wenxiao.desk.disclosures import disclosures

urlpatterns = [
    path("disclosures", disclosures.disclosures, name="disclosures"),
    path("disclosures/reviews/<int:pk>", disclosures.propose, name="disclosure_propose"),
    path("disclosures/<int:pk>/<str:act>/do", disclosures.act, name="disclosure_act"),
    path("disclosures/comments/<int:pk>", disclosures.answer, name="comment_answer"),
]
