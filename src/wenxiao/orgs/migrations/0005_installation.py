from django.db import migrations, models


def settle(apps, schema_editor):
    """What an older database was for. Where both were mixed it is real, and the demonstration's accounts end."""
    Division = apps.get_model("orgs", "Division")
    Installation = apps.get_model("orgs", "Installation")
    User = apps.get_model("orgs", "User")
    if not Division.objects.exists():
        return
    real = Division.objects.filter(demo=False).exists()
    Installation.objects.create(id=1, kind="real" if real else "demo")
    if real:
        User.objects.filter(division__demo=True).update(is_active=False)


class Migration(migrations.Migration):
    """A database is for real work or for a demonstration, never both: demo accounts have passwords everybody knows."""

    dependencies = [
        ("orgs", "0004_api_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False, verbose_name="编号")),
                ("kind", models.CharField(choices=[("real", "正式数据"), ("demo", "演示数据")], max_length=4, verbose_name="用途")),
                ("begun_at", models.DateTimeField(auto_now_add=True, verbose_name="启用时间")),
            ],
            options={
                "verbose_name": "数据用途",
                "verbose_name_plural": "数据用途",
            },
        ),
        migrations.AddConstraint(
            model_name="installation",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="one_installation"),
        ),
        migrations.AddConstraint(
            model_name="installation",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ("real", "demo"))), name="installation_kind"),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
