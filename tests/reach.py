"""Property tests that can fail: each counts how many of its examples reached what it proves,
against a floor.

``@reaches(divided=0.3)`` stands above ``@given``; inside, the test says ``reach(divided=hits,
of=rows)`` for each example. After the last example the share counted must not lie below the floor:
a property whose drawing changed so that it proves nothing any more is red, not green.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

SOAK = int(os.environ.get("WENXIAO_EXAMPLES", "0"))
_counted: dict[str, tuple[int, int]] = {}


def examples(usual: int, *, most: int | None = None) -> int:
    """How many examples a property sees: the usual number, more in ``make
    soak`` (at most ``most``, for slow ones).
    """
    return max(usual, min(SOAK, most or SOAK))


def reach(*, of: int = 1, **hits: int) -> None:
    """One example had ``of`` chances, and so many of them reached each named part."""
    for name, hit in hits.items():
        before, chances = _counted.get(name, (0, 0))
        _counted[name] = before + int(hit), chances + of


def reaches(**floors: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Fail when the share of any named part lies below its floor once all examples have passed."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            _counted.clear()
            test(*args, **kwargs)
            for name, floor in floors.items():
                hits, chances = _counted.get(name, (0, 0))
                assert chances, f"{name}: nothing was counted"
                assert hits >= floor * chances, (
                    f"{name}: {hits} of {chances} reached it, the floor is {floor:.0%}"
                )

        return run

    return decorate
