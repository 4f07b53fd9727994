"""The scoring profile of a year: weights, formulas, cut points, each with its basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wenxiao.rulebook import basis
from wenxiao.rulebook.form_packs import RULE, packs
from wenxiao.rulebook.grounds import Standing


class ProfileError(ValueError):
    """A profile that does not exist."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One qualitative tier: points from ``low`` % (included) to ``high`` %
    of the weight (excluded, except 100 %).
    """

    code: str
    name: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class IntervalStep:
    """One line of an interval table: from ``at_least`` percent on,
    ``share`` percent of the weight (or points).
    """

    at_least: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class RuleText:
    """A scoring rule as data: code, name, formula in words, basis."""

    code: str
    name: str
    formula: str
    basis: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Profile:
    """All parameters a table is scored with. Codes of choices are those of basis/profiles.yaml."""

    code: str
    name: str
    weights: Mapping[str, Decimal]
    execution: str
    execution_bands: tuple[IntervalStep, ...]
    zero_budget: str
    reverse: str
    over_percent: Decimal
    over: str
    tiers: tuple[Tier, ...]
    tiers_basis: str
    satisfaction: tuple[IntervalStep, ...]
    min_sample: int | None
    range_outside: str
    late: str
    late_per_day: Decimal
    no_evidence: str
    basis: str
    standing: Standing
    rules: Mapping[str, RuleText]
    reverse_names: tuple[str, ...]
    not_reverse_names: tuple[str, ...]

    @property
    def execution_weight(self) -> Decimal:
        """Points for 预算执行率."""
        return self.weights.get("预算执行率", Decimal(0))

    def reads_reverse(self, name: str) -> bool:
        """Whether an indicator of this name is read as lower-is-better when
        it has no comparator.
        """
        return any(word in name for word in self.reverse_names) and not any(
            word in name for word in self.not_reverse_names
        )


def profile(
    code: str | None = None, on: date | int | None = None, overrides: basis.Overrides | None = None
) -> Profile:
    """The scoring profile in force on a day (a year means its last day); the default one when no
    code is given.

    ProfileError for an unknown code. ``overrides`` lay the division's own dated values over
    "profiles", "scoring_rules" and "reverse_names".
    """
    value = basis.in_force("profiles", on, overrides)
    wanted = code or default_code(on, overrides)
    data = value.content["profiles"].get(wanted)
    if data is None:
        raise ProfileError(
            f"没有名为“{wanted}”的计分口径，可用：{'、'.join(value.content['profiles'])}。"
        )
    names = basis.in_force("reverse_names", on, overrides).content
    return _built(wanted, data, value, rule_texts(on, overrides), names)


def default_code(on: date | int | None = None, overrides: basis.Overrides | None = None) -> str:
    """The profile used without one named: the division's own choice, else that of the form it
    prints, else the national.
    """
    value, form = (basis.in_force(name, on, overrides) for name in ("profiles", RULE))
    if form.own and not value.own:
        return packs()[form.content["project"]].profile
    return str(value.content["default"])


def rule_texts(
    on: date | int | None = None, overrides: basis.Overrides | None = None
) -> dict[str, RuleText]:
    """Every scoring rule by code."""
    content = basis.in_force("scoring_rules", on, overrides).content["rules"]
    return {
        code: RuleText(code, item["name"], item["formula"], _cited(item), basis.standing_of(item))
        for code, item in content.items()
    }


def _built(
    code: str,
    data: Mapping[str, Any],
    value: basis.Value,
    rules: Mapping[str, RuleText],
    names: Mapping[str, Any],
) -> Profile:
    tiers = value.content["tiers"][data["tiers"]]
    satisfaction = value.content["satisfaction"].get(data["satisfaction"], {"bands": []})
    return Profile(
        code=code,
        name=data["name"],
        weights={key: basis.number(points) for key, points in data["weights"].items()},
        execution=data["execution"],
        execution_bands=_steps(data["execution_bands"], "points"),
        zero_budget=data["zero_budget"],
        reverse=data["reverse"],
        over_percent=basis.number(data["over_percent"]),
        over=data["over"],
        tiers=tuple(_tier(cut) for cut in tiers["cuts"]),
        tiers_basis=_cited(tiers),
        satisfaction=_steps(satisfaction["bands"], "share"),
        min_sample=data["min_sample"],
        range_outside=data["range_outside"],
        late=data["late"],
        late_per_day=basis.number(data["late_per_day"]),
        no_evidence=data["no_evidence"],
        basis=value.basis if value.own else _cited(data),
        standing=value.standing if value.own else basis.standing_of(data),
        rules=rules,
        reverse_names=tuple(names["names"]),
        not_reverse_names=tuple(names["not_names"]),
    )


def _tier(cut: Mapping[str, Any]) -> Tier:
    return Tier(cut["code"], cut["name"], basis.number(cut["from"]), basis.number(cut["to"]))


def _steps(bands: list[Mapping[str, Any]], share: str) -> tuple[IntervalStep, ...]:
    return tuple(
        IntervalStep(basis.number(band["at_least"]), basis.number(band[share])) for band in bands
    )


def _cited(item: Mapping[str, Any]) -> str:
    return basis.cited(str(item["document"]), str(item.get("clause", "")), basis.standing_of(item))
