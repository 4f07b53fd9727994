"""An evaluation begun on line: its frame of criteria, the weights of this
object, fixed by a second person before scoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.kind_facts import own_of_dossier, recorded
from wenxiao.budget.selectors import dossiers_of
from wenxiao.orgs import permissions
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.records.services import record
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.models import Criterion, Review
from wenxiao.reviews.services.road import start_review
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook import basis, frameworks
from wenxiao.rulebook.evaluation_frames import ALIKE, FRAMES, frame_rules, rows_of
from wenxiao.rulebook.numbers import plain
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.files.forms.frame_rows import FrameRow
    from wenxiao.orgs.models import User

OWN = "own"
OWN_TITLE = "自带的指标体系"
MOST_ROWS = 200
FULL = Decimal(100)
OF_KIND = "本类型另看"
PPP_STAGE = "所处阶段"
LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class FrameChoice:
    """A frame one may begin with: what it is called, how many rows, on which document."""

    code: str
    title: str
    rows: int
    basis: str


def frame_for(dossier: Dossier) -> str:
    """The frame an object of this kind is begun with unless somebody chooses another."""
    rules = frame_rules(dossier.fiscal_year, dossier.subject.division.own_rules)
    kind = dossier.subject.kind
    return rules.frame_for(kind, recorded(dossier).get(PPP_STAGE, "") if kind == "ppp" else "")


def frame_choices(dossier: Dossier, round: Round) -> list[FrameChoice]:
    """Every frame of the round's year, that of this kind of object first."""
    own, year, first = round.division.own_rules, round.fiscal_year, frame_for(dossier)
    return [
        FrameChoice(
            code, FRAMES[code], rows_of(code, year, own), basis.in_force(code, year, own).basis
        )
        for code in sorted(FRAMES, key=lambda one: one != first)
    ]


@transaction.atomic
def begin_evaluation(
    *,
    dossier: Dossier,
    round: Round,
    frame: str,
    by: User | None,
    rows: Sequence[FrameRow] = (),
    source: str = "",
) -> Review:
    """Begin a dossier's evaluation with a frame of the round's year: one row per lowest criterion,
    weights where the frame or the division fixes one; or with a tree brought as a table (``rows``).
    Raises Refused, and NotAllowed where the round doesn't ask for it, isn't open, or it has begun.
    """
    if round.kind not in JUDGED:
        raise NotAllowed(f"“{round.name}”不是评价任务，不能在线开始评价。")
    permissions.require_for(by, kind_of(round.kind).fill, dossier)
    if frame not in FRAMES and frame != OWN:
        raise NotAllowed(f"请选用指标体系：{'、'.join((*FRAMES.values(), OWN_TITLE))}。")
    if frame == OWN:
        _refuse_rows(rows)
    if round.state != "open":
        raise NotAllowed(f"“{round.name}”现为“{round.get_state_display()}”，不能再开始评价。")
    if not dossiers_of(round).filter(pk=dossier.pk).exists():
        raise NotAllowed(f"{dossier.subject.name}不在“{round.name}”的范围里。")
    if Review.objects.filter(round=round, dossier=dossier).exists():
        raise NotAllowed(f"{dossier.subject.name}在“{round.name}”里已经开始评价。")
    review = start_review(dossier=dossier, round=round, by=by, synthetic=round.synthetic)
    before = {"state": review.state}
    change(review, version=review.version, frame=frame, frame_by=by, state="filling")
    criteria = (
        [_criterion(review, at, row) for at, row in enumerate(rows, start=1)]
        if frame == OWN
        else _numbered(review, _rows(review, frame))
    )
    Criterion.objects.bulk_create(criteria)
    record(
        division=round.division,
        by=by,
        act="选用指标体系",
        target=review,
        label=str(review),
        data={
            "frame": FRAMES.get(frame, OWN_TITLE),
            **({"source": source} if source else {}),
            "before": before,
            "after": {"state": review.state} | {row.name: _told(row.weight) for row in criteria},
        },
    )
    return review


def _refuse_rows(rows: Sequence[FrameRow]) -> None:
    if not rows or len(rows) > MOST_ROWS:
        raise NotAllowed(f"指标体系应有 1 至 {MOST_ROWS} 行，收到 {len(rows)} 行。")


def _numbered(review: Review, rows: list[Criterion]) -> list[Criterion]:
    """The frame's rows with what this kind of object and its budgets are looked at besides, each
    below its 一级指标 as this frame calls it, else at the end.
    """
    own = own_of_dossier(review.dossier)
    for at, (level1, name) in enumerate(own.look_at, start=1):
        if any(row.name == name for row in rows):
            continue
        places = [place for place, row in enumerate(rows) if row.level1 in ALIKE[level1]]
        places = places or [len(rows) - 1]
        besides = Criterion(
            review=review,
            code=f"OWN{at:02}",
            level1=rows[places[-1]].level1,
            level2=OF_KIND,
            name=name,
            explanation=own.basis,
        )
        rows.insert(places[-1] + 1, besides)
    for order, row in enumerate(rows, start=1):
        row.order = order
    return rows


