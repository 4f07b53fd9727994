"""类型事项 recorded: what an object has because of its kind or its budget, one act for a form of
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.kind_facts import own_of_dossier, recorded
from wenxiao.budget.models import Dossier, KindFact
from wenxiao.orgs.permissions import require_one
from wenxiao.orgs.services.secrecy import refuse_secret
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import User


@transaction.atomic
def record_kind_facts(
    *,
    dossier: Dossier,
    values: Mapping[str, str],
    by: User | None,
    why: str,
    seen: Mapping[str, str] | None = None,
    synthetic: bool = False,
) -> dict[str, str]:
    """Write facts by name, as typed (money in 万元); an empty one is taken away, names left out stay.

    ``seen``: what stood when the person began; something else by now raises Stale. Facts that do
    not agree with each other are stored: the checks name them. Raises Refused, NotAllowed.
    """
    require_one(
        by,
        ("fill", "import"),
        what="登记类型事项",
        division=dossier.subject.division_id,
        subject=dossier.subject,
        unit=dossier.unit,
    )
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    before = recorded(dossier)
    if seen is not None and dict(seen) != before:
        raise Stale(dossier)
    given = _read(dossier, values)
    moved = {name: one for name, one in given.items() if before.get(name, "") != one}
    if not moved:
        raise NotAllowed("没有改动。")
    if not why.strip():
        raise NotAllowed("请写明依据，如合同、批复、债券发行文件的名称或文号。")
    for name, one in moved.items():
        if not one:
            KindFact.objects.filter(dossier=dossier, name=name).delete()
            continue
        KindFact.objects.update_or_create(
            dossier=dossier, name=name, defaults={"value": one, "synthetic": synthetic}
        )
    record(
        division=dossier.subject.division,
        by=by,
        act="登记类型事项",
        target=dossier,
        label=str(dossier),
        why=why,
        data={"before": {name: before.get(name, "") for name in moved}, "after": moved},
    )
    return recorded(dossier)


def _read(dossier: Dossier, values: Mapping[str, str]) -> dict[str, str]:
    """The values as they are stored; every fault of the form in one sentence."""
    facts = {one.name: one for one in own_of_dossier(dossier).facts}
    if strange := sorted(set(values) - set(facts)):
        raise NotAllowed(
            f"{dossier.subject.name}没有“{strange[0]}”这个事项，请从列出的事项里登记。"
        )
    given, faults = {}, []
    for name, text in values.items():
        try:
            given[name] = facts[name].read(text) if text.strip() else ""
        except ValueError as fault:
            faults.append(str(fault))
            continue
        refuse_secret(given[name])
    if faults:
        raise NotAllowed("".join(faults))
    return given
