"""One act over many items: each by its own service in its own transaction,
each told alone: done, or why not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec

from django.shortcuts import render

from wenxiao.orgs.permissions import Refused
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


P = ParamSpec("P")


def why_not(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> str:
    """Do one item of many; empty, or why its service refused it."""
    try:
        act(*args, **kwargs)
    except (NotAllowed, Refused, Stale) as refusal:
        return str(refusal)
    return ""


@dataclass
class BatchOutcome:
    """What became of each item: (its name, how it stands now) where it was done, (its name, why
    not) where it was refused.

    ``home`` and ``back`` name the page the person came from.
    """

    title: str
    home: str
    back: str
    done: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def carry(self, name: str, act: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do one item; what its service refuses stands beside its name, and the others go on."""
        try:
            self.done.append((name, act(*args, **kwargs)))
        except (NotAllowed, Refused, Stale) as refusal:
            self.refused.append((name, str(refusal)))

    def shown(self, request: HttpRequest) -> HttpResponse:
        """The page of outcomes; 409 where nothing at all was done."""
        status = 409 if self.refused and not self.done else 200
        return render(request, "pages/outcome.html", {"outcome": self}, status=status)
