"""No text a person types is cut: it is taken whole, or refused by the name of its field with
everything typed beside it.
"""

import ast
import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from wenxiao.pages.texts import FIELD_WORDS, TooLong, text_of, whole_text, word_of

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wenxiao"


def calls():
    """Every place that reads a posted text: (where, the field's name or its
    beginning, the longest it takes).
    """
    for path in sorted((SOURCE / "desk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = getattr(node, "func", None)
            if not isinstance(named, ast.Name) or named.id != "text_of" or len(node.args) < 2:
                continue
            name, longest = node.args[1], node.args[2] if len(node.args) > 2 else None
            if isinstance(name, ast.JoinedStr):
                name = "".join(
                    part.value if isinstance(part, ast.Constant) else "7" for part in name.values
                )
            elif isinstance(name, ast.Constant):
                name = name.value
            if isinstance(name, str) and (longest is None or isinstance(longest, ast.Constant)):
                yield (
                    f"{path.relative_to(SOURCE)}:{node.lineno}",
                    name,
                    longest.value if longest else 4000,
                )


CALLS = list(calls())


@pytest.mark.parametrize(("where", "name", "longest"), CALLS, ids=[one[0] for one in CALLS])
def test_every_field_of_every_form_is_refused_by_name(where, name, longest):
    ask = RequestFactory().post
    fits = ask("/", {name: " " + "长" * longest + "\r\n"})
    assert text_of(fits, name, longest) == "长" * longest
    with pytest.raises(TooLong) as refusal:
        text_of(ask("/", {name: "长" * (longest + 1)}), name, longest)
    sentence = str(refusal.value)
    assert f"最多 {longest} 字，收到 {longest + 1} 字" in sentence
    if re.fullmatch(r"[a-z_]+", name):
        assert FIELD_WORDS[name] in sentence, f"{where}: give the field {name} its word"


def test_there_are_such_fields():
    assert len(CALLS) > 100


def test_a_line_end_counts_once():
    assert whole_text("一\r\n二", 3, "理由") == "一\n二"


def test_rows_are_called_by_their_column():
    assert (word_of("note12"), word_of("mname3"), word_of("w7"), word_of("x")) == (
        "说明",
        "名称",
        "理由",
        "这一栏",
    )


def test_no_view_cuts_what_was_posted():
    cut = re.compile(r"POST\.get\([^\n]*\)(\.strip\(\))?\[:\d")
    allowed = {'"query"', '"token"', '"anchors"'}  # an address, a form's number, digests looked for
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if cut.search(line) and not any(name in line for name in allowed)
    ]
    assert not found
