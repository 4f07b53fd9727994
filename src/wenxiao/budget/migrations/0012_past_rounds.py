from django.db import migrations, models

FILED_BY_UNITS = ("target_review", "monitoring", "selfeval")


def mark_past(apps, schema_editor):
    """Ordinary rounds with a day, opened without asking any unit, were 补录: only that way left no
    to-do behind.
    """
    asked = apps.get_model("records", "Todo").objects.filter(target_type="budget.Round")
    apps.get_model("budget", "Round").objects.filter(
        kind__in=FILED_BY_UNITS, key=False, synthetic=False, deadline__isnull=False
    ).exclude(state="draft").exclude(
        pk__in=asked.exclude(target_id=None).values("target_id")
    ).update(past=True)


class Migration(migrations.Migration):
    dependencies = [
        ("budget", "0011_audited_funds"),
        ("records", "0009_undo_in_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="past",
            field=models.BooleanField(default=False, verbose_name="补录"),
        ),
        migrations.RunPython(mark_past, migrations.RunPython.noop),
    ]
