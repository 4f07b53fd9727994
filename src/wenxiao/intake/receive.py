"""Many files at once: received and kept, read by a pool of limited
children, previewed one batch each.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from wenxiao.files.forms.forms import reading_json
from wenxiao.files.pool import Pool
from wenxiao.intake.preview import preview
from wenxiao.intake.refusals import NOT_KEPT, refusal
from wenxiao.intake.scope import Importer, SeenDirectory
from wenxiao.intake.status import compare, put
from wenxiao.intake.zips import (
    LARGEST_CONTENT,
    MOST_FILES,
    ParcelRefusedError,
    Piece,
    is_office_file,
    refusal_by_name,
    too_large,
    unpack,
)
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.records.models import ImportBatch, Intake, StoredFile
from wenxiao.records.services import open_batch, read_file, record, refuse_batch, store_file
from wenxiao.records.storage import drop_file
from wenxiao.rulebook.codes import CLASSIFIED
from wenxiao.rulebook.column_words import column_words
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.selectors import layouts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wenxiao.files.forms.forms import Reading
    from wenxiao.orgs.models import Division, User

AT_ONCE = 8
"""Files copied out and read together: bounds the disk a big intake takes besides its originals."""


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One uploaded file with the time its sender's machine says it was last
    saved (ISO; empty when unknown).
    """

    upload: Any
    modified: str = ""


def receive(
    *,
    division: Division,
    by: User | None,
    uploads: Iterable[HandedFile],
    token: str = "",
    note: str = "",
) -> tuple[Intake, bool]:
    """Keep what was handed over; (intake, whether it is new).
    The same form sent twice gives the same intake.

    Raises NotAllowed when nothing or too much was handed over. Files that cannot be taken stand in
    ``files`` with why.
    """
    Importer(by, division)
    known = Intake.objects.filter(by=by, token=token).first() if token else None
    if known is not None:
        return known, False
    taken = [_kept(piece, division=division, by=by) for piece in _pieces(list(uploads))]
    try:
        with transaction.atomic():
            intake = Intake.objects.create(
                division=division,
                by=by,
                note=note.strip()[:200],
                files=taken,
                token=token,
                beat=timezone.now(),
            )
            record(
                division=division,
                by=by,
                act="收件",
                target=intake,
                label=f"{len(taken)} 份文件",
                why=note.strip(),
                data={"files": len(taken), "kept": sum(1 for one in taken if one["stored"])},
            )
    except IntegrityError:
        return Intake.objects.get(by=by, token=token), False
    return intake, True


def _pieces(uploads: list[HandedFile]) -> Iterator[Piece]:
    if not uploads:
        raise NotAllowed(
            "还没有选择文件。请选择一份或多份 .xlsx、.xls、.docx、.csv，或者一个 .zip。"
        )
    if len(uploads) > MOST_FILES:
        raise NotAllowed(
            f"一次选了 {len(uploads)} 份文件，最多 {MOST_FILES} 份；请分次上传，或压缩成几个 .zip。"
        )
    count = content = 0
    for handed in uploads:
        for piece in _opened(handed):
            count, content = count + 1, content + len(piece.content or b"")
            if count > MOST_FILES or content > LARGEST_CONTENT:
                raise NotAllowed(
                    f"一次最多 {MOST_FILES} 份文件、共 {LARGEST_CONTENT >> 20} MB；请分次上传。"
                )
            yield piece


def _opened(handed: HandedFile) -> Iterator[Piece]:
    upload = handed.upload
    name = PurePosixPath(str(upload.name or "未命名").replace("\\", "/")).name
    upload.seek(0)
    packed = upload.read(4) == b"PK\x03\x04" and (
        name.lower().endswith(".zip") or PurePosixPath(name).suffix == ""
    )
    if packed and not is_office_file(upload):
        try:
            yield from unpack(upload, size=upload.size)
        except ParcelRefusedError as refused:
            yield Piece(name, problem=refused.problem)
        return
    problem = (None if packed else refusal_by_name(name)) or too_large(name, upload.size)
    if problem is None:
        upload.seek(0)
        yield Piece(name, modified=handed.modified[:16], content=upload.read())
    else:
        yield Piece(name, problem=problem)


def _kept(piece: Piece, *, division: Division, by: User | None) -> dict[str, Any]:
    """A file as the intake lists it.
    One whose very name says it is secret is neither stored nor named.
    """
    mark = secret_mark(f"{piece.folder}/{piece.name}")
    if mark:
        piece = Piece(NOT_KEPT, problem=refusal("文件名", mark))
    entry: dict[str, Any] = {
        "name": piece.name,
        "folder": piece.folder,
        "modified": piece.modified,
        "stored": None,
        "problem": piece.problem.as_json() if piece.problem else None,
    }
    if piece.content is not None:
        entry["stored"] = store_file(
            division=division, by=by, name=piece.name, content=piece.content
        ).pk
    return entry


