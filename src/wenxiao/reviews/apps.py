"""Django's name for this room."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """评审"""

    name = "wenxiao.reviews"
    label = "reviews"
    verbose_name = "评审"
