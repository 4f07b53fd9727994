
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A signature on paper waits for another person, and for the form it signed."""

    dependencies = [
        ('records', '0003_upload'),
        ('reviews', '0004_two_hands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=12, verbose_name='签字环节')),
                ('version', models.PositiveIntegerField(verbose_name='评审版本')),
                ('handed_at', models.DateTimeField(auto_now_add=True, verbose_name='提交时间')),
                ('accepted', models.BooleanField(null=True, verbose_name='是否采用')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='records.storedfile', verbose_name='扫描件')),
                ('handed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提交人')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='reviews.review', verbose_name='评审')),
            ],
            options={
                'verbose_name': '纸质签字件',
                'verbose_name_plural': '纸质签字件',
                'constraints': [models.UniqueConstraint(condition=models.Q(('accepted', None)), fields=('review',), name='one_open_paper'), models.CheckConstraint(condition=models.Q(('handed_by', None), ('decided_by', None), models.Q(('handed_by', models.F('decided_by')), _negated=True), _connector='OR'), name='paper_two_people')],
            },
        ),
    ]
