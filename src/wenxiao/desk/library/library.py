"""指标库: what people search, propose, confirm and publish; and rows offered
to a target that is being filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.targets.target import target_of
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.files.door.gate import LARGEST_FILE
from wenxiao.orgs.selectors import saved_views
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.many_rows import (
    MOST_LINES,
    NARROW,
    WIDE,
    GridColumn,
    GridLine,
    faults_of,
    put_back,
    save_table,
    sent_rows,
)
from wenxiao.pages.views import division_of, held, person, put_under, view
from wenxiao.records.selectors import trail_of
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import services
from wenxiao.targets.library import (
    found_in,
    gaps_of,
    library_visible_to,
    offer_of,
    published,
    suggested,
    uses_of,
)
from wenxiao.targets.services import LibraryEntry, Revision, revise_rows
from wenxiao.targets.services.library import CONFIRM, LEVELS1, PROPOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.pages.many_rows import SentRow
    from wenxiao.records.models import Upload
    from wenxiao.targets.models import LibraryRow

ENTRY = "desk:targets"
PAGE, OFFERED = 40, 8
TONES = {"published": "ok", "proposed": "acc", "confirmed": "acc", "declined": "bad"}
FIELDS = (
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("name", "三级指标"),
    ("explanation", "指标解释"),
    ("formula", "计算公式"),
    ("unit", "计量单位"),
    ("nature", "指标性质"),
    ("direction", "指标方向"),
    ("proof", "佐证要求"),
    ("field", "适用领域"),
)


COLUMNS = (
    GridColumn("name", "三级指标", WIDE),
    GridColumn("level1", "一级指标"),
    GridColumn("level2", "二级指标"),
    GridColumn("unit", "计量单位", NARROW),
    GridColumn("direction", "指标方向"),
    GridColumn("nature", "指标性质", NARROW),
    GridColumn("field", "适用领域"),
    GridColumn("explanation", "指标解释", WIDE),
    GridColumn("formula", "计算公式", WIDE),
    GridColumn("proof", "佐证要求", WIDE),
)
ORDER = ["level1", "level2", "name", "pk"]


@view("see_unit")
def index(request: HttpRequest) -> HttpResponse:
    """The library: searched by what people type, narrowed by level, field and state."""
    put_under(request, ENTRY)
    user = person(request)
    q = request.GET.get("q", "").strip()[:100]
    field, level = request.GET.get("field", "")[:60], request.GET.get("level", "")[:60]
    state = request.GET.get("state", "published")[:10]
    rows = library_visible_to(user)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    rows = rows.filter(state=state) if state in counts else rows.filter(state="published")
    rows = rows.filter(field=field) if field else rows
    rows = rows.filter(level1=level) if level else rows
    total = rows.count() if not q else None
    if q:
        listed, shown = found_in(rows, q)[:PAGE], None
    else:
        shown = page(
            rows, ["level1", "level2", "name", "pk"], size=PAGE, token=request.GET.get("at")
        )
        listed = list(shown.rows)
    uses = uses_of(listed)
    fields = rows.exclude(field="").order_by("field").values_list("field", flat=True).distinct()
    values = {
        "q": q,
        "field": field,
        "level": level,
        "state": state,
        "fields": list(fields[:60]),
        "levels": LEVELS1,
        "states": [
            (code, word, counts.get(code, 0))
            for code, word in rows.model.State.choices
            if counts.get(code) or code == rows.model.State.PUBLISHED
        ],
        "whole": sum(counts.values()),
        "total": total,
        "lines": [(row, uses[row.pk], gaps_of(row)) for row in listed],
        "shown": shown,
        "tones": TONES,
        "views": saved_views(user, "library"),
        "narrowed": bool(q or field or level or state != "published"),
        "query": request.GET.urlencode()[:1000],
        "proposes": any(held(request).can(power) for power in PROPOSE),
        "rules": held(request).can("manage_rules"),
    }
    return render(request, "desk/library/index.html", values)


def _row(request: HttpRequest, pk: int) -> LibraryRow:
    entry_row = library_visible_to(person(request)).filter(pk=pk).first()
    if entry_row is None:
        raise Http404
    put_under(request, ENTRY)
    return entry_row


@view("see_unit")
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row: what it says, how it was used and what was achieved, its
    versions, what may be done next.
    """
    entry_row = _row(request, pk)
    own = held(request)
    values = {
        "row": entry_row,
        "fields": [(word, getattr(entry_row, name)) for name, word in FIELDS],
        "uses": uses_of([entry_row])[entry_row.pk],
        "gaps": gaps_of(entry_row),
        "confirms": entry_row.state == "proposed" and any(own.can(power) for power in CONFIRM),
        "publishes": entry_row.state == "confirmed" and own.can("manage_rules"),
        "rules": own.can("manage_rules"),
        "proposes": any(own.can(power) for power in PROPOSE),
        "trail": list(trail_of(entry_row)[:10]),
        "tones": TONES,
    }
    return render(request, "desk/library/row.html", values)


