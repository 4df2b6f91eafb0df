"""Takes secrets out of whatever is about to be written, by their value and in every form they may have taken on the way.

It is the last thing before a sink. It knows values only; where a secret may stand is not its question.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

from zdm_automate.secrets import MASK, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_XML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_XML_QUOTES: Final = str.maketrans({'"': "&quot;", "'": "&apos;"})
SHORTEST: Final = 4
"""Secrets of fewer characters are not searched for: they would take ordinary words apart. The project file refuses them."""


class Redactor:
    """Replaces the known secrets by `***`. Made anew when a secret becomes known (`with_secrets`)."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = tuple(dict.fromkeys(secrets))
        found = {form for secret in self._secrets for form in forms(secret.reveal())}
        self._forms = sorted(found, key=len, reverse=True)

    def with_secrets(self, secrets: Iterable[Secret]) -> Redactor:
        """One that knows these too."""
        return Redactor((*self._secrets, *secrets))

    def text(self, value: str) -> str:
        """The text without secrets."""
        for form in self._forms:
            if form in value:
                value = value.replace(form, MASK)
        return value

    def value(self, value: Any) -> Any:
        """The value without secrets, in keys and values; what is no JSON value is taken as the text that it shows."""
        match value:
            case str():
                return self.text(value)
            case Secret():
                return MASK
            case Mapping():
                return {self.text(str(name)): self.value(item) for name, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
            case None | bool() | int() | float():
                return value
        return self.text(str(value))


def forms(secret: str) -> Iterator[str]:
    """Every form that the redactor looks for; nothing for a secret that is too short."""
    if len(secret) < SHORTEST:
        return
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield secret.translate(_XML | _XML_QUOTES)
    yield secret.translate(_XML)
    yield secret.replace("'", "''")
    yield from _clixml(secret)
    for raw in (secret.encode(), secret.encode("utf-16-le")):
        yield from _base64(raw)
        yield raw.hex()
        yield raw.hex().upper()


def _clixml(secret: str) -> Iterator[str]:
    """As CLIXML escapes it: what is beyond ASCII, or all but letters and digits, as `_xHHHH_` in UTF-16."""
    for plain in (str.isascii, lambda sign: sign.isascii() and sign.isalnum()):
        for digits in ("{:04X}", "{:04x}"):
            raw = [(sign, sign.encode("utf-16-be")) for sign in secret]
            yield "".join(
                sign
                if plain(sign)
                else "".join(f"_x{digits.format(int.from_bytes(two[n : n + 2]))}_" for n in range(0, len(two), 2))
                for sign, two in raw
            )


def _base64(raw: bytes) -> Iterator[str]:
    """What of a secret's Base64 does not depend on what stands around it, at each of the three offsets."""
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        start = (0, 2, 3)[offset]
        end = len(text) - (1 if (offset + len(raw)) % 3 else 0)
        part = text[start:end]
        if len(part) > SHORTEST:
            yield part
            yield part.replace("+", "-").replace("/", "_")