# ---- reading, in the background ------------------------------------------------------------------


def read_intake(intake: Intake, over: Callable[[], bool] = lambda: False) -> Intake:
    """Read what is not read yet, open a previewed batch for each file, compare them.
    Can be begun again after a stop.

    ``over`` is asked between two parts: true ends the turn, and the intake stays READING until it
    is begun again.
    """
    importer = Importer(intake.by, intake.division)
    directory = SeenDirectory(importer)
    done = {batch["at"] for batch in intake.batches.values_list("summary", flat=True)}
    waiting = [at for at, one in enumerate(intake.files) if one["stored"] and at not in done]
    Intake.objects.filter(pk=intake.pk).update(
        read=len(intake.files) - len(waiting), beat=timezone.now(), state=Intake.State.READING
    )
    words = column_words(intake.division.own_rules)
    with Pool(2, layouts=layouts_of(intake.division), words=words) as pool:
        for start in range(0, len(waiting), AT_ONCE):
            if start and over():
                return intake
            if not _read_some(intake, waiting[start : start + AT_ONCE], pool, directory):
                break
    compare(intake)
    Intake.objects.filter(pk=intake.pk, state=Intake.State.READING).update(
        state=Intake.State.READY, beat=timezone.now(), read=len(intake.files)
    )
    intake.refresh_from_db()
    return intake


def _read_some(intake: Intake, places: list[int], pool: Pool, directory: SeenDirectory) -> bool:
    """Read these files; False when the person stopped it meanwhile."""
    stored = StoredFile.objects.in_bulk([intake.files[at]["stored"] for at in places])
    with tempfile.TemporaryDirectory(prefix="wenxiao-intake-") as folder:
        copies = [_copy(stored.get(intake.files[at]["stored"]), Path(folder), at) for at in places]
        for at, reading in zip(places, pool.map(copies), strict=True):
            with transaction.atomic():
                row = Intake.objects.select_for_update().get(pk=intake.pk)
                if row.state != Intake.State.READING:
                    return False
                if row.batches.filter(summary__at=at).exists():
                    continue  # two workers were at it; the other one was here first
                _open(intake, at, stored.get(intake.files[at]["stored"]), reading, directory)
                Intake.objects.filter(pk=intake.pk).update(read=F("read") + 1, beat=timezone.now())
    return True


def _copy(stored: StoredFile | None, folder: Path, at: int) -> Path:
    """The file under a name of ours with its own ending, for the child that
    reads it; one that is gone reads as broken.
    """
    suffix = PurePosixPath(stored.name).suffix.lower() if stored else ""
    path = folder / f"{at}{suffix if suffix.isascii() else ''}"
    if stored is not None:
        with contextlib.suppress(
            NotAllowed
        ):  # gone or changed on disk: the reader then says it can't be opened
            path.write_bytes(read_file(stored))
    return path


def _open(
    intake: Intake, at: int, stored: StoredFile | None, reading: Reading, directory: SeenDirectory
) -> ImportBatch:
    entry = intake.files[at]
    reading.file = entry["name"]
    seen = preview(reading, directory.importer, directory=directory)
    if seen.secret:
        if stored is not None:
            drop_file(stored)
        stored = None
        intake.files[at] = entry = {**entry, "name": NOT_KEPT, "folder": "", "stored": None}
        Intake.objects.filter(pk=intake.pk).update(files=intake.files)
    batch = open_batch(
        division=intake.division,
        by=intake.by,
        kind=reading.kind or "unknown",
        file=stored,
        reading=reading_json(seen.reading),
        problems=seen.problems,
        source_rows=seen.source_rows,
    )
    batch.intake = intake
    batch.summary = {"at": at, "modified": entry["modified"], "folder": entry["folder"]}
    if seen.secret:
        batch.summary["not_kept"] = next(
            one["text"] for one in seen.problems if one["code"] == CLASSIFIED
        )
    if stored is not None:
        batch.summary |= _seen_before(intake, stored)
    batch.save(update_fields=["intake", "summary"])
    put(batch, seen)
    if seen.secret:
        refuse_batch(batch=batch, by=intake.by, why="文件标有国家秘密标志，未予留存")
    return batch


def _seen_before(intake: Intake, stored: StoredFile) -> dict[str, Any]:
    """The same bytes earlier in this intake (then this one is left out by
    itself), or imported some other day.
    """
    same = ImportBatch.objects.filter(
        division=intake.division, file__sha256=stored.sha256
    ).order_by("pk")
    earlier = same.filter(intake=intake).select_related("file").first()
    if earlier is not None:
        return {"same_as": [earlier.pk, str(earlier.file)]}
    applied = same.filter(state=ImportBatch.State.APPLIED).last()
    if applied is None:
        return {}
    return {"seen_before": [applied.pk, timezone.localtime(applied.at).date().isoformat()]}
