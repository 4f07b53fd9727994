"""One intake: wizard, command line and API say the same of the same file,
and store the same; only who answers differs.
"""

from __future__ import annotations

import json
from importlib import import_module

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult
from tests.bureaus import PASS

from wenxiao.budget.models import AuditedAmount, Dossier, Spending, Subject
from wenxiao.budget.services import open_round
from wenxiao.evidence.models import Actual
from wenxiao.files.forms.reading import read_file
from wenxiao.intake.status import all_problems
from wenxiao.intake.tasks import ledger as read_ledger
from wenxiao.intake.tasks import read
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Entry, ImportBatch, Intake, StoredFile
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import submit_review
from wenxiao.site.command import parser
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
SHEET = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"
NAME = "水旱灾害防御经费"


def codes(problems):
    return sorted(problem["code"] for problem in problems)


class Wizard:
    """A person at the pages, who answers on the match step."""

    def __init__(self, bureau, client, capsys):
        self.bureau, self.client = bureau, client
        type(bureau.finance).objects.update(must_change_password=False)
        client.force_login(bureau.finance)

    def bring(self, path, choices=None):
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        answer = self.client.post(reverse("desk:imports"), {"files": [upload]})
        self.intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
        read.func(self.intake.pk)
        batch = self.intake.batches.first()
        if batch is None:
            return codes([one["problem"] for one in Intake.objects.get().files])
        if choices:
            self._answer(batch, choices["0"])
            batch.refresh_from_db()
        if batch.state == "previewed" and batch.summary["standing"] == "ready":
            self.client.post(reverse("desk:import_confirm", args=[batch.pk]))
            batch.refresh_from_db()
        return codes(all_problems(batch))

    def _answer(self, batch, said):
        address = reverse("desk:import_file", args=[batch.pk])
        seen = self.client.get(address).content.decode().split('name="seen" value="')[1]
        fields = {"seen": seen.split('"')[0], "do-0": "import"}
        for name in ("unit", "subject"):
            if said.get(name) == "create":
                fields[f"{name}-0"] = "create"
            elif name in said:
                fields |= {f"{name}-0": "name", f"{name}-name-0": said[name]}
        self.client.post(address, fields)

    def shown(self):
        pages = [reverse("desk:imports"), reverse("desk:intake", args=[self.intake.pk])]
        pages += [
            reverse("desk:import_file", args=[batch.pk]) for batch in ImportBatch.objects.all()
        ]
        return "".join(self.client.get(page).content.decode() for page in pages)


class Command:
    """`wenxiao import`."""

    def __init__(self, bureau, client, capsys):
        self.capsys = capsys

    def bring(self, path, choices=None):
        words = ["import", str(path), "--by", "finance"]
        if choices:
            answers = path.with_name("choices.json")
            answers.write_text(json.dumps(choices), encoding="utf-8")
            words += ["--choices", str(answers)]
        args = parser().parse_args(words)
        args.run(args)
        self.said = self.capsys.readouterr().out
        return codes(json.loads(self.said)["problems"])

    def shown(self):
        return self.said


class Machine:
    """A program with a token at the API."""

    def __init__(self, bureau, client, capsys):
        self.client = client
        token = make_token(user=bureau.finance, name="试验", days=30, by=None)[1]
        self.headers = {"Authorization": f"Bearer {token}"}

    def bring(self, path, choices=None):
        data = {"file": SimpleUploadedFile(path.name, path.read_bytes())}
        if choices:
            data["choices"] = json.dumps(choices)
        answer = self.client.post("/api/v1/forms", data, headers=self.headers)
        self.said = answer.content.decode()
        return codes(answer.json()["problems"])

    def shown(self):
        return self.said


DOORS = [Wizard, Command, Machine]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door(request, bureau, client, capsys):
    return request.param(bureau, client, capsys)


def stored():
    """What a file left behind, without numbers of rows, times and names of files."""
    return {
        "reviews": [
            (str(r.published_points), r.published_grade, str(r.points), codes(r.problems))
            for r in Review.objects.order_by("pk")
        ],
        "marks": list(
            Mark.objects.order_by("pk").values_list("published_points", "points", "note")
        ),
        "actuals": list(Actual.objects.order_by("pk").values_list("value", "note", "cell")),
        "rows": list(Indicator.objects.order_by("pk").values_list("name", "expression", "weight")),
        "money": [
            list(Spending.objects.order_by("pk").values_list("amount", "source", "line")),
            list(AuditedAmount.objects.order_by("pk").values_list("arranged", "used")),
        ],
        "objects": [Subject.objects.count(), Dossier.objects.count()],
        "batches": sorted(ImportBatch.objects.values_list("state", flat=True)),
    }


