"""The kept lines of the watch, brought up to date: never older than the last act, or told to be.

A change of any input leaves a mark (``kinds.inputs``). Marks are handed out to the windows and
worked off under one lock, after it is held: what is read then holds at least everything marked, so
no change can be lost between two hands. Few marks a page works off itself; many are left to the
worker, and the page says so.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, Q
from django.utils import timezone

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.money_columns import FEW
from wenxiao.budget.selectors import dossiers_of
from wenxiao.followup.models import WatchLine, WatchMark, WatchWindow
from wenxiao.followup.watch.inputs import INPUTS, MARKS, digest_of, inputs_watched, watch_inputs
from wenxiao.followup.watch.lines import Behind, Watch
from wenxiao.followup.watch.table import lit, ranked
from wenxiao.orgs.permissions import once
from wenxiao.reviews.services.tallies import renew_all
from wenxiao.store.among import IDS, raw_rows
from wenxiao.store.bulk import insert_frame, insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

BY_HAND = 300
"""So many marked dossiers a page works off itself."""
WHOLE_BY_HAND = 2000
"""A window of so many dossiers a page works out whole."""
PATIENCE = timedelta(seconds=90)
"""So long a page waits for the worker before it does the work itself."""
CHUNK = 500


# ---- what pages ask ------------------------------------------------------------------------------


def kept_watch(rounds: Sequence[Round], user: User | None, *, on: date) -> Watch:
    """The watch over some windows for a page: brought up to date first, or told to be behind.

    Three small queries while nothing changed. Marks beyond :data:`BY_HAND` and large windows under
    new rules are left to the worker (``behind`` is set: ask it where :func:`first_to_ask` says so);
    a worker silent for :data:`PATIENCE`, or a window never kept before, makes the page do it.
    """
    chosen = tuple(rounds)
    if _right_for(user, chosen):
        return Watch(chosen, user, on)
    with _holding(seconds=0.3) as held:
        if held:
            _work_off_by_hand(chosen)
    return Watch(
        chosen, user, on, None if _right(chosen) else Behind(_waiting(chosen), _kept_at(chosen))
    )


def look_after(rounds: Sequence[Round], user: User) -> None:
    """What a page over several of these windows asks first: whether the lines of all are right, so
    that it need not be asked of each.
    """
    if rounds:
        _right_for(user, tuple(rounds))


def _right_for(user: User | None, rounds: tuple[Round, ...]) -> bool:
    """Whether the kept lines of these windows are right; of those that are it is asked once while
    ``permissions.grants_kept`` holds.
    """
    windows = {one.pk for one in rounds}
    known: set[int] = once(user, "windows that are right", set) if user is not None else set()
    if windows and windows <= known:
        return True
    if not _right(rounds):
        return False
    known |= windows
    return True


def first_to_ask(rounds: Sequence[Round]) -> bool:
    """Whether nobody has asked the worker for these windows yet; whoever is told True asks it."""
    return bool(
        WatchWindow.objects.filter(round__in=rounds, asked_at=None).update(asked_at=timezone.now())
    )


def _right(rounds: Sequence[Round]) -> bool:
    """Whether the kept lines of these windows are what the rows say now. Two small queries."""
    rows = raw_rows("windows and marks", _windows_question, {IDS: [one.pk for one in rounds]})
    known = {pk: digest for pk, digest, marked in rows if not marked}
    if len(known) < len(rows) or not inputs_watched():
        return False
    return all(known.get(one.pk) == digest_of(one) for one in rounds)


def _windows_question() -> QuerySet[Any, Any]:
    """Of windows on what they stand, and whether any mark is open there or not handed out yet."""
    marks = WatchMark.objects.filter(Q(round=None) | Q(round__among=IDS))
    rows = WatchWindow.objects.filter(round__among=IDS).annotate(marked=Exists(marks))
    named: QuerySet[Any, Any] = rows.values_list("round", "digest", "marked")
    return named


def _under_other_rules(rounds: Sequence[Round]) -> list[Round]:
    """Windows never kept, or kept under another scope, other rules or another arithmetic."""
    known = dict(WatchWindow.objects.filter(round__in=rounds).values_list("round", "digest"))
    return [one for one in rounds if known.get(one.pk) != digest_of(one)]


def _waiting(rounds: Sequence[Round]) -> int:
    """How many dossiers of these windows at least are not as the rows are
    now; marks nobody handed out count as well.
    """
    marked = (
        WatchMark.objects.filter(round=None)[: BY_HAND + 1].count()
        + WatchMark.objects.filter(round__in=rounds).count()
    )
    return max(1, marked + sum(dossiers_of(one).count() for one in _under_other_rules(rounds)))


def _kept_at(rounds: Sequence[Round]) -> datetime | None:
    """When all of these windows were last right; None where one never was."""
    known = list(
        WatchWindow.objects.filter(round__in=rounds, kept_at__isnull=False).values_list(
            "kept_at", flat=True
        )
    )
    return min(filter(None, known)) if len(known) == len(rounds) else None


# ---- working off ---------------------------------------------------------------------------------


def keep_all() -> int:
    """Hand out every mark and bring every window that was opened up to date; returns how many lines
    were worked out.

    The worker's: so that nobody's first look at a new window, or after a new release, has to do it.

    One transaction a window: who writes meanwhile waits seconds, not minutes.
    """
    renew_all()
    with _holding(seconds=60) as held:
        if held:
            _hand_out()
    lines_written = 0
    opened = Round.objects.filter(kind=Round.Kind.MONITORING).exclude(state=Round.State.DRAFT)
    for one in opened.select_related("division").order_by("pk"):
        with _holding(seconds=60) as held:
            lines_written += _bring(one) if held else 0
    return lines_written


def watch_changes() -> None:
    """After tables changed: the database marks again, and nothing kept before is trusted.
    Nothing while tables lack.
    """
    tables = set(connection.introspection.table_names())
    if {one.table for one in INPUTS} | {
        MARKS,
        WatchWindow._meta.db_table,
    } <= tables and watch_inputs():
        WatchWindow.objects.update(digest="")


def _work_off_by_hand(rounds: Sequence[Round]) -> None:
    """What a page may do itself; under the lock."""
    if not inputs_watched():
        watch_changes()
    windows = {one.round_id: one for one in WatchWindow.objects.filter(round__in=rounds)}
    asked = [one.asked_at for one in windows.values() if one.asked_at is not None]
    alone = bool(asked) and timezone.now() - min(asked) > PATIENCE
    if alone or WatchMark.objects.filter(round=None)[: BY_HAND + 1].count() <= BY_HAND:
        _hand_out()
    for one in rounds:
        known = windows.get(one.pk)
        if alone or known is None or _by_hand(one, known):
            _bring(one)


def _by_hand(round: Round, window: WatchWindow) -> bool:
    if window.digest != digest_of(round):
        return dossiers_of(round).count() <= WHOLE_BY_HAND
    return WatchMark.objects.filter(round=round)[: BY_HAND + 1].count() <= BY_HAND


def _hand_out() -> None:
    """Turn open marks into one for each kept window that holds, or may hold, the dossier."""
    windows = list(
        WatchWindow.objects.values_list("round", "round__division", "round__fiscal_year")
    )
    keys = sorted(_taken("round_id IS NULL"))
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        pairs = set(WatchLine.objects.filter(dossier__in=part).values_list("round", "dossier"))
        for pk, year, division in Dossier.objects.filter(pk__in=part).values_list(
            "pk", "fiscal_year", "subject__division"
        ):
            pairs |= {(one, pk) for one, its, when in windows if (its, when) == (division, year)}
        pairs -= set(
            WatchMark.objects.filter(round__isnull=False, dossier__in=part).values_list(
                "round", "dossier"
            )
        )
        insert_rows(WatchMark, ("round", "dossier"), sorted(pairs))


def _taken(condition: str) -> set[int]:
    """Take marks away and say whose they were, in one statement: a mark set meanwhile stays."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {MARKS} WHERE {condition} RETURNING dossier")
        return {row[0] for row in cursor.fetchall()}


