"""公开稿: who was handed the public version of a signed report, and its correction when an object
it names was closed after signing.

The internal issue stays as it was signed: a corrected public text is a new issue with a number of
its own, whose internal text and files are those of the old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.reports import annual, services, structure, wording
from wenxiao.reports.models import PublicHolder, Signed
from wenxiao.reports.public_text import closed_since
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User

MOST_HOLDERS = 500


def closed_in(signed: Signed) -> int:
    """How many objects of a signed public text may no longer be public; 0 where it still may be
    read.
    """
    return closed_since(signed.snapshot.get("public"))


def holders_of(signed: Signed) -> list[PublicHolder]:
    """Who was handed the public version, in the order they were entered."""
    return list(PublicHolder.objects.filter(signed=signed).select_related("by").order_by("pk"))


@transaction.atomic
def enter_holder(
    *, signed: Signed, name: str, contact: str, given_on: date, by: User | None
) -> PublicHolder:
    """Enter who was handed the public version. Raises Refused, NotAllowed (no name, twice, before
    it was signed, or the text may not be handed out any more).
    """
    require(by, "disclose", division=signed.division)
    if not name.strip():
        raise NotAllowed("请写明公开稿送给了谁。")
    if closed_in(signed):
        raise NotAllowed("这份公开稿里有对象改为不予公开，不能再送；请先办理更正公开稿。")
    if not signed.signed_on <= given_on <= today():
        raise NotAllowed(f"送达日期应在签发（{signed.signed_on}）以后、今天以前，收到 {given_on}。")
    if PublicHolder.objects.filter(signed=signed, name=name.strip()).exists():
        raise NotAllowed(f"“{name.strip()}”已经登记过。")
    if PublicHolder.objects.filter(signed=signed).count() >= MOST_HOLDERS:
        raise NotAllowed(f"一期最多登记 {MOST_HOLDERS} 个收件人。")
    row = PublicHolder.objects.create(
        signed=signed, name=name.strip(), contact=contact.strip(), given_on=given_on, by=by
    )
    record(
        division=signed.division,
        by=by,
        act="登记公开稿收件人",
        target=row,
        label=f"{signed} {row.name}",
        data={"given_on": given_on.isoformat()},
    )
    return row


@transaction.atomic
def tell_holder(*, holder: PublicHolder, on: date, how: str, by: User | None) -> PublicHolder:
    """告知 a holder that the text was closed and corrected: how and when. Once."""
    division = holder.signed.division
    require(by, "disclose", division=division)
    if not closed_in(holder.signed):
        raise NotAllowed("这份公开稿没有对象改为不予公开，不必告知。")
    if not Signed.objects.filter(corrects=holder.signed).exists():
        raise NotAllowed("更正公开稿还没有签发，请签发后再告知收件人。")
    if not how.strip() or not holder.given_on <= on <= today():
        raise NotAllowed("请写明怎样告知的；告知日期在送达以后、今天以前。")
    done = PublicHolder.objects.filter(pk=holder.pk, told_on=None).update(
        told_on=on, told_how=how.strip(), told_by=by
    )
    if not done:
        raise NotAllowed(f"“{holder}”已经告知过。")
    holder.refresh_from_db()
    record(
        division=division,
        by=by,
        act="告知公开稿收件人",
        target=holder,
        label=f"{holder.signed} {holder.name}",
        data={"told_on": on.isoformat(), "how": holder.told_how},
    )
    return holder


@transaction.atomic
def correct_public(
    *, signed: Signed, issue_number: int, signer: str, signed_on: date, by: User | None, why: str
) -> Signed:
    """更正公开稿: a new issue whose public text and files leave out what was closed, rows numbered
    anew from today's rows; the internal text and files are taken over as they were signed.

    Raises Refused, or NotAllowed where nothing was closed, it was corrected before, or who signs
    wrote the draft.
    """
    draft = services.draft_of(signed.division, signed.work_year)
    author = draft.by if draft is not None else None
    require(by, "sign_report", division=signed.division, submitted_by=author)
    _refuse_correction(signed, issue_number, signer, signed_on, why)
    if draft is None:
        raise NotAllowed(f"{signed.work_year}年度没有报告草稿，请先起草。")
    issue = structure.Issue(issue_number, signer.strip(), wording.day_text(signed_on))
    edition = services.current(signed.division, signed.work_year, version="public", draft=draft)
    files = services.kept_files(draft, "public", issue, by)
    snapshot = {
        **signed.snapshot,
        "public": structure.as_data(annual.issued(edition.report, issue)),
        "files": {
            **signed.snapshot["files"],
            "public": {name: [row.pk, row.sha256] for name, row in files.items()},
        },
    }
    corrected = Signed.objects.create(
        division=signed.division,
        work_year=signed.work_year,
        issue_number=issue_number,
        signer=issue.signer,
        signed_on=signed_on,
        snapshot=snapshot,
        digest=services.digest_of(snapshot),
        document=signed.document,
        table=signed.table,
        corrects=signed,
        why=why.strip(),
        by=by,
    )
    record(
        division=signed.division,
        by=by,
        act="更正公开稿",
        target=corrected,
        why=why,
        data={"issue": issue_number, "corrects": signed.issue_number, "digest": corrected.digest},
    )
    return corrected


def _refuse_correction(
    signed: Signed, issue_number: int, signer: str, signed_on: date, why: str
) -> None:
    if not closed_in(signed):
        raise NotAllowed("这份公开稿没有对象改为不予公开或限制知悉，不必更正公开稿。")
    if Signed.objects.filter(corrects=signed).exists():
        raise NotAllowed("这份报告已经更正过，请更正最新的一份。")
    if not why.strip() or not signer.strip():
        raise NotAllowed("请写明更正原因和签发人。")
    if signed_on < signed.signed_on:
        raise NotAllowed(f"签发日期 {signed_on} 早于原报告的签发日期 {signed.signed_on}，请改正。")
    taken = Signed.objects.filter(
        division=signed.division, work_year=signed.work_year, issue_number=issue_number
    )
    if issue_number < 1 or taken.exists():
        raise NotAllowed(f"期号“{issue_number}”不能用：应为没有用过的正整数。")
