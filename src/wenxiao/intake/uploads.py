"""Files handed in with an act (佐证, 签字件, 制度文件): set aside, looked at without any lock, and only then
the act is done.

What a page takes is written to disk and answered at once. Files that a child must open are looked
at by the task worker; pictures and PDF, which nobody opens, are looked at on the spot. Either way
the act itself is one short transaction.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from wenxiao.files.door.materials import LARGEST_PROOF, Looked, look_at, name_problem, opens
from wenxiao.files.pool import Pool
from wenxiao.intake.upload_acts import ACTS, CONTENTS
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Upload
from wenxiao.records.services import Placed, place_file, store_file
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile

SECONDS = 120.0
"""How long one file may take to be read."""
OPEN = (Upload.State.WAITING, Upload.State.READING)
GONE = "收到的文件已不在服务器上，请重新上传。"
FAULT = "系统出了差错，已记入运行日志；没有写入任何内容，请重新上传。"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One upload in the store: the file, personal data found in it, whether its text could be
    looked through.

    ``content`` is what the act reads in it (``upload_acts.CONTENTS``); None for an act that only
    keeps it.
    """

    file: StoredFile
    personal: tuple[tuple[str, int], ...]
    read: bool
    content: Any = None


class CancelledError(Exception):
    """The person took the files back before they were read."""


def set_aside(
    *,
    division: Division,
    by: User,
    act: str,
    values: dict[str, Any],
    uploads: Sequence[Any],
    back: str,
    target: int | None = None,
    typed: Iterable[tuple[str, str]] = (),
    queue: Callable[[Upload], None] | None = None,
) -> Upload:
    """Keep what a form brought until it is looked at.
    NotAllowed for a name or a size that is none from the start.

    The bytes are on disk before a row names them; the row and its place in the queue (``queue``)
    are one transaction, so that a web process killed at any moment leaves an upload that will be
    read, or none.
    """
    largest = int(values.get("largest") or LARGEST_PROOF)
    wrong = [
        f"《{one.name}》{problem.text}{problem.mend or ''}[{problem.code}]"
        for one in uploads
        if (problem := name_problem(str(one.name))) is not None
    ]
    wrong += [
        f"《{one.name}》文件超过 {largest >> 20} MB。请拆分，或压缩扫描件的清晰度后再传。"
        for one in uploads
        if (one.size or 0) > largest
    ]
    if wrong:
        raise NotAllowed(_none_taken(len(uploads), wrong))
    upload = Upload(
        division=division,
        by=by,
        act=act,
        target_id=target,
        values=values,
        files=[{"name": _shown(one.name), "size": one.size} for one in uploads],
        typed=[list(one) for one in typed],
        back=back[:300],
        beat=timezone.now(),
    )
    arriving = settings.HOME / "uploads" / f"arriving-{get_random_string(16)}"
    try:
        _write(arriving, upload, uploads)
        with transaction.atomic():
            upload.save()
            arriving.rename(_folder(upload))
            if queue is not None:
                queue(upload)
    except BaseException:
        shutil.rmtree(arriving, ignore_errors=True)
        if upload.pk is not None:
            drop(upload)
        raise
    return upload


def _write(folder: Path, upload: Upload, uploads: Sequence[Any]) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for name, one in zip(_names(upload), uploads, strict=True):
        with (folder / name).open("wb") as out:
            for block in one.chunks():
                out.write(block)


def sweep(*, hours: int = 24) -> int:
    """Take away bytes that no waiting upload names: what a killed web
    process had not finished receiving.
    """
    home = settings.HOME / "uploads"
    waiting = {str(pk) for pk in Upload.objects.filter(state__in=OPEN).values_list("pk", flat=True)}
    since = time.time() - hours * 3600
    strays = [
        one
        for one in (home.iterdir() if home.is_dir() else ())
        if one.name not in waiting and one.stat().st_mtime < since
    ]
    for one in strays:
        shutil.rmtree(one, ignore_errors=True)
    return len(strays)


def needs_reading(upload: Upload) -> bool:
    """Whether a child must open one of the files; else looking takes a
    moment and nobody needs to wait for it.
    """
    return upload.act in CONTENTS or any(opens(one["name"]) for one in upload.files)


@one_wins()
def carry(upload: Upload) -> str:
    """Look at the files, then do the act; what to say of it.
    NotAllowed, Stale, Refused as the act itself has them.

    Nothing is locked while the files are looked at. The act and the note that it is done are one
    transaction, so that a worker killed at any moment does it once or not at all.
    """
    begun = Upload.objects.filter(pk=upload.pk, state__in=OPEN)
    if begun.update(state=Upload.State.READING, read=0, beat=timezone.now()) != 1:
        raise CancelledError
    placed = _looked(upload)
    act, by = ACTS[upload.act], upload.by
    with transaction.atomic():
        done = Upload.objects.filter(pk=upload.pk, state=Upload.State.READING)
        if done.update(state=Upload.State.DONE, beat=timezone.now()) != 1:
            raise CancelledError
        arrived = [
            Arrived(
                store_file(
                    division=upload.division, by=by, name=file_entry["name"], content=bytes_
                ),
                looked.personal,
                looked.read,
                content,
            )
            for file_entry, (bytes_, looked, content) in zip(upload.files, placed, strict=True)
        ]
        outcome = act(upload.values, arrived, by)
        target = outcome.opens or upload.target_id
        Upload.objects.filter(pk=upload.pk).update(text=outcome.sentence, target_id=target)
    drop(upload)
    return outcome.sentence


def carry_now(upload: Upload) -> str:
    """:func:`carry` while the person waits: what stands in the way is told at once, and nothing is
    left behind.
    """
    try:
        return carry(upload)
    except BaseException as error:
        refuse(upload, str(error))
        mark_seen(upload)
        raise


