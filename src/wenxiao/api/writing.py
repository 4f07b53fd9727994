"""What machines write row by row: the two acts of many rows, each the same service as its page and
its command; a body is the struct it is read into, which also describes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from wenxiao.api.gate import WrongUse, answer, machine
from wenxiao.budget.services import SUBJECT_FACTS
from wenxiao.budget.services.subject_table import describe_subjects, described_in
from wenxiao.orgs.permissions import Refused
from wenxiao.targets.services import LibraryEntry
from wenxiao.targets.services.row_revisions import revise_rows, revisions_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division, User

Text = Annotated[str, Meta(max_length=10_000)]
Fact = Text | UnsetType
Why = Annotated[str, Meta(description="依据或理由，写进留痕，如批复文号", max_length=500)]


class SubjectFacts(Struct, forbid_unknown_fields=True):
    """What papers say of one subject."""

    code: Annotated[str, Meta(description="项目代码，认对象用", max_length=30)]
    kind: Annotated[Fact, Meta(description="类型，代码或名称，如 project、项目支出")] = UNSET
    manager: Annotated[Fact, Meta(description="项目负责人")] = UNSET
    term_years: Annotated[Fact, Meta(description="设立年限，整年数的文本，如 5")] = UNSET
    expires_on: Annotated[Fact, Meta(description="到期日期，如 2026-12-31")] = UNSET
    midterm_on: Annotated[Fact, Meta(description="中期评估日期，如 2024-06-30")] = UNSET


class SubjectsDescribed(Struct, forbid_unknown_fields=True):
    """Facts of many subjects."""

    why: Why
    rows: Annotated[
        list[SubjectFacts], Meta(description="一行一个对象", min_length=1, max_length=1_000)
    ]


class LibraryRevision(Struct, forbid_unknown_fields=True):
    """How one row of the library should read."""

    level2: Annotated[Text, Meta(description="二级指标，认行用")]
    name: Annotated[Text, Meta(description="三级指标，认行用")]
    level1: Annotated[Text, Meta(description="一级指标")] = ""
    explanation: Annotated[Text, Meta(description="指标解释")] = ""
    formula: Annotated[Text, Meta(description="计算公式")] = ""
    unit: Annotated[Text, Meta(description="计量单位")] = ""
    nature: Annotated[Text, Meta(description="指标性质")] = ""
    direction: Annotated[Text, Meta(description="指标方向")] = ""
    proof: Annotated[Text, Meta(description="佐证要求")] = ""
    field: Annotated[Text, Meta(description="适用领域")] = ""


class LibraryRevised(Struct, forbid_unknown_fields=True):
    """Many rows of the library."""

    why: Why
    rows: Annotated[
        list[LibraryRevision], Meta(description="一行一个指标", min_length=1, max_length=1_000)
    ]


WORDS = {
    "SubjectFacts": "一个对象的项目情况：没有写的项不改，写空文本的清空",
    "SubjectsDescribed": "项目情况整表登记",
    "LibraryRevision": "指标库一行改成什么：二级、三级指标认行，没有写或写空的不改",
    "LibraryRevised": "指标库整表修改",
}
"""What each body is, in the description."""


def schemas() -> dict[str, Any]:
    """The bodies as OpenAPI has them, by the struct's name."""
    _, named = msgspec.json.schema_components(
        [SubjectsDescribed, LibraryRevised], ref_template="#/components/schemas/{name}"
    )
    return {name: {**one, "description": WORDS[name]} for name, one in named.items()}


Body = TypeVar("Body", SubjectsDescribed, LibraryRevised)


@machine("import", methods=("POST",))
def describe(request: HttpRequest) -> HttpResponse:
    """项目情况整表登记: all rows or none; a row's number is its place in ``rows``, from 1."""
    body, (user, division) = _body(request, SubjectsDescribed), _who(request)
    lines = [(at, one.code.strip(), _given(one)) for at, one in enumerate(body.rows, 1)]
    rows = described_in(division, lines, user)
    changed = describe_subjects(division=division, rows=rows, by=user, why=body.why)
    return answer({"lines": len(lines), "described": len(changed)})


def _given(one: SubjectFacts) -> dict[str, str]:
    facts = {name: getattr(one, name) for name in SUBJECT_FACTS}
    return {name: text.strip() for name, text in facts.items() if text is not UNSET}


@machine("manage_rules", methods=("POST",))
def revise(request: HttpRequest) -> HttpResponse:
    """指标库整表修改: all rows or none; each published row named becomes a better version."""
    body, (user, division) = _body(request, LibraryRevised), _who(request)
    lines = [
        (
            at,
            LibraryEntry(
                **{name: text.strip() for name, text in msgspec.structs.asdict(one).items()}
            ),
        )
        for at, one in enumerate(body.rows, 1)
    ]
    revisions = revisions_in(division, lines)
    now = revise_rows(division=division, revisions=revisions, by=user, why=body.why)
    return answer({"lines": len(lines), "revised": len(now)})


def _who(request: HttpRequest) -> tuple[User, Division]:
    user: Any = request.user
    if user.division is None:
        raise Refused("该账号不属于任何财政区划，没有可写的表。")
    return user, user.division


_KINDS = {"str": "文本", "array": "数组", "object": "对象"}


def _body(request: HttpRequest, shape: type[Body]) -> Body:
    """The body as its struct; WrongUse says which member is wrong and what it should be."""
    try:
        return msgspec.json.decode(request.body, type=shape)
    except msgspec.ValidationError as refusal:
        raise WrongUse(_said(str(refusal))) from refusal
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as refusal:
        raise WrongUse("请求内容不是 JSON。") from refusal


def _place(index: re.Match[str]) -> str:
    """``[3].`` as people count: the fourth row's."""
    return f" 第 {int(index[1]) + 1} 行{'的 ' if index[0].endswith('.') else ''}"


def _said(complaint: str) -> str:
    """What msgspec complains of, in Chinese."""
    path = re.search(r"at `\$\.?([^`]*)`", complaint)
    where = re.sub(r"\[(\d+)\]\.?", _place, path[1]) if path else "请求内容"
    if missing := re.search(r"missing required field `([^`]*)`", complaint):
        return f"{where}缺少 {missing[1]}。"
    if unknown := re.search(r"unknown field `([^`]*)`", complaint):
        return f"{where}里不认识 {unknown[1][:40]}。"
    if kind := re.search(r"Expected `(\w+)[^`]*`, got", complaint):
        return f"{where} 应为{_KINDS.get(kind[1], kind[1])}。"
    if size := re.search(r"`(\w+)` of length ([<>]=) (\d+)", complaint):
        bound = "最多" if size[2] == "<=" else "至少"
        return f"{where} {bound} {size[3]} {'行' if size[1] == 'array' else '字'}。"
    return f"{where} 写得不对，格式见 /api/v1/openapi.json。"
