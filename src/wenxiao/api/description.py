"""The OpenAPI description: resources from their own table, the rest by
hand; a test holds it to the routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.api.resources import RESOURCES, ApiColumn, schema_of
from wenxiao.api.writing import schemas

if TYPE_CHECKING:
    from wenxiao.api.resources import Resource

_TEXT: dict[str, Any] = {"type": "string"}
_TRUTH: dict[str, Any] = {"type": "boolean", "default": False}
_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "一句中文，说明哪里不对、怎样改"}},
}


_ROWS_REFUSED: dict[str, Any] = {
    "type": "object",
    "description": "一行也没有存；逐格的原因在 faults，不是行的原因时没有 faults",
    "required": ["error"],
    "properties": {
        "error": _ERROR["properties"]["error"],
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["line", "column", "sentence"],
                "properties": {
                    "line": {"type": "integer", "description": "rows 里第几个，从 1 起"},
                    "column": {"type": "string", "description": "哪一项"},
                    "sentence": {"type": "string", "description": "哪里不对、怎样改"},
                },
            },
        },
    },
}


def _responses(*codes: int) -> dict[str, Any]:
    words = {
        200: "结果",
        400: "请求写得不对",
        401: "没有有效令牌",
        403: "没有权限",
        404: "没有，或不在授权范围内",
        409: "现状不允许",
        413: "内容过大",
        422: "有阻断的问题，没有写入",
    }
    responses = {}
    for code in codes:
        schema = (
            {"type": "object"} if code in {200, 422} else {"$ref": "#/components/schemas/Error"}
        )
        responses[str(code)] = {
            "description": words[code],
            "content": {"application/json": {"schema": schema}},
        }
    return responses


def _query(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": _TEXT}


def _listing(resource: Resource) -> dict[str, Any]:
    """The description of a resource: its filters, its columns, the token of
    what follows and the moment it stands for.
    """
    row = {"type": "object", "properties": {c.name: schema_of(c) for c in resource.columns}}
    body = {
        "type": "object",
        "required": [resource.name, "next", "as_of"],
        "properties": {
            resource.name: {"type": "array", "items": row, "maxItems": 100},
            "next": {"type": ["string", "null"], "description": "还有下一页时，作为 after 再取"},
            "as_of": {
                "type": "string",
                "format": "date-time",
                "description": "下次作为 changed_since，只取有过办理的",
            },
        },
    }
    since = "只取从这一时刻起留痕里有过办理的对象名下的行；可能含没有变的，不会漏掉变了的。撤销导入、恢复备份之后取全部。删除的不在其中"
    parameters = [_query(one.name, one.words) for one in resource.filters]
    responses = _responses(200, 400, 401, 403)
    responses["200"]["content"]["application/json"]["schema"] = body
    return {
        "get": {
            "summary": f"{resource.words}，每次 100 个",
            "parameters": [
                *parameters,
                _query("changed_since", since),
                _query("after", "上一次返回的 next"),
            ],
            "responses": responses,
        }
    }


def _columns(*named: tuple[str, str, str]) -> tuple[ApiColumn, ...]:
    """Columns that a view puts together itself: name, kind, words."""
    return tuple(ApiColumn(name, name, words, kind) for name, kind, words in named)


DOSSIER = _columns(
    ("id", "integer", "档案编号"),
    ("fiscal_year", "integer", "预算年度"),
    ("code", "text", "项目代码"),
    ("name", "text", "项目名称"),
    ("kind", "text", "类型（代码）"),
    ("unit_code", "text", "单位代码"),
    ("unit", "text", "单位名称"),
    ("synthetic", "boolean", "是否合成数据"),
)
MONEY = _columns(
    ("opening", "decimal", "年初预算，元"),
    ("added", "decimal", "追加，元"),
    ("cut_back", "decimal", "收回，元"),
    ("adjusted", "decimal", "调整后预算，元"),
    ("arrived", "decimal", "到位，元"),
    ("spent", "decimal", "支出，元"),
    ("rate", "decimal", "执行率，百分数"),
)
REVIEW = _columns(
    ("id", "integer", "评审编号"),
    ("kind", "text", "类别（代码）"),
    ("kind_name", "text", "类别"),
    ("round", "text", "任务名称"),
    ("period", "text", "期间"),
    ("state", "text", "状态（代码）"),
    ("state_name", "text", "状态"),
    ("points", "decimal", "得分"),
    ("grade", "text", "等级"),
    ("complete", "boolean", "是否评完"),
    ("issued_on", "date", "出具日期"),
    ("synthetic", "boolean", "是否合成数据"),
)


def _many_rows(summary: str, body: str, done: str) -> dict[str, Any]:
    """The description of an act of many rows: the struct it reads, how many rows it changed."""
    responses = _responses(200, 400, 401, 403, 409, 413)
    responses["200"]["content"]["application/json"]["schema"] = {
        "type": "object",
        "required": ["lines", done],
        "properties": {
            "lines": {"type": "integer", "description": "收到几行"},
            done: {"type": "integer", "description": "其中改动的几行，与现状相同的不算"},
        },
    }
    refused = {"$ref": "#/components/schemas/RowsRefused"}
    responses["409"]["content"]["application/json"]["schema"] = refused
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": content},
            "responses": responses,
        }
    }


def _of_dossier(summary: str, more: tuple[ApiColumn, ...]) -> dict[str, Any]:
    """The description of what is asked of one dossier: what names it, then ``more``."""
    responses = _responses(200, 401, 403, 404)
    columns = (*DOSSIER, *more)
    responses["200"]["content"]["application/json"]["schema"] = {
        "type": "object",
        "properties": {one.name: schema_of(one) for one in columns},
    }
    return {"get": {"summary": summary, "parameters": [_PK], "responses": responses}}


def _reviews() -> dict[str, Any]:
    row = {"type": "object", "properties": {one.name: schema_of(one) for one in REVIEW}}
    one = _of_dossier("一个档案的各项评审结果", ())
    body = one["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    body["properties"]["reviews"] = {"type": "array", "items": row}
    return one


_PK = {
    "name": "pk",
    "in": "path",
    "required": True,
    "description": "档案编号",
    "schema": {"type": "integer"},
}

DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "问效接口",
        "version": "1",
        "description": "令牌由 wenxiao tokens create 生成，权限就是所属账号的授权。金额、分值、比率都是十进制文本，金额单位为元；未知为 null，从不写 0。",
    },
    "security": [{"token": []}],
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Error": _ERROR, "RowsRefused": _ROWS_REFUSED, **schemas()},
    },
    "paths": {
        "/api/v1/openapi.json": {
            "get": {"summary": "本说明", "security": [], "responses": _responses(200)}
        },
        **{f"/api/v1/{one.name}": _listing(one) for one in RESOURCES},
        "/api/v1/dossiers/{pk}/money": _of_dossier("一个档案的预算与支出", MONEY),
        "/api/v1/dossiers/{pk}/reviews": _reviews(),
        "/api/v1/subjects/facts": _many_rows(
            "登记许多对象的项目情况，全部存下或一行不存；与页面“整表登记”、命令 subjects describe 同一办法",
            "SubjectsDescribed",
            "described",
        ),
        "/api/v1/library/revisions": _many_rows(
            "修改指标库里许多已发布的行，全部存下或一行不存；与页面“整表修改”、命令 library revise 同一办法",
            "LibraryRevised",
            "revised",
        ),
        "/api/v1/ledgers": {
            "post": {
                "summary": "推送支付明细或预算安排，核对与导入文件相同；同样的内容再推一次不会重复",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["columns", "rows"],
                                "additionalProperties": False,
                                "properties": {
                                    "kind": {
                                        "enum": ["", "spending", "budget", "request", "department"]
                                    },
                                    "year": {"type": "integer"},
                                    "unit": {"enum": ["", "元", "千元", "万元", "亿元"]},
                                    "source": {
                                        **_TEXT,
                                        "description": "来源系统名称，记住它的列和单位",
                                    },
                                    "columns": {"type": "array", "items": _TEXT},
                                    "rows": {
                                        "type": "array",
                                        "items": {"type": "array", "items": _TEXT},
                                        "maxItems": 20_000,
                                    },
                                    "dry_run": _TRUTH,
                                    "leave_out": _TRUTH,
                                    "create": _TRUTH,
                                    "keep_repeats": _TRUTH,
                                    "accounting": {
                                        **_TRUTH,
                                        "description": "单位核算的支出；不写为国库支付",
                                    },
                                    "planned": {
                                        **_TRUTH,
                                        "description": "分月用款计划，不是支付，不计入支出",
                                    },
                                    "matches": {
                                        "type": "object",
                                        "additionalProperties": _TEXT,
                                        "description": "未匹配项（回答里 unmatched 的 choice）→ 已有单位或项目的代码、create（新建）、skip（不导入）",
                                    },
                                    "choices": {
                                        "type": "object",
                                        "additionalProperties": _TEXT,
                                        "description": "与 matches 相同；表和台账都用此名",
                                    },
                                },
                            }
                        }
                    },
                },
                "responses": _responses(200, 400, 401, 403, 409, 413, 422),
            }
        },
        "/api/v1/forms": {
            "post": {
                "summary": "提交一份自评表、监控表或评分表文件",
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["file"],
                                "properties": {
                                    "file": {"type": "string", "format": "binary"},
                                    "dry_run": {"enum": ["true", "false"]},
                                    "choices": {
                                        **_TEXT,
                                        "description": "JSON，回答未定的问题：表的序号（从 0 起）、工作表名称或 * → unit、subject、round（名称、代码、编号或 create）、year、skip、keep；可选的见回答里 unmatched 的 choices",
                                    },
                                },
                            }
                        }
                    },
                },
                "responses": _responses(200, 400, 401, 403, 409, 413, 422),
            }
        },
    },
}
