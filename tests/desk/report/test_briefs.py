"""给领导的一页纸、半年简报 as pages: figures open, files come, nobody else reads them."""

import pytest
from django.test import Client

pytestmark = pytest.mark.db


def opened(user):
    client = Client()
    client.force_login(user)
    return client


def test_page_figure_and_files(small):
    client = opened(small.officer)
    page = client.get("/report/2021/briefs/leaders").content.decode()
    assert "2021 年给领导的一页纸" in page
    assert "领导批示" not in page
    part = client.get(
        "/report/2021/briefs/leaders/figures/projects.count", headers={"hx-request": "true"}
    ).content.decode()
    assert "背后的行" in part
    assert client.get("/report/2021/briefs/half-year/files/brief.docx").status_code == 200
    assert client.get("/report/2021/briefs/nothing").status_code == 404
    assert client.get("/report/2021/briefs/leaders/files/none.docx").status_code == 404
    assert client.get("/report/2021/briefs/leaders/figures/none").status_code == 404


def test_the_report_leads_to_both_and_a_unit_reads_neither(small):
    report = opened(small.officer).get("/report/2021").content.decode()
    for name in ("leaders", "half-year"):
        assert f'href="/report/2021/briefs/{name}"' in report
        assert opened(small.clerk).get(f"/report/2021/briefs/{name}").status_code == 403
    assert opened(small.leader).get("/report/2021/briefs/leaders").status_code == 200


def test_a_mending_behind_a_figure_leads_to_its_dossier(small):
    from datetime import date

    from wenxiao.followup.models import Finding, Rectification
    from wenxiao.followup.selectors.sources import dossiers_behind

    dossier = small.dossiers[0]
    finding = Finding.objects.create(dossier=dossier, text="合同没有验收", state="confirmed")
    row = Rectification.objects.create(
        finding=finding, unit=dossier.unit, deadline=date(2021, 5, 1)
    )
    keys = [
        f"followup.Rectification:{row.pk}",
        "records.Instruction:1",
        f"budget.Dossier:{dossier.pk}",
    ]
    assert dossiers_behind(small.officer, keys) == {keys[0]: dossier.pk, keys[2]: dossier.pk}
    assert dossiers_behind(small.security, keys) == {}
