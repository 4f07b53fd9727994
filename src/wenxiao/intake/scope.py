"""Who may import what: the bureau everything, a clerk the forms of the own
unit, an agency the sheets it was assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.models import Round, Subject
from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.matching import Directory
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import THIRD_PARTIES, Refused, holdings, who_can
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.reviews.kinds import FILED, JUDGED
from wenxiao.rulebook.codes import OUT_OF_SCOPE
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.matching import Match
    from wenxiao.orgs.models import Division, User
    from wenxiao.orgs.permissions import Holdings


class Importer:
    """What one person may import, read once for a whole intake.
    Raises Refused when it is nothing.
    """

    def __init__(self, user: User | None, division: Division, held: Holdings | None = None) -> None:
        self.user, self.division = user, division
        self._held = held if held is not None else holdings(user)
        self.whole = user is None or self._held.can("import", division=division.pk)
        self.files_own = not self.whole and self._held.can("fill") and self._held.can("submit")
        self.judges = not self.whole and any(
            scope.role in THIRD_PARTIES for scope in self._held.scopes
        )
        if not (self.whole or self.files_own or self.judges):
            raise Refused(
                "导入由财政绩效科、预算科、国库科办理；单位经办人可以导入本单位的自评表和监控表。"
            )

    @property
    def creates(self) -> frozenset[str]:
        """What unknown things this person may create while importing: unit, subject, round."""
        if not self.whole:
            return frozenset()
        if self.user is None:
            return frozenset({"unit", "subject", "round"})
        powers = {"unit": "manage_units", "round": "manage_round"}
        return frozenset(
            {"subject", *(name for name, power in powers.items() if self._held.can(power))}
        )

    def refusal(self, form: ObjectForm, matched: Match, subject: Subject | None) -> Problem | None:
        """Why this person may not import this form; None when they may.
        ``subject`` is the one it was matched to.
        """
        if self.whole:
            return None
        if isinstance(form, TargetForm):
            text = f"批复的绩效目标由{who_can('import')}导入。"
            return self._problem(form, text, "单位申报的目标请在“目标”里填报。")
        if self.files_own and form.round_kind not in FILED:
            kind = Round.Kind(form.round_kind).label
            return self._problem(
                form, f"{kind}的评分表不由单位导入。", "请交财政绩效科或受委托的第三方机构导入。"
            )
        if matched.subject is None:
            return None
        if self.files_own:
            may = (
                subject is not None
                and self._held.can("fill", subject=subject)
                and self._held.can("submit", subject=subject)
            )
            return (
                None
                if may
                else self._problem(
                    form, f"“{form.subject_text}”不是您单位的项目。", "请由该项目的实施单位报送。"
                )
            )
        if form.round_kind in FILED:
            return self._problem(
                form, "第三方机构不得代单位报送自评表和监控表。", "请由项目实施单位报送。"
            )
        if subject is None or not self._held.can("evaluate", subject=subject):
            return self._problem(
                form,
                f"“{form.subject_text}”不在您受委托评价的范围内。",
                "请核对文件，或请财政绩效科补办委托。",
            )
        return None

    @staticmethod
    def _problem(form: ObjectForm, text: str, mend: str) -> Problem:
        return Problem(OUT_OF_SCOPE, "阻断", text, sheet=form.sheet or None, mend=mend)


class SeenDirectory(Directory):
    """The names of a division as this person may see them: what is closed
    to them is never offered or matched.
    """

    def __init__(self, importer: Importer) -> None:
        self.importer = importer
        super().__init__(importer.division)
        self._unit_words = dict(
            Unit.objects.filter(division=self.division).values_list("pk", "name")
        )
        self.round_by_pk = {row.pk: row for row in self.rounds}

    def _known_units(self) -> QuerySet[Unit]:
        user = self.importer.user
        known = super()._known_units()
        return known if user is None else known.filter(pk__in=units_visible_to(user).values("pk"))

    def _known_subjects(self) -> QuerySet[Subject]:
        user = self.importer.user
        return (
            super()._known_subjects()
            if user is None
            else subjects_visible_to(user).filter(division=self.division)
        )

    def _known_rounds(self) -> QuerySet[Round]:
        rows = Round.objects.filter(division=self.division, state=Round.State.OPEN)
        return rows.order_by("-work_year", "-pk")

    def close_units(self, name: str) -> list[tuple[int, str]]:
        """Near names as they are written."""
        return [(pk, self.unit_names[pk]) for pk, _ in super().close_units(name)]

    def close_subjects(self, name: str, unit: int | None = None) -> list[tuple[int, str]]:
        """Near names as they are written, with their unit; with their code where a name stands for
        several projects of one unit.
        """
        near = [pk for pk, _ in super().close_subjects(name, unit)]
        return [(pk, self._named(pk)) for pk in near]

    def _named(self, pk: int) -> str:
        name, unit = self.subject_names[pk], self._unit_of[pk]
        words = [self._unit_words[unit]]
        if len(self.namesakes(name, unit)) > 1:
            words.append(f"编码 {self.subject_codes[pk] or '没有登记'}")
        return f"{name}（{'，'.join(words)}）"

    def subject_row(self, pk: int | None) -> Subject | None:
        """The subject itself, where who may import it hangs on the person's scope."""
        if pk is None or self.importer.whole:
            return None
        return self._known_subjects().filter(pk=pk).select_related("unit").first()

    def rounds_for(self, form: ObjectForm) -> list[Round]:
        """The open rounds a form of this kind might belong to, whatever year it names.

        A score sheet doesn't say whether a project or a whole department was judged: it fits either
        round.
        """
        kinds = JUDGED if form.round_kind in JUDGED else (form.round_kind,)
        return [row for row in self.rounds if row.kind in kinds]

    def named_subject(self, words: str, unit: int | None) -> int | None:
        """What somebody typed: a code or a whole name."""
        return self.subject(code=words.strip(), name=words, unit=unit) or self.subject(
            code="", name=words, unit=None
        )
