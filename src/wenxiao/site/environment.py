"""What a place sets in the environment: texts, flags and lists, read by
environs; empty means not set.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError

env = Env()


def flag(name: str) -> bool:
    """Whether ``name`` is set to 1 or another word of yes; raises
    ImproperlyConfigured for any other word.
    """
    if not env.str(name, ""):
        return False
    try:
        return env.bool(name)
    except EnvValidationError as error:
        message = f"{name} 只认 1 或 0，收到的是“{env.str(name)}”。请改正环境变量后再启动。"
        raise ImproperlyConfigured(message) from error


def addresses(name: str) -> list[str]:
    """The addresses that ``name`` lists with commas between them."""
    listed: list[str] = env.list(name, [])
    return [part.strip() for part in listed if part.strip()]
