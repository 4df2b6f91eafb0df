"""Plain Python values as PSRP objects, and arguments off the wire as plain Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psrpcore.types import (
    NETException,
    PSBool,
    PSChar,
    PSCredential,
    PSCustomObject,
    PSDateTime,
    PSDict,
    PSDouble,
    PSDuration,
    PSInt,
    PSInt64,
    PSNoteProperty,
    PSObject,
    PSSecureString,
    PSString,
    PSUInt,
)

from zdm_automate.secrets import Credential, Secret

INT32 = range(-(2**31), 2**31)


def to_ps(value: Any) -> Any:  # noqa: PLR0911 - one line per kind
    """A plain value as the object PowerShell would send: dict -> PSCustomObject, datetime -> DateTime (UTC) and so on.

    Raises:
        TypeError: a value of another kind.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if int(value) in INT32 else PSInt64(value)  # a subclass would be sought one by one
        case float():
            return PSDouble(value)
        case datetime():
            moment = value.astimezone(UTC)
            return PSDateTime(
                moment.year,
                moment.month,
                moment.day,
                moment.hour,
                moment.minute,
                moment.second,
                moment.microsecond,
                tzinfo=UTC,
            )
        case timedelta():
            return PSDuration(days=value.days, seconds=value.seconds, microseconds=value.microseconds)
        case Mapping():
            return custom_object(value)
        case Sequence():
            return [to_ps(item) for item in value]
        case PSObject():
            return value
    raise TypeError(f"the endpoint has no PowerShell form for {type(value).__name__}")


def custom_object(properties: Mapping[str, Any]) -> PSCustomObject:
    """A PSCustomObject with these note properties."""
    made = PSCustomObject()
    made.PSObject.extended_properties.extend(PSNoteProperty(name, to_ps(value)) for name, value in properties.items())
    return made


def from_ps(value: Any) -> Any:  # noqa: PLR0911 - one line per kind
    """An argument as a plain value; a SecureString becomes a Secret, a PSCredential a Credential."""
    match value:
        case None:
            return None
        case PSBool() | bool():
            return bool(value)
        case PSSecureString():
            return Secret(value.decrypt())
        case PSCredential():
            return Credential(str(value.UserName), Secret(value.Password.decrypt()))
        case PSInt() | PSInt64() | PSUInt() | int():
            return int(value)
        case PSString() | PSChar() | str():
            return str(value)
        case datetime():
            return value
        case PSDict() | dict():
            return {str(from_ps(name)): from_ps(item) for name, item in value.items()}
        case Sequence() | set():
            return [from_ps(item) for item in value]
    return str(value)


def exception(message: str, kind: str = "System.Management.Automation.RuntimeException") -> NETException:
    """An exception as .NET would show it."""
    made = NETException(Message=message, HResult=-2146233087)
    made.PSObject.type_names = [kind, *made.PSTypeNames]
    return made
