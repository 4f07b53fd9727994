"""Units and projects nobody knows: matched, made or left out by a person's
word, the same in the wizard and the command.
"""

import pytest
from tests.intake.ledger.test_ledger import HEAD, projects, take, told  # noqa: F401 - fixtures used by name

from wenxiao.budget.models import Spending, Subject
from wenxiao.intake.ledger import LedgerAnswers
from wenxiao.orgs.models import Unit
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [
    "新设局,360191000000000000071,数字乡村,2021-03-02,V010,一般公共预算,5",
    "新设局,360191000000000000072,智慧农业,2021-03-03,V011,一般公共预算,6",
    "新设局,360191000000000000071,数字乡村,2021-03-04,V012,一般公共预算,7",
]


def test_an_unknown_unit_and_its_projects_are_asked_about(take, projects):
    outcome = take(ROWS)
    assert [(u.kind, u.choice) for u in outcome.unmatched] == [
        ("unit", "unit:新设局"),
        ("project", "360191000000000000071"),
        ("project", "360191000000000000072"),
    ]
    assert told(outcome) == [("DR-65", 2), ("DR-65", 3), ("DR-65", 4)]
    assert outcome.as_json()["unmatched"][0]["choice"] == "unit:新设局"


def test_both_are_made_on_a_word_and_go_with_the_batch(take, projects):
    outcome = take(ROWS, choices=LedgerAnswers(create=True))
    assert (outcome.stored, outcome.accepted, outcome.unmatched) == (True, 3, [])
    unit = Unit.objects.get(name="新设局")
    assert set(Subject.objects.filter(unit=unit).values_list("name", flat=True)) == {
        "数字乡村",
        "智慧农业",
    }
    assert Spending.objects.filter(dossier__unit=unit).count() == 3
    assert Entry.objects.filter(act="新增单位", target_id=unit.pk).exists()
    assert Entry.objects.get(act="导入").data["choices"]["create"] is True
    again = take([*ROWS, ROWS[0].replace("V010", "V013")], choices=LedgerAnswers(create=True))
    assert (
        again.difference["new"],
        again.difference["same"],
        Unit.objects.filter(name="新设局").count(),
    ) == (1, 3, 1)
    for batch in ImportBatch.objects.order_by("-pk"):
        undo_batch(batch=batch, by=None, why="不该新建")
    assert not Unit.objects.filter(name="新设局").exists()
    assert not Subject.objects.filter(name="智慧农业").exists()


def test_a_unit_is_matched_by_word_and_its_projects_are_found_in_it(take, projects, unit):
    rows = ["教育和体育局,,校园安保,2021-03-02,V010,一般公共预算,5"]
    assert told(take(rows)) == [("DR-65", 2)]
    outcome = take(rows, choices=LedgerAnswers(matches={"unit:教育和体育局": unit.pk}))
    assert outcome.stored
    assert Spending.objects.get().dossier.subject == projects[0]
    assert ImportBatch.objects.get().choices["matches"] == {"unit:教育和体育局": str(unit.pk)}


def test_one_unit_made_one_left_out(take, projects):
    rows = [*ROWS, "别县局,360191000000000000079,外县项目,2021-03-02,V020,一般公共预算,5"]
    said = {"unit:新设局": "create", "unit:别县局": "skip", "360191000000000000071": "create"}
    asked = take(rows, choices=LedgerAnswers(matches=said))
    assert [u.choice for u in asked.unmatched] == ["360191000000000000072"]
    outcome = take(rows, choices=LedgerAnswers(matches={**said, "360191000000000000072": "skip"}))
    assert (outcome.stored, outcome.accepted, outcome.left_out) == (True, 2, 2)
    assert not Unit.objects.filter(name="别县局").exists()
    assert not Subject.objects.filter(name="智慧农业").exists()


def test_a_unit_is_not_made_for_lines_that_do_not_enter(take, projects):
    rows = ["新设局,360191000000000000001,校园安保,2021-03-02,V010,一般公共预算,5"]
    assert take(rows, choices=LedgerAnswers(create=True)).stored
    assert not Unit.objects.filter(name="新设局").exists()


def test_one_code_under_two_units_is_one_project(take, projects):
    rows = [ROWS[0], ROWS[2].replace("新设局", "教体局")]
    outcome = take(rows, choices=LedgerAnswers(create=True))
    assert (outcome.stored, Subject.objects.filter(code="360191000000000000071").count()) == (
        True,
        1,
    )


def test_who_may_not_keep_units_cannot_make_one(take, projects, division):
    from wenxiao.intake.ledger.matching import CREATE
    from wenxiao.orgs.services import create_user, grant

    user = create_user(division=division, username="guoku", name="国库", by=None)
    grant(user=user, role="treasury", division=division, by=None)
    outcome = take(ROWS, choices=LedgerAnswers(matches={"unit:新设局": CREATE}), by=user)
    assert told(outcome) == [("DR-65", 2), ("DR-65", 3), ("DR-65", 4)]


@pytest.mark.parametrize(
    "row",
    [
        ROWS[0].replace("新设局", "很长的单位名" * 40),
        ROWS[0].replace(ROWS[0].split(",")[2], "很长的项目名" * 60),
    ],
)
def test_a_name_too_long_is_refused_by_name_and_nothing_is_stored(take, projects, row):
    before = (Unit.objects.count(), Subject.objects.count())
    with pytest.raises(NotAllowed, match=r"很长的.*超过 \d+ 字.*DR-76"):
        take([row], choices=LedgerAnswers(create=True))
    assert (Unit.objects.count(), Subject.objects.count()) == before
    assert not ImportBatch.objects.exists()
