"""培训: a year's courses planned, people signed in by themselves on the day
or entered from the paper list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.models import Attendance, Course, Role, Unit
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import Document

MOST_AT_ONCE = 1_000


@transaction.atomic
def plan_course(
    *,
    division: Division,
    year: int,
    title: str,
    audience: Iterable[str],
    on: date,
    by: User | None,
    place: str = "",
    material: Document | None = None,
) -> Course:
    """Put a course into the year's plan: its title, the roles it is for, the day.
    Raises Refused, NotAllowed.
    """
    require(by, "manage_round", division=division)
    roles = [role for role in Role.values if role in set(audience)]
    if not title.strip():
        raise NotAllowed("请写明培训名称。")
    if not roles:
        raise NotAllowed("请选定培训对象（角色）。")
    if material is not None and material.division_id != division.pk:
        raise NotAllowed("培训材料不是本级制度库里的文件。")
    if Course.objects.filter(division=division, title=title.strip(), held_on=on).exists():
        raise NotAllowed(f"{on} 的“{title.strip()}”已在计划里。")
    course = Course.objects.create(
        division=division,
        year=year,
        title=title.strip(),
        audience=roles,
        held_on=on,
        place=place.strip(),
        material=material,
    )
    record(
        division=division,
        by=by,
        act="列入培训计划",
        target=course,
        label=f"{course.title}（{on}）",
        data={"year": year, "audience": roles},
    )
    return course


@transaction.atomic
def sign_in(*, course: Course, by: User) -> Attendance:
    """签到 by oneself, on the day of the course alone; once. Raises NotAllowed."""
    require(by, "see_unit")
    if by.division_id != course.division_id:
        raise NotAllowed("这次培训不是您所在区划的。")
    if course.held_on != today():
        raise NotAllowed(
            f"“{course}”在 {course.held_on} 举办，只能当天签到；补登请交签到表给绩效科。"
        )
    row, fresh = Attendance.objects.get_or_create(
        course=course, unit=by.unit, name=by.name, defaults={"user": by}
    )
    if fresh:
        record(
            division=course.division, by=by, act="培训签到", target=row, label=f"{course} {by.name}"
        )
    return row


@transaction.atomic
def register_attendance(*, course: Course, lines: str, by: User | None) -> int:
    """Enter the paper list, one "单位 姓名" a line; all or nothing, each bad line is named.
    Returns how many are new.
    """
    require(by, "manage_round", division=course.division)
    if course.held_on > today():
        raise NotAllowed(f"“{course}”{course.held_on} 才举办，还不能登记签到。")
    units = {unit.name: unit for unit in Unit.objects.filter(division=course.division)}
    people, wrong = [], []
    for number, line in enumerate(lines.splitlines(), 1):
        parts = line.replace("\t", " ").replace("　", " ").split()
        if not parts:
            continue
        if len(parts) != 2 or parts[0] not in units or len(parts[1]) > 60:
            wrong.append(f"第 {number} 行“{line.strip()[:30]}”")
        else:
            people.append((units[parts[0]], parts[1]))
    if wrong:
        raise NotAllowed(
            f"{'、'.join(wrong[:5])}{'等' if len(wrong) > 5 else ''}读不出：每行写“单位全称 姓名”，"
            "单位要在单位表里。没有登记任何人。"
        )
    if not people or len(people) > MOST_AT_ONCE:
        raise NotAllowed(f"请填签到的人，每行一个，一次至多 {MOST_AT_ONCE} 人。")
    fresh = 0
    for unit, name in people:
        _, created = Attendance.objects.get_or_create(course=course, unit=unit, name=name)
        fresh += created
    record(
        division=course.division,
        by=by,
        act="登记签到表",
        target=course,
        label=f"{course} {fresh} 人",
        data={"count": fresh, "lines": len(people)},
    )
    return fresh
