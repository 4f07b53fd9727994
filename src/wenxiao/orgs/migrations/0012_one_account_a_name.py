"""Account names that differ by case alone are one name, on both databases."""

import django.db.models.functions.text
from django.db import migrations, models
from django.db.models.functions import Lower

from wenxiao.store.moves import NotAllowed


def refuse_doubles(apps, schema_editor):
    """Accounts are never renamed silently: whoever upgrades is told which to settle first."""
    users = apps.get_model("orgs", "User").objects.annotate(folded=Lower("username"))
    doubled = users.values("folded").annotate(many=models.Count("pk")).filter(many__gt=1)
    names = [
        " 与 ".join(users.filter(folded=one["folded"]).order_by("pk").values_list("username", flat=True))
        for one in doubled.order_by("folded")
    ]
    if names:
        message = (
            f"升级停下，没有改动：有 {len(names)} 组账号只差大小写（{'；'.join(names[:10])}）。"
            "请先在旧版里停用每组中不用的一个并改名，再升级。"
        )
        raise NotAllowed(message)


class Migration(migrations.Migration):

    dependencies = [
        ("orgs", "0011_second_factor"),
    ]

    operations = [
        migrations.RunPython(refuse_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("username"), name="one_account_a_name"
            ),
        ),
    ]
