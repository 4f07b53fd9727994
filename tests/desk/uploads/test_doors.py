"""Every address that takes files answers before anything is read, and reads without a lock."""

from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.large import honest_workbook
from tests.reach import SOAK
from tests.task_queue import work_off

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import dossiers_of
from wenxiao.files.forms.forms import Reading
from wenxiao.files.pool import Pool, _refused
from wenxiao.followup.services import order_rectification
from wenxiao.intake import queueing
from wenxiao.intake.queueing import HEAVY_BYTES
from wenxiao.orgs.services.tokens import make_token
from wenxiao.pages import brought_files
from wenxiao.records.models import Document, StoredFile, Upload
from wenxiao.reviews.assistance import Assistance
from wenxiao.reviews.services.framing import OWN
from wenxiao.rulebook.problems import Problem
from wenxiao.site.serving import _web
from wenxiao.store.locks import nothing_held
from wenxiao.targets.models import Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS, MANY = 50_000, 200_000 if SOAK else 5_000
"""The gate alone looks at 200 000 for five seconds, at each of the doors; what their queue calls
large is as little as they bring.
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The honest workbook of so many rows, large for the queue."""
    made = honest_workbook(tmp_path_factory.mktemp("large") / "支付明细.xlsx", ROWS).read_bytes()
    assert len(made) > HEAVY_BYTES
    return made


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """One of as many as each door gets."""
    return honest_workbook(tmp_path_factory.mktemp("many") / "支付明细.xlsx", MANY).read_bytes()


@pytest.fixture
def place(small, settings, tmp_path):
    settings.MEDIA_ROOT, settings.HOME = tmp_path / "files", tmp_path
    small.self_review.state = "filling"
    small.self_review.save()
    return small


def proof(place, inside, file):
    data = {"files": [file], "kind": "acceptance", "clean": "yes", "title": "验收"}
    return inside(place.clerk).post(f"/dossiers/{place.dossiers[0].pk}/materials/add", data)


def version(place, inside, file):
    from wenxiao.evidence.services import hand_in_material
    from wenxiao.records.services import store_file

    first = store_file(division=place.division, by=place.clerk, name="旧.pdf", content=b"old")
    row = hand_in_material(
        dossier=place.dossiers[0], indicators=[], file=first, kind="acceptance", by=place.clerk
    )
    data = {"file": file, "clean": "yes", "version": row.version}
    return inside(place.clerk).post(f"/materials/{row.pk}/replace/do", data)


def signature(place, inside, file):
    place.self_review.state, place.self_review.step = "submitted", 0
    place.self_review.save()
    address = f"/filling/{place.self_review.pk}/judge/paper"
    return inside(place.clerk).post(address, {"scan": file, "version": place.self_review.version})


def rectification(place, inside, file):
    finding = place.dossiers[0].findings.get(state="confirmed")
    item = order_rectification(finding=finding, by=place.officer, deadline=date(2099, 1, 1))
    data = {"proof": file, "reply": "已改", "version": item.version}
    return inside(place.clerk).post(f"/rectifications/{item.pk}/reply/do", data)


def paper(place, inside, file):
    data = {"kind": "measures", "title": "办法", "number": "1号", "file": file}
    return inside(place.officer).post("/documents/add", data)


def paper_changed(place, inside, file):
    row = Document.objects.create(division=place.division, kind="measures", title="旧办法")
    data = {"kind": "measures", "title": "办法", "why": "补原文", "seen_title": "旧办法"}
    return inside(place.officer).post(f"/documents/{row.pk}/edit", {**data, "file": file})


def words_of_a_paper(place, inside, file):
    row = Document.objects.create(division=place.division, kind="law", title="示例条例")
    text = SimpleUploadedFile("条文.txt", b"1 article\n".ljust(file.size, b"x"))
    return inside(place.officer).post(f"/documents/{row.pk}/articles", {"file": text, "why": "试"})


def library(place, inside, file):
    return inside(place.officer).post("/library/import", {"file": file})


def forms(place, inside, file):
    return inside(place.officer).post("/imports", {"files": [file], "token": "t"})


def ledger(place, inside, file):
    return inside(place.officer).post("/imports/ledgers", {"file": file, "token": "l"})


def signed_for_units(place, inside, file):
    review = place.self_review
    data = {"tick": f"{review.pk}:{review.version}", "why": "单位停网", "scan": file}
    return inside(place.officer).post(f"/rounds/{review.round_id}/received/submit", data)


def signed_target(place, inside, file):
    target = Target.objects.filter(dossier__unit=place.units[0]).first()
    data = {"version": target.version, "why": "单位停网", "scan": file}
    return inside(place.officer).post(f"/targets/{target.pk}/submit-for", data)


