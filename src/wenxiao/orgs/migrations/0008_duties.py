import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def settle(apps, schema_editor):
    """An account is for what its grants are; where they clash business comes first, and nothing more is given it."""
    Grant = apps.get_model("orgs", "Grant")
    User = apps.get_model("orgs", "User")
    administrators = ("system", "security", "audit")
    business = Grant.objects.exclude(role__in=administrators).values("user")
    User.objects.filter(pk__in=business).update(duty="business")
    for role in administrators:
        held = Grant.objects.filter(role=role).values("user")
        User.objects.filter(pk__in=held, duty="").update(duty=role)


class Migration(migrations.Migration):
    """An account is lastingly for one administrator's work or for business; who forgot a password asks by number."""

    dependencies = [
        ('orgs', "0007_rule_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username', models.CharField(max_length=60, verbose_name='账号')),
                ('number', models.CharField(max_length=6, unique=True, verbose_name='申请号')),
                ('digest', models.CharField(max_length=64, verbose_name='领取码摘要')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='来自')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('until', models.DateTimeField(verbose_name='有效期至')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='办结时间')),
            ],
            options={
                'verbose_name': '重置密码申请',
                'verbose_name_plural': '重置密码申请',
            },
        ),
        migrations.AddField(
            model_name='user',
            name='duty',
            field=models.CharField(blank=True, choices=[('system', '系统管理'), ('security', '安全管理'), ('audit', '审计管理'), ('business', '业务')], db_default='', default='', max_length=8, verbose_name='账号类别'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('duty__in', ('', 'system', 'security', 'audit', 'business'))), name='user_duty'),
        ),
        migrations.AddField(
            model_name='passwordreset',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人'),
        ),
        migrations.AddField(
            model_name='passwordreset',
            name='consented_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='同意人'),
        ),
        migrations.AddField(
            model_name='passwordreset',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='resets', to=settings.AUTH_USER_MODEL, verbose_name='用户'),
        ),
        migrations.AddConstraint(
            model_name='passwordreset',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), ('consented_by', None), models.Q(('approved_by', models.F('consented_by')), _negated=True), _connector='OR'), name='reset_two_people'),
        ),
        migrations.AddConstraint(
            model_name='passwordreset',
            constraint=models.CheckConstraint(condition=models.Q(('user', None), models.Q(models.Q(('approved_by', None), models.Q(('approved_by', models.F('user')), _negated=True), _connector='OR'), models.Q(('consented_by', None), models.Q(('consented_by', models.F('user')), _negated=True), _connector='OR')), _connector='OR'), name='reset_not_own'),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
