"""robocopy's log as it writes it, in English and German. Text only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from zdm_automate.lab.world.programs.robocopy_options import Options

COLUMNS: Final = ("total", "copied", "skipped", "mismatch", "failed", "extras")
ROWS: Final = ("dirs", "files", "bytes")
MESSAGES: Final = {
    5: ("Access is denied.", "Zugriff verweigert"),
    32: (
        "The process cannot access the file because it is being used by another process.",
        "Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.",
    ),
    2: ("The system cannot find the file specified.", "Das System kann die angegebene Datei nicht finden."),
    3: ("The system cannot find the path specified.", "Das System kann den angegebenen Pfad nicht finden."),
    53: ("The network path was not found.", "Der Netzwerkpfad wurde nicht gefunden."),
    67: ("The network name cannot be found.", "Der Netzwerkname wurde nicht gefunden."),
    64: ("The specified network name is no longer available.", "Der angegebene Netzwerkname ist nicht mehr verfügbar."),
    112: ("There is not enough space on the disk.", "Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung."),
    384: ("This share requires the obsolete SMB1 protocol.", "Diese Freigabe erfordert das veraltete SMB1-Protokoll."),
    1326: ("The user name or password is incorrect.", "Der Benutzername oder das Kennwort ist falsch."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language."""

    banner: str
    started: str
    source: str
    target: str
    files: str
    options: str
    classes: Mapping[str, str]
    head: tuple[str, ...]
    rows: tuple[str, str, str, str]
    ended: str
    error: str
    copying: str
    reading: str
    waiting: str
    limit: str


ENGLISH: Final = Words(
    banner="Robust File Copy for Windows                              ",
    started="  Started : ",
    source="   Source : ",
    target="     Dest : ",
    files="    Files : ",
    options="  Options : ",
    classes={
        "new": "  New File  ",
        "newer": "  Newer     ",
        "older": "  Older     ",
        "changed": "  Changed   ",
        "extra": "*EXTRA File ",
        "extra dir": "*EXTRA Dir  ",
        "mismatch": "*MISMATCH   ",
        "new dir": "  New Dir   ",
    },
    head=("Total", "Copied", "Skipped", "Mismatch", "FAILED", "Extras"),
    rows=("Dirs", "Files", "Bytes", "Times"),
    ended="   Ended : ",
    error="ERROR",
    copying="Copying File",
    reading="Accessing Source Directory",
    waiting="Waiting {} seconds... Retrying...",
    limit="ERROR: RETRY LIMIT EXCEEDED.",
)
GERMAN: Final = Words(
    banner="Robustes Dateikopieren für Windows",
    started="  Gestartet: ",
    source="   Quelle : ",
    target="     Ziel : ",
    files="    Dateien : ",
    options="  Optionen: ",
    classes={
        **ENGLISH.classes,
        "new": "    Neue Datei ",
        "extra": "  *EXTRA Datei",
    },
    head=("Insgesamt", "Kopiert", "Übersprungen", "Keine Übereinstimmung", "FEHLER", "Extras"),
    rows=("Verzeich.", "Dateien", "Bytes", "Zeiten"),
    ended="   Beendet: ",
    error="FEHLER",
    copying="Datei wird kopiert",
    reading="Zugriff auf Quellverzeichnis",
    waiting="{} Sekunden wird gewartet... Es wird erneut versucht...",
    limit="FEHLER: WIEDERHOLUNGSLIMIT ÜBERSCHRITTEN.",
)


def words_of(culture: str) -> Words:
    """The language of a host: German where it is that, English for all others."""
    return GERMAN if culture.startswith("de") else ENGLISH


def header(options: Options, words: Words, argv: Iterable[str], now: datetime) -> list[str]:
    """What stands in front."""
    return [
        "",
        "-" * 79,
        f"   ROBOCOPY     ::     {words.banner}",
        "-" * 79,
        "",
        f"{words.started}{now:%A, %B} {now.day}, {now:%Y %I:%M:%S %p}",
        f"{words.source}{options.source}\\",
        f"{words.target}{options.target}\\",
        "",
        f"{words.files}*.*",
        "\t    ",
        f"{words.options}*.* {' '.join(word for word in argv if word.startswith('/'))} ",
        "",
        "-" * 78,
        "",
    ]


def item(words: Words, kind: str, size: int, path: str) -> str:
    """The line of a file."""
    return f"\t  {words.classes[kind]}\t\t{size:8}\t{path}"


def folder_item(words: Words, kind: str, count: int, path: str) -> str:
    """The line of a folder."""
    return f"\t{words.classes.get(kind, ' ' * 12)}{count:8}\t{path}\\"


def error(words: Words, now: datetime, code: int, doing: str, path: str, culture: str) -> list[str]:
    """The two lines of an error."""
    text = MESSAGES[code][1 if culture.startswith("de") else 0]
    return [f"{now:%Y/%m/%d %H:%M:%S} {words.error} {code} (0x{code:08X}) {doing} {path}", text]


def summary(words: Words, counts: Mapping[str, int], seconds: float, now: datetime) -> list[str]:
    """The table at the end."""
    lines = ["", "-" * 78, "", " " * 10 + "".join(f"{word:>10}" for word in words.head)]
    for row, label in zip(ROWS, words.rows, strict=False):
        cells = "".join(f"{counts.get(f'{row} {column}', 0):>10}" for column in COLUMNS)
        lines.append(f"{label:>8} :{cells}" if words is ENGLISH else f"{label + ':':>10}{cells}")
    spent = f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
    label = f"{words.rows[3]:>8} :" if words is ENGLISH else f"{words.rows[3] + ':':>10}"
    lines += [f"{label}{spent:>10}{'0:00:00':>10}{'':20}{'0:00:00':>10}{'0:00:00':>10}"]
    return [*lines, f"{words.ended}{now:%A, %B} {now.day}, {now:%Y %I:%M:%S %p}", ""]
