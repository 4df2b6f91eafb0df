"""Finds what must not leave: secrets (known ones by value, others by look) and personal data. It changes and sends nothing.

A finding names file and line and shows what kind it is, never the value itself. What a project allows is listed in its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import DisclosureError
from zdm_automate.redaction import SHORTEST, forms
from zdm_automate.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zdm_automate.secrets import Secret


KNOWN: Final = "a known secret"
SHOWN: Final = 10
"""Findings that a refusal names one by one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not leave: where it stands, and what it is. `shown` is what may be shown of it."""

    file: str
    line: int
    kind: str
    shown: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} ({self.shown})"


@dataclass(frozen=True, slots=True)
class _Look:
    """How something looks: `holds` decides about what the pattern matches."""

    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda _text: True


def _luhn(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0 and len(set(digits)) > 1


def _iban(text: str) -> bool:
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _is_value(text: str) -> bool:
    """Whether what follows `password=` is a value, not a mask, a placeholder or the name of one."""
    value = text.strip("\"'\\").strip()
    return len(value) >= SHORTEST and not re.fullmatch(r"\*+|x+|none|null|true|false|<.*|\{.*|\$.*|\[.*", value, re.IGNORECASE)


def _is_public(address: str) -> bool:
    """Whether mail could reach it: a logon name of an inner domain looks the same and is none."""
    return not address.casefold().endswith((".local", ".lan", ".internal", ".test", ".example", ".invalid"))


LOOKS: Final = (
    _Look("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    _Look(
        "a password",
        re.compile(
            r"(?i)(?<![a-z])(?:password|passwd|passphrase|pwd|secret|api[_-]?key|client[_-]?secret|access[_-]?token)"
            r"(?:\\?[\"'])?\s*[:=]\s*((?:\\?[\"'])[^\"'\\]{1,200}|[^\s\"',;}{]{1,200})"
        ),
        _is_value,
    ),
    _Look(
        "a password of a command line",
        re.compile(r"(?i)(?<!\S)(?:/rp|/p:|-password|/password:|/ptpass:?)\s*([^\s,;]+)"),
        _is_value,
    ),
    _Look("a bearer token", re.compile(r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/_=.-]{16,})")),
    _Look("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    _Look("an access key", re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{10,})\b")),
    _Look("an encrypted SecureString", re.compile(r"\b01000000d08c9ddf0115d1118c7a00c04fc297eb[0-9a-f]*")),
    _Look("an e-mail address", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"), _is_public),
    _Look("a bank account", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), _iban),
    _Look("a card number", re.compile(r"(?<![\w.-])(?:\d[ -]?){15}\d(?![\w.-])"), _luhn),
    _Look("a telephone number", re.compile(r"(?<![\w.+])\+\d{1,3}[ /-]\(?\d[\d ()/-]{6,14}\d(?![\w.:])")),
)  # fmt: skip
"""What secrets and personal data look like. Names of accounts and hosts are the subject of the record and are no finding."""


class Gatekeeper:
    """Looks through artefacts before they leave.

    Attributes:
        allowed: texts that the project says may leave (an address of the client's office, say); case does not count.
    """

    def __init__(self, secrets: Iterable[Secret] = (), allowed: Iterable[str] = ()) -> None:
        known = [secret.reveal() for secret in secrets]
        self._forms = sorted({form for value in known for form in forms(value)}, key=len, reverse=True)
        self._wide = [value.encode(code) for value in known if len(value) >= SHORTEST for code in ("utf-16-le", "utf-16-be")]
        self.allowed = frozenset(text.casefold() for text in allowed)

    def findings(self, name: str, content: bytes) -> Iterator[Finding]:
        """What must not leave in one artefact; of a binary one only the known secrets are looked for."""
        for wide in self._wide:
            if (at := content.find(wide)) >= 0:
                yield Finding(name, content.count(b"\n", 0, at) + 1, KNOWN, MASK)
        is_text = b"\0" not in content
        for number, line in enumerate(content.decode("utf-8", "surrogateescape").split("\n"), start=1):
            yield from (Finding(name, number, KNOWN, MASK) for form in self._forms if form in line)
            for look in LOOKS if is_text else ():
                for match in look.pattern.finditer(line):
                    value = match[match.lastindex or 0]
                    if value.casefold() not in self.allowed and look.holds(value):
                        yield Finding(name, number, look.kind, _shown(value))

    def refuse(self, files: Mapping[str, bytes]) -> None:
        """Lets files pass that hold nothing.

        Raises:
            DisclosureError: with every finding.
        """
        found = [finding for name in sorted(files) for finding in self.findings(name, files[name])]
        if found:
            shown = "; ".join(str(finding) for finding in found[:SHOWN])
            more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise DisclosureError(
                f"this must not leave: {shown}{more}.",
                hint="Nothing was written or sent. What may leave is listed under `evidence: {allow: [...]}` in project.yaml.",
            )


def _shown(value: str) -> str:
    """So much of a value that a person can find it, and nobody can use it."""
    return f"{value[:2]}... of {len(value)} characters"
