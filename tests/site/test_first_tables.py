"""An empty database made at once is the one that all migrations make one after the other."""

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection

from wenxiao.site.backups.database import scratch_database
from wenxiao.store import first_tables

POSTGRESQL = """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
        coalesce(pg_get_expr(d.adbin, d.adrelid), a.attidentity::text) || a.attcollation
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'rule', conrelid::regclass::text, '', pg_get_constraintdef(oid),
        condeferrable::text, condeferred::text FROM pg_constraint WHERE conrelid <> 0
        AND connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', tablename, '', regexp_replace(indexdef, 'INDEX \\S+', 'INDEX'), '', ''
        FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
        FROM pg_trigger WHERE NOT tgisinternal"""

NUMBERED_BY_DJANGO = ("column", "auth_group_permissions", "id")
"""A table of Django's that this product leaves empty: wider numbers by its migrations than by its
models.
"""


def parts_of(create):
    """What stands between the outer brackets of a CREATE TABLE, in no order."""
    parts, depth = [""], 0
    for sign in create[create.index("(") + 1 : create.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return sorted(part.strip() for part in parts)


def structure():
    """Tables, columns, constraints, indexes and triggers, without the order of columns and without
    the names that PostgreSQL gives by itself.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL)
            return sorted(one for one in cursor.fetchall() if one[:3] != NUMBERED_BY_DJANGO)
        cursor.execute("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return sorted(
            (kind, table, name, parts_of(sql) if kind == "table" else sql)
            for kind, table, name, sql in cursor.fetchall()
        )


def rows():
    """What a new database holds: the migrations it stands for and what Django notes of models."""
    with connection.cursor() as cursor:
        held = {}
        for question in (
            "SELECT app, name FROM django_migrations",
            "SELECT app_label, model FROM django_content_type",
            "SELECT codename FROM auth_permission",
        ):
            cursor.execute(question)
            held[question] = sorted(cursor.fetchall())
        return held


def laid(folder, command):
    folder.mkdir()
    with scratch_database(folder):
        call_command(command, verbosity=0)
        return structure(), rows()


def compare(tmp_path):
    at_once, noted = laid(tmp_path / "once", "migrate")
    by_turns, noted_then = laid(tmp_path / "turns", migrate.Command())
    assert [one for one in by_turns if one not in at_once] == []
    assert [one for one in at_once if one not in by_turns] == []
    assert noted == noted_then
    assert len(at_once) > 400


@pytest.mark.django_db(transaction=True)
def test_at_once_and_one_after_the_other_make_the_same(tmp_path):
    compare(tmp_path)


@pytest.mark.db
@pytest.mark.long(
    core=[
        "tests/site/test_first_tables.py::test_at_once_and_one_after_the_other_make_the_same",
        "tests/site/test_backups.py::test_a_backup_of_an_older_structure_is_brought_up_to_date",
    ]
)
@pytest.mark.django_db(transaction=True)
def test_on_a_server_too(tmp_path):
    compare(tmp_path)


@pytest.mark.django_db
def test_where_tables_are_nothing_is_made_at_once(monkeypatch):
    def refused(_):
        raise AssertionError

    monkeypatch.setattr(first_tables, "create", refused)
    call_command("migrate", verbosity=0)


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_what_fails_on_the_way_leaves_no_table(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.db.migrations.recorder.MigrationRecorder.record_applied", full)
    with scratch_database(tmp_path):
        with pytest.raises(OSError, match="No space"):
            call_command("migrate", verbosity=0)
        assert connection.introspection.table_names() == []
