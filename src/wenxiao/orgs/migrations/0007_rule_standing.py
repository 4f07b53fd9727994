"""Own rule values say how far their clause was read (原文 · 旁证 · 未核) instead of yes or no; checks by code, changes only.

A mark of yes carries no digest of what was read, so it becomes 旁证; whoever compares the clause again raises it.
"""

from django.db import migrations


def _checks(listed):
    """The old whole list of checks as a mapping by code with level and enabled alone."""
    if not isinstance(listed, list):
        return listed
    return {
        entry["code"]: {key: entry[key] for key in ("level", "enabled") if key in entry}
        for entry in listed
    }


def forward(apps, schema_editor):
    for division in apps.get_model("orgs", "Division").objects.all():
        rules = [dict(entry) for entry in division.rules]
        for entry in rules:
            if "verified" in entry:
                entry["standing"] = "旁证" if entry.pop("verified") else "未核"
            if entry.get("rule") == "checks" and "checks" in entry.get("content", {}):
                entry["content"] = {"checks": _checks(entry["content"]["checks"])}
        if rules != division.rules:
            division.rules = rules
            division.save(update_fields=["rules"])


class Migration(migrations.Migration):
    dependencies = [("orgs", "0006_division_parent")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
