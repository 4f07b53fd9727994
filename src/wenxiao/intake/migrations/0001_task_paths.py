from django.db import migrations

MOVED = {
    "wenxiao.reviews.tasks.read": "wenxiao.intake.tasks.read",
    "wenxiao.reviews.tasks.ledger": "wenxiao.intake.tasks.ledger",
    "wenxiao.followup.tasks.apply": "wenxiao.intake.tasks.apply",
}
"""Where work of imports was found before this room, and where it is found now: what waits in the queue must still run."""


def rename(apps, pairs):
    tasks = apps.get_model("django_tasks_database", "DBTaskResult")
    for before, after in pairs:
        tasks.objects.filter(task_path=before).update(task_path=after)


def forward(apps, _):
    rename(apps, MOVED.items())


def backward(apps, _):
    rename(apps, [(after, before) for before, after in MOVED.items()])


class Migration(migrations.Migration):
    dependencies = [("django_tasks_database", "0021_conditional_partial_index_ordering")]
    operations = [migrations.RunPython(forward, backward)]
