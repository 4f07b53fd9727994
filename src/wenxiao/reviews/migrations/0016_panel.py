"""Experts hand their own scores in; how a panel joined them is kept with the review."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_form_texts")]

    operations = [
        migrations.AddField(
            "assignment", "scores_in_at", models.DateTimeField(null=True, verbose_name="交分时间")
        ),
        migrations.AddField(
            "review", "panel", models.JSONField(default=dict, verbose_name="专家评分汇总")
        ),
    ]