def _bring(round: Round) -> int:
    """Work out the marked lines of a window, or all under a new scope, new
    rules or a new arithmetic.
    """
    digest = digest_of(round)
    known = WatchWindow.objects.filter(round=round).values_list("digest", flat=True).first()
    keys = sorted(_taken(f"round_id = {round.pk:d}"))
    whole = known != digest or len(keys) > FEW
    if not WatchMark.objects.filter(round=None).exists():  # else the worker is still waited for
        WatchWindow.objects.filter(round=round).exclude(asked_at=None).update(asked_at=None)
    if not keys and not whole:
        return 0
    frame = lit(round, None if whole else keys)
    stale = WatchLine.objects.filter(round=round)
    (stale if whole else stale.filter(dossier__in=keys)).delete()
    insert_frame(WatchLine, ranked(frame).rename({"round": "round_id", "dossier": "dossier_id"}))
    values = {"digest": digest, "kept_at": timezone.now()}
    WatchWindow.objects.update_or_create(round=round, defaults=values)
    return frame.height


# ---- one hand at a time --------------------------------------------------------------------------

_LOCK = 0x77617463
"""The number of the advisory lock on PostgreSQL; on SQLite the one writer is the lock."""


@contextmanager
def _holding(*, seconds: float) -> Iterator[bool]:
    """A transaction that alone works off marks; False when others wrote for so long.
    Read inputs inside it only.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(_waiting_at_most(seconds))
            stack.enter_context(transaction.atomic())
            held = _locked(seconds)
        except OperationalError:  # SQLite: another process writes
            held = False
        yield held


@contextmanager
def _waiting_at_most(seconds: float) -> Iterator[None]:
    """Within it SQLite waits so long for another writer, not the usual twenty seconds."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")


def _locked(seconds: float) -> bool:
    """PostgreSQL's lock for the transaction, within so many seconds."""
    until = monotonic() + seconds
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if cursor.fetchone()[0]:
                return True
        if monotonic() > until:
            return False
        sleep(0.02)
    return True
