"""Addresses of the annual report: the desk, its paragraphs and choices, signing, signed editions, instructions."""

from django.urls import path

from wenxiao.desk import evaluation_paper, report, report_handing, report_signing, report_writing

urlpatterns = [
    path("report", report.now, name="report_now"),
    path("report/<int:year>", report_writing.report, name="report"),
    path("report/<int:year>/figures/<path:ident>", report.figure, name="figure"),
    path("report/<int:year>/changes", report.changes, name="report_changes"),
    path("report/<int:year>/files/<str:name>", report.draft_file, name="report_file"),
    path("report/<int:year>/seen", report_writing.seen, name="report_seen"),
    path("report/<int:year>/choices", report_writing.choose, name="report_choices"),
    path("report/<int:year>/write/<str:key>", report_writing.write, name="report_write"),
    path(
        "report/<int:year>/write/<str:key>/preview", report_writing.preview, name="report_preview"
    ),
    path("report/<int:year>/hand-in", report_handing.hand_in, name="report_hand_in"),
    path("report/<int:year>/take-back", report_handing.take_back, name="report_take_back"),
    path("report/<int:year>/send-back", report_handing.send_back, name="report_send_back"),
    path("report/<int:year>/sign", report_signing.sign, name="report_sign"),
    path("reports/<int:pk>", report_signing.edition, name="signed"),
    path(
        "reports/<int:pk>/figures/<path:ident>", report_signing.signed_figure, name="signed_figure"
    ),
    path(
        "reports/<int:pk>/files/<str:version>/<str:name>",
        report_signing.signed_file,
        name="signed_file",
    ),
    path("reports/<int:pk>/correct", report_signing.correct, name="report_correct"),
    path("reports/<int:pk>/instructions", report_signing.instruct, name="report_instruct"),
    path("instructions/<int:pk>", report_signing.instruction, name="instruction"),
    path("instructions/<int:pk>/close", report_signing.close, name="instruction_close"),
    path("reviews/<int:pk>/evaluation.docx", evaluation_paper.paper, name="evaluation_paper"),
]
