"""What a unit says about what the checks named in its target."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("targets", "0009_rubric")]

    operations = [
        migrations.AddField(
            "target", "explained", models.JSONField(default=list, verbose_name="检查说明")
        ),
    ]
