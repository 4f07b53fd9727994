"""The small division the library is tried in."""

from tests.bureaus import bureau

__all__ = ["bureau"]
