"""Administrators see when the last backup and drill were, and what to do
when that is too long ago or went wrong.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from wenxiao.orgs.models import Division, Grant, Role, User
from wenxiao.records.backup_runs import note_backup_run
from wenxiao.records.models import BackupRun

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def holder(small, inside):
    """holder(role): a client logged in as somebody with that role over the division."""

    def made(role):
        user = User.objects.create_user(
            f"holder-{role}", "Demo-pass-2021", name="示例管理员", division=small.division
        )
        Grant.objects.create(user=user, role=role, division=small.division)
        return inside(user)

    return made


def note(kind, faults=()):
    return note_backup_run(
        divisions=Division.objects.all(),
        kind=kind,
        place="/backup/2026",
        made_at="2026-01-31T02:30:00+00:00",
        seconds="3.5",
        rows=12,
        files=3,
        faults=list(faults),
        by=None,
        why="测试",
    )


def text_of(client):
    return client.get("/backups").content.decode()


def test_before_the_first_backup_the_page_says_what_to_do(holder):
    text = text_of(holder(Role.SYSTEM))
    assert "从未备份" in text
    assert "还没有做过恢复演练" in text


def test_a_good_backup_and_drill_are_listed(holder):
    note(BackupRun.Kind.FULL)
    note(BackupRun.Kind.DRILL)
    text = text_of(holder(Role.AUDIT))
    assert "全部相符" in text
    assert "/backup/2026" in text
    assert "没有备份" not in text


def test_a_failed_drill_and_an_old_backup_are_said(holder, client):
    run = note(BackupRun.Kind.FULL)
    BackupRun.objects.filter(pk=run.pk).update(at=timezone.now() - timedelta(days=3))
    note(BackupRun.Kind.DRILL, ["内容不符 files/ab/abc"])
    text = text_of(holder(Role.SYSTEM))
    assert "最近一次演练有不符" in text
    assert "内容不符 files/ab/abc" in text
    assert "两天没有备份了" in text
    assert client.get("/health").json()["backups"]["drill"]["fine"] is False


def test_others_do_not_see_where_backups_lie(holder):
    assert holder(Role.CLERK).get("/backups").status_code == 403
    assert holder(Role.SECURITY).get("/backups").status_code == 403