def adjustment(place, inside, file):
    target = Target.objects.filter(dossier__unit=place.units[0]).first()
    data = {"why": "年中追加预算", "proof": file}
    return inside(place.clerk).post(f"/targets/{target.pk}/adjust", data)


def answered_row(place, inside, file):
    review = place.self_review
    row = review.target.indicators.order_by("order").first()
    data = {"asked_of": "养护科", "question": "公里数", "road": "workbook"}
    data["until"] = (timezone.localdate() + timedelta(days=7)).isoformat()
    client = inside(place.clerk)
    client.post(f"/filling/{review.pk}/assistance/{row.pk}", data)
    asked = Assistance.objects.get(review=review)
    return client.post(f"/assistances/{asked.pk}/back", {"book": file})


DOORS = {
    "dossiers/<int:pk>/materials/add": proof,
    "materials/<int:pk>/<str:act>/do": version,
    "filling/<int:pk>/judge/<str:act>": signature,
    "rectifications/<int:pk>/<str:act>/do": rectification,
    "documents/add": paper,
    "documents/<int:pk>/edit": paper_changed,
    "documents/<int:pk>/articles": words_of_a_paper,
    "library/import": library,
    "imports": forms,
    "imports/ledgers": ledger,
    "rounds/<int:pk>/received/submit": signed_for_units,
    "targets/<int:pk>/submit-for": signed_target,
    "targets/<int:pk>/adjust": adjustment,
    "assistances/<int:pk>/back": answered_row,
}
PHOTOGRAPHS = {"assist/<str:token>"}
"""Who has no account hands in a photograph: judged by its bytes, no workbook is taken
(tests/desk/filling/test_assisting.py).
"""
MACHINES = {"api/v1/forms"}
"""A machine waits for its answer; how long it may take stands in test_a_machine's below."""
BRIEF = {
    "evaluations/<int:pk>/<int:dossier>": ("wenxiao.desk.evaluations.online", "体系.xlsx"),
    "reviews/<int:pk>/frame/file": ("wenxiao.desk.evaluations.online", "体系.xlsx"),
    "reviews/<int:pk>/package": ("wenxiao.desk.evaluations.packages", "底稿.xlsx"),
    "reviews/<int:pk>/reconcile": ("wenxiao.desk.evaluations.reconciling", "报告.docx"),
    "surveys/<int:pk>/file": ("wenxiao.desk.filling.survey_file", "答卷.xlsx"),
}
"""One paper of one evaluation or survey: address, module, a file of the name it takes."""
SMALL = {"targets/layouts", "targets/<int:pk>/workbook", *BRIEF}
"""Headings and one target's, evaluation's or survey's own paper are read while the person waits:
so small and so briefly as tried below.
"""


def doors():
    """The addresses that take files, from the addresses themselves."""
    found = {}

    def walk(patterns, before=""):
        for one in patterns:
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, before + str(one.pattern))
            elif getattr(one.callback, "files", False):
                found[before + str(one.pattern)] = one.callback

    walk(get_resolver().url_patterns)
    return found


def test_every_address_that_takes_files_is_tried_here():
    assert set(doors()) == set(DOORS) | MACHINES | SMALL | PHOTOGRAPHS


@pytest.mark.soak
@pytest.mark.engine
@pytest.mark.parametrize("door", DOORS)
def test_a_large_file_is_answered_before_it_is_read(door, place, inside, many, monkeypatch):
    """Very many honest rows: the page answers with where to look, no child
    was asked; then it is read without a lock.
    """
    read = []
    monkeypatch.setattr(queueing, "HEAVY_BYTES", min(HEAVY_BYTES, len(many) - 1))

    def refused(*_args, **_named):
        raise AssertionError("read while the page was answered")

    for way in ("read", "forms", "map"):
        monkeypatch.setattr(Pool, way, refused)
    answer = DOORS[door](place, inside, SimpleUploadedFile("支付明细.xlsx", many))
    assert answer.status_code == 302, answer.content.decode()[:800]

    too_slow = Problem("DR-48", "阻断", "太慢", mend="请拆分")

    def looked(_pool, path, what, **_named):
        nothing_held()
        read.append(path.stat().st_size)
        return _refused(path, what, too_slow)

    def formed(_pool, path):
        nothing_held()
        read.append(path.stat().st_size)
        return Reading(file=path.name, kind=None, forms=[], problems=[too_slow])

    monkeypatch.setattr(Pool, "read", looked)
    monkeypatch.setattr(Pool, "forms", formed)
    monkeypatch.setattr(Pool, "map", lambda pool, paths: [formed(pool, path) for path in paths])
    work_off()
    assert read == [len(many)]


