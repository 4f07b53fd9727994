import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Doors that shut by name, address and browser (counts of a quarter of an hour are dropped), the division's own
    account policy, and passwords that may not come again."""

    dependencies = [("orgs", "0009_confirmers")]

    operations = [
        migrations.DeleteModel(name="LoginTry"),
        migrations.CreateModel(
            name="LoginTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("browser", "账号与常用浏览器"),
                            ("pair", "账号与来源地址"),
                            ("address", "来源地址"),
                            ("account", "账号"),
                            ("secret", "本人的旧密码或动态口令"),
                        ],
                        max_length=8,
                        verbose_name="按什么计",
                    ),
                ),
                ("key", models.CharField(max_length=160, verbose_name="键")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="连续失败次数")),
                ("last_at", models.DateTimeField(verbose_name="最近一次")),
                ("locked_until", models.DateTimeField(null=True, verbose_name="暂停至")),
                ("succeeded_at", models.DateTimeField(null=True, verbose_name="最近一次成功")),
            ],
            options={
                "verbose_name": "登录失败",
                "verbose_name_plural": "登录失败",
                "constraints": [models.UniqueConstraint(fields=("door", "key"), name="one_door")],
            },
        ),
        migrations.CreateModel(
            name="OldPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="密码")),
                ("replaced_at", models.DateTimeField(auto_now_add=True, verbose_name="更换时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_passwords",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={"verbose_name": "用过的密码", "verbose_name_plural": "用过的密码"},
        ),
        migrations.AddField(
            model_name="division",
            name="account_policy",
            field=models.JSONField(default=dict, verbose_name="账号安全要求"),
        ),
    ]