def changed(path, tmp_path, name="表.xlsx", **cells):
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(tmp_path / name)
    return tmp_path / name


ONE = {"0": {"unit": "示例单位乙", "subject": "create"}}


@pytest.mark.parametrize(
    ("file", "cells", "choices"),
    [
        (SELFEVAL, {}, None),
        (SELFEVAL, {"A2": None}, None),
        (SELFEVAL, {"C3": "没有的项目"}, None),
        (SELFEVAL, {"C3": None}, None),
        (SHEET, {}, None),
        (SHEET, {}, ONE),
    ],
    ids=["clean", "no year", "unknown project", "no project", "unknown", "answered"],
)
def test_every_door_says_and_stores_the_same(
    bureau, client, capsys, selfeval_round, evaluation_round, tmp_path, file, cells, choices
):
    path, told = changed(file, tmp_path, **cells), []
    for door in DOORS:
        undone = transaction.atomic()
        undone._from_testcase = True  # the test's own, so it doesn't count as a lock
        with undone:
            said, left = door(bureau, client, capsys).bring(path, choices), stored()
            transaction.set_rollback(True)
        if "previewed" in left["batches"]:  # the wizard waits for an answer where others give up
            left["batches"] = ["refused"]
        told.append((said, left))
    assert told[0] == told[1] == told[2]
    if choices or (not cells and file == SELFEVAL):
        assert left["batches"] == ["applied"]
        assert len(left["marks"]) > 5
    else:
        assert (left["reviews"], left["batches"]) == ([], ["refused"])
        assert set(said) & {"DR-31", "DR-32", "DR-33"}


@pytest.mark.parametrize("name", ["机密工程项目经费", "涉密信息系统建设"])
def test_a_secret_name_is_refused_once_neither_stored_nor_shown_back(
    door, selfeval_round, tmp_path, name
):
    assert door.bring(changed(SELFEVAL, tmp_path, C3=name)) == ["DR-16"]
    assert (StoredFile.objects.count(), Review.objects.count(), Subject.objects.count()) == (
        0,
        0,
        1,
    )
    assert name not in door.shown()
    for batch in ImportBatch.objects.all():
        assert (batch.state, batch.file) == ("refused", None)
        assert name not in json.dumps([batch.reading, batch.summary, batch.problems])
    for entry in Entry.objects.all():
        assert name not in f"{entry.label}{entry.why}{json.dumps(entry.data)}"


def test_a_secret_name_of_the_file_itself_is_not_kept_either(door, selfeval_round, tmp_path):
    name = "绝密工程.xlsx"
    assert door.bring(changed(SELFEVAL, tmp_path, name=name)) == ["DR-16"]
    assert StoredFile.objects.count() == 0
    assert "绝密工程" not in door.shown()
    assert "绝密工程" not in json.dumps([one.files for one in Intake.objects.all()])


def test_an_open_question_comes_with_what_may_be_answered(bureau, evaluation_round, capsys):
    command = Command(bureau, None, capsys)
    assert {"DR-31", "DR-32"} <= set(command.bring(SHEET))
    asked = json.loads(command.said)["unmatched"][0]
    assert "create" in asked["choices"]["0"]["unit"]
    assert "create" in asked["choices"]["0"]["subject"]
    assert asked["choices"]["0"]["skip"] == [True]


@pytest.mark.parametrize(
    "choices",
    [[], {"0": "create"}, {"0": {"unti": "x"}}, {"0": {"year": "2022"}}, {"0": {"skip": 1}}],
)
def test_answers_of_another_shape_are_named(bureau, evaluation_round, client, choices):
    machine = Machine(bureau, client, None)
    data = {
        "file": SimpleUploadedFile(SHEET.name, SHEET.read_bytes()),
        "choices": json.dumps(choices) if choices else "[1]",
    }
    answer = client.post("/api/v1/forms", data, headers=machine.headers)
    assert answer.status_code == 409
    assert "choices" in answer.json()["error"]
    assert not ImportBatch.objects.exists()


def test_an_answer_that_names_nothing_is_asked_again(door, evaluation_round, tmp_path):
    if isinstance(door, Wizard):
        return  # the match step says so at the field itself: test_imports_forms
    said = door.bring(changed(SHEET, tmp_path), {"0": {"unit": "没有的局", "subject": "create"}})
    assert {"DR-31", "DR-38"} <= set(said)
    assert Review.objects.count() == 0


LINES = [
    "项目代码,项目名称,预算单位,支付日期,凭证号,支付金额",
    "P001,水旱灾害防御经费,天长市水利局,2022-03-01,ZF001,1000.00",
    "P777,机密工程项目经费,天长市水利局,2022-03-02,ZF002,5.00",
]


