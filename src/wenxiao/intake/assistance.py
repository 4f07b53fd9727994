"""The answer to a 填报协助 that comes by link: its photograph is judged like
every other file, then both are kept at once.
"""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string

from wenxiao.files.door.materials import look_at, name_problem
from wenxiao.files.pool import Pool
from wenxiao.records.services import Placed, place_file, store_file
from wenxiao.reviews.services.assisting import (
    CLOSED,
    answer_by_link,
    refuse_incomplete,
    waiting_by_token,
)
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.reviews.assistance import Assistance

LARGEST = 10 << 20
TAKEN = (".jpg", ".jpeg", ".png", ".pdf")
"""Judged by their bytes alone: nothing is opened for somebody without an account."""


def take_answer(
    *, token: str, value: str, answered_by: str, note: str, phone: str, upload: Any | None
) -> Assistance:
    """Keep what was answered with its photograph, or nothing.
    NotAllowed says what is wrong and how to mend it.
    """
    row = waiting_by_token(token)
    if row is None:
        raise NotAllowed(CLOSED)
    refuse_incomplete(value, (note, answered_by, phone))
    placed = _admitted(upload) if upload is not None else None
    with transaction.atomic():
        file = None
        if placed is not None and upload is not None:
            division = row.review.round.division
            file = store_file(division=division, by=None, name=str(upload.name), content=placed)
        return answer_by_link(
            token=token, value=value, answered_by=answered_by, note=note, phone=phone, file=file
        )


def _admitted(upload: Any) -> Placed:
    """The file through the gate and onto the disk."""
    name = str(upload.name or "")
    if PurePosixPath(name).suffix.lower() not in TAKEN:
        raise NotAllowed("佐证只收照片（jpg、png）或 PDF；别的材料请交给单位经办人。")
    if (problem := name_problem(name)) is not None:
        raise NotAllowed(f"{problem.text}{problem.mend or ''}[{problem.code}]")
    if (upload.size or 0) > LARGEST:
        raise NotAllowed(f"文件超过 {LARGEST >> 20} MB，请压缩照片后再传。")
    folder = settings.HOME / "uploads" / f"arriving-{get_random_string(16)}"
    path = folder / f"0{PurePosixPath(name).suffix[:10].lower()}"
    try:
        folder.mkdir(parents=True, mode=0o700)
        with path.open("wb") as out:
            for block in upload.chunks():
                out.write(block)
        with Pool(1) as pool:
            looked = look_at(path, name, pool=pool, largest=LARGEST)
        if looked.problem is not None:
            raise NotAllowed(
                f"没有收下：{looked.problem.text}{looked.problem.mend or ''}[{looked.problem.code}]"
            )
        return place_file(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
