"""What machines ask and hand in: dossiers with money and results; ledger
lines and forms, with the same checks as files.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import make_aware, now

from wenxiao.api.description import DESCRIPTION
from wenxiao.api.gate import WrongUse, answer, machine
from wenxiao.api.resources import row_of
from wenxiao.budget.money import money
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.files.forms.headings import words_in_force
from wenxiao.files.forms.listing import heading_key
from wenxiao.followup.selectors.changes import changes_since
from wenxiao.intake.ledger import LedgerAnswers, import_ledger, matches_told
from wenxiao.intake.unattended import import_file
from wenxiao.reviews.selectors import reviews_of
from wenxiao.rulebook.column_words import column_words
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.keyset import page
from wenxiao.store.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.api.resources import Resource

SIZE = 100
MOST_LINES = 20_000
MOST_COLUMNS = 60
LARGEST_FORM = 20 * 1024 * 1024
READ_SECONDS = 30.0
"""For so long a form is read: a fraction of what the web server gives a
request before it ends the process.
"""


@machine("anyone")
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description of all this."""
    del request
    return answer(DESCRIPTION)


def listing(resource: Resource) -> Callable[..., HttpResponse]:
    """The address of a resource: rows the user may see, a hundred at a
    time; ``next`` is the token of what follows.
    """

    @machine(resource.power)
    def view(request: HttpRequest) -> HttpResponse:
        asked_at = now() - OVERLAP
        known = {"after", "changed_since", *(one.name for one in resource.filters)}
        if strange := sorted(set(request.GET) - known):
            raise WrongUse(f"不认识参数 {strange[0][:40]}；有 {'、'.join(sorted(known))}。")
        rows = resource.rows(_user(request))
        for one in resource.filters:
            if text := request.GET.get(one.name, ""):
                rows = rows.filter(
                    **{one.lookup: _number(text, one.name) if one.whole else text[:60]}
                )
        if since := request.GET.get("changed_since", ""):
            changes = changes_since(_user(request), _moment(since))
            if not changes.everything:
                rows = rows.filter(**{resource.changed: getattr(changes, resource.by)})
        shown = page(rows, ["pk"], size=SIZE, token=request.GET.get("after"))
        entries = [row_of(resource, row) for row in shown.rows]
        return answer({resource.name: entries, "next": shown.after, "as_of": asked_at.isoformat()})

    view.__name__ = resource.name
    view.__doc__ = resource.words
    listed: Callable[..., HttpResponse] = view
    return listed


OVERLAP = timedelta(minutes=5)
"""``as_of`` lies so long before the answer: what was being written
meanwhile is asked for once more.
"""


