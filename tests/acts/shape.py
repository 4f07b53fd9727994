"""One act under trial."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Act:
    """The roles that may, what must be there first, and the call;
    ``blocked``: whoever may still meets that sentence.
    """

    may: str
    ready: Callable[[Any], Any]
    run: Callable[[Any, Any, Any], Any]
    blocked: str = ""
