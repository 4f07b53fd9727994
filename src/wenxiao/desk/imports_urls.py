"""The import wizard's addresses, under the desk's name."""

from django.urls import path

from wenxiao.desk import (
    imports,
    imports_batches,
    imports_ledgers,
    imports_matching,
    imports_missing,
    imports_preview,
)

urlpatterns = [
    path("imports", imports.imports, name="imports"),
    path("imports/batches", imports_batches.batches, name="import_batches"),
    path("imports/ledgers", imports_ledgers.upload, name="ledgers"),
    path("imports/ledgers/<int:pk>", imports_ledgers.show, name="ledger"),
    path("imports/ledgers/<int:pk>/again", imports_ledgers.look_again, name="ledger_again"),
    path("imports/ledgers/<int:pk>/import", imports_ledgers.confirm, name="ledger_import"),
    path("imports/missing", imports_missing.missing, name="missing"),
    path("imports/missing/<int:pk>/excuse", imports_missing.excuse, name="excuse"),
    path("imports/missing/<int:pk>/letter", imports_missing.letter, name="reminder_letter"),
    path("imports/<int:pk>", imports_preview.intake, name="intake"),
    path("imports/<int:pk>/progress", imports_preview.progress, name="intake_progress"),
    path("imports/<int:pk>/go-on", imports_preview.go_on, name="intake_go_on"),
    path("imports/<int:pk>/import", imports_preview.import_ready, name="intake_import"),
    path("imports/<int:pk>/newest", imports_preview.newest_only, name="intake_newest"),
    path("imports/<int:pk>/again", imports_preview.look_again, name="intake_again"),
    path("imports/<int:pk>/faults", imports_preview.faults, name="intake_faults"),
    path("imports/<int:pk>/faults.xlsx", imports_preview.faults_xlsx, name="intake_faults_xlsx"),
    path(
        "imports/<int:pk>/faults/<int:number>.docx",
        imports_preview.faults_docx,
        name="intake_faults_docx",
    ),
    path("imports/files/<int:pk>", imports_matching.file, name="import_file"),
    path("imports/files/<int:pk>/original", imports_preview.original, name="import_original"),
    path("imports/files/<int:pk>/import", imports_matching.confirm, name="import_confirm"),
    path("imports/files/<int:pk>/leave", imports_matching.leave, name="import_leave"),
    path("imports/files/<int:pk>/again", imports_matching.again, name="import_again"),
    path("imports/files/<int:pk>/undo", imports_batches.undo, name="import_undo"),
]
