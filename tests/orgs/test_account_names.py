"""An account's name is one name whatever its case; an upgrade never
renames, it says which accounts to settle first.
"""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from wenxiao.orgs.models import User
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MIGRATION = import_module("wenxiao.orgs.migrations.0012_one_account_a_name")


def test_the_upgrade_stops_over_two_names_of_one_spelling(division):
    MIGRATION.refuse_doubles(apps, None)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_account_a_name")
    for name in ("Li.Si", "li.si", "wangwu"):
        User.objects.create(division=division, username=name, name="人")
    with pytest.raises(NotAllowed, match=re.escape("1 组账号只差大小写（Li.Si 与 li.si）")):
        MIGRATION.refuse_doubles(apps, None)
