"""Scans and proofs handed in on a page: looked at by the gate, all of them or none, and kept as received."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.files.door.gate import MB
from wenxiao.files.door.materials import LARGEST_PROOF, Looked, look_at, name_problem
from wenxiao.files.pool import Pool
from wenxiao.pages.views import person
from wenxiao.records.services import store_file
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wenxiao.records.models import StoredFile

SECONDS = 30.0
"""How long one file may take to be read."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One upload in the store: the file, personal data found in it, whether its text could be looked through."""

    file: StoredFile
    personal: tuple[tuple[str, int], ...]
    read: bool


def kept(request: HttpRequest, division: Any, upload: Any) -> StoredFile:
    """One upload as a stored file; NotAllowed says why it is not taken and what would be."""
    return received(request, division, [upload])[0].file


def received(
    request: HttpRequest, division: Any, uploads: Sequence[Any], *, largest: int = LARGEST_PROOF
) -> list[Arrived]:
    """Uploads through the gate into the store. One that may not enter keeps all out: NotAllowed names each with its why."""
    with tempfile.TemporaryDirectory() as folder, Pool(1, seconds=SECONDS) as pool:
        paths = [_put(Path(folder), at, one) for at, one in enumerate(uploads)]
        looked = [
            _looked(path, str(one.name), pool, largest)
            for path, one in zip(paths, uploads, strict=True)
        ]
        wrong = [
            f"《{one.name}》{found.problem.text}{found.problem.mend or ''}"
            for one, found in zip(uploads, looked, strict=True)
            if found.problem
        ]
        if wrong:
            raise NotAllowed(
                ("没有收下：" if len(uploads) == 1 else "一份都没有收下：") + "；".join(wrong)
            )
        by = person(request)
        return [
            Arrived(
                store_file(division=division, by=by, name=str(one.name), content=path),
                found.personal,
                found.read,
            )
            for one, path, found in zip(uploads, paths, looked, strict=True)
        ]


def _put(folder: Path, at: int, upload: Any) -> Path:
    path = folder / f"proof{at}{Path(str(upload.name)).suffix[:10].lower()}"
    with path.open("wb") as out:
        for block in upload.chunks():
            out.write(block)
    return path


def _looked(path: Path, name: str, pool: Pool, largest: int) -> Looked:
    problem = name_problem(name)
    return Looked(None, problem) if problem else look_at(path, name, pool=pool, largest=largest)


def told_personal(arrived: Sequence[Arrived]) -> str:
    """What to say of personal data found: 「《花名册.xlsx》含身份证号 12 处」; empty without any."""
    found = [
        f"《{one.file.name}》含" + "、".join(f"{kind} {count} 处" for kind, count in one.personal)
        for one in arrived
        if one.personal
    ]
    return "；".join(found)


def limit_of(rule: Any) -> tuple[int, int]:
    """How many files at once, and how large each in bytes, by the rule 佐证材料."""
    return int(rule.content["most_files"]), int(rule.content["largest_mb"]) * MB
