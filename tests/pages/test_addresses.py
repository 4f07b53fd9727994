"""Every address names who may see it; one that is missing here fails."""

import json
import re

import pytest
from django.urls import get_resolver

from wenxiao.orgs.permissions import POWERS
from wenxiao.pages.views import OPEN, view
from wenxiao.site.addresses import addresses
from wenxiao.site.command import main

PUBLIC = {
    "open": "anyone",
    "open/units": "anyone",
    "open/data": "anyone",
    "open/data.xlsx": "anyone",
    "open/data.csv": "anyone",
    "open/data.json": "anyone",
    "open/schema.json": "anyone",
    "open/<int:pk>": "anyone",
    "open/<int:pk>/result.xlsx": "anyone",
    "open/<int:pk>/comment": "anyone",
    "api/v1/openapi.json": "anyone",
    **dict.fromkeys(
        (
            "api/v1/subjects",
            "api/v1/dossiers",
            "api/v1/targets",
            "api/v1/actuals",
            "api/v1/reviews",
            "api/v1/findings",
            "api/v1/rectifications",
            "api/v1/uses",
            "api/v1/documents",
        ),
        "see_unit",
    ),
    "api/v1/disclosures": "disclose",
    "api/v1/dossiers/<int:pk>/money": "see_unit",
    "api/v1/dossiers/<int:pk>/reviews": "see_unit",
    "api/v1/ledgers": "import",
    "api/v1/forms": "see_unit",
    "disclosures": "disclose",
    "disclosures/site.zip": "disclose",
    "disclosures/reviews/<int:pk>": "disclose",
    "disclosures/<int:pk>/<str:act>/do": "disclose",
    "disclosures/comments/<int:pk>": "disclose",
}
MATRIX = {
    **PUBLIC,
    "": "login",
    "login": "anyone",
    "login/code": "anyone",
    "second-factor": "login",
    "logout": "anyone",
    "password": "login",
    "forgotten": "anyone",
    "forgotten/claim": "anyone",
    "people/resets": "login",
    "people/resets/<int:pk>/<str:act>": "login",
    "people/sheets": "login",
    "people/sheets/<str:act>": "login",
    "help": "login",
    "help/about": "login",
    "help/<str:name>": "login",
    "help/pictures/<str:name>": "login",
    "theme": "anyone",
    "components": "anyone",
    "health": "anyone",
    "uploads/<int:pk>": "login",
    "uploads/<int:pk>/cancel": "login",
    "imports/<int:pk>/stop": "see_unit",
    "subjects": "see_unit",
    "targets": "see_unit",
    "targets/<int:pk>": "see_unit",
    "library": "see_unit",
    "library/new": "see_unit",
    "library/fill": "manage_rules",
    "library/import": "manage_rules",
    "library/<int:pk>": "see_unit",
    "library/<int:pk>/<str:act>/do": "see_unit",
    "library/offered/<int:pk>": "fill",
    "ex-ante": "see_unit",
    "ex-ante/rounds/<int:pk>/<int:dossier>": "fill",
    "ex-ante/<int:pk>": "see_unit",
    "ex-ante/<int:pk>/begin": "evaluate",
    "ex-ante/<int:pk>/meeting": "evaluate",
    "ex-ante/<int:pk>/conclude": "evaluate",
    "ex-ante/<int:pk>/report": "see_unit",
    "targets/start": "fill",
    "targets/scope": "manage_round",
    "targets/rounds/<int:pk>": "see_unit",
    "targets/review": "see_unit",
    "targets/returns": "see_unit",
    "targets/<int:pk>/form": "see_unit",
    "targets/<int:pk>/alike": "see_unit",
    "targets/<int:pk>/workbook": "fill",
    "targets/<int:pk>/compare": "fill",
    "targets/<int:pk>/withdraw": "submit",
    "targets/alike": "see_unit",
    "targets/approval": "approve_target",
    "targets/<int:pk>/fill": "fill",
    "targets/<int:pk>/adjust": "fill",
    "targets/<int:pk>/keep": "fill",
    "targets/<int:pk>/rubric": "see_unit",
    "targets/<int:pk>/opinion": "see_unit",
    "targets/<int:pk>/engage": "manage_round",
    "targets/<int:pk>/proof": "see_unit",
    "targets/budget-changes": "see_unit",
    "targets/<int:pk>/judge": "see_unit",
    "targets/layouts": "import",
    "targets/layouts/<int:pk>": "import",
    "targets/layouts/<int:pk>/export": "import",
    "subjects/list.xlsx": "see_unit",
    "subjects/problems": "see_unit",
    "subjects/coverage": "see_unit",
    "departments": "see_unit",
    "departments/<int:pk>/<int:fiscal>": "see_unit",
    "subjects/batch": "manage_round",
    "dossiers/<int:pk>": "see_unit",
    "dossiers/<int:pk>/spending": "see_unit",
    "dossiers/<int:pk>/materials": "see_unit",
    "dossiers/<int:pk>/materials/add": "see_unit",
    "materials/<int:pk>/file": "see_unit",
    "materials/<int:pk>/<str:act>/do": "see_unit",
    "dossiers/<int:pk>/plan": "see_unit",
    "dossiers/<int:pk>/kind": "see_unit",
    "dossiers/<int:pk>/plan/<int:step>/done": "fill",
    "dossiers/<int:pk>/about": "import",
    "dossiers/<int:pk>/restriction": "disclose",
    "marks/<int:pk>/why": "see_unit",
    "search": "login",
    "search/list": "login",
    "search/opened": "login",
    "search/letters": "login",
    "preparations": "login",
    "preparations/sample.zip": "login",
    "subjects/views": "see_unit",
    "watch": "see_unit",
    "monitoring": "see_unit",
    "monitoring/<int:year>/key.docx": "confirm_finding",
    "monitoring/<int:pk>": "see_unit",
    "monitoring/<int:pk>/report.docx": "see_unit",
    "monitoring/<int:pk>/<int:dossier>": "see_unit",
    "monitoring/<int:pk>/<int:dossier>/report.docx": "see_unit",
    "rounds/<int:pk>/settle": "see_unit",
    "rounds/<int:pk>/settle/ticked": "see_unit",
    "rounds/<int:pk>/settled": "see_unit",
    "rounds/<int:pk>/received": "see_unit",
    "rounds/<int:pk>/received/register": "see_unit",
    "rounds/<int:pk>/received/submit": "submit_for",
    "targets/<int:pk>/submit-for": "submit_for",
    "monitoring/notes/<int:pk>": "evaluate",
    "rounds/<int:pk>/dossiers/<int:dossier>/begin": "fill",
    "selfeval": "see_unit",
    "selfeval/<int:pk>": "see_unit",
    "selfeval/<int:pk>/recheck": "see_unit",
    "selfeval/<int:pk>/recheck/draw": "see_unit",
    "filling/<int:pk>": "see_unit",
    "filling/<int:pk>/rows": "fill",
    "filling/<int:pk>/money": "fill",
    "filling/<int:pk>/report.docx": "see_unit",
    "filling/<int:pk>/survey/<int:indicator>": "fill",
    "surveys/<int:pk>/file": "fill",
    "surveys/<int:pk>/columns": "fill",
    "surveys/<int:pk>/<str:act>/do": "fill",
    "survey/<str:token>": "anyone",
    "reviews/<int:pk>/consensus": "evaluate",
    "reviews/<int:pk>/scores": "evaluate",
    "reviews/<int:pk>/scores/<int:number>/return": "evaluate",
    "filling/<int:pk>/submit": "submit",
    "filling/<int:pk>/scan": "see_unit",
    "filling/<int:pk>/judge/<str:act>": "see_unit",
    "marks/<int:pk>/value": "see_unit",
    "evaluations": "see_unit",
    "selfeval/samples/<int:pk>/start": "see_unit",
    "selfeval/rechecks/<int:pk>": "see_unit",
    "selfeval/rechecks/<int:pk>/tell": "confirm_finding",
    "reviews/<int:pk>/opinions": "evaluate",
    "reviews/<int:pk>/papers": "evaluate",
    "reviews/<int:pk>/papers/rows": "evaluate",
    "reviews/<int:pk>/package": "evaluate",
    "reviews/<int:pk>/package/compare": "evaluate",
    "reviews/<int:pk>/papers.docx": "evaluate",
    "reviews/<int:pk>/papers/<int:number>": "evaluate",
    "reviews/<int:pk>/scoring.docx": "evaluate",
    "opinions/<int:pk>": "see_unit",
    "opinions/<int:pk>/opinions.docx": "see_unit",
    "opinions/<int:pk>/decide/<int:number>": "evaluate",
    "opinions/<int:pk>/<str:act>": "see_unit",
    "evaluations/plans": "manage_round",
    "evaluations/plans/new": "manage_round",
    "evaluations/plans/<int:pk>": "manage_round",
    "evaluations/plans/<int:pk>/<str:act>": "manage_round",
    "evaluations/<int:pk>/notices": "see_unit",
    "evaluations/<int:pk>/announce": "manage_round",
    "evaluations/<int:pk>/workplan.docx": "manage_round",
    "evaluations/<int:pk>/assign": "manage_round",
    "evaluations/notices/<int:pk>/sign": "fill",
    "evaluations/notices/<int:pk>.docx": "see_unit",
    "reviews/<int:pk>": "see_unit",
    "reviews/<int:pk>/marks": "evaluate",
    "reviews/<int:pk>/panel": "evaluate",
    "reviews/<int:pk>/suggestions": "evaluate",
    "reviews/<int:pk>/problems": "evaluate",
    "evaluations/<int:pk>/<int:dossier>": "evaluate",
    "reviews/<int:pk>/frame": "see_unit",
    "reviews/<int:pk>/frame/weights": "evaluate",
    "reviews/<int:pk>/frame/fix": "evaluate",
    "reviews/<int:pk>/audited": "evaluate",
    "reviews/<int:pk>/form.<str:kind>": "see_unit",
    "reviews/<int:pk>/letter.docx": "see_unit",
    "feedback/letters.zip": "see_unit",
    "reviews/<int:pk>/<str:act>/do": "see_unit",
    "dossiers/<int:pk>/reviews/<str:kind>": "see_unit",
    "findings": "see_unit",
    "findings/batch": "confirm_finding",
    "findings/draw": "confirm_finding",
    "findings/drawn": "confirm_finding",
    "findings/<int:pk>/decide": "confirm_finding",
    "findings/<int:pk>/reopen": "confirm_finding",
    "findings/catalogue": "confirm_finding",
    "findings/catalogue/add": "confirm_finding",
    "findings/catalogue/<int:pk>": "confirm_finding",
    "findings/common": "confirm_finding",
    "findings/common/arrange": "confirm_finding",
    "findings/matrix": "confirm_finding",
    "findings/matrix.xlsx": "confirm_finding",
    "findings/heat": "confirm_finding",
    "rectifications": "see_unit",
    "rectifications/board": "see_unit",
    "rectifications/ledger.xlsx": "see_unit",
    "rectifications/handover": "see_unit",
    "rectifications/handover.xlsx": "confirm_finding",
    "rectifications/handover.zip": "see_unit",
    "rectifications/accounts/<int:pk>.docx": "confirm_finding",
    "rectifications/<int:pk>": "see_unit",
    "rectifications/<int:pk>/proof": "see_unit",
    "rectifications/<int:pk>/<str:act>/do": "see_unit",
    "feedback": "see_unit",
    "feedback/<int:pk>/send": "confirm_finding",
    "notices/<int:pk>/receive": "fill",
    "training": "see_unit",
    "training/add": "manage_round",
    "training/lessons": "see_unit",
    "training/<int:pk>": "see_unit",
    "training/<int:pk>/sign": "see_unit",
    "training/<int:pk>/register": "manage_round",
    "uses": "see_unit",
    "uses/draw": "decide_use",
    "uses/drawn": "decide_use",
    "uses/propose": "decide_use",
    "uses/<int:pk>/decide": "decide_use",
    "uses/next": "see_unit",
    "uses/next/approved": "approve_target",
    "uses/next/list.xlsx": "see_unit",
    "uses/next/<int:pk>": "see_unit",
    "uses/next/<int:pk>/decide": "decide_use",
    "uses/next/<int:pk>/take": "decide_use",
    "uses/next/<int:pk>/sign": "sign_report",
    "uses/next/<int:pk>/reopen": "sign_report",
    "uses/next/<int:pk>/list/<str:name>": "see_unit",
    "uses/strict.xlsx": "decide_use",
    "report": "see_unit",
    "report/<int:year>": "see_unit",
    "report/<int:year>/figures/<path:ident>": "see_unit",
    "packages": "see_unit",
    "packages/<str:package>.zip": "see_unit",
    "packages/departments/<int:pk>/<str:occasion>": "see_unit",
    "packages/departments/<int:pk>/<str:occasion>.zip": "see_unit",
    "assessments": "see_unit",
    "assessments/prepare": "manage_round",
    "assessments/list.xlsx": "see_unit",
    "assessments/<int:pk>": "see_unit",
    "assessments/<int:pk>/points": "manage_round",
    "assessments/<int:pk>/confirm": "confirm",
    "assessments/<int:pk>/reopen": "confirm",
    "report/<int:year>/changes": "see_unit",
    "reports/<int:pk>/public": "sign_report",
    "reports/<int:pk>/holders": "disclose",
    "reports/<int:pk>/holders/told": "disclose",
    "report/<int:year>/briefs/<str:name>": "see_unit",
    "report/<int:year>/briefs/<str:name>/figures/<path:ident>": "see_unit",
    "report/<int:year>/briefs/<str:name>/files/<str:file>": "see_unit",
    "report/<int:year>/files/<str:name>": "see_unit",
    "report/<int:year>/seen": "write_report",
    "report/<int:year>/choices": "write_report",
    "report/<int:year>/write/<str:key>": "write_report",
    "report/<int:year>/write/<str:key>/preview": "write_report",
    "report/<int:year>/hand-in": "write_report",
    "report/<int:year>/take-back": "write_report",
    "report/<int:year>/send-back": "sign_report",
    "report/<int:year>/sign": "sign_report",
    "reports/<int:pk>": "see_unit",
    "reports/<int:pk>/figures/<path:ident>": "see_unit",
    "reports/<int:pk>/files/<str:version>/<str:name>": "see_unit",
    "reports/<int:pk>/correct": "sign_report",
    "reports/<int:pk>/instructions": "instruct",
    "instructions/<int:pk>": "see_unit",
    "instructions/<int:pk>/close": "see_unit",
    "reviews/<int:pk>/evaluation.docx": "evaluate",
    "imports": "see_unit",
    "imports/batches": "see_unit",
    "imports/ledgers": "import",
    "imports/ledgers/<int:pk>": "import",
    "imports/ledgers/<int:pk>/again": "import",
    "imports/ledgers/<int:pk>/import": "import",
    "imports/missing": "manage_round",
    "imports/missing/<int:pk>/excuse": "manage_round",
    "imports/missing/<int:pk>/letter": "manage_round",
    "imports/missing/<int:pk>/letters": "manage_round",
    "imports/<int:pk>": "see_unit",
    "imports/<int:pk>/progress": "see_unit",
    "imports/<int:pk>/go-on": "see_unit",
    "imports/<int:pk>/import": "see_unit",
    "imports/<int:pk>/newest": "see_unit",
    "imports/<int:pk>/again": "see_unit",
    "imports/<int:pk>/faults": "see_unit",
    "imports/<int:pk>/faults.xlsx": "see_unit",
    "imports/<int:pk>/faults/<int:number>.docx": "see_unit",
    "imports/files/<int:pk>": "see_unit",
    "imports/files/<int:pk>/original": "see_unit",
    "imports/files/<int:pk>/import": "see_unit",
    "imports/files/<int:pk>/leave": "see_unit",
    "imports/files/<int:pk>/again": "see_unit",
    "imports/files/<int:pk>/undo": "see_unit",
    "imports/files/<int:pk>/undo/progress": "see_unit",
    "imports/files/<int:pk>/undo/cancel": "see_unit",
    "rules": "see_unit",
    "rules/checks": "see_unit",
    "rules/rescore/<int:pk>": "manage_rules",
    "rules/<str:name>": "see_unit",
    "rules/<str:name>/change": "manage_rules",
    "rules/<str:name>/read": "manage_rules",
    "rules/<str:name>/read/second": "manage_rules",
    "documents": "see_unit",
    "documents/add": "manage_rules",
    "documents/<int:pk>": "see_unit",
    "documents/<int:pk>/file": "see_unit",
    "documents/<int:pk>/edit": "manage_rules",
    "documents/<int:pk>/articles": "manage_rules",
    "people": "login",
    "people/units/add": "manage_units",
    "people/units/<int:pk>": "login",
    "people/units/<int:pk>/<str:act>": "manage_units",
    "people/policy": "login",
    "people/policy/change": "manage_accounts_policy",
    "people/users": "login",
    "people/users/add": "manage_users",
    "people/users/<int:pk>": "login",
    "people/users/<int:pk>/grant": "grant",
    "people/users/<int:pk>/<str:act>": "manage_users",
    "people/grants/<int:pk>/end": "grant",
    "people/grants/batch": "grant",
    "people/policy/links": "manage_accounts_policy",
    "filling/<int:pk>/whole": "fill",
    "filling/<int:pk>/assistance/<int:indicator>": "fill",
    "assistances/<int:pk>/row.xlsx": "fill",
    "assistances/<int:pk>/back": "fill",
    "assistances/<int:pk>/photo": "see_unit",
    "assistances/<int:pk>/<str:act>/do": "fill",
    "assist/<str:token>": "anyone",
    "people/units/contacts": "manage_units",
    "findings/<int:pk>/order": "confirm_finding",
    "rectifications/batch": "confirm_finding",
    "backups": "login",
    "confirmers": "see_unit",
    "confirmers/<str:act>": "sign_report",
    "trail": "watch_trail",
    "trail/verify": "watch_trail",
    "trail/export.json": "watch_trail",
    "trail/packages": "watch_trail",
    "trail/packages/<int:pk>.zip": "watch_trail",
    "rounds": "manage_round",
    "rounds/new": "manage_round",
    "subjects/round": "manage_round",
    "rounds/turn": "manage_round",
    "rounds/turn/do": "manage_round",
    "rounds/turn/<int:pk>/undo": "manage_round",
    "rounds/count": "manage_round",
    "rounds/<int:pk>": "manage_round",
    "rounds/<int:pk>/key": "manage_round",
    "rounds/<int:pk>/excuse/<int:dossier>/end": "manage_round",
    "rounds/<int:pk>/excuse": "manage_round",
    "rounds/<int:pk>/<str:act>": "manage_round",
    "agencies": "manage_round",
    "agencies/<int:pk>": "manage_round",
    "agencies/<int:pk>/contracts": "manage_round",
    "agencies/contracts/<int:pk>/accept": "manage_round",
    "experts/<int:pk>": "manage_round",
    "agencies/add": "manage_round",
    "experts/add": "manage_round",
    "agencies/assign": "manage_round",
    "agencies/assignments/<int:pk>/end": "manage_round",
}


