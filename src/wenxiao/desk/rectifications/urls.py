"""Addresses of rectification (整改), feedback and notices."""

from django.urls import path

from wenxiao.desk.rectifications import (
    accounts,
    batch,
    batch_feedback,
    feedback,
    handover,
    letters,
    rectifications,
)

urlpatterns = [
    path("rectifications", rectifications.rectifications, name="rectifications"),
    path("rectifications/batch", batch.batch, name="rectifications_batch"),
    path("rectifications/board", rectifications.board, name="board"),
    path("rectifications/ledger.xlsx", rectifications.ledger_file, name="ledger_file"),
    path("rectifications/handover", rectifications.handover, name="handover"),
    path("rectifications/handover.xlsx", rectifications.handover_file, name="handover_file"),
    path("rectifications/handover.zip", handover.handover_package, name="handover_package"),
    path("rectifications/accounts/<int:pk>.docx", accounts.circular, name="circular"),
    path("rectifications/<int:pk>", rectifications.rectification, name="rectification"),
    path("rectifications/<int:pk>/proof", rectifications.proof, name="rectification_proof"),
    path("rectifications/<int:pk>/<str:act>/do", rectifications.act, name="rectification_act"),
    path("feedback", feedback.feedback, name="feedback"),
    path("feedback/batch", batch_feedback.send_many, name="feedback_batch"),
    path("feedback/letters.zip", letters.letters, name="letters"),
    path("feedback/<int:pk>/send", feedback.send, name="feedback_send"),
    path("notices/<int:pk>/receive", feedback.receive, name="receive"),
]
