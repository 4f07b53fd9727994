from django.db import migrations, models

CAME_ALONG = "由导入的报表带入"
"""The reason written on every target an imported form brought, before rows knew their origin."""


def name_origins(apps, schema_editor):
    """What came along with an imported sheet was never approved: it says so from now on."""
    targets = apps.get_model("targets", "Target").objects
    brought = targets.filter(models.Q(why=CAME_ALONG) | models.Q(batch__isnull=False))
    brought.filter(state="approved").update(origin="sheet", state="unapproved")
    brought.update(origin="sheet")
    _settle(schema_editor)


def take_back(apps, schema_editor):
    """As it was: what came along with a sheet stood as approved."""
    targets = apps.get_model("targets", "Target").objects
    targets.filter(state="unapproved").update(origin="filed", state="approved")
    _settle(schema_editor)


def _settle(schema_editor):
    """PostgreSQL changes no table while checks of its rows wait for the transaction's end."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """How a target came (申报, 批复导入, 随表带入), and the state 未批复 of what only came along with a sheet."""

    dependencies = [
        ("records", "0002_intake"),
        ("targets", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="origin",
            field=models.CharField(
                choices=[("filed", "申报"), ("approval", "批复导入"), ("sheet", "随表带入")],
                default="filed",
                max_length=10,
                verbose_name="来源",
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "填报中"),
                    ("submitted", "待审核"),
                    ("returned", "已退回"),
                    ("approved", "已批复"),
                    ("replaced", "已调整"),
                    ("unapproved", "未批复"),
                ],
                default="draft",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.RunPython(name_origins, take_back),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin", "sheet"), ("state", "approved"), _negated=True),
                name="sheet_target_not_approved",
            ),
        ),
    ]
