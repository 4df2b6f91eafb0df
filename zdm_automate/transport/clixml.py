"""Deserialised PowerShell objects as plain values. Reads them by their shape; knows neither wire nor client library."""

from __future__ import annotations

import uuid
from typing import Any, Final

from zdm_automate.errors import WireError
from zdm_automate.transport.base import ErrorRecord

# fmt: off
CATEGORIES: Final = (
    "NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected", "InvalidArgument",
    "InvalidData", "InvalidOperation", "InvalidResult", "InvalidType", "MetadataError", "NotImplemented",
    "NotInstalled", "ObjectNotFound", "OperationStopped", "OperationTimeout", "SyntaxError", "ParserError",
    "PermissionDenied", "ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError", "WriteError",
    "FromStdErr", "SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError",
    "LimitsExceeded", "QuotaExceeded", "NotEnabled",
)
# fmt: on
"""System.Management.Automation.ErrorCategory, by value."""


def plain(value: Any) -> Any:
    """A value as dict, list, text, int, float, bool or None.

    Raises:
        WireError: a value that has no plain form (bytes, secure strings).
    """
    kind = type(value)
    if kind in (str, int, bool, float) or value is None:
        return value
    if kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    if kind is uuid.UUID:
        return str(value)
    if hasattr(value, "extended_properties"):
        return _object(value)
    raise WireError(f"a value of type {kind.__name__} has no plain form.", error_id="ZdmValue")


def _object(value: Any) -> Any:
    if "System.Enum" in value.types:
        return value.to_string
    body = {**value.adapted_properties, **value.extended_properties}
    inner = value.property_sets
    if inner and not value.adapted_properties:
        # a primitive or a collection that carries note properties
        return plain(inner[0])
    if not body and value.to_string is not None:
        return value.to_string
    return {name: plain(item) for name, item in body.items()}


def error_record(record: Any) -> ErrorRecord:
    """An error record as it came, in plain fields; the bound parameters of the failed command are never read."""
    exception = record.exception
    properties = getattr(exception, "adapted_properties", {}) | getattr(exception, "extended_properties", {})
    types = getattr(exception, "types", [])
    number = record.category or 0
    return ErrorRecord(
        error_id=record.fq_error or "",
        message=str(record.details_message or properties.get("Message") or record),
        category=CATEGORIES[number] if 0 <= number < len(CATEGORIES) else "NotSpecified",
        target=str(record.target_name or ""),
        script_stack=str(getattr(record, "script_stacktrace", None) or ""),
        exception_type=types[0].removeprefix("Deserialized.") if types else "",
    )
