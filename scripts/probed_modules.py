"""The product's modules with SlipCover's probes in them, made once for all processes of a run.

Writing the probes takes 14 seconds of processor time, as much again in every process that imports
the product. Here two processes write them before the others begin. A probe itself can't be stored:
a mark stands in its place until a module is loaded.
"""

from __future__ import annotations

import ast
import hashlib
import marshal
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

import empty_databases
import slipcover
from slipcover import branch, importer, probe
from slipcover import slipcover as instrumenting

MARK, SIGNAL = "a probe of", "what a probe calls"
"""Constants that stand in for what can't be stored."""


def marked(path: Path) -> bytes:
    """One module as it is stored: its code with marks, where its probes stand in each function, its
    lines, its branches.
    """
    writer = slipcover.Slipcover(branch=True)
    standing_in = SimpleNamespace(
        signal=(SIGNAL,), new=lambda _writer, _file, place, _misses: (MARK, place)
    )
    code = compile(branch.preinstrument(ast.parse(path.read_bytes())), str(path), "exec")
    before, instrumenting.probe = instrumenting.probe, standing_in
    try:
        code = writer.instrument(code)
    finally:
        instrumenting.probe = before
    places = [writer.code2index[one] for one in functions(code)]
    name = str(path)
    return marshal.dumps((code, places, writer.code_lines[name], writer.code_branches[name]))


def functions(code: CodeType) -> list[CodeType]:
    """A code object and all within it, inner ones first."""
    inner = [
        one for const in code.co_consts if isinstance(const, CodeType) for one in functions(const)
    ]
    return [*inner, code]


def probed(measure: slipcover.Slipcover, code: CodeType, places: list[Any]) -> CodeType:
    """The code with real probes instead of the marks; takes its places off the end of the list."""

    def real(const: Any) -> Any:
        if isinstance(const, CodeType):
            return probed(measure, const, places)
        if type(const) is tuple and const and const[0] == MARK:
            return probe.new(measure, code.co_filename, const[1], measure.d_miss_threshold)
        return probe.signal if const == (SIGNAL,) else const

    own = places.pop()
    consts = [real(const) for const in reversed(code.co_consts)]
    result = code.replace(co_consts=tuple(reversed(consts)))
    measure.code2index[result] = own
    return result


def place(sources: list[Path]) -> Path:
    """Where these modules lie once they are made."""
    digest = hashlib.sha256(
        f"{slipcover.__version__} {sys.version} {Path(__file__).read_text()}".encode()
    )
    for path in sources:
        digest.update(f"{path}".encode() + path.read_bytes())
    return empty_databases.PLACE / f"probed-{digest.hexdigest()[:16]}"


def make(sources: list[Path]) -> None:
    """Make them all, two at a time, where they are not made yet; earlier ones go."""
    stored = place(sources)
    if stored.exists():
        return
    for earlier in empty_databases.PLACE.glob("probed-*"):
        earlier.unlink()
    stored.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        every = pool.map(marked, sources, chunksize=20)
        made = dict(zip(map(str, sources), every, strict=True))
    beside = stored.with_name(f"{stored.name}.{os.getpid()}")
    beside.write_bytes(marshal.dumps(made))
    beside.rename(stored)


class Loader(importer.SlipcoverLoader):  # type: ignore[misc]  # it has no types
    """Loads a module from what is stored."""

    code: bytes

    def exec_module(self, module: ModuleType) -> None:
        """As SlipCover does it, with the probes written already."""
        code, places, lines, branches = marshal.loads(self.code)  # noqa: S302 - made by this run
        self.sci.register_module(module)
        code = probed(self.sci, code, places)
        self.sci.code_lines[code.co_filename].update(lines)
        self.sci.code_branches[code.co_filename].update(branches)
        self.sci.instrumented[code.co_filename].add(code)
        exec(code, module.__dict__)  # noqa: S102 - as every loader does


class Finder(importer.SlipcoverMetaPathFinder):  # type: ignore[misc]  # it has no types
    """SlipCover's finder, that takes what is stored; what is not, SlipCover makes."""

    def __init__(self, measure: slipcover.Slipcover, matcher: Any, sources: list[Path]) -> None:
        super().__init__(measure, matcher)
        stored = place(sources)
        whole = stored.read_bytes() if stored.exists() else marshal.dumps({})
        self.stored = marshal.loads(whole)  # noqa: S302 - made by this run

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Where a module is, with the loader that knows its probes."""
        spec: ModuleSpec | None = super().find_spec(fullname, path, target)
        loader: Any = spec and spec.loader
        if spec is not None and type(loader) is importer.SlipcoverLoader:
            code = self.stored.get(spec.origin)
            if code is not None:
                spec.loader = own = Loader(self.sci, loader.orig_loader, str(spec.origin))
                own.code = code
        return spec