def walk(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_every_address_stands_in_the_matrix_with_its_power():
    found = {
        route: getattr(view, "power", None) for route, view in walk(get_resolver().url_patterns)
    }
    assert found == MATRIX


def test_powers_are_known():
    assert set(MATRIX.values()) <= set(POWERS) | OPEN


def test_an_unknown_power_is_refused_when_the_view_is_written():
    with pytest.raises(KeyError):
        view("do_everything")


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, power in MATRIX.items() if power != "anyone"])
def test_strangers_are_led_to_the_login(client, route):
    path = "/" + route.replace("<int:pk>", "1").replace("<int:year>", "2021").replace(
        "<int:dossier>", "1"
    ).replace("<str:name>", "grades").replace("<str:act>", "x").replace("<path:ident>", "x")
    path = path.replace("<int:number>", "0").replace("<int:step>", "1")
    path = path.replace("<int:indicator>", "1").replace("<int:fiscal>", "2021")
    response = client.get(path)
    if response.status_code == 405:
        response = client.post(path)
    if route.startswith("api/"):
        assert response.status_code == 401
        return
    assert response.status_code == 302
    assert response["Location"].startswith("/login?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("route", MATRIX)
def test_head_is_answered_like_get_without_a_body(client, route):
    path = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<(str|path):\w+>", "x", route))
    asked, sent = client.head(path), client.get(path)
    assert asked.status_code == sent.status_code
    assert asked.content == b""


@pytest.mark.django_db
def test_what_a_button_sends_is_not_done_for_a_head(client, django_user_model):
    assert client.head("/logout").status_code == 405


@pytest.fixture(scope="module")
def listed():
    return {one.path: one for one in addresses()}


def test_the_list_names_every_address_with_its_power(listed):
    assert {path: one.permission for path, one in listed.items()} == {
        f"/{route}": power for route, power in MATRIX.items()
    }
    assert len(listed) == len(addresses())
    assert all(one.methods for one in listed.values())


@pytest.mark.django_db
@pytest.mark.parametrize("route", MATRIX)
def test_an_address_takes_the_methods_the_list_names(client, listed, route):
    path = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<(str|path):\w+>", "x", route))
    methods = listed[f"/{route}"].methods
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client.generic(method, path)
        assert (answer.status_code == 405) == (method not in methods), method


def test_the_list_names_the_act_and_its_second_hand_where_the_code_says_so(listed):
    assert listed["/feedback/<int:pk>/send"].acts == [
        "followup.order_rectification",
        "followup.send_feedback",
    ]
    for path, act, second in (
        ("/subjects", None, False),
        ("/rounds/new", "budget.open_round", None),
        ("/targets/review", "targets.check_target", True),
        ("/report/<int:year>/sign", "reports.sign_report", True),
        ("/report/<int:year>/seen", "reports.save_draft", None),
    ):
        one = listed[path]
        assert (one.act, one.second_hand) == (act, second), path
    review = listed["/reviews/<int:pk>/<str:act>/do"]
    assert review.act is None
    assert {"reviews.check_review", "reviews.confirm_review"} <= set(review.second_hand_acts)
    assert "reviews.submit_review" in set(review.acts) - set(review.second_hand_acts)
    for one in listed.values():
        assert set(one.second_hand_acts) <= set(one.acts)
        assert not one.acts or "POST" in one.methods


@pytest.mark.django_db
def test_the_command_says_the_same_as_json(capsys, listed):
    assert main(["addresses", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == [one._asdict() for one in listed.values()]
    assert list(told[0])[:5] == ["path", "methods", "permission", "act", "second_hand"]
