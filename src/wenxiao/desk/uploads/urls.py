"""Addresses of an upload under way."""

from django.urls import path

from wenxiao.desk.uploads import upload

urlpatterns = [
    path("uploads/<int:pk>", upload.upload, name="upload"),
    path("uploads/<int:pk>/cancel", upload.cancel, name="upload_cancel"),
]
