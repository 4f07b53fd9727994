"""What a person does at the wizard, step by step."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from wenxiao.intake.tasks import ledger, read
from wenxiao.records.models import Intake

PASS = Path(__file__).parents[2] / "files" / "pass"
SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
OLD = PASS / "02_SE025_空值满分.xls"
SCORES = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"


def piece(path, name=None):
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def hand_in(client, *uploads, token="", modified=None, run=True):
    data = {"files": list(uploads), "token": token, "note": "补报"}
    if modified:
        data["modified"] = json.dumps(modified)
    response = client.post(reverse("desk:imports"), data)
    assert response.status_code == 302, response.content.decode()[:2000]
    intake = Intake.objects.get(pk=int(response["Location"].split("/")[-1]))
    if run:
        read.func(intake.pk)
        intake.refresh_from_db()
    return intake


def standings(intake):
    return [
        b.summary["standing"] if b.state == "previewed" else b.state
        for b in intake.batches.order_by("pk")
    ]


def seen_on(client, address):
    """The seal of the match step as the page carries it."""
    return client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]


HEAD = "项目代码,项目名称,预算单位,支付日期,凭证号,支付金额"
GOOD = "P001,水旱灾害防御经费,天长市水利局,2022-03-01,ZF001,1000.00"
FAULTY = "P001,水旱灾害防御经费,天长市水利局,2022-04-01,ZF002,二百万"


def ledger_of(client, place, *rows, head=HEAD):
    content = "\n".join([head, *rows]).encode()
    response = client.post(
        reverse("desk:ledgers"),
        {"file": SimpleUploadedFile("支付明细.csv", content), "kind": "", "source": "treasury"},
    )
    assert response.status_code == 302, response.content.decode()[:1500]
    intake = Intake.objects.get(pk=int(response["Location"].split("/")[-1]))
    return look(intake, place)


def look(intake, place):
    ledger.func(intake.pk, place.finance.pk)
    intake.refresh_from_db()
    return intake
