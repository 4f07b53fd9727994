"""Addresses of results and what follows them: evaluations, problems, rectification, use."""

from django.urls import path

from wenxiao.desk import evaluations, feedback, findings, rectifying, tallying, uses

urlpatterns = [
    path("evaluations", evaluations.evaluations, name="evaluations"),
    path("reviews/<int:pk>", evaluations.review, name="review"),
    path("reviews/<int:pk>/marks", evaluations.marks, name="review_marks"),
    path("reviews/<int:pk>/panel", evaluations.panel, name="review_panel"),
    path("reviews/<int:pk>/suggestions", evaluations.suggestions, name="review_suggestions"),
    path("reviews/<int:pk>/problems", evaluations.problem, name="review_problem"),
    path("reviews/<int:pk>/form.<str:kind>", evaluations.form, name="review_form"),
    path("reviews/<int:pk>/letter.docx", evaluations.letter, name="letter"),
    path("reviews/<int:pk>/<str:act>/do", evaluations.move, name="review_move"),
    path("dossiers/<int:pk>/reviews/<str:kind>", evaluations.of_dossier, name="dossier_review"),
    path("findings", findings.findings, name="findings"),
    path("findings/batch", findings.batch, name="findings_batch"),
    path("findings/<int:pk>/decide", findings.decide, name="finding_decide"),
    path("findings/catalogue", findings.items, name="catalogue"),
    path("findings/catalogue/add", findings.add_item, name="catalogue_add"),
    path("findings/catalogue/<int:pk>", findings.change_item, name="catalogue_change"),
    path("findings/common", tallying.common, name="common"),
    path("findings/common/arrange", tallying.arrange, name="common_arrange"),
    path("findings/matrix", tallying.matrix, name="matrix"),
    path("findings/matrix.xlsx", tallying.matrix_file, name="matrix_file"),
    path("findings/heat", tallying.heat_page, name="heat"),
    path("rectifications", rectifying.rectifications, name="rectifications"),
    path("rectifications/board", rectifying.board, name="board"),
    path("rectifications/ledger.xlsx", rectifying.ledger_file, name="ledger_file"),
    path("rectifications/handover", rectifying.handover, name="handover"),
    path("rectifications/handover.xlsx", rectifying.handover_file, name="handover_file"),
    path("rectifications/<int:pk>", rectifying.rectification, name="rectification"),
    path("rectifications/<int:pk>/proof", rectifying.proof, name="rectification_proof"),
    path("rectifications/<int:pk>/<str:act>/do", rectifying.act, name="rectification_act"),
    path("feedback", feedback.feedback, name="feedback"),
    path("feedback/<int:pk>/send", feedback.send, name="feedback_send"),
    path("notices/<int:pk>/receive", feedback.receive, name="receive"),
    path("uses", uses.uses, name="uses"),
    path("uses/propose", uses.propose, name="use_propose"),
    path("uses/<int:pk>/decide", uses.decide, name="use_decide"),
    path("uses/strict.xlsx", uses.strict_file, name="strict_file"),
]
