"""A journal's events in the forms that log collectors take: syslog (RFC 5424) and Windows' event XML. Pure; it sends nothing.

What is in the journal is redacted already; nothing is added to it here.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from zdm_automate.report.cmtrace import ERROR, INFO, WARNING, severity
from zdm_automate.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

FACILITY: Final = 13
"""Log audit."""

LEVELS: Final = {INFO: (6, 4), WARNING: (4, 3), ERROR: (3, 2)}
"""Severity of RFC 5424 and level of Windows' events, by the weight of a line."""

ENTERPRISE: Final = "zdm@32473"
"""Structured data needs a registered number; this one is set aside for documentation (RFC 5612)."""

NAMED: Final = ("run", "seq", "item", "step", "host", "verb", "result", "state")
LONGEST: Final = 2_000
XML_HOSTILE: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")


def syslog_line(entry: Mapping[str, Any], host: str) -> bytes:
    """One event as a message of RFC 5424, without framing: UTF-8 with a byte order mark before the text."""
    level = LEVELS[severity(entry)][0]
    values = "".join(f' {name}="{_escaped(entry[name])}"' for name in NAMED if entry.get(name) not in (None, ""))
    data = f"[{ENTERPRISE}{values}]" if values else "-"
    event = _printable(entry.get("event") or "event", 32)
    head = f"<{FACILITY * 8 + level}>1 {_moment(entry)} {_printable(host, 255)} zdm_automate - {event} {data} "
    return head.encode("utf-8") + b"\xef\xbb\xbf" + clean(event_text(entry)).encode("utf-8", "replace")


def event_xml(entry: Mapping[str, Any], host: str) -> str:
    """One event as the event viewer saves it, on one line."""
    level = LEVELS[severity(entry)][1]
    values = "".join(
        f"<Data Name={quoteattr(name)}>{escape(XML_HOSTILE.sub('?', str(entry[name])))}</Data>"
        for name in NAMED
        if entry.get(name) not in (None, "")
    )
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="zdm_automate"/>'
        f"<EventID>{1000 + level}</EventID><Level>{level}</Level>"
        f"<TimeCreated SystemTime={quoteattr(_moment(entry))}/><EventRecordID>{int(entry.get('seq') or 0)}</EventRecordID>"
        f"<Channel>zdm_automate</Channel><Computer>{escape(XML_HOSTILE.sub('?', host))}</Computer></System>"
        f'<EventData><Data Name="event">{escape(XML_HOSTILE.sub("?", str(entry.get("event"))))}</Data>{values}'
        f'<Data Name="text">{escape(XML_HOSTILE.sub("?", clean(event_text(entry))))}</Data></EventData></Event>'
    )


def event_text(entry: Mapping[str, Any]) -> str:
    """What an event says beside its named values; cut where it is very long."""
    error = (entry.get("error") or {}).get("message", "")
    rest = {name: value for name, value in entry.items() if name not in {*NAMED, "event", "ts", "error", "prev", "hash"}}
    text = f"{entry.get('event')}{f': {error}' if error else ''} {json.dumps(rest, default=str, ensure_ascii=False)}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _moment(entry: Mapping[str, Any]) -> str:
    try:
        at = datetime.fromisoformat(str(entry.get("ts") or ""))
    except ValueError:
        return "-"
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _printable(text: object, longest: int) -> str:
    """A field of the header: printable ASCII without blanks; `-` for none."""
    return re.sub(r"[^\x21-\x7e]", "_", str(text))[:longest] or "-"


def _escaped(value: object) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", clean(value))
