"""No form is a dictionary: what a reader makes is a record, and each mapping of anything left
has a name and a reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

from architecture.source import nodes, tree

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"
ROOMS = ("files", "reviews", "intake", "rulebook")
LOOSE = {"dict[str, Any]", "dict[str, object]", "Mapping[str, Any]", "Mapping[str, object]"}
READERS = (
    "files/forms/evaluation",
    "files/forms/funds",
    "files/forms/heads",
    "files/forms/indicators",
    "files/forms/listing",
    "files/forms/monitor",
    "files/forms/selfeval",
    "files/forms/sideways",
    "files/forms/wordforms",
    "files/forms/unknown_columns",
)
REASONS: dict[str, dict[str, list[str]]] = {
    "a stored or promised JSON: what the command line prints and a batch keeps": {
        "intake/undoing": ["_told"],
        "files/cells/bookjson": ["_sheet_as_json", "book_as_json", "book_from_json"],
        "files/forms/forms": [
            "_group_json",
            "_row_json",
            "_sorted_columns",
            "form_json",
            "list_draft",
            "list_json",
            "reading_json",
            "reading_of",
            "typed",
        ],
        "files/forms/looking": ["_answer", "look_through"],
        "files/forms/reading": ["read_file"],
        "files/pool": ["Pool.read", "_refused", "read_in_child"],
        "intake/apply": ["ImportOutcome", "ImportOutcome.as_json"],
        "intake/ledger/choices": ["matches_told"],
        "intake/ledger/same_file": ["digest_of_asked", "unchanged"],
        "intake/lists": ["UnitFaults", "_for_unit", "_told", "problem_line"],
        "intake/outcome": ["_form", "_unmatched"],
        "intake/receive": ["_kept", "_seen_before"],
        "intake/status": [
            "_blocks",
            "_key",
            "_shown",
            "_twin",
            "all_problems",
            "mark",
            "problems_of_form",
            "put",
            "settle",
            "twins_of",
        ],
        "intake/unattended": ["_batch", "import_reading", "take"],
        "intake/values": ["Change.as_json"],
        "reviews/services/paper": ["_decided"],
        "rulebook/expressions/shape": ["Expression.as_json"],
        "rulebook/problems": ["Problem.as_json"],
        "rulebook/trial_summary": ["Trial.as_data", "TrialGroup.as_data"],
        "rulebook/trying": ["Ledger.as_json", "MovedResult.as_json", "Result"],
    },
    "a ledger: lines of text under headings of the file's own, not a form": {
        "files/forms/ledger": ["*"],
        "files/forms/ledger_heading": ["*"],
        "files/forms/ledger_rows": ["*"],
        "files/out/target_list": ["Line"],
        "intake/ledger/budgets": [
            "Arranged",
            "Arranged.as_json",
            "Arranged.changed",
            "Arranged.new",
            "arranged",
        ],
        "intake/ledger/account_plan": ["_compare", "_raw", "_sums", "understand"],
        "intake/ledger/condense": ["_nothing"],
        "intake/ledger/departments": ["DepartmentTable.as_json", "_of_line", "_value"],
        "intake/ledger/kind_facts": ["KindFactTable.as_json", "_say", "_taken", "understand"],
        "intake/ledger/requests": ["RequestList.as_json"],
        "intake/ledger/ledger_import": ["LedgerImport.__init__", "import_ledger"],
        "intake/ledger/lines": ["LedgerProblems.judge", "LedgerProblems.pick", "Picked"],
        "intake/ledger/matching": [
            "Matching",
            "Unmatched",
            "Unmatched.as_json",
            "_chosen",
            "_namesakes",
            "_offer",
            "_subjects_to_make",
            "_units_to_make",
            "_with_choices",
            "_with_unit_choices",
            "matched",
            "matched_units",
        ],
        "intake/ledger/payments": ["PaymentChanges.as_json", "_STORED", "_reversal"],
        "intake/ledger/plan": [
            "LedgerAnswers",
            "LedgerAnswers.as_json",
            "LedgerOutcome",
            "LedgerOutcome.as_json",
            "_recognised",
            "_reconcile",
            "_understand",
            "plan_ledger",
            "problem_of",
        ],
        "intake/ledger/recognising": ["_names_items", "recognised"],
        "intake/ledger/reading": ["RawLines.__init__", "read_ledger_file"],
        "intake/ledger_wizard": [
            "_begin",
            "_known",
            "_matches",
            "_outcome",
            "_plain",
            "matched_names",
        ],
    },
    "a row of the one Table the checks look at: any rule may name any column": {
        "files/forms/checking": ["_table"],
        "files/forms/tables": ["Row"],
        "files/forms/targets/table": ["_row", "target_table"],
        "intake/differences": ["_row"],
        "reviews/checks": [
            "_cells",
            "_head",
            "_heads",
            "_joined",
            "_reported",
            "_watched",
            "window_head",
        ],
        "rulebook/checks/facts": ["row_name"],
        "rulebook/checks/registry": [
            "Cells",
            "Table",
            "_as_said",
            "_mild",
            "_rule",
            "refused_change",
        ],
        "rulebook/checks/selfeval": ["_full_quantities"],
        "rulebook/ratios": ["_ratio"],
        "rulebook/recheck_facts": ["_texts"],
        "rulebook/similarity": ["_row_words", "_table", "similar"],
    },
    "answers a person gives to open questions, as they are posted or written": {
        "intake/answers": ["answers_for", "checked"],
        "intake/apply_target": ["apply_target"],
        "intake/decide": ["_choice", "_round_choice", "choose", "read_choices"],
        "intake/matching": [
            "Match.as_json",
            "_match_round",
            "_match_subject",
            "_match_unit",
            "match",
        ],
        "intake/preview": [
            "FormPreview",
            "FormPreview.beside",
            "FormPreview.everything",
            "FormPreview.problems",
            "FormPreview.spelled",
            "Preview",
            "Preview.all_problems",
            "Preview.choices",
            "Preview.problems_of",
            "_form",
            "keeps_out",
            "preview",
        ],
        "intake/targets": ["_open_rows", "joins_of", "meeting"],
        "intake/upload_acts": ["Values"],
        "intake/uploads": ["set_aside"],
    },
    "values written into columns of one row, or handed on to an act, with what they were": {
        "intake/ledger/budgets": ["_asked"],
        "intake/ledger/payments": ["PaymentList.after"],
        "intake/ledger/requests": ["_to_set"],
        "intake/apply_marks": ["*"],
        **{
            f"reviews/services/{name}": ["*"]
            for name in (
                "assisting",
                "describing",
                "filling",
                "hands",
                "monitoring",
                "panel",
                "receiving",
                "rescoring",
                "road",
                "scoring",
                "surveying",
            )
        },
    },
    "rule values as the YAML of the basis and a division's override hold them": {
        "rulebook/basis": [
            "Overrides",
            "Value",
            "_marked",
            "_merged",
            "_value",
            "nodes_of",
            "standing_of",
        ],
        "rulebook/changes": ["_head", "laid_over", "refused_content", "start_of"],
        "rulebook/code_levels": ["refused_codes"],
        "rulebook/department_accounts": ["AccountTable"],
        "rulebook/table_layouts": ["TableLayout.row", "_columns"],
        "rulebook/form_packs": ["_block", "_pack", "_places", "refused_packs"],
        "rulebook/public_tables": ["refused_tables"],
        "rulebook/unit_assessment": ["refused_items"],
        "rulebook/unit_costs": ["refused_standards"],
        "rulebook/packages": ["refused_packages"],
        "rulebook/upper_forms": ["refused_upper_forms"],
        "rulebook/evaluation_frames": ["refused_frames"],
        "rulebook/object_kinds": ["refused_kinds"],
        "rulebook/frameworks": ["_criterion"],
        "rulebook/laws": ["_clause"],
        "rulebook/papers": ["_paper"],
        "rulebook/profiles": ["_built", "_cited", "_steps", "_tier"],
    },
    "the table of a JSON file and the answer of `wenxiao score` to it": {
        "files/forms/report_text": ["_audited", "_criterion", "sheet_of"],
        "rulebook/published": [
            "_check_parts",
            "_compare",
            "_executed",
            "_execution",
            "_grade",
            "_level_weights",
            "_money_parts",
            "_parts",
            "_published_sum",
            "_rate_text",
            "_row",
            "_target",
            "_total",
            "_weights",
            "is_whole",
            "judge_table",
        ],
        "rulebook/published_marks": ["amounts_in_words", "judged_grade"],
        "rulebook/published_sheet": [
            "_criteria",
            "_expert_totals",
            "_grade",
            "_levels",
            "_name",
            "_row",
            "_subtotals",
            "_sum",
            "_total",
            "_weights",
            "_whole",
            "_year",
            "judge_sheet",
        ],
        "rulebook/published_tables": [
            "_budget",
            "_criterion",
            "_indicator",
            "case_of",
            "flattened",
            "is_sheet",
            "sheet_from_case",
            "sheet_of",
        ],
        "rulebook/recheck_facts": ["Case"],
    },
}


def loose_names(path: Path) -> set[str]:
    """Functions, methods and names of the module whose annotations hold a mapping of anything."""
    found: set[str] = set()

    def is_loose(node: ast.expr | None) -> bool:
        return node is not None and any(
            ast.unparse(part) in LOOSE for part in ast.walk(node) if isinstance(part, ast.Subscript)
        )

    def look(node: ast.AST, where: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = where
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                name = f"{where}.{child.name}".strip(".")
            if isinstance(child, ast.FunctionDef):
                arguments = [*child.args.args, *child.args.kwonlyargs]
                if is_loose(child.returns) or any(is_loose(one.annotation) for one in arguments):
                    found.add(name)
            if isinstance(child, ast.AnnAssign) and is_loose(child.annotation):
                found.add(where or ast.unparse(child.target))
            if isinstance(child, ast.Assign) and is_loose(child.value):
                found.add(where or ast.unparse(child.targets[0]))
            look(child, name)

    look(tree(path), "")
    return found


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix().removesuffix(".py")


def test_every_mapping_of_anything_has_a_reason():
    """A new one is a record instead, or is named here with its reason."""
    named = {(name, one) for of in REASONS.values() for name in of for one in of[name]}
    loose = {
        (name_of(path), one)
        for path in modules()
        for one in loose_names(path)
        if (name_of(path), "*") not in named
    }
    assert loose <= named, f"without a reason: {sorted(loose - named)}"


def test_the_readers_of_forms_have_no_mapping_of_anything():
    named = {name for of in REASONS.values() for name in of}
    assert not [name for name in named if name.startswith(READERS)]


def test_intake_works_with_the_forms_themselves():
    """No second record of a form stands between what a reader makes and what is stored."""
    copies = {
        node.name
        for path in (SOURCE / "intake").rglob("*.py")
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
        and {"sheet", "rows"}
        <= {field.target.id for field in node.body if isinstance(field, ast.AnnAssign)}
    }
    assert copies == set()
