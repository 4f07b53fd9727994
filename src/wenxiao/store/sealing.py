"""Secrets in columns are sealed with a key outside the database: who reads the rows, or a backup of
them, reads none.

The key lies in the home as ``data.key`` (0600), or comes from the environment. No backup holds it;
see docs/operators.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from wenxiao.store.moves import NotAllowed

VARIABLE = "WENXIAO_DATA_KEY"
FILE = "data.key"
_BYTES, _NONCE = 32, 12
_FORM = "1."
"""How a sealed value begins: AES-256-GCM, a nonce of its own, URL-safe Base64."""
MARK, _MARK = "~", 32
LEAST_DIGITS = 7
"""Fewer digits are no telephone number."""
_SEALED = re.compile(rf"1\.[A-Za-z0-9_=-]{{36,}}(?:{MARK}[0-9a-f]{{{_MARK}}})?")


class KeyLost(NotAllowed):
    """The value was sealed with another key than the one that is here."""


def data_key() -> bytes:
    """The key of this home, made once; NotAllowed where the one given is none."""
    if given := os.environ.get(VARIABLE):
        return _read(given, f"环境变量 {VARIABLE}")
    path: Path = settings.HOME / FILE
    if not path.exists():
        _make(path)
    return _read(path.read_text(encoding="ascii"), str(path))


def has_key() -> bool:
    """Whether there is a key here, without making one."""
    return bool(os.environ.get(VARIABLE)) or (settings.HOME / FILE).exists()


def _make(path: Path) -> None:
    """A new key at ``path``, there whole or not at all; of two that make
    one at once the first counts.
    """
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)))
    with suppress(FileExistsError):
        os.link(unfinished, path)
    Path(unfinished).unlink()


def _read(text: str, place: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise NotAllowed(f"{place} 不是数据密钥：应为 32 字节的 Base64。请放回原来的密钥。")
    return key


def seal(secret: bytes, *, of: str) -> str:
    """``secret`` as text for a column.
    ``of`` says whose it is: moved to another's row it opens no more.
    """
    nonce = secrets.token_bytes(_NONCE)
    closed = AESGCM(data_key()).encrypt(nonce, secret, of.encode())
    return _FORM + base64.urlsafe_b64encode(nonce + closed).decode()


def is_sealed(text: str) -> bool:
    """Whether a column's text was sealed here."""
    return _SEALED.fullmatch(text) is not None


def mark_of(text: str) -> str:
    """What a telephone number is found by without being read: a keyed digest of its digits.

    Empty where there are too few digits to be one.
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) < LEAST_DIGITS:
        return ""
    own = hmac.new(data_key(), b"number", hashlib.sha256).digest()
    return hmac.new(own, digits.encode(), hashlib.sha256).hexdigest()[:_MARK]


def marked(sealed: str, text: str) -> str:
    """A sealed number with its mark behind it."""
    mark = mark_of(text)
    return f"{sealed}{MARK}{mark}" if mark else sealed


def unseal(text: str, *, of: str) -> bytes:
    """The secret; KeyLost where the key is another, or the text was altered
    or is somebody else's.
    """
    if not has_key():
        raise KeyLost(f"这里没有数据密钥（{FILE}），打不开。请系统管理员放回原来的密钥文件。")
    try:
        raw = base64.urlsafe_b64decode(text.partition(MARK)[0].removeprefix(_FORM))
        return AESGCM(data_key()).decrypt(raw[:_NONCE], raw[_NONCE:], of.encode())
    except (ValueError, InvalidTag) as error:
        raise KeyLost(
            f"这里的数据密钥（{FILE}）不是当初的那一把，打不开。请系统管理员放回原来的密钥文件。"
        ) from error
