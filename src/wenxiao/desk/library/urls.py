"""Addresses of the indicator library: search, one row, proposals, and filling it."""

from django.urls import path

from wenxiao.desk.library import library

urlpatterns = [
    path("library", library.index, name="library"),
    path("library/new", library.new, name="library_new"),
    path("library/table", library.table, name="library_table"),
    path("library/fill", library.fill, name="library_fill"),
    path("library/import", library.bring, name="library_import"),
    path("library/<int:pk>", library.row, name="library_row"),
    path("library/<int:pk>/<str:act>/do", library.move, name="library_move"),
    path("library/offered/<int:pk>", library.suggestions, name="target_suggestions"),
]
