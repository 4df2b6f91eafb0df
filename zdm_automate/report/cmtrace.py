r"""The journal as a log that CMTrace and its kin open: one line per event, ASCII only. Pure; it adds nothing and hides nothing.

Times are UTC, so the bias is always +000. What is not ASCII becomes `\uXXXX`; what would end the message early is taken apart.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.report.words import clean, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

INFO: Final = 1
WARNING: Final = 2
ERROR: Final = 3

FRAME: Final = frozenset({"seq", "ts", "run", "project", "sr", "event", "prev", "hash", "error", "operator"})
BAD: Final = frozenset({"failed", "unknown"})
LONGEST: Final = 4_000
"""Characters of a message; viewers cut longer ones anyway, and the journal holds the whole."""


def cmtrace(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of the log, each with its end."""
    operator = ""
    for entry in entries:
        operator = str(entry.get("operator") or operator)
        yield _line(entry, operator)


def _line(entry: Mapping[str, Any], operator: str) -> str:
    at = _moment(str(entry.get("ts") or ""))
    attributes = {
        "time": f"{at:%H:%M:%S}.{at.microsecond // 1000:03}+000",
        "date": f"{at:%m-%d-%Y}",
        "component": _attribute(entry.get("host") or entry.get("seat") or "zdm"),
        "context": _attribute(entry.get("by") or operator),
        "type": str(severity(entry)),
        "thread": str(entry.get("seq") or 0),
        "file": _attribute(f"{entry.get('run') or ''}:{entry.get('seq') or 0}"),
    }
    fields = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<![LOG[{_message(entry)}]LOG]!><{fields}>\r\n"


def severity(entry: Mapping[str, Any]) -> int:
    """1, 2 or 3: what failed or is unknown is an error; what is not yet so, or warned, a warning."""
    state = entry.get("result") or entry.get("state")
    if entry.get("error") or state in BAD or entry.get("ok") is False or str(entry.get("event")).endswith(".failed"):
        return ERROR
    if entry.get("warnings") or state in {"not yet", "interrupted"} or entry.get("event") == "journal.torn":
        return WARNING
    return INFO


def _message(entry: Mapping[str, Any]) -> str:
    error = entry.get("error") or {}
    said = [str(entry.get("event") or "")]
    said += [f"ERROR {error.get('id', '')}: {error.get('message', '')}"] if error else []
    said += [f"{name}={plain(value)}" for name, value in entry.items() if name not in FRAME]
    text = _ascii("; ".join(said))
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} ... (cut; the journal has the whole line)"
    return text.replace("]LOG]!>", "]LOG] !>").replace("<![LOG[", "<! [LOG[")


def _attribute(value: object) -> str:
    return _ascii(value).replace('"', "'").replace("<", "(").replace(">", ")")


def _ascii(value: object) -> str:
    return clean(value).encode("ascii", "backslashreplace").decode("ascii")


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
