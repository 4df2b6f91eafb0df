r"""Rule files and Config.xml as the tools understand them: which file of a user comes along, and what an error on it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from zdm_automate.lab.world import files
from zdm_automate.lab.world.usmt.words import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.profiles import Item, Profile, Tool

_PATTERN = re.compile(r"^(?P<folder>[^\[\]]*?)\s*\[(?P<leaf>[^\[\]]*)\]$")
_DRIVES = re.compile(r'GenerateDrivePatterns\s*\(\s*"(?P<pattern>[^"]+)"')
PLACES = {
    "%csidl_appdata%": r"AppData\Roaming",
    "%csidl_local_appdata%": r"AppData\Local",
    "%csidl_mydocuments%": "Documents",
    "%csidl_desktop%": "Desktop",
    "%userprofile%": "",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """`folder [leaf]`; a folder that ends with a star goes down all the way."""

    folder: str
    leaf: re.Pattern[str]
    deep: bool

    def fits(self, profile: Profile, item: Item) -> bool:
        """Whether a file of a profile is meant."""
        place = profile.place(item).casefold()
        folder, _, leaf = place.rpartition("\\")
        start = self._start(profile)
        if not self.leaf.fullmatch(leaf):
            return False
        if not start:
            return self.deep
        pattern = "".join(".*" if letter == "*" else re.escape(letter) for letter in start)
        return re.fullmatch(pattern + (r"(\\.*)?" if self.deep else ""), folder) is not None

    def _start(self, profile: Profile) -> str:
        low = self.folder.casefold()
        for name, below in PLACES.items():
            if low.startswith(name):
                return "\\".join(
                    part for part in (profile.path, below, self.folder[len(name) :].strip("\\")) if part
                ).casefold()
        return low


def pattern_of(text: str) -> Pattern | None:
    """The pattern of a text; None where it is none."""
    found = _PATTERN.match(text.strip())
    if found is None:
        return None
    folder = found["folder"].strip()
    deep = folder.endswith("*")
    folder = folder.removesuffix("*").rstrip("\\")
    leaf = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in found["leaf"].casefold())
    return Pattern(folder, re.compile(leaf), deep)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rule files of a call say together."""

    documents: bool
    applications: bool
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()

    def takes(self, profile: Profile, item: Item) -> bool:
        """Whether a file comes along."""
        if any(one.fits(profile, item) for one in self.never):
            return False
        if any(one.fits(profile, item) for one in self.include):
            return True
        if any(one.fits(profile, item) for one in self.exclude):
            return False
        settings = item.path.casefold().startswith("appdata\\")
        return self.applications if settings else self.documents


def rules_of(host: Host, tool: Tool, paths: Iterable[str]) -> Rules:
    """The rules of a call.

    Raises:
        RefusedError: a file is not there (28), is no rule file (28) or no sound XML (26).
    """
    documents = applications = False
    found: dict[str, list[Pattern]] = {"include": [], "exclude": [], "unconditionalExclude": []}
    for path in paths:
        folder, _, name = path.rpartition("\\")
        low = name.casefold()
        if folder.casefold() in ("", tool.folder.casefold()) and low in tool.files and low.endswith(".xml"):
            documents |= low in {"migdocs.xml", "miguser.xml"}
            applications |= low == "migapp.xml"
            continue
        root = sound(host, path, missing=28, broken=26)
        if root.tag == "Configuration":
            raise RefusedError(26, f"MXE Agent: Migration XML {path} is not properly formatted. Message: root element", path)
        if root.tag != "migration":
            raise RefusedError(28, "Script file is invalid for /i", path)
        for kind, into in found.items():
            into.extend(pattern for element in root.iter(kind) for pattern in _patterns(element))
    return Rules(
        documents,
        applications,
        tuple(found["include"]),
        tuple(found["exclude"]),
        tuple(found["unconditionalExclude"]),
    )


def _patterns(element: ET.Element) -> Iterator[Pattern]:
    for one in element.iter():
        text = one.text or ""
        drives = _DRIVES.search(text) if one.tag == "script" else None
        made = pattern_of(drives["pattern"] if drives is not None else text) if one.tag in {"pattern", "script"} else None
        if made is not None and one.get("type", "File") == "File":
            yield made


def sound(host: Host, path: str, *, missing: int, broken: int) -> ET.Element:
    """The root of an XML file of a host.

    Raises:
        RefusedError: it is not there, or it is no sound XML.
    """
    there = files.entry(host, path)
    if there is None or there.content is None:
        text = "Unable to find a script file specified by /i" if missing == 28 else "File argument is invalid for /config"  # noqa: PLR2004
        raise RefusedError(missing, text, path)
    try:
        return ET.fromstring(there.content)  # noqa: S314 - a file of the lab's own world
    except ET.ParseError as problem:
        kind = "Migration XML" if missing == 28 else "Error reading Config.xml"  # noqa: PLR2004
        raise RefusedError(broken, f"MXE Agent: {kind} {path} is not properly formatted. Message: {problem}", path) from None


@dataclass(frozen=True, slots=True)
class ErrorControl:
    """What Config.xml says of errors: the first row that fits wins."""

    rows: tuple[tuple[bool, str, Pattern], ...] = ()

    def fatal(self, code: int, profile: Profile, item: Item) -> bool | None:
        """Whether an error on a file ends the run; None where no row speaks of it."""
        for fatal, wanted, pattern in self.rows:
            if wanted in ("any", str(code)) and pattern.fits(profile, item):
                return fatal
        return None


def error_control(host: Host, path: str) -> ErrorControl:
    """The rows of a Config.xml; none where none is given.

    Raises:
        RefusedError: 39, it is not there or not sound.
    """
    if not path:
        return ErrorControl()
    root = sound(host, path, missing=39, broken=39)
    if root.tag != "Configuration":
        raise RefusedError(39, "Error reading Config.xml", path)
    rows = []
    for parent in root.iter("fileError"):
        for one in parent:
            made = pattern_of(one.text or "")
            if made is not None and one.tag in {"fatal", "nonFatal"}:
                rows.append((one.tag == "fatal", one.get("errorCode", "").casefold(), made))
    return ErrorControl(tuple(rows))
