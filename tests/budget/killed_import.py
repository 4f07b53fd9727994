"""Run as a process of its own: imports a ledger and, at the moment named, waits to be killed."""

import os
import sys
import time
from pathlib import Path

import django


def prepare():
    """A division with one subject, in a database made here if it is a file."""
    from django.core.management import call_command

    from wenxiao.budget import services
    from wenxiao.orgs import services as orgs

    call_command("migrate", verbosity=0)
    division = orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
    unit = orgs.add_unit(division=division, code="101", name="教体局", kind="department", by=None)
    services.ensure_subject(division=division, unit=unit, code="P1", name="校园安保", by=None)


def count():
    """What is stored, as one line."""
    from wenxiao.budget.models import Dossier, Spending
    from wenxiao.records.models import Entry, ImportBatch

    batches = ",".join(ImportBatch.objects.values_list("state", flat=True))
    counted = (Spending.objects.count(), Dossier.objects.count(), Entry.objects.count())
    sys.stdout.write(f"{counted[0]} {counted[1]} {counted[2]} [{batches}]\n")


def take(path, moment, mark):
    """Import ``path``; when ``moment`` is reached write ``mark`` and stand still."""
    from wenxiao.budget.sheets import importing
    from wenxiao.orgs.models import Division

    def stop_before(owner, name):
        kept = getattr(owner, name)

        def stopped(*args, **named):
            given = kept(*args, **named) if moment.startswith("after") else None
            Path(mark).write_text(str(os.getpid()))
            time.sleep(600)
            return given

        setattr(owner, name, stopped)

    moments = {
        "reading": (importing, "read_ledger_file"),
        "after planning": (importing.LedgerImport, "plan"),
        "after file stored": (importing, "store_file"),
        "after batch opened": (importing, "open_batch"),
        "after rows written": (importing.spending, "apply"),
        "before commit": (importing, "remember_source"),
    }
    if moment in moments:
        stop_before(*moments[moment])
    outcome = importing.import_ledger(path=Path(path), division=Division.objects.get(), by=None)
    assert outcome.stored, outcome.problems


if __name__ == "__main__":
    django.setup()
    {"prepare": prepare, "count": count, "take": take}[sys.argv[1]](*sys.argv[2:])
