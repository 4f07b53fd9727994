"""Addresses of evaluations (评价) and their sheets."""

from django.urls import path

from wenxiao.desk.evaluations import evaluations, online, report_file

urlpatterns = [
    path("evaluations", evaluations.evaluations, name="evaluations"),
    path("reviews/<int:pk>", evaluations.review, name="review"),
    path("evaluations/<int:pk>/<int:dossier>", online.begin, name="evaluation_begin"),
    path("reviews/<int:pk>/frame", online.frame, name="review_frame"),
    path("reviews/<int:pk>/frame/weights", online.weights, name="review_weights"),
    path("reviews/<int:pk>/frame/fix", online.fix, name="review_fix"),
    path("reviews/<int:pk>/audited", online.audited, name="review_audited"),
    path("reviews/<int:pk>/marks", evaluations.marks, name="review_marks"),
    path("reviews/<int:pk>/panel", evaluations.panel, name="review_panel"),
    path("reviews/<int:pk>/suggestions", evaluations.suggestions, name="review_suggestions"),
    path("reviews/<int:pk>/problems", evaluations.problem, name="review_problem"),
    path("reviews/<int:pk>/form.<str:kind>", evaluations.form, name="review_form"),
    path("reviews/<int:pk>/letter.docx", evaluations.letter, name="letter"),
    path("reviews/<int:pk>/<str:act>/do", evaluations.move, name="review_move"),
    path("reviews/<int:pk>/evaluation.docx", report_file.paper, name="evaluation_paper"),
]
