"""取走全部资料: every row of every table and every file as received, in
documented plain files that need no software of ours.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction

from wenxiao.budget.models import Subject
from wenxiao.records.models import StoredFile
from wenxiao.records.services import read_file
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.models import Field, Model

ROOMS = (
    "orgs",
    "records",
    "budget",
    "targets",
    "evidence",
    "reviews",
    "followup",
    "intake",
    "reports",
)
LEFT = frozenset(
    {
        "orgs.LoginTry",
        "orgs.OldPassword",
        "orgs.Phone",
        "orgs.RecoveryCode",
        "orgs.PasswordReset",
        "orgs.AccountSheet",
        "orgs.ApiToken",
        "followup.WatchWindow",
        "followup.WatchLine",
        "followup.WatchMark",
        "reviews.DossierTally",
        "reviews.ReviewTally",
        "reviews.TallyMark",
    }
)
"""Keys to accounts, and what is only worked out from the rest."""
SECRET = frozenset({"orgs.User.password"})
AT_ONCE = 2_000


def tables() -> list[type[Model]]:
    """The tables that are taken away, room by room; ties between tables included."""
    every = (
        model
        for room in ROOMS
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
    )
    return [one for one in every if one._meta.label not in LEFT and one._meta.managed]


def columns_of(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of a table without what opens an account."""
    return [
        field
        for field in model._meta.concrete_fields
        if f"{model._meta.label}.{field.name}" not in SECRET
    ]


def described(model: type[Model]) -> dict[str, Any]:
    """A table in words: its Chinese name, and of each column name, kind,
    and the table it points to.
    """
    return {
        "table": model._meta.label,
        "name": str(model._meta.verbose_name),
        "columns": [
            {
                "column": field.attname,
                "name": str(field.verbose_name),
                "kind": field.get_internal_type(),
                "to": field.related_model._meta.label if field.related_model else None,
                "choices": {str(code): str(word) for code, word in field.choices or ()},
            }
            for field in columns_of(model)
        ],
    }


def take_away(path: Path) -> dict[str, int]:
    """Write the whole as one .zip: tables, files, what each column means, digests.
    (tables, rows, files, missing, restricted: how many objects inside are not open).
    """
    sums: list[str] = []
    rows = files = missing = 0
    with transaction.atomic(), zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, content: bytes) -> None:
            packed.writestr(name, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")

        for model in tables():
            count, content = _table(model)
            rows += count
            put(f"tables/{model._meta.label}.csv", content)
        for stored in StoredFile.objects.order_by("pk").iterator(AT_ONCE):
            try:
                put(f"files/{stored.sha256}", read_file(stored))
                files += 1
            except NotAllowed:
                missing += 1
        put("columns.json", _json([described(model) for model in tables()]))
        restricted = Subject.objects.exclude(restriction="open").count()
        put("README.txt", README.format(restricted=restricted).encode())
        packed.writestr("SHA256SUMS", "\n".join(sums) + "\n")
    counts = {"tables": len(tables()), "rows": rows, "files": files, "missing": missing}
    return counts | {"restricted": restricted}


def _table(model: type[Model]) -> tuple[int, bytes]:
    text, count = io.StringIO(), 0
    writer = csv.writer(text)
    fields = columns_of(model)
    writer.writerow([field.attname for field in fields])
    for values in _values(model, fields):
        writer.writerow([_told(value) for value in values])
        count += 1
    return count, text.getvalue().encode("utf-8-sig")


def _values(model: type[Model], fields: list[Field[Any, Any]]) -> Iterator[tuple[Any, ...]]:
    rows = model._default_manager.order_by("pk").values_list(*[field.attname for field in fields])
    yield from rows.iterator(AT_ONCE)


def _told(value: Any) -> str:
    """A value as text: amounts as 元 with their digits, days as ISO,
    structures as JSON; nothing for what is missing.
    """
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


README = """取走的全部资料

tables/  每张表一个 CSV（UTF-8，首行是列名），行按编号排列；金额是元，日期是 ISO 格式，空白是没有。
columns.json  每张表、每一列的中文名、类型、代码的含义、指向哪张表。
files/  收到的原始文件，文件名是它的 SHA-256 摘要；原来的名字在 tables/records.StoredFile.csv。
SHA256SUMS  每个文件的摘要，用 sha256sum -c 核对。

这是全部资料，不公开的对象也在内：{restricted} 个。不得对外提供，给检查组的用“档案取证”按范围导出。

不含：密码、动态口令、恢复码、领取码、接口令牌，以及由其他数据算出来的监控台账。
"""
