"""带回底稿包: of a package filled away from here the evaluator takes what is chosen, cell by cell, in
one act.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.packaging import (
    MARKED,
    base_key,
    compare_files,
    criterion_cells,
    paper_cells,
    paper_texts,
    points_of_cell,
)
from wenxiao.reviews.services.filling import GivenMark, record_marks
from wenxiao.reviews.services.papering import change_paper, write_criterion_facts, write_paper
from wenxiao.reviews.services.seats import seat_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Collection

    from wenxiao.files.forms.evaluation_package import BroughtPackage
    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.packaging import BroughtPackages, PackageDifference

CHANGED = "比对以后系统里又改过，请重新看一遍再选。"


@transaction.atomic
def take_package(
    *,
    review: Review,
    brought: BroughtPackages,
    chosen: Collection[str],
    seen: str,
    by: User | None,
    why: str = "",
) -> int:
    """Take the chosen differences (their keys) of a package, of one file or of all; the rest stays
    as the system has it. How many were taken.

    ``seen`` is the digest of what was shown: what changed since is looked at again. Points that
    stood change only with ``why``. Raises Refused, NotAllowed.
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    seat = seat_of(by)
    comparison = compare_files(review, seat, brought)
    if comparison.digest != seen:
        raise NotAllowed(CHANGED)
    known = {one.key: one for one in comparison.choices}
    if set(chosen) - set(known):
        raise NotAllowed("所选的内容与底稿包对不上，请重新带回再选。")
    if not chosen:
        raise NotAllowed("没有选用底稿包里的任何内容；都留系统里的，就不必带回。")
    taken = [one for key, one in known.items() if key in chosen]
    _refuse_both(taken)
    plain = [replace(one, key=base_key(one.key)) for one in taken]
    _criteria(review, seat, plain, by, why)
    _papers(review, plain, by)
    for at, _, one in comparison.taken:
        head = f"{at}|" if at else ""
        _new(review, one, {key.removeprefix(head) for key in chosen if key.startswith(head)}, by)
    record(
        division=review.round.division,
        by=by,
        act="带回底稿包",
        target=review,
        label=str(review),
        why=why,
        data={
            "files": [name for _, name, _ in comparison.taken],
            "taken": [one.place for one in taken],
            "left": [one.place for one in comparison.choices if one.key not in chosen],
            "notices": comparison.notices,
        },
    )
    return len(taken)


def _refuse_both(taken: list[PackageDifference]) -> None:
    """Two files that contradict each other in one cell: only one of them is taken."""
    places: dict[str, str] = {}
    for one in taken:
        key = base_key(one.key)
        if not key.startswith("p+") and key in places:
            raise NotAllowed(
                f"“{places[key]}”和“{one.place}”写的不同，只能选用一份，另一份请选“留系统里的”。"
            )
        places[key] = one.place


def _by_row(taken: list[PackageDifference], sign: str) -> dict[int, dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for one in taken:
        head, _, rest = one.key.partition(":")
        if head == sign:
            pk, _, name = rest.partition(":")
            rows.setdefault(int(pk), {})[name] = one.new
    return rows


def _criteria(
    review: Review, seat: str, taken: list[PackageDifference], by: User | None, why: str
) -> None:
    changes, given = _by_row(taken, "c"), []
    for row, old in criterion_cells(review, seat):
        new = changes.get(row.pk, {})
        cells = old | new
        if set(new) - MARKED:
            write_criterion_facts(
                review=review,
                criterion=row,
                facts=cells["facts"],
                source=cells["source"],
                method=cells["method"],
                by=by,
            )
        if not set(new) & MARKED:
            continue
        if not cells["points"]:
            raise NotAllowed(
                f"“{row.name}”没有得分；原有得分不能清空，只写扣分原因也不行，请填得分。"
            )
        points = points_of_cell(cells["points"], f"“{row.name}”")
        given.append(GivenMark(row, points, cells["note"], cells["code"], why=why))
    if given:
        record_marks(review=review, marks=given, by=by, seat=seat)


def _papers(review: Review, taken: list[PackageDifference], by: User | None) -> None:
    changes = _by_row(taken, "p")
    for paper in review.working_papers.filter(pk__in=changes).select_related("criterion"):
        new = paper_texts(review, paper_cells(paper) | changes[paper.pk], str(paper))
        change_paper(
            paper=paper,
            by=by,
            facts=new.facts,
            source=new.source,
            method=new.method,
            people=new.people,
            criterion=new.criterion,
            done_on=new.done_on,
        )


def _new(review: Review, brought: BroughtPackage, chosen: Collection[str], by: User | None) -> None:
    for place, kind, cells in brought.papers:
        if f"p+:{place}" in chosen and not cells.get("pk"):
            new = paper_texts(review, cells, place)
            write_paper(
                review=review,
                kind=kind,
                by=by,
                facts=new.facts,
                source=new.source,
                method=new.method,
                people=new.people,
                criterion=new.criterion,
                done_on=new.done_on,
            )
