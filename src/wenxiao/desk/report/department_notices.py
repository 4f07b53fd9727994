"""部门通知 in batch: every department's notice of a work year in one zip."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from wenxiao.desk.report.report import bureau_of, version_for
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import view
from wenxiao.reports.department_notices import department_notices
from wenxiao.reports.letters import NothingToTellError
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


@view("confirm_finding")
def notices(request: HttpRequest, year: int) -> HttpResponse:
    """The notices as .zip; without restricted objects for whoever may not see them."""
    try:
        papers = department_notices(bureau_of(request), year, version=version_for(request))
    except NothingToTellError as nothing:
        raise NotAllowed(str(nothing)) from nothing
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for at, (name, content) in enumerate(papers, 1):
            packed.writestr(f"{at:03d}_{_UNSAFE.sub('_', name)[:60]}_结果通知.docx", content)
    return attachment(stream.getvalue(), f"{year}年部门结果通知", "zip")
