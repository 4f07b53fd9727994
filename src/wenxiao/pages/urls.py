"""Addresses of the web machinery itself."""

from django.urls import path

from wenxiao.pages import components, theme

app_name = "pages"
urlpatterns = [
    path("theme", theme.theme, name="theme"),
    path("components", components.components, name="components"),
]
