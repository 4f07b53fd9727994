"""Addresses of the annual report, its signed editions and instructions."""

from django.urls import path

from wenxiao.desk.report import (
    briefs,
    department_notices,
    hand_in,
    public_issue,
    report,
    sign,
    write,
)

urlpatterns = [
    path("report", report.now, name="report_now"),
    path("report/<int:year>", write.report, name="report"),
    path("report/<int:year>/figures/<path:ident>", report.figure, name="figure"),
    path("report/<int:year>/changes", report.changes, name="report_changes"),
    path("report/<int:year>/files/<str:name>", report.draft_file, name="report_file"),
    path("report/<int:year>/seen", write.seen, name="report_seen"),
    path("report/<int:year>/choices", write.choose, name="report_choices"),
    path("report/<int:year>/write/<str:key>", write.write, name="report_write"),
    path("report/<int:year>/write/<str:key>/preview", write.preview, name="report_preview"),
    path("report/<int:year>/hand-in", hand_in.hand_in, name="report_hand_in"),
    path("report/<int:year>/take-back", hand_in.take_back, name="report_take_back"),
    path("report/<int:year>/send-back", hand_in.send_back, name="report_send_back"),
    path("report/<int:year>/sign", sign.sign, name="report_sign"),
    path(
        "report/<int:year>/department-notices.zip",
        department_notices.notices,
        name="department_notices",
    ),
    path("report/<int:year>/briefs/<str:name>", briefs.brief, name="brief"),
    path(
        "report/<int:year>/briefs/<str:name>/figures/<path:ident>",
        briefs.figure,
        name="brief_figure",
    ),
    path("report/<int:year>/briefs/<str:name>/files/<str:file>", briefs.file, name="brief_file"),
    path("reports/<int:pk>", sign.edition, name="signed"),
    path("reports/<int:pk>/figures/<path:ident>", sign.signed_figure, name="signed_figure"),
    path("reports/<int:pk>/files/<str:version>/<str:name>", sign.signed_file, name="signed_file"),
    path("reports/<int:pk>/correct", sign.correct, name="report_correct"),
    path("reports/<int:pk>/public", public_issue.correct, name="public_correct"),
    path("reports/<int:pk>/holders", public_issue.enter, name="public_holder"),
    path("reports/<int:pk>/holders/told", public_issue.tell, name="public_holder_told"),
    path("reports/<int:pk>/instructions", sign.instruct, name="report_instruct"),
    path("instructions/<int:pk>", sign.instruction, name="instruction"),
    path("instructions/<int:pk>/close", sign.close, name="instruction_close"),
]
