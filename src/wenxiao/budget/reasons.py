"""Why a dossier may be excused from a round (本次免报): a listed reason, so
that what is left out can be counted.
"""

from __future__ import annotations

EXEMPTION_REASONS: dict[str, str] = {
    "cancelled": "项目取消",
    "suspended": "项目暂缓实施",
    "no_money": "全年预算为零或已全部收回",
    "late_start": "下半年新增，尚未实施",
    "merged": "已并入其他项目填报",
    "reported_elsewhere": "由上级或其他部门统一填报",
    "other": "其他（须写明说明）",
}
"""Reason code → Chinese.
The list is this system's own offer (no document prescribes it); 其他 demands a note.
"""

NEEDS_NOTE = frozenset({"other", "reported_elsewhere", "merged"})
