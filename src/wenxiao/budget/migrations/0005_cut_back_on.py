from django.db import migrations, models


class Migration(migrations.Migration):
    """The day money was taken back, so that a late reduction is told from an early one."""

    dependencies = [
        ("budget", "0004_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="appropriation",
            name="cut_back_on",
            field=models.DateField(null=True, verbose_name="收回日期"),
        ),
    ]