@pytest.mark.parametrize("way", ["wizard", "command", "api"])
def test_a_secret_name_in_a_ledger_is_refused_at_every_door(bureau, client, capsys, tmp_path, way):
    path = tmp_path / "支付.csv"
    path.write_text("\n".join(LINES), encoding="utf-8")
    if way == "wizard":
        type(bureau.finance).objects.update(must_change_password=False)
        client.force_login(bureau.finance)
        data = {"file": SimpleUploadedFile("支付.csv", path.read_bytes()), "source": "treasury"}
        answer = client.post(reverse("desk:ledgers"), data)
        intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
        read_ledger.func(intake.pk, bureau.finance.pk)
        intake.refresh_from_db()
        said = codes(intake.files[0]["outcome"]["problems"])
        shown = json.dumps(intake.files, ensure_ascii=False)
        shown += client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    elif way == "command":
        args = parser().parse_args(["import", str(path), "--create", "--leave-out"])
        args.run(args)
        shown = capsys.readouterr().out
        said = codes(json.loads(shown)["problems"])
    else:
        token = make_token(user=bureau.finance, name="试验", days=30, by=None)[1]
        body = {
            "columns": LINES[0].split(","),
            "rows": [line.split(",") for line in LINES[1:]],
            "create": True,
            "leave_out": True,
        }
        answer = client.post(
            "/api/v1/ledgers",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        shown, said = answer.content.decode(), codes(answer.json()["problems"])
    assert said == ["DR-16"]
    assert "机密工程" not in shown
    assert (StoredFile.objects.count(), Spending.objects.count(), Subject.objects.count()) == (
        0,
        0,
        1,
    )


def test_a_fault_inside_a_form_is_received_with_it_and_stops_the_hand_in(
    door, bureau, selfeval_round, tmp_path
):
    row = read_file(SELFEVAL)["forms"][0]["indicators"][0]
    above = float(row["weight"]["value"]) + 5
    said = door.bring(changed(SELFEVAL, tmp_path, **{row["score"]["cell"]: above}))
    assert "ZP-11" in said
    review = Review.objects.get()
    assert "ZP-11" in codes([p for p in review.problems if p["level"] == "阻断"])
    assert review.marks.order_by("pk").first().published_points == above
    with pytest.raises(NotAllowed, match="报送"):
        submit_review(review=review, by=bureau.clerk, version=review.version)


def test_a_score_sheet_fits_a_departments_round_where_somebody_says_so(bureau, tmp_path, capsys):
    open_round(
        division=bureau.division,
        kind="department_evaluation",
        name="2024部门评价",
        work_year=2025,
        fiscal_year=2024,
        by=None,
    )
    command = Command(bureau, None, capsys)
    answer = {"unit": "示例单位乙", "subject": "create"}
    assert "DR-34" in command.bring(changed(SHEET, tmp_path), {"0": answer})
    assert "2024部门评价" in json.loads(command.said)["unmatched"][0]["choices"]["0"]["round"]
    command.bring(changed(SHEET, tmp_path), {"0": {**answer, "round": "2024部门评价"}})
    assert Review.objects.get().kind == "department_evaluation"


def test_what_waits_in_the_queue_is_found_in_the_new_room(db):
    migration = import_module("wenxiao.intake.migrations.0001_task_paths")
    paths = ("wenxiao.reviews.tasks.read", "wenxiao.followup.tasks.apply", "other.task")
    for path in paths:
        DBTaskResult.objects.create(
            task_path=path, args_kwargs={"args": [1], "kwargs": {}}, backend_name="default"
        )
    migration.forward(apps, None)
    moved = set(DBTaskResult.objects.values_list("task_path", flat=True))
    assert moved == {"wenxiao.intake.tasks.read", "wenxiao.intake.tasks.apply", "other.task"}
    for path in moved - {"other.task"}:
        assert import_string(path)
    migration.backward(apps, None)
    assert set(DBTaskResult.objects.values_list("task_path", flat=True)) == set(paths)


def test_a_code_the_division_made_blocking_keeps_a_file_out_at_every_door(
    door, bureau, selfeval_round, tmp_path
):
    """A hidden column only hints; the division's own measure says they may not come in (DR-23)."""
    book = openpyxl.load_workbook(SELFEVAL)
    book.active.column_dimensions["F"].hidden = True
    book.save(tmp_path / "表.xlsx")
    rule = {"rule": "codes", "from": "2021-01-01", "document": "示例区办法", "clause": "第三条"}
    rule |= {"standing": "未核", "content": {"codes": {"DR-23": {"level": "阻断"}}}}
    type(bureau.division).objects.update(rules=[rule])
    assert "DR-23" in door.bring(tmp_path / "表.xlsx")
    assert Review.objects.count() == 0
