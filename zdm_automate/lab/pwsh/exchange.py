"""What travels between a PowerShell process and the world: one CLIXML document per line, base64. No meaning is known here."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psrpcore import PSRemotingCrypto
from psrpcore.types import (
    PSDateTime,
    PSDict,
    PSDuration,
    PSObject,
    deserialize_clixml,
    serialize_clixml,
)

from zdm_automate.errors import InputError
from zdm_automate.lab.endpoint.values import from_ps, to_ps

FOREVER: Final = timedelta.max
"""How the world says TimeSpan.MaxValue."""

TICKS: Final = 2**63 - 1
"""TimeSpan.MaxValue in units of 100 ns."""

_NO_SECRETS = PSRemotingCrypto()


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line."""
    text = serialize_clixml(_outward(message), _NO_SECRETS)
    return base64.b64encode(text.encode()) + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The message of a line: text, numbers, bool, None, timedelta, datetime (UTC), list, dict.

    Raises:
        InputError: the line holds no message.
    """
    try:
        found = deserialize_clixml(base64.b64decode(line.strip(), validate=True).decode(), _NO_SECRETS)
    except Exception as problem:  # the library raises what its XML parser raises
        raise InputError("a line of the lab's bridge is no CLIXML.") from problem
    message = found[0] if isinstance(found, list) and len(found) == 1 else None
    if not isinstance(message, PSDict):
        raise InputError("a line of the lab's bridge holds no message.")
    return {str(name): _inward(value) for name, value in message.items()}


def _outward(value: Any) -> Any:
    """Dicts become hashtables; everything else is what an endpoint sends."""
    if isinstance(value, Mapping):
        made = PSDict()
        for name, item in value.items():
            made[name] = _outward(item)
        return made
    if isinstance(value, timedelta) and value == FOREVER:
        return _outward({"$ticks": TICKS})
    if isinstance(value, Sequence) and not isinstance(value, (str, PSObject)):
        return [_outward(item) for item in value]
    return to_ps(value)


def _inward(value: Any) -> Any:
    if isinstance(value, PSDuration):
        return _duration(value)
    if isinstance(value, PSDateTime):
        plain = datetime(
            value.year,
            value.month,
            value.day,
            value.hour,
            value.minute,
            value.second,
            value.microsecond,
            tzinfo=value.tzinfo or UTC,
        )
        return plain.astimezone(UTC)
    if isinstance(value, (PSDict, dict)):
        return {str(name): _inward(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_inward(item) for item in value]
    return from_ps(value)


def _duration(value: PSDuration) -> timedelta:
    made = timedelta(days=value.days, seconds=value.seconds, microseconds=value.microseconds)
    longest = timedelta(microseconds=TICKS // 10)
    return FOREVER if made >= longest else made
