"""Addresses of the list of objects (对象)."""

from django.urls import path

from wenxiao.desk.subjects import batch, coverage, export, problems, subjects, table

urlpatterns = [
    path("subjects", subjects.subjects, name="subjects"),
    path("subjects/list.xlsx", export.subjects_file, name="subjects_file"),
    path("subjects/problems", problems.subject_problems, name="subject_problems"),
    path("subjects/coverage", coverage.coverage, name="coverage"),
    path("subjects/kinds.xlsx", coverage.kind_facts_book, name="kind_facts_book"),
    path("subjects/table", table.table, name="subjects_table"),
    path("subjects/batch", batch.batch, name="subjects_batch"),
    path("subjects/round", batch.filtered, name="subjects_round"),
]
