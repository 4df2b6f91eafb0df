"""How PowerShell's `-eq` and `-contains` compare: without case and the signs that show nothing. It compares no objects.

Text that looks the same is the same there, whatever bytes it is made of: composed and decomposed umlauts, a name with and
without the mark that turns its direction.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def same(one: Any, other: Any) -> bool:
    """As `-eq` says it of two values; of two lists, as it says it of them joined to one text."""
    if isinstance(one, str) and isinstance(other, str):
        return _seen(one) == _seen(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def among(text: str, texts: Iterable[str]) -> bool:
    """As `-contains` says it."""
    return any(same(text, one) for one in texts)


def _seen(text: str) -> str:
    if text.isascii():
        return text.lower()
    shown = (sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    return "".join(sign if len(sign.lower()) > 1 else sign.lower() for sign in shown)
