"""接口说明 as people read it: every address of the machines' door with its fields, an example and
what may be answered, out of the same description machines take.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from wenxiao.api.description import DESCRIPTION
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

WORDS = {
    "string": "文本",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "数组",
    "object": "对象",
    "null": "null",
}
EXAMPLES = {"date": "2021-03-05", "date-time": "2021-03-05T09:30:00+08:00", "binary": "文件"}
SAMPLE = {"string": "…", "integer": 1, "boolean": False, "null": None}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One member of a body or an answer: where it stands, its kind in words, what it means."""

    name: str
    kind: str
    words: str
    needed: bool


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """One address and method as the page shows it."""

    method: str
    path: str
    summary: str
    open: bool
    asked: list[FieldLine]
    sent: list[FieldLine]
    given: list[FieldLine]
    call: str
    body: str
    answer: str
    codes: list[tuple[str, str]]


@view("anyone")
def reading(request: HttpRequest) -> HttpResponse:
    """The page; what it says stands in the description alone."""
    values = {"about": DESCRIPTION["info"], "doors": list(doors()), "codes": _codes()}
    return render(request, "api/reading.html", values)


def doors() -> Iterator[ApiDoor]:
    """Every address with each of its methods, in the order of the description."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, one in methods.items():
            contents: dict[str, Any] = one.get("requestBody", {}).get("content", {})
            kind = next(iter(contents), "")
            shape = contents[kind]["schema"] if kind else {}
            answered = one["responses"]["200"]["content"]["application/json"]["schema"]
            yield ApiDoor(
                method.upper(),
                path,
                one["summary"],
                one.get("security") == [],
                [_asked(line) for line in one.get("parameters", ())],
                list(lines_of(shape)),
                list(lines_of(answered)),
                _call(method, path, kind, shape),
                _plain(example_of(shape)) if kind == "application/json" else "",
                _plain(example_of(answered)) if answered.get("properties") else "",
                [(code, each["description"]) for code, each in one["responses"].items()],
            )


def lines_of(schema: dict[str, Any], above: str = "") -> Iterator[FieldLine]:
    """The members of a schema, those of a list's rows beneath it as ``rows[].name``."""
    schema = _meant(schema)
    needed = set(schema.get("required", ()))
    for name, one in schema.get("properties", {}).items():
        inner = _meant(one)
        words = one.get("description") or inner.get("description", "")
        yield FieldLine(f"{above}{name}", _kind(inner), words, name in needed)
        if inner.get("type") == "array":
            yield from lines_of(inner.get("items", {}), f"{above}{name}[].")


def example_of(schema: dict[str, Any]) -> Any:
    """A value of this shape; what may be left out of a body is shown too."""
    schema = _meant(schema)
    if "enum" in schema:
        return next((one for one in schema["enum"] if one), "")
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "object":
        return {name: example_of(one) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}))]
    if "pattern" in schema:
        return "1234.50"
    return EXAMPLES.get(schema.get("format", ""), SAMPLE[kind])


def _meant(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or the named one it points at."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return DESCRIPTION["components"]["schemas"][name] if name else schema


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "、".join(str(one) or "空" for one in schema["enum"]) + " 之一"
    kinds = schema.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    word = " 或 ".join(WORDS[one] for one in kinds)
    if "pattern" in schema:
        word = word.replace("文本", "十进制文本")
    return word.replace(
        "文本",
        {"date": "日期", "date-time": "时间", "binary": "文件"}.get(
            schema.get("format", ""), "文本"
        ),
    )


def _asked(line: dict[str, Any]) -> FieldLine:
    return FieldLine(line["name"], _kind(line["schema"]), line["description"], line["required"])


def _call(method: str, path: str, kind: str, shape: dict[str, Any]) -> str:
    """The call as one writes it at a terminal."""
    parts = ["curl", '-H "Authorization: Bearer 令牌"']
    if kind == "application/json":
        parts += ['-H "Content-Type: application/json"', "-d @内容.json"]
    elif kind:
        parts += [f"-F {name}=@自评表.xlsx" for name in shape.get("required", ())]
    elif method == "post":
        parts.append("-X POST")
    return " ".join([*parts, f'"https://地址{path.replace("{pk}", "1")}"'])


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _codes() -> list[tuple[str, str]]:
    """Every answer's code with its words, each once."""
    every = {
        code: each["description"]
        for methods in DESCRIPTION["paths"].values()
        for one in methods.values()
        for code, each in one["responses"].items()
    }
    return sorted(every.items())
