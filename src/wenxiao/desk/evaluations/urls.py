"""Addresses of evaluations (评价) and their sheets."""

from django.urls import path

from wenxiao.desk.evaluations import announcing, evaluations, online, opinions, plans, report_file

urlpatterns = [
    path("evaluations", evaluations.evaluations, name="evaluations"),
    path("evaluations/plans", plans.plans, name="plans"),
    path("evaluations/plans/new", plans.choose, name="plan_choose"),
    path("evaluations/plans/<int:pk>", plans.plan, name="plan"),
    path("evaluations/plans/<int:pk>/<str:act>", plans.act, name="plan_act"),
    path("evaluations/<int:pk>/notices", announcing.notices, name="evaluation_notices"),
    path("evaluations/<int:pk>/announce", announcing.announce, name="evaluation_announce"),
    path("evaluations/<int:pk>/workplan.docx", announcing.work_plan, name="work_plan"),
    path("evaluations/<int:pk>/assign", announcing.assign, name="evaluation_assign"),
    path("evaluations/notices/<int:pk>/sign", announcing.receive, name="evaluation_receive"),
    path("evaluations/notices/<int:pk>.docx", announcing.notice_paper, name="evaluation_notice"),
    path("reviews/<int:pk>", evaluations.review, name="review"),
    path("evaluations/<int:pk>/<int:dossier>", online.begin, name="evaluation_begin"),
    path("reviews/<int:pk>/opinions", opinions.tell, name="opinions_tell"),
    path("opinions/<int:pk>", opinions.opinions, name="opinions"),
    path("opinions/<int:pk>/opinions.docx", opinions.paper, name="opinions_paper"),
    path("opinions/<int:pk>/decide/<int:number>", opinions.decide, name="opinion_decide"),
    path("opinions/<int:pk>/<str:act>", opinions.act, name="opinions_act"),
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
