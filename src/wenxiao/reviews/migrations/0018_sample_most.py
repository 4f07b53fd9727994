"""A drawing of re-checks keeps the share it was drawn by reasons at most; earlier ones had none."""

from django.db import migrations

from wenxiao.store.fields import PointsField


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_survey")]

    operations = [
        migrations.AddField(
            "rechecksample", "most", PointsField(null=True, verbose_name="按理由抽取上限")
        )
    ]
