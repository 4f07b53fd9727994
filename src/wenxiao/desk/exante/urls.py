"""Addresses of ex-ante evaluations: the year's list, one of them, its acts and its report."""

from django.urls import path

from wenxiao.desk.exante import exante

urlpatterns = [
    path("ex-ante", exante.index, name="ex_ante"),
    path("ex-ante/rounds/<int:pk>/<int:dossier>", exante.request_form, name="ex_ante_request"),
    path("ex-ante/<int:pk>", exante.one, name="ex_ante_one"),
    path("ex-ante/<int:pk>/begin", exante.begin, name="ex_ante_begin"),
    path("ex-ante/<int:pk>/meeting", exante.meeting, name="ex_ante_meeting"),
    path("ex-ante/<int:pk>/conclude", exante.conclude, name="ex_ante_conclude"),
    path("ex-ante/<int:pk>/report", exante.report, name="ex_ante_report"),
]
