"""What the published report promises for the year after (四、下一步计划), acted out in 2022: people
trained, the problem nobody mended answered for. All of it is 合成.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from wenxiao.followup.models import Rectification
from wenxiao.followup.services import hold_to_account
from wenxiao.orgs.models import Role, Unit
from wenxiao.orgs.services.library import add_document
from wenxiao.orgs.services.training import plan_course, register_attendance
from wenxiao.site.demo.two_years import CODE
from wenxiao.store.clock import standing_at

if TYPE_CHECKING:
    from wenxiao.site.demo.filing import Filing

CLERKS, HEADS = date(2022, 3, 18), date(2022, 11, 25)
ANSWERED = date(2022, 12, 20)
PRESENT = 24
"""How many units came to the first course; half of them sent their head to the second."""


def play_promises(filing: Filing) -> None:
    """Two courses with who came, and two circulars about what was not mended."""
    _trained(filing, CLERKS, "单位自评怎么填（合成）", (Role.CLERK,), PRESENT)
    _trained(
        filing, HEADS, "部门负责人预算绩效管理（合成）", (Role.HEAD, Role.DEPARTMENT), PRESENT // 2
    )
    _answered(filing)


def _trained(filing: Filing, on: date, title: str, audience: tuple[Role, ...], units: int) -> None:
    with standing_at(on):
        material = add_document(
            division=filing.division,
            by=filing.judge,
            kind="other",
            title=f"{title}讲义",
            issued_on=on,
            issuer=filing.division.bureau,
        )
        course = plan_course(
            division=filing.division,
            year=on.year,
            title=title,
            audience=audience,
            on=on,
            place="财政局会议室",
            material=material,
            by=filing.judge,
        )
        departments = Unit.objects.filter(
            division=filing.division, kind=Unit.Kind.DEPARTMENT, synthetic=True
        )
        several = departments.order_by("code").values_list("name", flat=True)[:units]
        word = "经办人" if Role.CLERK in audience else "负责人"
        lines = "\n".join(f"{name} {word}（{name}）" for name in several)
        register_attendance(course=course, lines=lines, by=filing.judge)


def _answered(filing: Filing) -> None:
    """The same problem two years running and never mended: a talk, then a circular."""
    items = Rectification.objects.filter(finding__dossier__subject__code=CODE).order_by("pk")
    with standing_at(ANSWERED):
        for item, kind in zip(items, ("talk", "circular"), strict=False):
            hold_to_account(
                item=item,
                by=filing.judge,
                matter="期限内没有整改，次年同一问题再现（合成）",
                person="项目负责人（合成）",
                consequence="限期整改，下年度申报重新设计（合成）",
                on=ANSWERED,
                kind=kind,
            )
