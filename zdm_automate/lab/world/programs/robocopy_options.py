"""robocopy's command line: what it was told, and which of its own complaints it has about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

FLAGS: Final = frozenset(
    {
        "s",
        "e",
        "mir",
        "purge",
        "b",
        "z",
        "zb",
        "xj",
        "xo",
        "xl",
        "l",
        "np",
        "bytes",
        "fp",
        "ts",
        "ndl",
        "nfl",
        "njh",
        "njs",
        "secfix",
    }
    | {"timfix", "efsraw", "pf", "v", "tee", "ns", "nc", "copyall", "sec", "is", "it", "unicode"}
)
VALUED: Final = frozenset({"copy", "dcopy", "r", "w", "mt", "ipg", "rh", "ia", "unilog", "unilog+", "log", "log+"})
LISTS: Final = frozenset({"xd", "xf"})
_HOURS = re.compile(r"(\d\d)(\d\d)-(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One robocopy call. `wrong` is its own complaint about the command line; it ends with 16 then."""

    source: str
    target: str
    flags: frozenset[str]
    values: dict[str, str]
    folders_out: tuple[str, ...]
    files_out: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    wrong: str = ""

    def on(self, name: str) -> bool:
        """Whether a switch was given."""
        return name in self.flags

    @property
    def purge(self) -> bool:
        """Whether what only the target has goes away."""
        return bool({"mir", "purge"} & self.flags)

    @property
    def deep(self) -> bool:
        """Whether it goes below the first folder."""
        return bool({"mir", "e", "s"} & self.flags)

    @property
    def what(self) -> str:
        """What is copied of a file, as letters of /COPY."""
        if self.on("copyall"):
            return "DATSOU"
        return "DATS" if self.on("sec") else self.values.get("copy", "DAT").upper()

    @property
    def threads(self) -> int:
        """How many files are copied side by side."""
        return int(self.values["mt"] or 8) if "mt" in self.values else 1

    @property
    def retries(self) -> int:
        """Tries after the first one."""
        return int(self.values.get("r", "1000000"))

    @property
    def pause(self) -> int:
        """Seconds between two tries."""
        return int(self.values.get("w", "30"))

    @property
    def gap(self) -> int:
        """Milliseconds between packets."""
        return int(self.values.get("ipg", "0"))

    @property
    def hours(self) -> tuple[int, int] | None:
        """The minutes of the day between which it works."""
        found = _HOURS.fullmatch(self.values.get("rh", ""))
        return (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else None

    @property
    def log(self) -> str:
        """Where the log goes; empty for the standard output."""
        return next((self.values[name] for name in ("unilog", "unilog+", "log", "log+") if name in self.values), "")

    @property
    def wide(self) -> bool:
        """Whether the log is UTF-16."""
        return "unilog" in self.values or "unilog+" in self.values

    def skips_folder(self, path: str) -> bool:
        """Whether /XD names a folder, by its name or its whole path."""
        name = path.rpartition("\\")[2].casefold()
        return any(fnmatchcase(name, one) or path.casefold().endswith("\\" + one.lstrip("\\")) for one in self.folders_out)

    def takes(self, name: str, attributes: str) -> bool:
        """Whether a file is one of those that were chosen by name or attribute."""
        wanted = self.values.get("ia", "").upper()
        if wanted and not set(wanted) & set(attributes):
            return False
        return not self.chosen or any(fnmatchcase(name.casefold(), one) for one in self.chosen)

    def skips_file(self, name: str) -> bool:
        """Whether /XF names a file."""
        return any(fnmatchcase(name.casefold(), one) for one in self.files_out)


def read_options(argv: tuple[str, ...]) -> Options:
    """The options of a command line."""
    plain: list[str] = []
    flags: set[str] = set()
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    into: list[str] | None = None
    wrong = ""
    for number, word in enumerate(argv, 1):
        if not word.startswith("/"):
            (plain if into is None else into).append(word.rstrip("\\") if into is None else word.casefold())
            continue
        name, _, value = word[1:].partition(":")
        name = name.casefold()
        into = None
        if name in LISTS and not value:
            into = lists[name]
        elif name in VALUED:
            values[name] = value
        elif name in FLAGS and not value:
            flags.add(name)
        else:
            wrong = wrong or f'ERROR : Invalid Parameter #{number} : "{word}"'
    source, target = (*plain, "", "")[:2]
    made = Options(
        source=source,
        target=target,
        flags=frozenset(flags),
        values=values,
        folders_out=tuple(lists["xd"]),
        files_out=tuple(lists["xf"]),
        chosen=tuple(word.casefold() for word in plain[2:]),
    )
    return _with_complaint(made, wrong)


def _with_complaint(made: Options, wrong: str) -> Options:
    complaint = wrong
    if not made.source:
        complaint = "ERROR : No Source Directory Specified."
    elif not made.target:
        complaint = "ERROR : No Destination Directory Specified."
    elif not complaint and "mt" in made.values and made.gap:
        complaint = "The /IPG option cannot be used with the /MT option."
    elif not complaint and "mt" in made.values and made.on("efsraw"):
        complaint = "The /EFSRAW option cannot be used with the /MT option."
    elif not complaint and made.on("secfix") and not set("SOU") & set(made.what):
        complaint = "ERROR : /SECFIX specified, without specifying WHICH security info to copy."
    return Options(
        source=made.source,
        target=made.target,
        flags=made.flags,
        values=made.values,
        folders_out=made.folders_out,
        files_out=made.files_out,
        chosen=made.chosen,
        wrong=complaint,
    )
