"""账号安全要求: what passwords, sessions and pauses must be like.
The system's defaults, or the division's own values.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.models import Division, Role
from wenxiao.orgs.permissions import Refused, require, role_label
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from wenxiao.orgs.models import User

DEFAULT = "本系统默认值"


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """One division's values.
    The defaults stand in no regulation: they are this system's own and are printed as such.
    """

    length: int = 10
    classes: int = 3
    history: int = 5
    failures: int = 5
    longest_pause: int = 30
    idle: int = 30
    session: int = 8
    second_factor: tuple[str, ...] = (Role.SYSTEM, Role.SECURITY, Role.AUDIT)

    @property
    def sentence(self) -> str:
        """What a new password must be like."""
        return (
            f"新密码不少于 {self.length} 位，大写字母、小写字母、数字、其他字符中至少有 {self.classes} 类，"
            f"不含账号、姓名和单位名称的拼音，不是常见密码，也不与最近 {self.history} 次用过的相同。"
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """How one value is called and between which ends a division may choose."""

    name: str
    word: str
    unit: str
    lowest: int
    highest: int


LIMITS = (
    Limit("length", "密码最短", "位", 8, 64),
    Limit("classes", "密码字符类别不少于", "类", 1, 4),
    Limit("history", "不得与最近用过的几次相同", "次", 0, 24),
    Limit("failures", "连续输错几次开始暂停登录", "次", 3, 10),
    Limit("longest_pause", "暂停逐次加倍，最长", "分钟", 1, 240),
    Limit("idle", "没有操作多久自动退出", "分钟", 5, 120),
    Limit("session", "登录后最长多久须重新登录", "小时", 1, 24),
)


SECOND = "必须使用动态口令的角色"


def policy_of(division: Division | None) -> AccountPolicy:
    """The values that hold in a division."""
    own = dict(division.account_policy) if division is not None else {}
    if division is not None and division.demo:
        own.setdefault("second_factor", [])  # its accounts are shared by whoever looks at it
    known = {field.name for field in fields(AccountPolicy)}
    values = {name: value for name, value in own.items() if name in known}
    if "second_factor" in values:
        values["second_factor"] = tuple(values["second_factor"])
    return AccountPolicy(**values)


def source_of(division: Division, name: str) -> str:
    """Where a value comes from, as printed beside it."""
    return "本级规定" if name in division.account_policy else DEFAULT


@transaction.atomic
def set_account_policy(
    *,
    division: Division,
    values: Mapping[str, int],
    by: User | None,
    why: str,
    second_factor: Collection[str] | None = None,
) -> Division:
    """The security administrator's own values for the division; what equals the default stands as
    the default again.

    ``second_factor``: the roles that must have a second factor; None leaves them as they are.
    """
    require(by, "manage_accounts_policy")
    if by is not None and by.division_id != division.pk:
        raise Refused("只能规定本区划的账号安全要求。")
    if not why.strip():
        raise NotAllowed("请写明依据或理由，它会写进留痕。")
    known = {limit.name: limit for limit in LIMITS}
    for name, value in values.items():
        limit = known[name]
        if not limit.lowest <= value <= limit.highest:
            raise NotAllowed(
                f"“{limit.word}”应为 {limit.lowest} 至 {limit.highest} {limit.unit}，收到 {value}。"
            )
    held = Division.objects.select_for_update().get(pk=division.pk)
    before, standard = asdict(policy_of(held)), asdict(policy_of(Division(demo=held.demo)))
    after = {**before, **values}
    if second_factor is not None:
        after["second_factor"] = tuple(role for role in Role if role in second_factor)
    if before == after:
        raise NotAllowed("没有改动任何数值。")
    own = {name: value for name, value in after.items() if value != standard[name]}
    Division.objects.filter(pk=held.pk).update(account_policy=own)
    held.refresh_from_db()
    record(
        division=held,
        by=by,
        act="规定账号安全要求",
        target=held,
        why=why,
        data={"before": _changed(before, after), "after": _changed(after, before)},
    )
    return held


@transaction.atomic
def open_assist_links(*, division: Division, on: bool, by: User | None, why: str) -> Division:
    """Whether a unit's clerk may send one row of a form out by a link that needs no account; closed
    unless opened here.

    Closing it shuts every link that is out at once.
    """
    require(by, "manage_accounts_policy")
    if by is not None and by.division_id != division.pk:
        raise Refused("只能规定本区划的填报协助链接。")
    if not why.strip():
        raise NotAllowed("请写明依据或理由，它会写进留痕。")
    changed = Division.objects.filter(pk=division.pk, assist_links=not on).update(assist_links=on)
    if changed != 1:
        raise NotAllowed(f"填报协助的免登录链接已经是{'开放' if on else '关闭'}的。")
    division.refresh_from_db()
    record(
        division=division,
        by=by,
        act="开放填报协助链接" if on else "关闭填报协助链接",
        target=division,
        why=why,
        data={"before": not on, "after": on},
    )
    return division


def _changed(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    words = {limit.name: limit.word for limit in LIMITS} | {"second_factor": SECOND}
    return {
        words[name]: [role_label(role) for role in value] if isinstance(value, tuple) else value
        for name, value in one.items()
        if value != other[name]
    }
