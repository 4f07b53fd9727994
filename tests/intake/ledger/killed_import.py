"""Run as a process of its own: takes orders by line, forks for each and imports a ledger there, to
be killed.

An order is ``path<TAB>moment``. The fork says ``standing PID`` when it reached the moment and
stands still, or ``stored``; when it is gone the first process says ``ended SIGNAL``. Forking spares
each import the start of a whole interpreter. Everybody goes when the one above goes: the first
process at the end of its orders, a standing fork at the end of a pipe.
"""

import os
import sys
from pathlib import Path

import django

IN_PARTS = {"between parts", "after all parts", "amid the last part"}
"""Moments of a ledger that is too large for one transaction; for these a small one is."""


def say(*words):
    """One line, at once: a line written with one call is never torn."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def take(path, moment, alive):
    """Import ``path``; at ``moment`` say so and stand still until killed or
    until ``alive`` ends.
    """
    from wenxiao.intake.ledger import ledger_import
    from wenxiao.orgs.models import Division

    def stop_at(owner, name, before=0):
        kept, calls = getattr(owner, name), []

        def stopped(*args, **named):
            calls.append(name)
            if len(calls) <= before:
                return kept(*args, **named)
            if moment.startswith(("after", "amid", "between")):
                kept(*args, **named)
            say("standing", os.getpid())
            os.read(alive, 1)
            os._exit(1)

        setattr(owner, name, stopped)

    if moment == "amid the rows":
        ledger_import.payments._SLICE = 100

    if moment in IN_PARTS:
        ledger_import.parts.LARGE, ledger_import.parts.SMALLEST = 20, 20
        ledger_import.parts.LARGEST = 40
        ledger_import.parts.PAUSE = 0

    moments = {
        "reading": (ledger_import, "read_ledger_file"),
        "after planning": (ledger_import.LedgerImport, "plan"),
        "after file stored": (ledger_import, "store_file"),
        "after batch opened": (ledger_import, "open_batch"),
        "amid the rows": (ledger_import.payments, "insert_frame"),
        "between parts": (ledger_import.parts, "_let_others_in", 1),  # the first made the dossier
        "after all parts": (ledger_import.parts, "enter"),
        "amid the last part": (ledger_import.payments.PaymentList, "change"),
        "after rows written": (ledger_import.payments, "apply"),
        "before commit": (ledger_import, "remember_source"),
    }
    if moment:
        stop_at(*moments[moment])
    outcome = ledger_import.import_ledger(path=Path(path), division=Division.objects.get(), by=None)
    say("stored" if outcome.stored else f"refused {outcome.problems}")


def main():
    """Orders until there are none."""
    from wenxiao.intake.ledger import ledger_import

    assert ledger_import  # what is imported here need not be imported in each fork
    for order in sys.stdin:
        path, moment = order.rstrip("\n").split("\t")
        alive, ours = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            os.setpgid(0, 0)
            try:
                take(path, moment, alive)
            finally:
                os._exit(0)
        os.close(alive)
        _, status = os.waitpid(child, 0)
        os.close(ours)
        say("ended", os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


if __name__ == "__main__":
    django.setup()
    main()
