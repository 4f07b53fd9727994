"""What is refused at more than one door is refused with the same code and
the same Chinese sentence at each.
"""

from __future__ import annotations

import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from tests.intake import test_doors
from tests.intake.test_doors import SELFEVAL, SHEET, changed

from wenxiao.intake.tasks import ledger as read_ledger
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Intake
from wenxiao.site.command import parser

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def told(problems):
    """Code, level, sentence and way to mend of each."""
    return sorted((one["code"], one["level"], one["text"], one["mend"]) for one in problems)


def at_every_door(monkeypatch, bureau, client, capsys, bring):
    """What each door says, with the database as it was before each."""
    monkeypatch.setattr(test_doors, "codes", told)
    said = {}
    for door in test_doors.DOORS:
        undone = transaction.atomic()
        undone._from_testcase = True  # the test's own, so it doesn't count as a lock
        with undone:
            said[door.__name__] = bring(door(bureau, client, capsys))
            transaction.set_rollback(True)
    return said


def book(tmp_path, rows, name="表.xlsx"):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(tmp_path / name)
    return tmp_path / name


def written(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    return path


FILES = {
    "no year": lambda where: changed(SELFEVAL, where, A2=None),
    "unknown project": lambda where: changed(SELFEVAL, where, C3="没有的项目"),
    "no project": lambda where: changed(SELFEVAL, where, C3=None),
    "secret": lambda where: changed(SELFEVAL, where, C3="机密工程项目经费"),
    "secret file": lambda where: changed(SELFEVAL, where, name="绝密工程.xlsx"),
    "another year's sheet": lambda where: changed(SHEET, where),
    "no form": lambda where: book(where, [["姓名", "电话"], ["某某", "123"]]),
    "empty book": lambda where: book(where, []),
    "broken": lambda where: written(where, b"PK\x03\x04 broken", "坏.xlsx"),
    "empty file": lambda where: written(where, b"", "空.xlsx"),
    "another kind of file": lambda where: written(where, b"text", "说明.txt"),
    "a picture": lambda where: written(where, b"\x89PNG\r\n", "扫描.png"),
    "text named as a book": lambda where: written(where, b"just text", "文本.xlsx"),
}


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_forms_is_refused_in_the_same_words(
    monkeypatch, bureau, client, capsys, selfeval_round, tmp_path, file
):
    path = FILES[file](tmp_path)
    said = at_every_door(monkeypatch, bureau, client, capsys, lambda door: door.bring(path))
    assert said["Wizard"]
    assert said["Wizard"] == said["Command"] == said["Machine"]


# ---- ledgers -------------------------------------------------------------------------------------


HEAD = "项目代码,项目名称,预算单位,支付日期,凭证号,支付金额"
FINE = "P001,水旱灾害防御经费,天长市水利局,2022-03-01,ZF001,1000.00"
LEDGERS = {
    "secret": [HEAD, FINE, "P777,机密工程项目经费,天长市水利局,2022-03-02,ZF002,5.00"],
    "unknown unit": [HEAD, FINE, "P778,新项目,没有的局,2022-03-02,ZF002,5.00"],
    "unknown project": [HEAD, FINE, "P779,没有的项目,天长市水利局,2022-03-02,ZF002,5.00"],
    "no amount": [HEAD, FINE, "P001,水旱灾害防御经费,天长市水利局,2022-03-02,ZF002,十几万"],
    "no day": [HEAD, FINE, "P001,水旱灾害防御经费,天长市水利局,三月,ZF002,5.00"],
    "same voucher": [HEAD, FINE, FINE.replace("1000.00", "900.00")],
    "no code column": ["预算单位,支付日期,支付金额", "天长市水利局,2022-03-01,1000.00"],
    "no amount column": ["项目代码,支付日期", "P001,2022-03-01"],
    "more than the budget": [HEAD, FINE.replace("1000.00", "99999999999.00")],
}


def by_wizard(path, lines, bureau, client, _capsys):
    type(bureau.finance).objects.update(must_change_password=False)
    client.force_login(bureau.finance)
    data = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "source": "treasury"}
    answer = client.post(reverse("desk:ledgers"), data)
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    read_ledger.func(intake.pk, bureau.finance.pk)
    intake.refresh_from_db()
    return told(intake.files[0]["outcome"]["problems"])


def by_command(path, lines, bureau, client, capsys):
    args = parser().parse_args(["import", str(path), "--by", "finance", "--dry-run"])
    args.run(args)
    return told(json.loads(capsys.readouterr().out)["problems"])


def by_machine(path, lines, bureau, client, _capsys):
    token = make_token(user=bureau.finance, name="试验", days=30, by=None)[1]
    body = {"columns": lines[0].split(","), "rows": [line.split(",") for line in lines[1:]]}
    answer = client.post(
        "/api/v1/ledgers",
        json.dumps({**body, "dry_run": True}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    return told(answer.json()["problems"])


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_ledger_is_refused_in_the_same_words(bureau, client, capsys, tmp_path, ledger):
    lines = LEDGERS[ledger]
    path = written(tmp_path, "\n".join(lines).encode(), "支付.csv")
    said = [way(path, lines, bureau, client, capsys) for way in (by_wizard, by_command, by_machine)]
    assert said[0]
    assert said[0] == said[1] == said[2]