def test_a_form_of_headings_is_small_and_read_for_seconds(place, inside, large, monkeypatch):
    from wenxiao.desk.targets import layouts

    asked = []

    def read(path, what, *, seconds):
        nothing_held()
        asked.append(seconds)
        return {"book": None, "problems": [{"text": "读不出"}]}

    monkeypatch.setattr(layouts, "read_in_child", read)
    monkeypatch.setattr(layouts, "LARGEST", len(large) - 1)
    client = inside(place.officer)
    form = {"name": "清单", "file": SimpleUploadedFile("表样.xlsx", large)}
    assert client.post("/targets/layouts", form).status_code == 409
    assert asked == [], "too large to be read"
    form["file"] = SimpleUploadedFile("表样.xlsx", b"PK")
    assert client.post("/targets/layouts", form).status_code == 409
    assert asked == [layouts.SECONDS]
    assert layouts.SECONDS <= 10


def test_a_targets_workbook_is_small_and_read_for_seconds(place, inside, large, monkeypatch):
    from wenxiao.desk.targets import paper

    asked = []

    def read(path, what, *, seconds):
        nothing_held()
        asked.append(seconds)
        return {"book": None, "problems": [{"text": "读不出"}]}

    monkeypatch.setattr(brought_files, "read_in_child", read)
    monkeypatch.setattr(paper, "_must_fill", lambda request, row: None)
    target = Target.objects.filter(dossier__unit=place.units[0]).first()
    client, address = inside(place.clerk), f"/targets/{target.pk}/workbook"
    assert len(large) > paper.FILES.largest
    refused = client.post(address, {"file": SimpleUploadedFile("离线表.xlsx", large)})
    assert (refused.status_code, asked) == (409, []), "too large to be read"
    refused = client.post(address, {"file": SimpleUploadedFile("离线表.xlsx", b"PK")})
    assert (refused.status_code, asked) == (409, [brought_files.SECONDS])
    assert brought_files.SECONDS <= 10


@pytest.mark.parametrize("door", BRIEF)
def test_one_paper_is_small_and_read_for_seconds(door, place, inside, monkeypatch):
    """Too large a file is refused unread; any other is read without a lock, for ten seconds."""
    module = import_module(BRIEF[door][0])
    asked = []

    def read(_path, _what, *, seconds=None):
        nothing_held()
        asked.append(seconds)
        return {"book": None, "problems": [{"text": "读不出"}]}

    class Children:
        def __init__(self, _workers, *, seconds):
            self.seconds = seconds

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def read(self, path, what):
            return read(path, what, seconds=self.seconds)

        def forms(self, path):
            return Reading(file=path.name, kind=None, forms=[], problems=[])

    row = place.self_review
    row.kind, row.review_id, row.review = "finance_evaluation", row.pk, row
    row.indicator_id, row.criterion_id = 1, None
    for name, stand_in in {
        **dict.fromkeys(("_framed", "_review", "review_of", "_survey", "asked_by"), lambda *_: row),
        **dict.fromkeys(("may", "_must_write", "_seat"), lambda *_: True),
        "forms": SimpleNamespace(form_of=lambda _: None, written=lambda *_: b"PK"),
        "read_in_child": read,
        "Pool": Children,
    }.items():
        if hasattr(module, name):
            monkeypatch.setattr(module, name, stand_in)
    monkeypatch.setattr(brought_files, "read_in_child", read)
    taken = getattr(module, "FILES", None)
    largest = taken.largest if taken else module.LARGEST
    seconds = brought_files.SECONDS if taken else module.SECONDS
    client = inside(place.clerk if "filling" in BRIEF[door][0] else place.officer)
    address = "/" + door.replace("<int:pk>", str(row.pk))
    if "<int:dossier>" in door:
        again = Round.objects.get(pk=place.finance.pk)
        again.pk, again._state.adding, again.name = None, True, "补评"
        again.save()
        address = f"/evaluations/{again.pk}/{dossiers_of(again).first().pk}"
    kept = StoredFile.objects.count()

    def sent(size):
        file = SimpleUploadedFile(BRIEF[door][1], b"PK".ljust(size))
        return client.post(address, {"file": file, "version": 0, "frame": OWN}).status_code

    assert (sent(largest + 1), asked) == (409, []), "too large to be read"
    assert (sent(2), set(asked)) == (409, {seconds})
    assert seconds <= 10
    assert StoredFile.objects.count() == kept