@view("see_unit", methods=("POST",))
def move(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One step of a row: confirm, publish, decline, retire, mark as boilerplate.
    The services say who may.
    """
    entry_row, by, version = _row(request, pk), person(request), version_of(request)
    why = text_of(request, "why", 500)
    acts: dict[str, tuple[Callable[..., LibraryRow], str]] = {
        "confirm": (services.confirm_row, "已确认，等财政发布。"),
        "publish": (services.publish_row, "已发布，填报时可以选用。"),
        "decline": (services.decline_row, "已写明不采用。"),
        "retire": (services.retire_row, "已停用。"),
        "common": (services.turn_boilerplate, "已改，串稿按新的标记比对。"),
    }
    if act not in acts:
        raise Http404
    run, done_text = acts[act]

    def carry() -> str:
        run(row=entry_row, by=by, version=version, why=why)
        return done_text

    return carry_out(
        request, carry, reverse("desk:library_row", args=[pk]), [Typed("理由", "", why)]
    )


@view("see_unit", methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Propose a row, or a better version of one (``of``)."""
    division = division_of(request, ENTRY)
    put_under(request, ENTRY)
    text = request.POST.get("of") or request.GET.get("of") or ""
    before = _row(request, int(text)) if text.isdecimal() and len(text) < 18 else None
    if request.method != "POST":
        values = {
            "fields": [
                (name, word, getattr(before, name) if before else "") for name, word in FIELDS
            ],
            "before": before,
        }
        return render(request, "desk/library/new.html", values)
    texts = {name: text_of(request, name, 1000) for name, _ in FIELDS}
    why = text_of(request, "why", 500)

    def run() -> str:
        proposed = services.propose_row(
            division=division,
            entry=LibraryEntry(**texts),
            by=person(request),
            why=why,
            replaces=before,
        )
        return f"“{proposed.name}”已建议入库，等主管部门确认、财政发布。"

    typed = [Typed(word, "", texts[name]) for name, word in FIELDS]
    return carry_out(request, run, reverse("desk:library"), [*typed, Typed("理由", "", why)])


@view("manage_rules", methods=("POST",))
def fill(request: HttpRequest) -> HttpResponse:
    """Fill the library from the division's own approved targets."""
    division = division_of(request, ENTRY)

    def run() -> str:
        count = services.fill_library(
            division=division, by=person(request), why=text_of(request, "why", 200)
        )
        return f"本级批复的目标里有 {count} 个指标装入指标库，未核。"

    return carry_out(request, run, reverse("desk:library"))


@view("manage_rules", methods=("POST",), files=True)
def bring(request: HttpRequest) -> HttpResponse:
    """Import a library from an .xlsx, all of it or nothing; the task worker reads it."""
    division, back = division_of(request, ENTRY), reverse("desk:library")

    def begin() -> Upload:
        file = request.FILES.get("file")
        if file is None or not str(file.name).lower().endswith(".xlsx"):
            raise NotAllowed("请选择指标库文件（.xlsx）。")
        return set_aside(
            request,
            division=division,
            act="library",
            values={"source": str(file.name), "largest": LARGEST_FILE},
            files=[file],
            back=back,
        )

    return hand_in(request, begin, back)


@view("fill")
def suggestions(request: HttpRequest, pk: int) -> HttpResponse:
    """A part of the filling page: rows of the library and of like projects,
    each with its source, one click to take.
    """
    target = target_of(request, pk)
    user, q = person(request), request.GET.get("q", "").strip()[:100]
    if q:
        rows = found_in(published(user), q)[:OFFERED]
        uses = uses_of(rows)
        offered = [offer_of(one, uses[one.pk]) for one in rows]
    else:
        offered = suggested(user, target.dossier, f"{target.content} {target.text}")
    empty = not library_visible_to(user).exists()
    values = {"target": target, "q": q, "offered": offered, "empty": empty}
    return render(request, "desk/library/offered_part.html", values)


@view("manage_rules", methods=("GET", "POST"))
def table(request: HttpRequest) -> HttpResponse:
    """The published rows as one table to edit; a POST saves what changed."""
    division = division_of(request, ENTRY)
    put_under(request, ENTRY)
    if request.method != "POST":
        return _show_table(request)
    sent = sent_rows(request, COLUMNS)

    def save() -> dict[int, int]:
        return revise_rows(
            division=division,
            revisions=[Revision(one.pk, one.line, LibraryEntry(**one.cells)) for one in sent],
            by=person(request),
            why=text_of(request, "why", 500, "为什么改"),
        )

    def said(now: dict[int, int]) -> str:
        return f"改了 {len(now)} 行，已发布，标“未核”；前一版留着。" if now else "没有改动。"

    def lines(now: dict[int, int]) -> dict[int, GridLine]:
        rows = published(person(request)).in_bulk(list(now.values()))
        at = {one.pk: one.line for one in sent}
        return {old: _table_line(at[old], rows[new]) for old, new in now.items()}

    return save_table(
        request,
        save,
        said=said,
        lines=lines,
        again=lambda refusal: _show_table(request, sent=sent, refusal=refusal),
    )


def _table_line(at: int, row: LibraryRow) -> GridLine:
    cells = {one.name: str(getattr(row, one.name)) for one in COLUMNS}
    return GridLine(row.pk, at, cells, reverse("desk:library_row", args=[row.pk]))


def _show_table(
    request: HttpRequest, *, sent: Sequence[SentRow] = (), refusal: NotAllowed | None = None
) -> HttpResponse:
    field, level = request.GET.get("field", "")[:60], request.GET.get("level", "")[:60]
    rows = published(person(request))
    every = rows.exclude(field="").order_by("field").values_list("field", flat=True).distinct()
    fields = list(every[:60])
    rows = rows.filter(field=field) if field else rows
    rows = rows.filter(level1=level) if level else rows
    shown = page(rows, ORDER, size=MOST_LINES, token=request.GET.get("at"))
    lines = [_table_line(at, row) for at, row in enumerate(shown.rows, 1)]
    put_back(lines, sent, faults_of(refusal))
    values = {
        "columns": COLUMNS,
        "lines": lines,
        "action": request.get_full_path(),
        "why": request.POST.get("why", "") if refusal else "",
        "refusal": str(refusal) if refusal else "",
        "total": rows.count(),
        "field": field,
        "level": level,
        "fields": fields,
        "levels": LEVELS1,
        "shown": shown,
    }
    return render(request, "desk/library/table.html", values, status=409 if refusal else 200)
