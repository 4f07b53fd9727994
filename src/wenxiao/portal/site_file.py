"""静态站 of a budget year as one zip, for whoever runs the government website."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from django.http import HttpResponse

from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, view
from wenxiao.portal.static_site import pages

if TYPE_CHECKING:
    from django.http import HttpRequest


@view("disclose")
def site_file(request: HttpRequest) -> HttpResponse:
    """Every page of the year's site, links between files, no form."""
    division = division_of(request, "desk:disclosures")
    year = whole(request.GET.get("fy")) or work_year(request) - 1
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as site:
        for name, content in pages(division, year):
            site.writestr(name, content)
    name = f"{division.short_name}{year}年绩效公开静态站"
    return attachment(packed.getvalue(), name, "zip")
