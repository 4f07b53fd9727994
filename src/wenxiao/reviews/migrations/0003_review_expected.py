from django.db import migrations

import wenxiao.store.fields


class Migration(migrations.Migration):
    """What the unit expects to spend in the whole year, as its monitoring form says."""

    dependencies = [
        ("reviews", "0002_review_execution_weight"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="expected",
            field=wenxiao.store.fields.MoneyField(null=True, verbose_name="全年预计执行数"),
        ),
    ]
