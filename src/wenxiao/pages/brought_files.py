"""One file a page takes in: read in a limited child, stored as received, and found and read again
by a signed token while the person looks and chooses.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from django.core import signing
from django.http import Http404

from wenxiao.files.pool import read_in_child
from wenxiao.pages.views import person
from wenxiao.records.selectors import file_of
from wenxiao.records.services import read_file, store_file
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from wenxiao.files.cells.cells import Book
    from wenxiao.orgs.models import Division

T = TypeVar("T")
SECONDS = 10.0
LASTS = 60 * 60 * 24
"""How long the person may look, in seconds."""


def book_in_child(path: Path) -> Book:
    """The cells of a workbook or Word file. NotAllowed says what is wrong with it."""
    answer = read_in_child(path, "book", seconds=SECONDS)
    book: Book | None = answer["book"]
    if book is None:
        raise NotAllowed("；".join(problem["text"] for problem in answer["problems"]))
    return book


@dataclass(frozen=True, slots=True)
class BroughtFiles(Generic[T]):
    """Files of one kind as a page takes them.

    ``asks`` and ``expired`` are its refusals: nothing fitting came, the token is too old; ``read``
    makes of the file what the page compares, NotAllowed for a strange one.
    """

    salt: str
    endings: frozenset[str]
    largest: int
    asks: str
    expired: str
    read: Callable[[Path], T]

    def take(
        self,
        request: HttpRequest,
        *,
        about: int,
        division: Division,
        look: Callable[[T, str], object] = lambda _content, _name: None,
    ) -> tuple[str, T]:
        """Read the posted file, ``look`` at it, store it as received: the token that says which
        file of whom about what (``about``, a row's id), and what was read.
        """
        upload = request.FILES.get("file")
        name = str(upload.name) if upload is not None else ""
        ending = Path(name).suffix.lower()
        if upload is None or ending not in self.endings or (upload.size or 0) > self.largest:
            raise NotAllowed(self.asks)
        with tempfile.TemporaryDirectory(prefix="wenxiao-brought-") as folder:
            path = Path(folder) / f"file{ending}"
            path.write_bytes(upload.read())
            content = self.read(path)
            look(content, name)
            file = store_file(division=division, by=person(request), name=name, content=path)
        return signing.dumps([about, file.pk, person(request).pk], salt=self.salt), content

    def again(
        self, request: HttpRequest, token: str, *, about: int, division: Division
    ) -> tuple[T, str]:
        """What this person brought about this a moment ago, read anew, and the file's name."""
        try:
            row, pk, by = signing.loads(token, salt=self.salt, max_age=LASTS)
        except signing.BadSignature as error:
            raise NotAllowed(self.expired) from error
        file = file_of(pk, division=division)
        if (row, by) != (about, person(request).pk) or file is None:
            raise Http404
        with tempfile.TemporaryDirectory(prefix="wenxiao-brought-") as folder:
            path = Path(folder) / f"file{Path(file.name).suffix.lower()}"
            path.write_bytes(read_file(file))
            return self.read(path), file.name
