"""A large import is written part by part: until the last, its batch is being written and its rows are nobody's."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0005_intake_for_units"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("previewed", "待确认"),
                    ("writing", "写入中"),
                    ("applied", "已导入"),
                    ("undone", "已撤销"),
                    ("refused", "未通过"),
                ],
                default="previewed",
                max_length=12,
                verbose_name="状态",
            ),
        ),
    ]