def stalled(upload: Upload, *, seconds: int = 30) -> bool:
    """Whether nothing moved for a while: the worker may not be running."""
    return upload.beat is None or timezone.now() - upload.beat > timedelta(seconds=seconds)


def settle(pk: int) -> Upload | None:
    """:func:`carry` in the background: what stands in the way is kept for the page that tells the
    outcome.
    """
    upload = Upload.objects.select_related("division", "by").filter(pk=pk, state__in=OPEN).first()
    if upload is None:
        return None
    try:
        carry(upload)
    except CancelledError:
        drop(upload)
    except (NotAllowed, Refused, Stale) as refusal:
        refuse(upload, str(refusal))
    except _passing():
        raise  # the worker tries again when the database or the disk is back
    except Exception:
        refuse(upload, FAULT)
        raise
    upload.refresh_from_db()
    return upload


def _passing() -> tuple[type[Exception], ...]:
    from django.db import InterfaceError, OperationalError

    return OperationalError, InterfaceError, OSError


def refuse(upload: Upload, why: str) -> None:
    """The files are not taken; the bytes go, the reason stays."""
    Upload.objects.filter(pk=upload.pk, state__in=OPEN).update(
        state=Upload.State.REFUSED, text=why, beat=timezone.now()
    )
    drop(upload)


def cancel(*, upload: Upload, by: User) -> None:
    """Take the files back before the act is done; NotAllowed when it is too
    late, or they are somebody else's.
    """
    if upload.by_id != by.pk:
        raise NotAllowed("这次上传由别人提交，只有本人能取消。")
    upload_open = Upload.objects.filter(pk=upload.pk, state__in=OPEN)
    if upload_open.update(state=Upload.State.CANCELLED, beat=timezone.now(), seen=True) != 1:
        raise NotAllowed("已经读完，不能再取消。")
    drop(upload)


def uploads_of(by: User) -> QuerySet[Upload]:
    """A person's own uploads."""
    return Upload.objects.filter(by=by).select_related("division")


def unsettled(by: User, act: Iterable[str], target: int) -> list[Upload]:
    """What a person handed in for this object and does not know the outcome
    of: still waiting, or not taken.
    """
    shown = (*OPEN, Upload.State.REFUSED)
    rows = uploads_of(by).filter(act__in=act, target_id=target, state__in=shown, seen=False)
    return list(rows.order_by("pk")[:20])


def mark_seen(upload: Upload) -> None:
    """The person has read the outcome."""
    Upload.objects.filter(pk=upload.pk).update(seen=True)


def drop(upload: Upload) -> None:
    """Take the set-aside bytes off the disk."""
    shutil.rmtree(_folder(upload), ignore_errors=True)


def _looked(upload: Upload) -> list[tuple[Placed, Looked, Any]]:
    """Every file through the gate and onto the disk; one that may not enter
    keeps all out: NotAllowed names each.
    """
    largest = int(upload.values.get("largest") or LARGEST_PROOF)
    looked_at: list[tuple[Path, Looked, Any]] = []
    with Pool(1, seconds=SECONDS) as pool:
        for at, (path, file_entry) in enumerate(zip(_paths(upload), upload.files, strict=True), 1):
            if not path.is_file():
                raise NotAllowed(GONE)
            try:
                looked = look_at(path, file_entry["name"], pool=pool, largest=largest)
                content = (
                    None if looked.problem else _content(upload, path, file_entry["name"], pool)
                )
            except FileNotFoundError as error:  # taken back this very moment
                raise CancelledError from error
            looked_at.append((path, looked, content))
            progress = Upload.objects.filter(pk=upload.pk, state=Upload.State.READING)
            if progress.update(read=at, beat=timezone.now()) != 1:
                raise CancelledError
    wrong = [
        f"《{file_entry['name']}》{looked.problem.text}{looked.problem.mend or ''}[{looked.problem.code}]"
        for file_entry, (_, looked, _) in zip(upload.files, looked_at, strict=True)
        if looked.problem
    ]
    if wrong:
        raise NotAllowed(_none_taken(len(looked_at), wrong))
    return [(place_file(path), looked, content) for path, looked, content in looked_at]


def _content(upload: Upload, path: Path, name: str, pool: Pool) -> Any:
    """What the act reads in the file, read by a child; None where the act only keeps it.
    NotAllowed with what is wrong.
    """
    wanted = CONTENTS.get(upload.act)
    if wanted is None:
        return None
    answer = pool.read(path, wanted.asked)
    if answer["problems"] and not answer[wanted.key]:
        wrong = "；".join(
            f"{one['text']}{one.get('mend') or ''}[{one['code']}]" for one in answer["problems"]
        )
        raise NotAllowed(f"《{name}》：{wrong}")
    return wanted.read(answer[wanted.key])


def _none_taken(count: int, wrong: Sequence[str]) -> str:
    return ("没有收下：" if count == 1 else "一份都没有收下：") + "；".join(wrong)


def _shown(name: Any) -> str:
    return (
        PurePosixPath(str(name or "").replace("\\", "/")).name.replace("\0", "")[-255:] or "未命名"
    )


def _folder(upload: Upload) -> Path:
    home: Path = settings.HOME
    return home / "uploads" / str(upload.pk)


def _paths(upload: Upload) -> list[Path]:
    """Where the files wait, under names of ours with their own endings."""
    return [_folder(upload) / name for name in _names(upload)]


def _names(upload: Upload) -> list[str]:
    return [
        f"{at}{PurePosixPath(one['name']).suffix[:10].lower()}"
        for at, one in enumerate(upload.files)
    ]
