"""SM3 (GB/T 32905-2016), the digest of the trail: OpenSSL's where it has
one, else the one written out here.
"""

from __future__ import annotations

import hashlib
import struct

_MASK = 0xFFFFFFFF
_START = (
    0x7380166F,
    0x4914B2B9,
    0x172442D7,
    0xDA8A0600,
    0xA96F30BC,
    0x163138AA,
    0xE38DEE4D,
    0xB0FB0E4E,
)


def sm3(data: bytes) -> str:
    """64 hexadecimal digits; of b"abc" they begin 66c7f0f4."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        return sm3_written_out(data)


def sm3_written_out(data: bytes) -> str:
    """The same without OpenSSL, so that a verifier needs nothing but Python."""
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    state: tuple[int, ...] = _START
    for start in range(0, len(padded), 64):
        state = _compress(state, padded[start : start + 64])
    return "".join(f"{word:08x}" for word in state)


def _turn(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & _MASK


def _expand(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        words.append(
            mixed ^ _turn(mixed, 15) ^ _turn(mixed, 23) ^ _turn(words[j - 13], 7) ^ words[j - 6]
        )
    return words


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < 16
        key = _turn(0x79CC4519 if early else 0x7A879D8A, j)
        ss1 = _turn((_turn(a, 12) + e + key) & _MASK, 7)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & _MASK & g)
        tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        d, c, b, a = c, _turn(b, 9), a, tt1
        h, g, f, e = g, _turn(f, 19), e, tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17)
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))
