"""通报 as Word, a draft: one object, what is on record about it, what is asked of the unit."""

from __future__ import annotations

from collections.abc import Sequence

from wenxiao.files.out.documents import OfficialDocument


def circular_paper(
    title: str,
    unit: str,
    subject: str,
    facts: Sequence[tuple[str, str]],
    *,
    office: str,
    date: str,
    watermark: str | None = None,
) -> bytes:
    """The draft with the facts on record, a line each; what is not known says so."""
    document = OfficialDocument(watermark=watermark)
    document.add_title(f"{title}\n（稿）")
    document.add_paragraph(f"{unit}实施的{subject}，经评价确认存在以下情况，现予通报：")
    for at, (name, text) in enumerate(facts, start=1):
        document.add_paragraph(f"{at}.{name}：{text or '未载'}")
    document.add_paragraph(f"请{unit}对照上述情况抓紧整改，并将结果报送我局。")
    document.add_signature(office, date)
    return document.save()
