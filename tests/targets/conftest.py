"""The small division targets are filed in."""

from tests.bureaus import bureau

__all__ = ["bureau"]
