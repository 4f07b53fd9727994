"""What a password may not be, by the division's 账号安全要求: too short, too
plain, a name's pinyin, common, or used before.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from wenxiao.orgs.models import OldPassword
from wenxiao.orgs.services.account_policy import policy_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

CLASSES = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")
SHORTEST_NAME, SHORTEST_PINYIN = 3, 5
LONGEST = 200
"""Longer than any phrase a person types: hashing more is only work for the machine."""


def refuse_weak(password: str, user: User) -> None:
    """Pass, or NotAllowed with everything that is wrong at once."""
    policy = policy_of(user.division)
    wrong = []
    if not policy.length <= len(password) <= LONGEST:
        wrong.append(f"密码应为 {policy.length} 至 {LONGEST} 位，收到 {len(password)} 位。")
    classes = sum(bool(re.search(one, password)) for one in CLASSES)
    if classes < policy.classes:
        wrong.append(
            f"大写字母、小写字母、数字、其他字符中至少要有 {policy.classes} 类，收到 {classes} 类。"
        )
    if word := _name_in(password, user):
        wrong.append(f"密码里不能有{word}。")
    if password.lower().strip() in _common():
        wrong.append("这是常见密码，请另选一个。")
    if wrong:
        raise NotAllowed("".join(wrong))


@cache
def _common() -> frozenset[str]:
    """Django's 20 000 common passwords: unpacking them takes 15 ms, too
    long for each of a thousand accounts in a list.
    """
    return frozenset(CommonPasswordValidator().passwords)


def _name_in(password: str, user: User) -> str:
    """账号, or a name whose pinyin stands in the password, as the sentence
    calls it; empty for none.
    """
    lower = password.lower()
    name = user.username.strip().lower()
    if len(name) >= SHORTEST_NAME and name in lower:
        return "账号"
    letters = re.sub(r"[^a-z]", "", lower)
    division = user.division
    named = (
        ("姓名的拼音", user.name),
        ("单位名称的拼音", user.unit.name if user.unit is not None else ""),
        ("财政部门名称的拼音", division.bureau if division is not None else ""),
        ("区划名称的拼音", division.name if division is not None else ""),
    )
    return next((word for word, text in named if _pinyin_in(letters, text)), "")


def _pinyin_in(letters: str, text: str) -> bool:
    """Whether two syllables that follow each other in the name do so in the
    password, too: guoku of 国库科.
    """
    from pypinyin import lazy_pinyin  # 0.3 s, for whoever chooses a password alone

    syllables = lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", " ", text))
    pairs = (one + two for one, two in pairwise(syllables) if one.isalpha() and two.isalpha())
    return any(len(pair) >= SHORTEST_PINYIN and pair in letters for pair in pairs)


def refuse_used(password: str, user: User) -> None:
    """Pass, or NotAllowed when the account has or had this password among its latest."""
    history = policy_of(user.division).history
    if user.pk is None or not history:
        return
    rows = OldPassword.objects.filter(user=user).order_by("-pk")
    used = [user.password, *rows.values_list("password", flat=True)[: history - 1]]
    if any(check_password(password, one) for one in used if one):
        raise NotAllowed(f"新密码不能与最近 {history} 次用过的相同。")


def remember(user: User) -> None:
    """Keep the hash of the password that is being replaced, of the longest
    history anybody may ask for.
    """
    if user.pk is None or not user.has_usable_password():
        return
    OldPassword.objects.create(user=user, password=user.password)
    rows = OldPassword.objects.filter(user=user).order_by("-pk")
    latest = list(rows.values_list("pk", flat=True)[:24])
    OldPassword.objects.filter(user=user).exclude(pk__in=latest).delete()
