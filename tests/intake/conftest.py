"""The small division that files are imported into."""

from tests.bureaus import bureau, evaluation_round, selfeval_round

__all__ = ["bureau", "evaluation_round", "selfeval_round"]
