"""Django's name for this room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """留痕与文件"""

    name = "wenxiao.records"
    label = "records"
    verbose_name = "留痕与文件"

    def ready(self) -> None:
        """From here on no child reads a file while a transaction is open."""
        from wenxiao.files import pool
        from wenxiao.store.locks import nothing_held

        if nothing_held not in pool.BEFORE_READING:
            pool.BEFORE_READING.append(nothing_held)
