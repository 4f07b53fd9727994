"""The small division these pages are tried in."""

from tests.bureaus import bureau

__all__ = ["bureau"]
