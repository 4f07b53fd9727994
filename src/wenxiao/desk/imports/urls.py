"""Addresses of the import wizard."""

from django.urls import path

from wenxiao.desk.imports import batches, file, intake, ledgers, missing, reminder_letters, upload

urlpatterns = [
    path("imports", upload.imports, name="imports"),
    path("imports/batches", batches.batches, name="import_batches"),
    path("imports/ledgers", ledgers.upload, name="ledgers"),
    path("imports/ledgers/<int:pk>", ledgers.show, name="ledger"),
    path("imports/ledgers/<int:pk>/again", ledgers.look_again, name="ledger_again"),
    path("imports/ledgers/<int:pk>/import", ledgers.confirm, name="ledger_import"),
    path("imports/missing", missing.missing, name="missing"),
    path("imports/missing/<int:pk>/excuse", missing.excuse, name="excuse"),
    path("imports/missing/<int:pk>/letter", reminder_letters.letter, name="reminder_letter"),
    path("imports/missing/<int:pk>/letters", reminder_letters.letters, name="reminder_letters"),
    path("imports/<int:pk>", intake.intake, name="intake"),
    path("imports/<int:pk>/progress", intake.progress, name="intake_progress"),
    path("imports/<int:pk>/stop", intake.stop, name="intake_stop"),
    path("imports/<int:pk>/go-on", intake.go_on, name="intake_go_on"),
    path("imports/<int:pk>/import", intake.import_ready, name="intake_import"),
    path("imports/<int:pk>/newest", intake.newest_only, name="intake_newest"),
    path("imports/<int:pk>/again", intake.look_again, name="intake_again"),
    path("imports/<int:pk>/faults", intake.faults, name="intake_faults"),
    path("imports/<int:pk>/faults.xlsx", intake.faults_xlsx, name="intake_faults_xlsx"),
    path(
        "imports/<int:pk>/faults/<int:number>.docx", intake.faults_docx, name="intake_faults_docx"
    ),
    path("imports/files/<int:pk>", file.file, name="import_file"),
    path("imports/files/<int:pk>/original", intake.original, name="import_original"),
    path("imports/files/<int:pk>/import", file.confirm, name="import_confirm"),
    path("imports/files/<int:pk>/leave", file.leave, name="import_leave"),
    path("imports/files/<int:pk>/again", file.again, name="import_again"),
    path("imports/files/<int:pk>/undo", batches.undo, name="import_undo"),
    path("imports/files/<int:pk>/undo/progress", batches.undoing, name="import_undoing"),
    path("imports/files/<int:pk>/undo/cancel", batches.keep, name="import_keep"),
]
