"""The small division whose reviews are moved along their road."""

from tests.bureaus import bureau, evaluation_round, selfeval_round

__all__ = ["bureau", "evaluation_round", "selfeval_round"]
