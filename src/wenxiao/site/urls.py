"""The map of addresses."""

from django.urls import include, path

from wenxiao.site.health import health

urlpatterns = [
    path("health", health, name="health"),
    path("", include("wenxiao.pages.urls")),
    path("", include("wenxiao.desk.urls")),
    path("", include("wenxiao.portal.urls")),
    path("", include("wenxiao.api.urls")),
]

handler403 = "wenxiao.pages.errors.denied"
handler404 = "wenxiao.pages.errors.not_found"
handler500 = "wenxiao.pages.errors.broken"
