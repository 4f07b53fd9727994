"""`wenxiao counts`: kept counts compared with the rows, and counted anew."""

import json

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.reviews.tallies import DossierTally
from wenxiao.site.command import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def told(capsys, *words):
    code = main(["counts", *words])
    return code, json.loads(capsys.readouterr().out)


def test_kept_counts_are_compared_and_counted_anew(bureau, capsys):
    code, fresh = told(capsys, "--rebuild")
    assert (code, fresh["marked_units"], fresh["differences"]) == (0, 0, [])
    assert fresh["dossier_counts"] == DossierTally.objects.count() > 0
    DossierTally.objects.update(dossiers=99)
    code, wrong = told(capsys)
    assert code == 1
    assert {(one["kept"], one["rows"]) for one in wrong["differences"]} == {(0, 1), (1, 0)}
    assert all(one["what"].startswith("档案") for one in wrong["differences"])
    code, mended = told(capsys, "--rebuild")
    assert (code, mended["differences"]) == (0, [])
