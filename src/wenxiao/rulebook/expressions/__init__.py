"""Target and actual values as people write them in cells, read into one
honest shape: what is uncertain is said.
"""

from __future__ import annotations

from wenxiao.rulebook.expressions.grammar import Role, parse
from wenxiao.rulebook.expressions.shape import Comparator, Expression, Kind

__all__ = ["Comparator", "Expression", "Kind", "Role", "parse"]
