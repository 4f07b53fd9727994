"""The small division ex-ante evaluations are tried in."""

from tests.bureaus import bureau

__all__ = ["bureau"]
