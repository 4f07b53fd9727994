"""The small division these pages are tried in."""

from tests.bureaus import bureau, selfeval_round

__all__ = ["bureau", "selfeval_round"]