def test_a_machine_is_answered_before_the_server_gives_up():
    from wenxiao.api.views import READ_SECONDS

    command = _web("127.0.0.1", 1, 2)
    assert float(command[command.index("--timeout") + 1]) > READ_SECONDS * 2


def test_a_machines_form_is_read_with_that_limit(place, client, monkeypatch):
    from wenxiao.api.views import READ_SECONDS
    from wenxiao.orgs.models import Grant, Role

    Grant.objects.create(user=place.officer, role=Role.TREASURY, division=place.division)
    _, token = make_token(user=place.officer, name="试验", days=30, by=None)
    given = []
    monkeypatch.setattr(
        "wenxiao.intake.unattended.forms_in_child",
        lambda path, seconds, **_: (
            given.append(seconds) or Reading(file=path.name, kind=None, forms=[], problems=[])
        ),
    )
    file = SimpleUploadedFile("自评.xlsx", b"PK")
    headers = {"Authorization": f"Bearer {token}"}
    client.post("/api/v1/forms", {"file": file, "dry_run": "1"}, headers=headers)
    assert given == [READ_SECONDS]


@pytest.mark.parametrize("address", ["/theme", "/login", "/documents/1/edit", "/search"])
def test_no_other_address_takes_a_file(address, place, inside):
    client = inside(place.officer)
    answer = client.post(address, {"file": SimpleUploadedFile("x.pdf", b"x")})
    route = get_resolver().resolve(address)
    assert answer.status_code in ({400, 405} if not route.func.files else {404})


def waiting(place, inside):
    file = SimpleUploadedFile("统计.csv", "姓名\n甲\n".encode())
    answer = proof(place, inside, file)
    return Upload.objects.get(), answer["Location"]


def test_the_page_says_how_far_it_is_and_asks_again_without_script(place, inside):
    upload, address = waiting(place, inside)
    client = inside(place.clerk)
    page = client.get(address)
    assert page["Refresh"] == "2"
    assert "已读 0 / 1 份" in page.content.decode()
    assert "统计.csv" in client.get(upload.back).content.decode()
    work_off()
    done = client.get(address)
    assert (done.status_code, done["Location"]) == (302, upload.back)
    assert "已收佐证 1 份" in client.get(upload.back).content.decode()
    assert place.dossiers[0].materials.filter(file__name="统计.csv").count() == 1


def test_what_was_sent_can_be_taken_back(place, inside, settings):
    upload, address = waiting(place, inside)
    client = inside(place.clerk)
    assert client.post(f"{address}/cancel").status_code == 302
    work_off()
    upload.refresh_from_db()
    assert upload.state == "cancelled"
    assert not place.dossiers[0].materials.filter(file__name="统计.csv").exists()
    assert not StoredFile.objects.filter(name="统计.csv").exists()
    assert not (settings.HOME / "uploads" / str(upload.pk)).exists()
    assert client.get(address).status_code == 302


def test_anothers_upload_is_not_there(place, inside):
    _, address = waiting(place, inside)
    assert inside(place.officer).get(address).status_code == 404
    assert inside(place.officer).post(f"{address}/cancel").status_code == 404


def test_what_is_refused_is_told_with_what_was_typed(place, inside, settings):
    file = SimpleUploadedFile("坏.xlsx", b"PK nothing")
    answer = proof(place, inside, file)
    client = inside(place.clerk)
    work_off()
    upload = Upload.objects.get()
    assert "未收下" in client.get(upload.back).content.decode()
    page = client.get(answer["Location"])
    assert page.status_code == 409
    assert "坏.xlsx" in page.content.decode()
    assert "验收" in page.content.decode()
    assert "未收下" not in client.get(upload.back).content.decode(), "it was read"
    assert not (settings.HOME / "uploads" / str(upload.pk)).exists()


@pytest.mark.engine
def test_a_picture_whose_web_process_died_is_taken_up_by_the_worker(place, inside, monkeypatch):
    """Received and queued in one transaction: killed before the act, the worker does it once."""

    def killed(_upload):
        raise SystemExit(9)

    file = SimpleUploadedFile("验收.pdf", b"%PDF-1.4\n%%EOF\n")
    with monkeypatch.context() as patch:
        patch.setattr("wenxiao.intake.uploads.carry_now", killed)
        with pytest.raises(SystemExit):
            proof(place, inside, file)
    assert Upload.objects.get().state == "waiting"
    DBTaskResult.objects.update(run_after=timezone.now())
    work_off()
    assert Upload.objects.get().state == "done"
    assert place.dossiers[0].materials.filter(file__name="验收.pdf").count() == 1
