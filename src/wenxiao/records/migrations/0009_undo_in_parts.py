"""A large import is taken back by the worker: it waits for it, then its rows no longer count while they go."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0008_evaluation_notice"),
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
                    ("undo_waiting", "待撤销"),
                    ("undoing", "撤销中"),
                    ("undone", "已撤销"),
                    ("refused", "未通过"),
                ],
                default="previewed",
                max_length=12,
                verbose_name="状态",
            ),
        ),
    ]
