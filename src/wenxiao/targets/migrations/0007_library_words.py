"""The words a library row is found by, indexed by the database itself: FTS5 on SQLite, tsvector on PostgreSQL."""

from django.db import migrations

_SQLITE = (
    "CREATE VIRTUAL TABLE targets_librarywords USING fts5("
    "words, content='targets_libraryrow', content_rowid='id', tokenize='unicode61')",
    "INSERT INTO targets_librarywords(rowid, words) SELECT id, words FROM targets_libraryrow",
    "CREATE TRIGGER library_words_added AFTER INSERT ON targets_libraryrow BEGIN "
    "INSERT INTO targets_librarywords(rowid, words) VALUES (NEW.id, NEW.words); END",
    "CREATE TRIGGER library_words_gone AFTER DELETE ON targets_libraryrow BEGIN "
    "INSERT INTO targets_librarywords(targets_librarywords, rowid, words) VALUES ('delete', OLD.id, OLD.words); END",
    "CREATE TRIGGER library_words_changed AFTER UPDATE OF words ON targets_libraryrow BEGIN "
    "INSERT INTO targets_librarywords(targets_librarywords, rowid, words) VALUES ('delete', OLD.id, OLD.words); "
    "INSERT INTO targets_librarywords(rowid, words) VALUES (NEW.id, NEW.words); END",
)
_POSTGRESQL = (
    "CREATE INDEX library_words ON targets_libraryrow USING gin (to_tsvector('simple', words))",
)
_TAKEN_BACK = {
    "sqlite": (
        "DROP TRIGGER library_words_changed",
        "DROP TRIGGER library_words_gone",
        "DROP TRIGGER library_words_added",
        "DROP TABLE targets_librarywords",
    ),
    "postgresql": ("DROP INDEX library_words",),
}


def index(apps, schema_editor):
    """Make the index of the database in use."""
    made = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for statement in made:
        schema_editor.execute(statement)


def take_back(apps, schema_editor):
    """Take it away again."""
    for statement in _TAKEN_BACK[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    beside_models = True  # no model says this index: store/first_tables.py makes it too
    dependencies = [("targets", "0006_library")]

    operations = [migrations.RunPython(index, take_back)]
