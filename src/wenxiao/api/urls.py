"""The machines' addresses."""

from django.urls import path

from wenxiao.api import reading, views, writing
from wenxiao.api.resources import RESOURCES

app_name = "api"
urlpatterns = [
    path("api/v1/", reading.reading, name="reading"),
    path("api/v1/openapi.json", views.description, name="description"),
    *(path(f"api/v1/{one.name}", views.listing(one), name=one.name) for one in RESOURCES),
    path("api/v1/dossiers/<int:pk>/money", views.dossier_money, name="money"),
    path("api/v1/dossiers/<int:pk>/reviews", views.dossier_reviews, name="dossier_reviews"),
    path("api/v1/subjects/facts", writing.describe, name="subject_facts"),
    path("api/v1/library/revisions", writing.revise, name="library_revisions"),
    path("api/v1/ledgers", views.ledger, name="ledgers"),
    path("api/v1/forms", views.form, name="forms"),
]
