"""The demonstration's year, played by its people through the acts that
pages and documented commands offer.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.services import ensure_subject, open_dossier, open_round, set_appropriation
from wenxiao.files.pool import Pool
from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.followup.services import (
    confirm_finding,
    propose_finding,
    receive_feedback,
    send_feedback,
    set_common_problems,
)
from wenxiao.followup.services.keeping import keep_all
from wenxiao.intake.unattended import import_reading
from wenxiao.orgs.models import Division, Unit, User
from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.services import add_unit
from wenxiao.orgs.services.library import add_document
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import (
    assign_reviewer,
    check_review,
    confirm_review,
    issue_review,
    submit_review,
)
from wenxiao.site.demo import (
    disclosing,
    evaluating,
    filing,
    following,
    reporting,
    synthetic,
    walking,
    workbooks,
)
from wenxiao.site.demo.accounts import administrators, clerks_of, list_outsiders, make_accounts
from wenxiao.site.demo.workbooks import EVALUATED_YEAR, MONITORED_YEAR, HandedWorkbook, wan
from wenxiao.site.opening import found_division
from wenxiao.store.clock import standing_at

if TYPE_CHECKING:
    from wenxiao.files.forms.forms import Reading

    RoundKey = tuple[str, bool, int | None]
    ReadForm = tuple[RoundKey, HandedWorkbook, Path, Reading]

WORK_YEAR = 2021
STORY_DAY = date(2021, 11, 22)
"""Where the first story stands, whatever day a later one was left at."""
ISSUED, FED_BACK, RECEIVED = date(2021, 11, 8), date(2021, 11, 15), date(2021, 11, 18)
"""合成 days: the published report gives none."""


class DemoError(Exception):
    """The demonstration could not be loaded; the sentence says where."""


def load_demo() -> Division:
    """Everything, in one transaction: a demonstration is there whole or not at all."""
    with standing_at(STORY_DAY):
        with tempfile.TemporaryDirectory(dir=settings.HOME) as folder, Pool() as pool:
            forms = _read_forms(Path(folder), pool)  # before the transaction begins
            with transaction.atomic():
                division = _Demo(forms).play()
        keep_all()  # nobody's first page has to work the lights out
    return division


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _read_forms(folder: Path, pool: Pool) -> list[ReadForm]:
    """Every form the year's imports bring, written into the folder and
    read, in the order they are imported.
    """
    evaluation: RoundKey = (Round.Kind.FINANCE, True, None)
    books: list[tuple[RoundKey, HandedWorkbook]] = [(evaluation, workbooks.department_sheets())]
    books += [(evaluation, book) for book in workbooks.project_sheets()]
    books += [((Round.Kind.MONITORING, True, t), book) for t, book in workbooks.key_monitoring()]
    books += [((Round.Kind.SELFEVAL, False, None), book) for book in workbooks.self_evaluations()]
    books += [((Round.Kind.MONITORING, False, 7), book) for book in workbooks.daily_monitoring()]
    books.append(((Round.Kind.DEPARTMENT, False, None), workbooks.department_evaluations()))
    paths = [workbooks.write(book, folder) for _, book in books]
    return [
        (key, book, path, reading)
        for (key, book), path, reading in zip(books, paths, pool.map(paths), strict=True)
    ]


class _Demo:
    def __init__(self, forms: list[ReadForm]) -> None:
        self.forms = forms
        self.users: dict[str, User] = {}

    def play(self) -> Division:
        _say("建立区划、单位、账号……")
        self._places()
        _say("建立对象与任务……")
        with grants_kept(self.users["yusuan"]):
            self._subjects()
        self._rounds()
        _say("导入评分表、监控表和自评表……")
        with grants_kept(self.users["jixiao"]):
            self._import_all()
        _say("确认问题，出具报告，发出并签收反馈函……")
        self._conclude()
        _say("下达整改，提出结果应用建议……")
        self._rectify()
        _say("各环节各留几件待办的事……")
        walking.play(self.division, self.users, self.clerk_of)
        evaluating.play(self.division, self.users, self.agency)
        _say("公开部分结果……")
        disclosing.play(
            self.division, self.users["jixiao"], self.users["jixiao2"], self.users["bangong"]
        )
        _say("申报和审核下一年度的绩效目标……")
        filing.play(self.division)
        _say("起草年度工作报告……")
        reporting.write_draft(self.division, WORK_YEAR, self.users["jixiao"])
        return self.division

    # ---- places and people -----------------------------------------------------------------------

    def _places(self) -> None:
        facts = workbooks.named()
        place = facts["division"]
        self.division = found_division(
            code=place["code"],
            name=place["name"],
            bureau=place["bureau"],
            short_name=place["short_name"],
            body=place["body"],
            report_chain=place["report_chain"],
            administrators=administrators(),
            demo=True,
        )
        self.users = {user.username: user for user in User.objects.filter(division=self.division)}
        self.units: dict[str, Unit] = {}
        for number, name in enumerate(facts["units"], start=1):
            self._unit(f"9{number:02d}001", name, kind=Unit.Kind.DEPARTMENT)
        for number, name in enumerate(["绩效管理科", "行政政法科", "预算科", "国库科"], start=1):
            self._unit(f"CZ{number:03d}", name, kind=Unit.Kind.FINANCE)
        for number, name in sorted(
            enumerate(synthetic.unit_names(), start=1), key=lambda row: row[1] in synthetic.BELOW
        ):
            below = (
                {"kind": Unit.Kind.UNIT, "parent": self.units[synthetic.ABOVE]}
                if name in synthetic.BELOW
                else {}
            )
            self._unit(
                f"8{number:02d}001",
                name,
                synthetic=True,
                contact=f"经办人（{name}）",
                phone=f"0000-{number:04d}",
                office=self.units["行政政法科"],
                **{"kind": Unit.Kind.DEPARTMENT, **below},
            )
        self.users = make_accounts(self.division)
        self.clerk_of = clerks_of(
            (unit for unit in self.units.values() if unit.kind != Unit.Kind.FINANCE), self.users
        )
        judge = self.users["jixiao"]
        self.agency = list_outsiders(self.division, judge)
        for document in facts["documents"]:
            add_document(division=self.division, by=judge, issued_on=None, issuer="", **document)

    def _unit(self, code: str, name: str, **details: Any) -> None:
        self.units[name] = add_unit(
            division=self.division, code=code, name=name, by=self.users["xitong"], **details
        )

    # ---- subjects and money ----------------------------------------------------------------------

    def _subjects(self) -> None:
        self.dossiers: dict[tuple[str, str, int], Dossier] = {}
        self.subjects: dict[tuple[str, str], Subject] = {}
        for item in workbooks.named()["departments"]:
            self._dossier(
                workbooks.DEPARTMENT_SUFFIX,
                item["unit"],
                EVALUATED_YEAR,
                wan(item["opening"]["value"]),
                kind=Subject.Kind.DEPARTMENT,
                money_synthetic=True,
            )
        for row in workbooks.evaluated():
            tags = [row["领域"]] if row["领域"] else []
            made_up = row["实施单位"].startswith("示例")
            opening = wan(row["年初预算（万元）"])
            self._dossier(
                row["项目名称"],
                row["实施单位"],
                EVALUATED_YEAR,
                opening,
                tags=tags,
                synthetic=made_up,
                money_synthetic=True,
            )
        for item in workbooks.named()["monitored"]:
            self._dossier(item["name"], item["unit"], MONITORED_YEAR, wan(item["budget"]))
        for project in synthetic.ordinary_projects():
            tags = [project.tag] if project.tag else []
            for year in (EVALUATED_YEAR, MONITORED_YEAR):
                self._dossier(
                    project.name,
                    project.unit,
                    year,
                    project.opening,
                    tags=tags,
                    synthetic=True,
                    money_synthetic=True,
                )

    def _dossier(
        self,
        name: str,
        unit: str,
        year: int,
        opening: Any,
        *,
        money_synthetic: bool = False,
        **details: Any,
    ) -> None:
        if (unit, name) not in self.subjects:
            self.subjects[unit, name] = ensure_subject(
                division=self.division,
                unit=self.units[unit],
                code=f"{self.division.code}{len(self.subjects) + 1:012d}",
                name=name,
                by=self.users["yusuan"],
                why="演示",
                **details,
            )
        subject = self.subjects[unit, name]
        dossier = open_dossier(subject=subject, fiscal_year=year, by=self.users["yusuan"])
        set_appropriation(
            dossier=dossier,
            by=self.users["yusuan"],
            opening=opening,
            adjusted=opening,
            synthetic=money_synthetic,
        )
        self.dossiers[name, unit, year] = dossier

    # ---- rounds ----------------------------------------------------------------------------------

    def _rounds(self) -> None:
        notice = self.division.document_set.filter(kind="notice").first()
        evaluated = [
            d.pk for (name, unit, _), d in self.dossiers.items() if self._is_evaluated(name, unit)
        ]
        self._round(
            Round.Kind.FINANCE,
            "2021年财政重点评价",
            EVALUATED_YEAR,
            basis=notice,
            key=True,
            scope=evaluated,
        )
        for through in (7, 10):
            names = {m["name"] for m in workbooks.named()["monitored"] if m["through"] == through}
            watched = [d.pk for (name, _, _), d in self.dossiers.items() if name in names]
            self._round(
                Round.Kind.MONITORING,
                f"2021年财政重点监控（1-{through}月）",
                MONITORED_YEAR,
                basis=notice,
                key=True,
                through_month=through,
                scope=watched,
            )
        self._unit_rounds()
        self._department_round()

    def _unit_rounds(self) -> None:
        ordinary = {(p.name, p.unit) for p in synthetic.ordinary_projects()}
        own = [
            d.pk
            for (n, u, y), d in self.dossiers.items()
            if y == EVALUATED_YEAR and (n, u) in ordinary
        ]
        self._round(
            Round.Kind.SELFEVAL,
            "2020年度项目支出单位自评",
            EVALUATED_YEAR,
            scope=own,
            synthetic=True,
            deadline=date(2021, 4, 30),
        )
        first = set(synthetic.unit_names()[: workbooks.WATCHED_UNITS])
        daily = [
            d.pk
            for (n, u, y), d in self.dossiers.items()
            if y == MONITORED_YEAR and (n, u) in ordinary and u in first
        ]
        self._round(
            Round.Kind.MONITORING,
            "2021年日常监控（1-7月）",
            MONITORED_YEAR,
            scope=daily,
            synthetic=True,
            through_month=7,
            deadline=date(2021, 8, 31),
        )

    def _department_round(self) -> None:
        keys = [(name, unit, EVALUATED_YEAR) for name, unit in workbooks.department_evaluated()]
        chosen = [self.dossiers[key].pk for key in keys if key in self.dossiers]
        if chosen:
            self._round(
                Round.Kind.DEPARTMENT,
                "2021年部门评价（示例单位乙）",
                EVALUATED_YEAR,
                scope=chosen,
                synthetic=True,
                deadline=date(2021, 12, 20),
            )

    def _is_evaluated(self, name: str, unit: str) -> bool:
        return name == workbooks.DEPARTMENT_SUFFIX or any(
            row["项目名称"] == name and row["实施单位"] == unit for row in workbooks.evaluated()
        )

    def _round(
        self, kind: str, name: str, fiscal_year: int, *, scope: list[int], **more: Any
    ) -> None:
        open_round(
            division=self.division,
            kind=kind,
            name=name,
            work_year=WORK_YEAR,
            fiscal_year=fiscal_year,
            by=self.users["jixiao"],
            scope={"dossiers": scope},
            opens_on=date(2021, 3, 1),
            **more,
        )

    # ---- imports ---------------------------------------------------------------------------------

    def _import_all(self) -> None:
        rounds = {
            (r.kind, r.key, r.through_month): r
            for r in Round.objects.filter(division=self.division)
        }
        for key, book, path, reading in self.forms:
            opened = rounds[key]
            choices = {str(index): {"round": opened.pk} for index in range(len(reading.forms))}
            outcome = import_reading(
                reading,
                path,
                division=self.division,
                by=self.users["jixiao"],
                choices=choices,
                synthetic=book.synthetic,
                synthetic_points=True,
            )
            if not outcome.clean:
                first = [p for p in outcome.problems if p["level"] == "阻断"][
                    :1
                ] or outcome.unmatched[:1]
                raise DemoError(f"{book.name} 未能导入：{first}")

    # ---- conclusions -----------------------------------------------------------------------------

    def _conclude(self) -> None:
        judge, second = self.users["jixiao"], self.users["jixiao2"]
        reported = Review.objects.filter(round__division=self.division, round__key=True)
        sheets = reported.filter(kind=Round.Kind.FINANCE)
        self._assign(sheets)
        items = {item.code: item for item in CatalogueItem.objects.filter(division=self.division)}
        for finding in Finding.objects.filter(review__in=sheets, state=Finding.State.CANDIDATE):
            confirm_finding(finding=finding, by=judge, why="评价报告已列明")
        self._compliance(items, judge)
        set_common_problems(
            division=self.division,
            work_year=WORK_YEAR,
            by=judge,
            lines=[(item["text"], [item["code"]]) for item in workbooks.named()["common_problems"]],
        )
        for number, review in enumerate(reported.order_by("pk"), start=1):
            self._issue(review, number, judge, second)

    def _assign(self, sheets: Any) -> None:
        for review in sheets.order_by("pk"):
            assign_reviewer(
                review=review,
                user=self.users["jigou"],
                duty="lead",
                until=date(WORK_YEAR, 12, 31),
                agency=self.agency,
                by=self.users["jixiao"],
                why="2021年财政重点评价委托合同（合成）",
            )

    def _compliance(self, items: dict[str, CatalogueItem], judge: User) -> None:
        by_kind = {item.category: item for item in items.values()}
        for facts in workbooks.named()["monitored"]:
            review = Review.objects.get(
                dossier=self.dossiers[facts["name"], facts["unit"], MONITORED_YEAR]
            )
            for kind in facts["compliance"]:
                finding = propose_finding(
                    dossier=review.dossier,
                    review=review,
                    item=by_kind[kind],
                    text=by_kind[kind].text,
                    by=judge,
                    evidence="由公开报告对该项目的意见建议归纳",
                )
                confirm_finding(finding=finding, by=judge, why="监控意见建议已指出")

    def _issue(self, review: Review, number: int, judge: User, second: User) -> None:
        clerk = self.clerk_of[review.dossier.unit_id]
        files = self.users["jigou"] if review.kind == Round.Kind.FINANCE else clerk
        submit_review(review=review, by=files)
        check_review(review=review, by=second, why="演示")
        confirm_review(review=review, by=judge, why="演示")
        issue_review(
            review=review, by=second, issued_on=ISSUED, paper_number=f"演示〔2021〕{number}号"
        )
        notice = send_feedback(
            review=review, by=judge, issued_on=FED_BACK, number=f"演示反馈〔2021〕{number}号"
        )
        receive_feedback(notice=notice, by=clerk, on=RECEIVED, name=clerk.name)

    def _rectify(self) -> None:
        """合成 mending in every state and uses of results, on made-up projects alone."""
        users = self.users
        following.play(
            self.division,
            users["jixiao"],
            users["jixiao2"],
            self.clerk_of,
            users["jingban"].unit_id or 0,
        )
