"""A file that leaves: under its Chinese name, kept by the browser, never shown inside a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from wenxiao.records.services import read_file

if TYPE_CHECKING:
    from wenxiao.records.models import StoredFile

CONTENT = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
BYTES = "application/octet-stream"
Response = TypeVar("Response", bound=HttpResponseBase)


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file made here; ``kind`` is its ending, one of CONTENT."""
    return to_keep(HttpResponse(content, content_type=CONTENT[kind]), f"{name}.{kind}")


def as_received(file: StoredFile) -> HttpResponse:
    """A stored file, byte for byte."""
    return to_keep(HttpResponse(read_file(file), content_type=BYTES), file.name)


def to_keep(response: Response, name: str, *, on_record: bool = False) -> Response:
    """The response as a file of that name; ``on_record``: an entry of its
    own tells of it already.
    """
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.on_record = on_record  # type: ignore[attr-defined]  # read by pages.noted
    return response
