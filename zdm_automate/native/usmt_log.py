"""The main log of scanstate and loadstate (/l): how it ended and what went wrong. It takes any text and never fails.

The result of a run is its exit code; the log says why. Lines are date (old versions write none), level, module and text; a
text may go on in lines without that head. `gle=` at its end is a number that Windows had lying about, no sign of failure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEAD = re.compile(
    r"^(?:(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d), )?(?P<level>Info|Warning|Error|Status)\s*"
    r"\[0x(?P<module>[0-9a-fA-F]{6})\] ?(?P<text>.*)$"
)
_GLE = re.compile(r"\[gle=0x[0-9a-fA-F]{8}\]\s*$")
_CODE = re.compile(r"(?:ScanState|LoadState|UsmtUtils) return code: (-?\d{1,10})\b", re.IGNORECASE)
_IGNORED = re.compile(r"Success, (\d{1,9}) errors? ignored")
_SUMMARY = re.compile(r"^\|\s*(\d{1,10})\s*\|\s*(Yes|No)\s*\|\s*(\d{1,9})\s*\| ?(.*)$")
_OBJECT = re.compile(r"Unable to process object (.{1,1000}?) -> ")
_ORPHAN = re.compile(r"can't get user credentials\..{0,200}?User SID: (S-1-[0-9-]{3,180})")
_MARK = "##ERROR## -->"
KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line with the lines that carry it on; `at` is empty where it has no date."""

    at: str
    level: str
    module: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """A row of the error summary at the end.

    Attributes:
        code: of Windows.
        abort: whether it ended the run.
        times: how often.
        first: the first thing it happened to.
    """

    code: int
    abort: bool
    times: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """What the log says of how it went.

    Attributes:
        result: success, ignored (with errors passed over), failed, or open where no end was written.
        reason: the text under `Failed.`, or the first error.
        refused_at: the argument that the command line was refused for.
        object: the file or key that an abort came from.
        orphans: SIDs of profiles that were left out for want of a name.
        summary: rows of the error summary.
        ignored: errors passed over.
        code: from the console's last line, where the text has it.
    """

    result: str = "open"
    reason: str = ""
    refused_at: str = ""
    object: str = ""
    orphans: tuple[str, ...] = ()
    summary: tuple[SummaryRow, ...] = ()
    ignored: int = 0
    code: int | None = None
    version: str = ""

    def text(self) -> str:
        """What a table of causes can be asked with."""
        return f"{self.reason} {self.refused_at} {self.object}"


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a log; lines before the first head are left out."""
    head: re.Match[str] | None = None
    body: list[str] = []
    for line in lines:
        found = _HEAD.match(line.strip("\r\n\ufeff\0"))
        if found is None:
            body.append(line.strip("\r\n"))
            continue
        if head is not None:
            yield _entry(head, body)
        head, body = found, []
    if head is not None:
        yield _entry(head, body)


def parse_log(lines: Iterable[str]) -> LogEnd:
    """How a run ended by its log, or by what it wrote to the console."""
    lines = tuple(lines)
    found = _Ending()
    for line in lines:
        found.line(line)
    for one in entries(lines):
        found.entry(one)
    return found.made()


class _Ending:
    """What has been seen of the end so far."""

    def __init__(self) -> None:
        self.result = "open"
        self.failed: str = ""
        self.errors: list[str] = []
        self.object = ""
        self.refused = ""
        self.orphans: dict[str, None] = {}
        self.summary: list[SummaryRow] = []
        self.ignored = 0
        self.code: int | None = None
        self.version = ""

    def line(self, line: str) -> None:
        """Looks at a line for what stands in it whatever its head."""
        if (code := _CODE.search(line)) is not None:
            self.code = int(code[1])
        text = line.strip("\r\n")
        head = _HEAD.match(text)
        row = _SUMMARY.match(_GLE.sub("", head["text"] if head else text))
        if row is not None and len(self.summary) < KEPT:
            self.summary.append(SummaryRow(code=int(row[1]), abort=row[2] == "Yes", times=int(row[3]), first=row[4].rstrip()))
        if head is None and text.strip() == "Success.":
            self.result = "success"

    def entry(self, one: Entry) -> None:
        """Looks at an entry."""
        text = one.text
        if (ignored := _IGNORED.search(text)) is not None:
            self.result, self.ignored = "ignored", int(ignored[1])
        elif text.startswith(("Success.", "Successful run")):
            self.result = "success"
        elif text.startswith(("Failed.", "Migration failed to complete")):
            self.result = "failed"
        elif self.result == "failed" and not self.failed and text and one.level == "Info" and not _closing(text):
            self.failed = text
        if one.level == "Error" and text and len(self.errors) < KEPT:
            self.errors.append(text)
        if not self.object and (thing := _OBJECT.search(text)) is not None:
            self.object = thing[1]
        if _MARK in text:
            self.refused = " ".join(text.partition(_MARK)[2].split())[:300]
        if (orphan := _ORPHAN.search(text)) is not None and len(self.orphans) < KEPT:
            self.orphans[orphan[1]] = None
        if " Version " in text and not self.version and ".EXE" in text.upper():
            self.version = text.partition(" Version ")[2].split(" ")[0]

    def made(self) -> LogEnd:
        reason = " ".join((self.failed or (self.errors[0] if self.errors else "")).split())
        return LogEnd(
            result=self.result,
            reason=reason[:600],
            refused_at=self.refused,
            object=self.object,
            orphans=tuple(self.orphans),
            summary=tuple(self.summary),
            ignored=self.ignored,
            code=self.code,
            version=self.version,
        )


def _closing(text: str) -> bool:
    return text.startswith(("USMT Completed", "Entering MigShutdown", "Leaving MigShutdown", "-----", "*", "+-", "|"))


def _entry(head: re.Match[str], body: list[str]) -> Entry:
    text = "\n".join([head["text"], *body]).strip()
    return Entry(at=head["at"] or "", level=head["level"], module=head["module"].lower(), text=_GLE.sub("", text).strip())