def _rows(review: Review, frame: str) -> list[Criterion]:
    year, own = review.round.fiscal_year, review.round.division.own_rules
    tree, fixed = frameworks.tree(frame, year, own), frame_rules(year, own)
    rows: list[Criterion] = []
    for first in tree.criteria:
        for second in first.children or (first,):
            for leaf in second.leaves():
                rows.append(
                    Criterion(
                        review=review,
                        order=len(rows) + 1,
                        code=leaf.code,
                        level1=first.name,
                        level2=second.name if second is not first else "",
                        name=leaf.name,
                        weight=leaf.full or fixed.weight_of(frame, leaf.name),
                        explanation=leaf.explanation,
                        standard="；".join(leaf.points) or leaf.formula,
                    )
                )
    return rows


@transaction.atomic
def set_weights(
    *,
    review: Review,
    weights: Mapping[int, Decimal | None],
    by: User | None,
    version: int,
    words: Mapping[int, tuple[str, str]] | None = None,
) -> Review:
    """The weights of this object by criterion id; None: the row isn't used here. ``words``: 指标解释
    and 评分标准 of this object where a person wrote them. Raises Refused, NotAllowed, Stale.

    What was fixed is changed only after it was opened again; rows that bear points already keep
    their weight.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    _refuse_late(review)
    rows = list(review.criteria.all())
    before = {row.name: row.weight for row in rows}
    for row in rows:
        weight = weights.get(row.pk)
        if weight is not None and not 0 < weight <= FULL:
            raise NotAllowed(
                f"{row.name}的权重应在 0 到 100 之间，收到 {plain(weight)}；不用这一行请留空。"
            )
        row.weight = weight
    reworded = _reworded(rows, words or {})
    Criterion.objects.bulk_update(rows, ["weight", "explanation", "standard"])
    change(review, version=version, frame_by=by)
    moved = {
        row.name: [_told(before[row.name]), _told(row.weight)]
        for row in rows
        if before[row.name] != row.weight
    }
    record(
        division=review.round.division,
        by=by,
        act="定评价权重",
        target=review,
        label=str(review),
        data={
            "before": {name: old for name, (old, _) in moved.items()},
            "after": {name: new for name, (_, new) in moved.items()} | reworded,
        },
    )
    return review


def _reworded(
    rows: Sequence[Criterion], words: Mapping[int, tuple[str, str]]
) -> dict[str, list[str]]:
    """指标解释 and 评分标准 as written for this object; what changed, by row."""
    changed: dict[str, list[str]] = {}
    for row in rows:
        given = words.get(row.pk, (row.explanation, row.standard))
        if given == (row.explanation, row.standard):
            continue
        for text, word in zip(given, ("指标解释", "评分标准"), strict=True):
            if len(text) > LONGEST_WORDS:
                raise NotAllowed(
                    f"{row.name}的{word}最多 {LONGEST_WORDS} 字，收到 {len(text)} 字。"
                )
        refuse_secret("".join(given))
        row.explanation, row.standard = given
        changed[f"{row.name}：指标解释、评分标准"] = list(given)
    return changed


@transaction.atomic
def bring_frame(
    *, review: Review, rows: Sequence[FrameRow], source: str, by: User | None, version: int
) -> Review:
    """Put a tree brought as a table in the place of the frame's rows: names, weights, 指标解释 and 评分标准
    as it says; another person fixes it as any other. Raises Refused, NotAllowed, Stale.
    """
    permissions.require_for(by, kind_of(review.kind).fill, review.dossier)
    _refuse_late(review)
    if review.marks.exists() or review.working_papers.exists():
        raise NotAllowed("已经评过分或写了底稿，不能再换指标体系。")
    _refuse_rows(rows)
    criteria = [_criterion(review, at, row) for at, row in enumerate(rows, start=1)]
    before = {one.name: _told(one.weight) for one in review.criteria.all()}
    review.criteria.all().delete()
    change(review, version=version, frame=OWN, frame_by=by)
    Criterion.objects.bulk_create(criteria)
    record(
        division=review.round.division,
        by=by,
        act="换用自带指标体系",
        target=review,
        label=str(review),
        data={
            "source": source,
            "before": before,
            "after": {one.name: _told(one.weight) for one in criteria},
        },
    )
    return review


def _criterion(review: Review, order: int, row: FrameRow) -> Criterion:
    try:
        weight = Decimal(row.weight) if row.weight else None
    except InvalidOperation as error:
        raise NotAllowed(f"第 {row.line} 行分值应为数字，收到“{row.weight[:20]}”。") from error
    if weight is not None and not (weight.is_finite() and 0 < weight <= FULL):
        raise NotAllowed(f"第 {row.line} 行分值应在 0 到 100 之间，收到“{row.weight[:20]}”。")
    if weight is not None and weight != weight.quantize(Decimal("0.01")):
        raise NotAllowed(f"第 {row.line} 行分值最多两位小数，收到“{row.weight[:20]}”。")
    for text, longest, word in (
        (row.level1, 60, "一级指标"),
        (row.level2, 60, "二级指标"),
        (row.name, 200, "三级指标"),
    ):
        if len(text) > longest:
            raise NotAllowed(f"第 {row.line} 行{word}最多 {longest} 字，收到 {len(text)} 字。")
    return Criterion(
        review=review,
        order=order,
        level1=row.level1,
        level2=row.level2,
        name=row.name,
        weight=weight,
        explanation=row.explanation,
        standard=row.standard,
    )


def frame_words(review: Review) -> tuple[str, str]:
    """What the frame of a review is called, and on which document it stands with its standing."""
    if review.frame == OWN:
        return OWN_TITLE, "本项目自带，权重和标准由评价人定、另一人核对"
    tree = frameworks.tree(review.frame, review.round.fiscal_year, review.round.division.own_rules)
    return FRAMES.get(review.frame, tree.title), tree.basis


def frame_numbered(review: int) -> tuple[str, str] | None:
    """The same of a review by its number; None where its sheet was imported."""
    row = Review.objects.select_related("round__division").get(pk=review)
    return frame_words(row) if row.frame else None


def _told(weight: Decimal | None) -> str:
    return "" if weight is None else plain(weight)


def _refuse_late(review: Review) -> None:
    if not review.frame:
        raise NotAllowed("这项评价的评分表是导入的，权重以原表为准。")
    if review.state not in OPEN:
        raise NotAllowed(f"现为“{review.get_state_display()}”，指标体系不能再改。")
    if review.frame_set_on:
        raise NotAllowed(f"指标体系已于 {review.frame_set_on} 定稿，不能再改；确需改的先撤回定稿。")


@transaction.atomic
def fix_frame(*, review: Review, by: User | None, version: int) -> Review:
    """Fix the frame before field work: weights add up to 100, by another person than who set them.
    Rows without a weight aren't used and go. Raises Refused, NotAllowed, Stale.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    _refuse_late(review)
    if by is not None and review.frame_by_id == by.pk:
        raise NotAllowed("权重是您定的，须由另一人核对后定稿。")
    total = sum_of(review)
    if total != FULL:
        raise NotAllowed(f"权重合计 {plain(total)}，应为 100，改好后再定稿。")
    unused = review.criteria.filter(weight=None)
    names = list(unused.values_list("name", flat=True))
    unused.delete()
    change(review, version=version, frame_set_on=today())
    record(
        division=review.round.division,
        by=by,
        act="评价指标体系定稿",
        target=review,
        label=str(review),
        data={"unused": names},
    )
    return review


