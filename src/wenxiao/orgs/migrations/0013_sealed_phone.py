"""The secrets of phones are sealed with a key outside the database; those that stand in plain text are sealed now."""

from binascii import hexlify, unhexlify

from django.db import migrations

from wenxiao.orgs.models import sealed_for
from wenxiao.store.sealing import is_sealed, seal, unseal


def seal_all(apps, schema_editor):
    """Plain hexadecimal text becomes sealed text; what is sealed already stays."""
    devices = apps.get_model("otp_totp", "TOTPDevice").objects
    for device in devices.all():
        if not is_sealed(device.key):
            sealed = seal(unhexlify(device.key), of=sealed_for(device.user_id))
            devices.filter(pk=device.pk).update(key=sealed)


def open_all(apps, schema_editor):
    """The way back."""
    devices = apps.get_model("otp_totp", "TOTPDevice").objects
    for device in devices.all():
        if is_sealed(device.key):
            plain = hexlify(unseal(device.key, of=sealed_for(device.user_id))).decode()
            devices.filter(pk=device.pk).update(key=plain)


class Migration(migrations.Migration):

    dependencies = [
        ("otp_totp", "0002_auto_20190420_0723"),
        ("orgs", "0012_one_account_a_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Phone",
            fields=[],
            options={
                "verbose_name": "动态口令",
                "verbose_name_plural": "动态口令",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal_all, open_all),
    ]
