"""The map of addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("wenxiao.pages.urls")),
    path("", include("wenxiao.desk.urls")),
    path("", include("wenxiao.portal.urls")),
    path("", include("wenxiao.api.urls")),
]

handler403 = "wenxiao.pages.errors.denied"
handler404 = "wenxiao.pages.errors.not_found"
handler500 = "wenxiao.pages.errors.broken"
