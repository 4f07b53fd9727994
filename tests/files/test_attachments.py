"""Papers kept as they came: PDF by its magic, end and size; everything else as the gate says."""

import pytest

from wenxiao.files.door.attachments import admit_attachment

WHOLE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


def put(tmp_path, content, name="a.pdf"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_whole_pdf_passes_whatever_its_name(tmp_path):
    assert admit_attachment(put(tmp_path, WHOLE)).container == "pdf"
    assert admit_attachment(put(tmp_path, WHOLE, "a.docx")).container == "pdf"


@pytest.mark.parametrize(
    ("content", "largest", "said"),
    [
        (WHOLE[:-7], 1 << 20, "不完整"),
        (WHOLE, 10, "超过"),
        (WHOLE.replace(b"/Catalog", b"/Launch (x)"), 1 << 20, "脚本"),
        (WHOLE.replace(b"/Catalog", b"/EmbeddedFiles 1 0 R"), 1 << 20, "附件"),
    ],
)
def test_what_is_cut_large_or_active_is_refused_with_a_mend(tmp_path, content, largest, said):
    told = admit_attachment(put(tmp_path, content), largest=largest)
    assert told.container is None
    assert said in told.problems[0].text
    assert told.problems[0].mend


def test_anything_else_is_the_gate_s_business(tmp_path):
    assert admit_attachment(put(tmp_path, "甲,乙\n1,2\n".encode(), "a.csv")).container == "csv"
    assert admit_attachment(put(tmp_path, b"MZ", "a.exe")).container is None
