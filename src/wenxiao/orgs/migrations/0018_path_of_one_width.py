"""Paths of units become numbers of one width, so that they sort as units were entered."""

from django.db import migrations


def widen(apps, schema_editor):
    unit = apps.get_model("orgs", "Unit")
    rows = list(unit.objects.only("pk", "path"))
    for row in rows:
        numbers = [part for part in row.path.split("/") if part]
        row.path = "/" + "".join(f"{int(number):06d}/" for number in numbers)
    unit.objects.bulk_update(rows, ["path"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0017_assist_links")]
    operations = [migrations.RunPython(widen, migrations.RunPython.noop)]
