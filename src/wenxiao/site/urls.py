"""The map of addresses."""

urlpatterns: list = []
