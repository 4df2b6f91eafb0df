"""The command line of scanstate, loadstate and usmtutils, read as the tools read it. It knows no file and no host."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 256
ONCE = frozenset(
    {
        "config",
        "genconfig",
        "l",
        "v",
        "progress",
        "listfiles",
        "p",
        "efs",
        "r",
        "w",
        "encrypt",
        "decrypt",
        "key",
        "keyfile",
        "lac",
    }
)
MANY = frozenset({"i", "ui", "ue", "md", "mu"})
FLAGS = frozenset({"o", "vsc", "c", "localonly", "nocompress", "hardlink", "all", "lae", "?", "help"})
SCAN_ONLY = frozenset({"vsc", "efs", "listfiles", "p", "localonly", "genconfig", "o", "encrypt"})
LOAD_ONLY = frozenset({"md", "mu", "lac", "lae", "decrypt"})
VERBOSITY = frozenset({"0", "1", "4", "5", "8", "9", "12", "13"})
VERBOSITY_TEXT = (
    "Verbosity level must be specified as a sum of the desired log options: Verbose (0x01), Record Objects (0x04), "
    "Echo to debug port (0x08)"
)
EFS = frozenset({"abort", "skip", "decryptcopy", "copyraw", "hardlink"})
ALGORITHMS = frozenset({"aes_128", "aes_192", "aes_256", "3des", "3des_112"})


class RefusedError(Exception):
    """The tool ends: code, the text it writes, and the argument it came from."""

    def __init__(self, code: int, text: str, at: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.at = at


@dataclass(frozen=True, slots=True)
class Words:
    """A command line that was understood: the store path, values of switches by name, and all words as they came."""

    store: str
    values: dict[str, list[str]] = field(default_factory=dict)
    raw: tuple[str, ...] = ()

    def one(self, name: str) -> str:
        """The value of a switch that may stand once; empty where it does not stand."""
        return next(iter(self.values.get(name, ())), "")

    def has(self, name: str) -> bool:
        """Whether a switch stands."""
        return name in self.values


def read(program: str, argv: tuple[str, ...]) -> Words:
    """The words of a command line of scanstate or loadstate.

    Raises:
        RefusedError: codes 1, 11 and 12.
    """
    if not argv:
        raise RefusedError(11, "Command line arguments are required. Specify /? for options.")
    places = [word for word in argv if not word.startswith("/")]
    if len(places) > 1:
        raise RefusedError(11, "Settings store argument specified is invalid", places[1])
    store = "".join(places)
    found = Words(store, _switches(program, argv), argv)
    if found.has("?") or found.has("help"):
        raise RefusedError(1, "Command line help requested")
    if len(store) > LONGEST:
        raise RefusedError(12, "Specified settings store path exceeds the maximum allowed length of 256 characters")
    if not store or "\\\\" in store[2:] or store.rstrip("\\").endswith(":"):
        raise RefusedError(11, "Settings store argument specified is invalid", store)
    _fitting(found)
    return found


def _switches(program: str, argv: tuple[str, ...]) -> dict[str, list[str]]:
    """The values of each switch."""
    values: dict[str, list[str]] = {}
    for word in argv:
        if not word.startswith("/"):
            continue
        name, _, value = word[1:].partition(":")
        name = name.casefold()
        _known(program, name, word)
        if name in values and name in ONCE:
            raise RefusedError(11, "An option is specified more than once and is ambiguous", word)
        if len(value) > LONGEST:
            raise RefusedError(12, "Command line arguments cannot exceed 256 characters", word[:60])
        if name in MANY and not value:
            raise RefusedError(11, "An option argument is missing", word)
        values.setdefault(name, []).append(value.strip('"'))
    return values


def _known(program: str, name: str, word: str) -> None:
    elsewhere = LOAD_ONLY if program == "scanstate" else SCAN_ONLY
    if (name not in ONCE | MANY | FLAGS | {"uel"}) or name in elsewhere:
        raise RefusedError(11, "Command line option is not valid", word)


def _fitting(words: Words) -> None:
    """What must not, or must, stand together."""
    for bad, text in (
        (words.has("encrypt") and words.has("nocompress"), "/encrypt can't be used with /nocompress"),
        (words.has("hardlink") and not words.has("nocompress"), "/hardlink requires /nocompress"),
        (words.has("key") and words.has("keyfile"), "/key and /keyfile both specified"),
        (words.has("lae") and not words.has("lac"), "/lae is only used with /lac"),
        (words.has("listfiles") and words.has("p"), "/listfiles cannot be used with /p"),
        (words.has("all") and any(map(words.has, ("ui", "ue", "uel"))), "/all conflicts with /ui, /ue or /uel"),
        (
            (words.has("encrypt") or words.has("decrypt")) and not (words.has("key") or words.has("keyfile")),
            "/encrypt requires /key or /keyfile",
        ),
        (
            (words.has("key") or words.has("keyfile")) and not (words.has("encrypt") or words.has("decrypt")),
            "/key or /keyfile used without enabling encryption",
        ),
        (words.has("efs") and words.one("efs").casefold() not in EFS, "EFS parameter specified is not valid for /efs"),
        (
            words.has("v") and words.one("v") not in VERBOSITY,
            VERBOSITY_TEXT,
        ),
        (words.has("r") and not words.one("r").isdecimal(), "Retry argument must be an integer"),
        (
            words.has("p") and not words.one("p") and not words.has("nocompress"),
            'Use /nocompress, or provide an XML file path with /p"pathtoafile" to get a compressed store size estimate',
        ),
        (
            (words.one("encrypt") or words.one("decrypt")) != ""
            and (words.one("encrypt") or words.one("decrypt")).casefold() not in ALGORITHMS,
            "Specified encryption algorithm is not supported",
        ),
    ):
        if bad:
            raise RefusedError(11, text)