def _moment(text: str) -> datetime:
    """A moment with its time zone, as ``as_of`` gives it; 2021-03-05 is that day's beginning."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as refusal:
        raise WrongUse(
            f"changed_since 应为时间，如 2021-03-05 或 2021-03-05T09:30:00+08:00，收到“{text[:40]}”。"
        ) from refusal
    return moment if moment.tzinfo is not None else make_aware(moment)


def _user(request: HttpRequest) -> Any:
    return request.user


def _number(text: str, name: str) -> int:
    if not (text.isdecimal() and len(text) < 10):
        raise WrongUse(f"{name} 应为整数，收到“{text[:30]}”。")
    return int(text)


def _dossier(row: Any) -> dict[str, Any]:
    subject = row.subject
    return {
        "id": row.pk,
        "fiscal_year": row.fiscal_year,
        "code": subject.code,
        "name": subject.name,
        "kind": subject.kind,
        "unit_code": row.unit.code,
        "unit": row.unit.name,
        "synthetic": subject.synthetic,
    }


def _seen(request: HttpRequest, pk: int) -> Any:
    row = (
        dossiers_visible_to(_user(request)).select_related("subject", "unit").filter(pk=pk).first()
    )
    if row is None:
        raise Http404
    return row


@machine("see_unit")
def dossier_money(request: HttpRequest, pk: int) -> HttpResponse:
    """A dossier's money in 元 as decimal strings; null where nobody reported it."""
    row = _seen(request, pk)
    amounts = money(row)
    names = ("opening", "added", "cut_back", "adjusted", "arrived", "spent")
    values = {name: _text(getattr(amounts, name)) for name in names}
    return answer(
        {**_dossier(row), **values, "rate": _text(rate_percent(amounts.spent, amounts.budget))}
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


@machine("see_unit")
def dossier_reviews(request: HttpRequest, pk: int) -> HttpResponse:
    """A dossier's reviews, each with its own result; there is no result above the others."""
    row = _seen(request, pk)
    reviews = [
        {
            "id": review.pk,
            "kind": review.kind,
            "kind_name": review.get_kind_display(),
            "round": review.round.name,
            "period": review.round.period,
            "state": review.state,
            "state_name": review.get_state_display(),
            "points": _text(review.points),
            "grade": review.grade,
            "complete": review.complete,
            "issued_on": _text(review.issued_on),
            "synthetic": review.synthetic,
        }
        for review in reviews_of(row.pk, _user(request))
    ]
    return answer({**_dossier(row), "reviews": reviews})


@machine("import", methods=("POST",))
def ledger(request: HttpRequest) -> HttpResponse:
    """Ledger lines as JSON, imported as a file of the same lines would be."""
    asked = _asked(request)
    headings, rows = _table(asked)
    choices = LedgerAnswers(
        leave_out=asked.get("leave_out") is True,
        create=asked.get("create") is True,
        keep_repeats=asked.get("keep_repeats") is True,
        unit=asked.get("unit", ""),
        source_name=asked.get("source", "")[:40],
        matches=matches_told(_matches(asked), division=_user(request).division, by=_user(request)),
    )
    with words_in_force(column_words(_user(request).division.own_rules)):
        keys = [heading_key(heading) for heading in headings]
    read: dict[str, Any] = {
        "file": "",
        "encoding": "UTF-8",
        "sheet": None,
        "unit": asked.get("unit") or None,
        "header_line": 0,
        "columns": headings,
        "keys": keys,
        "rows": rows,
        "totals": [],
        "source_rows": len(rows),
        "problems": [],
    }
    user = _user(request)
    with Scratch("api") as folder:
        path = folder / f"接口-{hashlib.sha256(request.body).hexdigest()[:12]}.json"
        path.write_bytes(request.body)
        outcome = import_ledger(
            path=path,
            division=user.division,
            by=user,
            kind=asked.get("kind", ""),
            year=asked.get("year"),
            choices=choices,
            source=_source_of(asked),
            dry_run=asked.get("dry_run") is True,
            ledger=read,
            why="接口推送",
        )
    return answer(outcome.as_json(), 200 if outcome.stored or not outcome.blocked else 422)


def _source_of(asked: dict[str, Any]) -> str:
    """Whose figures the lines are: the treasury's unless said otherwise."""
    if asked.get("planned") is True:
        return "plan"
    return "accounting" if asked.get("accounting") is True else "treasury"


_KINDS: dict[str, tuple[type, tuple[Any, ...] | None, str]] = {
    "kind": (
        str,
        ("", "spending", "budget", "request", "department"),
        "spending、budget、request 或 department",
    ),
    "year": (int, None, "四位年度"),
    "unit": (str, ("", "元", "千元", "万元", "亿元"), "元、千元、万元、亿元"),
    "source": (str, None, "来源名称"),
    "dry_run": (bool, None, "true 或 false"),
    "leave_out": (bool, None, "true 或 false"),
    "create": (bool, None, "true 或 false"),
    "keep_repeats": (bool, None, "true 或 false"),
    "accounting": (bool, None, "true 或 false"),
    "planned": (bool, None, "true 或 false"),
    "matches": (dict, None, "对象"),
    "choices": (dict, None, "对象"),
}


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The body, each member of the kind it must be."""
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError) as refusal:
        raise WrongUse("请求内容不是 JSON。") from refusal
    if not isinstance(asked, dict):
        raise WrongUse("请求内容应为 JSON 对象。")
    for name, value in asked.items():
        kind, allowed, words = _KINDS.get(name, (list, None, "数组"))
        if name not in {*_KINDS, "columns", "rows"}:
            raise WrongUse(f"不认识 {name[:40]}；有 {'、'.join([*_KINDS, 'columns', 'rows'])}。")
        if type(value) is not kind or (allowed is not None and value not in allowed):
            raise WrongUse(f"{name} 应为{words}。")
    return asked


def _matches(asked: dict[str, Any]) -> dict[str, str]:
    """What to do with unknown units and projects, by the ``choice`` an earlier answer named."""
    choices = asked.get("matches", {}) | asked.get("choices", {})
    if not all(isinstance(value, str) for value in choices.values()):
        raise WrongUse(
            'choices 应为文本，如 {"unit:新设局": "create", "校园安保费": "360191000000000000001"}。'
        )
    return dict(choices)


def _table(asked: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Headings, and rows of text with their number from 1 in front.
    Numbers must be text, so that no cent is lost.
    """
    headings, rows = asked.get("columns", []), asked.get("rows", [])
    if (
        not headings
        or len(headings) > MOST_COLUMNS
        or not all(isinstance(word, str) for word in headings)
    ):
        raise WrongUse(
            f'columns 应为 1 至 {MOST_COLUMNS} 个列名，如 ["项目代码", "支付日期", "支付金额"]。'
        )
    if not rows or len(rows) > MOST_LINES:
        raise WrongUse(f"rows 应为 1 至 {MOST_LINES} 行，收到 {len(rows)} 行。")
    for number, row in enumerate(rows, 1):
        if (
            not isinstance(row, list)
            or len(row) != len(headings)
            or not all(isinstance(cell, str) for cell in row)
        ):
            raise WrongUse(
                f'第 {number} 行应为 {len(headings)} 个文本；金额也写成文本，如 "1234.50"。'
            )
    return headings, [[number, *row] for number, row in enumerate(rows, 1)]


@machine("see_unit", methods=("POST",), files=True)
def form(request: HttpRequest) -> HttpResponse:
    """One official form or score sheet as a file (multipart field ``file``), received as the wizard
    would.

    ``choices`` (JSON) answers what is open; who may bring what is decided where it is for every
    door.
    """
    upload = request.FILES.get("file")
    if upload is None:
        raise WrongUse("请以 multipart 的 file 字段提交一个文件。")
    name = PurePosixPath(str(upload.name).replace("\\", "/")).name[:200]
    if PurePosixPath(name).suffix.lower() == ".csv":
        raise WrongUse("这里收 .xlsx、.xls、.docx 的表；台账请用 /api/v1/ledgers。")
    user = _user(request)
    with Scratch("api") as folder:
        path = folder / name
        with path.open("wb") as out:
            for piece in upload.chunks():
                out.write(piece)
        dry = request.POST.get("dry_run") in {"1", "true"}
        outcome = import_file(
            path,
            division=user.division,
            by=user,
            dry_run=dry,
            choices=_choices(request),
            seconds=READ_SECONDS,
            most=LARGEST_FORM,
        )
    return answer(outcome.as_json(), 200 if outcome.clean else 422)


def _choices(request: HttpRequest) -> Any:
    """The answers sent beside a form; None where there are none."""
    text = request.POST.get("choices", "")
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as refusal:
        raise WrongUse("choices 不是 JSON。") from refusal
