"""The tables of an empty database, made from the models in one go.

Applying the migrations one after the other makes the same tables, but draws every model anew for
each of them: a hundred and more migrations took 18 seconds, these tables take one. That both come
to the same is compared by tests/site/test_first_tables.py. What no model says, a migration with
``beside_models`` makes here as well.
"""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython


def create(connection: BaseDatabaseWrapper) -> None:
    """Make every table in a database that has none and note all migrations as applied, all or
    nothing. Triggers and what Django notes about models come afterwards, from migrate's signals.
    """
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        executor.recorder.ensure_schema()
        for migration, _ in plan:
            for operation in migration.operations:
                if getattr(migration, "beside_models", False) and isinstance(operation, RunPython):
                    operation.code(apps, editor)  # type: ignore[arg-type]  # today's models
            for app, name in migration.replaces or [(migration.app_label, migration.name)]:
                executor.recorder.record_applied(app, name)
