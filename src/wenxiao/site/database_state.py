"""What a verb may rely on before it starts: a database that is there, up to date and not empty."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User

BEGIN = "先执行 wenxiao demo（载入演示数据）或 wenxiao init（建立本级财政）。"


class NotReady(Exception):
    """The database can't serve this verb; the sentence says what to do. Exit 2."""


class Away(NotReady):
    """The database can't be reached now; what it holds is not known. Whoever can wait, waits."""


def first_line(error: Exception) -> str:
    """What a driver says, without the advice it adds in further lines."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".。")


def start_django() -> None:
    """Settings and models; nothing is read from the database yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.site.settings")
    import django

    django.setup()


def pending() -> list[str]:
    """Names of migrations not yet applied; Away when the server can't be reached."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise Away(
            f"数据库连不上：{first_line(error)}。请检查 WENXIAO_DATABASE_URL 与数据库服务。"
        ) from error
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> int:
    """Bring the tables up to date; returns how many migrations were applied.
    NotReady where the rows don't allow one.
    """
    from django.core.management import call_command

    from wenxiao.store.moves import NotAllowed

    waiting = pending()
    if waiting:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except NotAllowed as refusal:
            raise NotReady(str(refusal)) from refusal
    return len(waiting)


def embedded_file() -> Path | None:
    """The SQLite file, or None when a server or the memory keeps the rows."""
    from django.db import connection

    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return None
    return Path(str(connection.settings_dict["NAME"]))


def is_empty() -> bool:
    """Whether nobody has begun: no file, no tables or no division."""
    from django.db import connection

    from wenxiao.orgs.models import Division

    file = embedded_file()
    if file is not None and not file.exists():
        return True
    if Division._meta.db_table not in connection.introspection.table_names():
        return True
    return not Division.objects.exists()


def purpose() -> str:
    """What the database was begun for: "real" or "demo"; empty when it is
    away, older or nobody has begun.
    """
    from django.db import DatabaseError

    from wenxiao.orgs.models import Installation

    try:
        if is_empty():
            return ""
        return Installation.objects.values_list("kind", flat=True).first() or ""
    except DatabaseError:
        return ""


def require_ready() -> None:
    """Raise NotReady with what to do unless the database has content and
    its tables are up to date.
    """
    from django.db import OperationalError

    try:
        empty = is_empty()
    except OperationalError as error:
        raise Away(
            f"数据库连不上：{first_line(error)}。请检查 WENXIAO_DATABASE_URL 与数据库服务。"
        ) from error
    if empty:
        raise NotReady(f"数据库还是空的。{BEGIN}")
    if waiting := pending():
        raise NotReady(
            f"数据库有 {len(waiting)} 项结构更新未执行。请先备份（wenxiao backup），再执行 wenxiao upgrade。"
        )


def chosen_division(name: str | None) -> Division:
    """The division named by code or name, or the only one; NotReady when that leaves a choice."""
    from wenxiao.orgs.models import Division

    every = list(Division.objects.order_by("code"))
    matching = [d for d in every if name is None or name in {d.code, d.name, d.short_name}]
    if len(matching) == 1:
        return matching[0]
    listed = "、".join(f"{d.code} {d.name}" for d in every)
    raise NotReady(f"请用 --division 指明区划，写代码或名称。现有：{listed}。")


def chosen_user(username: str | None) -> User | None:
    """The account on whose behalf something is done; None is whoever sits at the machine."""
    from wenxiao.orgs.models import User

    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotReady(f"没有账号“{username}”，或已停用。现有账号见 wenxiao users list。")
    return user
