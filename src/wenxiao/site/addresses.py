"""Every address with its methods, the power it asks, the acts behind it and whether these need a
second hand.

All of it is read from what runs: the table of addresses, what a view says of itself, and which
services its code names. What can't be read that way is None, never a guess.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, getsource, signature, unwrap
from textwrap import dedent
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from django.urls import get_resolver

_PAGES = re.compile(r"wenxiao\.(desk|portal|api)\.")
"""Modules whose functions are read on; below them stand the acts."""
_ACTS = re.compile(r"wenxiao\.(\w+\.services\b|(reports|intake)\.)")
"""Modules that hold acts: functions that ask in whose name (``by``)."""
_SERVICES = re.compile(r"wenxiao\.\w+\.services\b")
_GUARDS = frozenset({"require_other", "require_second_hand", "barred_in"})
"""Who calls one of these refuses the hand that did the step before."""
_ASKING = {"require": "submitted_by", "require_one": "submitted_by", "_require": "written_by"}
"""Likewise, if told by this word whose work it was; a helper that hands a
name on is read where it is called.
"""


class Address(NamedTuple):
    """``act`` is the one act behind it, None of none or several;
    ``second_hand`` None where that can't be read.
    """

    path: str
    methods: list[str]
    permission: str | None
    act: str | None
    second_hand: bool | None
    acts: list[str]
    second_hand_acts: list[str]


def addresses() -> list[Address]:
    """All addresses in the order in which they are tried."""
    return [_address(path, view) for path, view in _walk(get_resolver().url_patterns)]


def _walk(patterns: Any, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _address(path: str, view: Callable[..., Any]) -> Address:
    methods = list(getattr(view, "methods", ()))
    writes = "POST" in methods
    acts = _acts_of(view) if writes else {}
    guarded = sorted(name for name, act in acts.items() if _asks_a_second_hand(act))
    names = sorted(acts)
    return Address(
        path="/" + path,
        methods=methods,
        permission=getattr(view, "power", None),
        act=names[0] if len(names) == 1 else None,
        second_hand=True if guarded else None if writes or not methods else False,
        acts=names,
        second_hand_acts=guarded,
    )


def _acts_of(view: Callable[..., Any]) -> dict[str, FunctionType]:
    """The acts that a view's code names, itself or through other functions
    of the pages; by room and name.
    """
    acts: dict[str, FunctionType] = {}
    seen: set[FunctionType] = set()
    open_ends = [unwrap(view)]
    while open_ends:
        function: Any = open_ends.pop()
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        for one in _named_in(function):
            if _is_act(one):
                acts[f"{one.__module__.split('.')[1]}.{one.__name__}"] = one
            elif _PAGES.match(one.__module__):
                open_ends.append(unwrap(one))
    return acts


def _asks_a_second_hand(act: FunctionType) -> bool:
    """Whether the act, or a function of the services that it names, calls one of the guards."""
    seen, open_ends = set[FunctionType](), [act]
    while open_ends:
        function: Any = unwrap(open_ends.pop())
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        tree = ast.parse(dedent(getsource(function)))
        if any(isinstance(node, ast.Call) and _guards(node) for node in ast.walk(tree)):
            return True
        open_ends += [one for one in _named_in(function) if _SERVICES.match(one.__module__)]
    return False


def _guards(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in _GUARDS or any(
        word.arg == _ASKING.get(name, "") and not isinstance(word.value, ast.Name)
        for word in call.keywords
    )


def _is_act(function: FunctionType) -> bool:
    """Whether a function stands where acts stand and asks by name in whose name it is done."""
    by = signature(function).parameters.get("by")
    named = by is not None and by.kind is Parameter.KEYWORD_ONLY
    return (
        named and bool(_ACTS.match(function.__module__)) and not function.__name__.startswith("_")
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions written inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _named_in(function: FunctionType) -> Iterator[FunctionType]:
    """The functions that code names: by their own name, as part of a
    module, or listed in a table of the module.
    """
    for code in _codes(function.__code__):
        values = [function.__globals__.get(name) for name in code.co_names]
        for value in values:
            if isinstance(value, ModuleType) and value.__name__.startswith("wenxiao."):
                yield from _functions(getattr(value, name, None) for name in code.co_names)
            yield from _functions([value])
        for cell in function.__closure__ or ():
            yield from _functions([cell.cell_contents])


def _functions(values: Any) -> Iterator[FunctionType]:
    for value in values:
        if isinstance(value, FunctionType):
            yield value
        elif isinstance(value, Mapping):
            yield from _functions(value.values())
        elif isinstance(value, tuple | list):
            yield from _functions(value)
