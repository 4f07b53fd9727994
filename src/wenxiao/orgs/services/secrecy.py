"""No state secrets enter: names that carry a marking are refused, whatever they name."""

from __future__ import annotations

from wenxiao.store.moves import NotAllowed

_SECRET_MARKS = ("绝密", "机密", "秘密★", "涉密")


def secret_mark(name: str) -> str | None:
    """The marking of state secrets a name carries (机密 …, but not 非机密); None
    for an ordinary name.
    """
    return next((m for m in _SECRET_MARKS if m in name and f"非{m}" not in name), None)


def refuse_secret(name: str) -> None:
    """No state secrets enter: a name that carries a marking is refused with
    what to do instead, and not repeated.
    """
    mark = secret_mark(name)
    if mark:
        raise NotAllowed(
            f"名称带有“{mark}”字样。涉密项目和文件不得进入本系统，请按保密规定线下管理。"
        )