@transaction.atomic
def open_frame(*, review: Review, by: User | None, why: str, version: int) -> Review:
    """Take the fixing back, with a reason, while nobody has scored.
    Raises Refused, NotAllowed, Stale.
    """
    kind = kind_of(review.kind)
    permissions.require_for(by, kind.fill, review.dossier)
    if not review.frame_set_on or review.state not in OPEN:
        raise NotAllowed("指标体系没有定稿，或评价已经报送，不能撤回定稿。")
    if not why.strip():
        raise NotAllowed("请写明撤回定稿的理由。")
    if review.marks.filter(points__isnull=False).exists():
        raise NotAllowed("已经有人评了分，不能撤回定稿。")
    change(review, version=version, frame_set_on=None)
    record(
        division=review.round.division,
        by=by,
        act="撤回指标体系定稿",
        target=review,
        label=str(review),
        why=why,
    )
    return review


def sum_of(review: Review) -> Decimal:
    """The weights' sum."""
    given = review.criteria.exclude(weight=None).values_list("weight", flat=True)
    return sum((weight for weight in given if weight is not None), Decimal(0))


def share_note(review: Review) -> str:
    """Where 产出 and 效益 (效果) together weigh less than the rule asks: a sentence
    with the standing of that clause; else empty.
    """
    rules = frame_rules(review.round.fiscal_year, review.round.division.own_rules)
    weights: dict[str, Decimal] = {}
    for row in review.criteria.exclude(weight=None):
        weights[row.level1] = weights.get(row.level1, Decimal(0)) + (row.weight or Decimal(0))
    share = rules.light(weights)
    if share is None:
        return ""
    source = rules.document or "财预〔2020〕10号"
    return (
        f"产出与效益（效果）合计 {plain(share)} 分，低于 {rules.least} 分"
        f"（{source}，{rules.standing}；只提示）。"
    )
