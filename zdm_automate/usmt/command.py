r"""The calls of scanstate, loadstate and usmtutils as values, refused where the tools would refuse or do harm.

What stands here is the command line only: who runs it, and where it is watched, is a matter of jobs. A key is never in it,
only the path of its file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from zdm_automate.model import require

LONGEST = 256
"""Of an argument and of the absolute store path; more ends with code 12."""
VERBOSITY = 5
ALGORITHMS = ("AES_128", "AES_192", "AES_256", "3DES", "3DES_112")
IMAGE = r"USMT\USMT.MIG"
"""Where the compressed store lies below its path."""
_LOCAL = re.compile(r"^[A-Za-z]:\\\S")
_SHARE = re.compile(r"^\\\\[^\\/]+\\[^\\/]+\\[^\\/]")

Efs = Literal["abort", "skip", "decryptcopy", "copyraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A program with its arguments, the file of each log it writes, and the files it must find."""

    program: str
    arguments: tuple[str, ...]
    progress: str = ""
    log: str = ""

    def line(self) -> str:
        """As it would be typed."""
        return " ".join(_quoted(word) for word in (self.program, *self.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What capture, estimate and restore have alike.

    Attributes:
        folder: where the whole tool lies on the PC.
        store: the folder of the store, without `USMT`.
        logs: a local folder for the logs.
        rules: the rule files (/i), in the tool's folder or with a path.
        config: the Config.xml; empty for none.
        users: the switches about users.
        key_file: path of the key's file on the PC; empty for a store without encryption.
        algorithm: of the encryption.
        go_on: pass over what cannot be read or written (/c): the result is then a warning that somebody has to read.
    """

    folder: str
    store: str
    logs: str
    rules: tuple[str, ...] = ("MigDocs.xml", "MigApp.xml")
    config: str = ""
    users: tuple[str, ...] = ()
    key_file: str = ""
    algorithm: str = "AES_256"
    go_on: bool = False

    def checked(self) -> None:
        """Refuses what the tool refuses, and what it takes and should not.

        Raises:
            InputError: in one sentence.
        """
        require(is_absolute(self.folder), f"the USMT folder {self.folder!r} is no full path.")
        require(is_absolute(self.store), f"the store path {self.store!r} is no folder below a drive or a share.", _STORE_HINT)
        require("\\\\" not in self.store[2:], f"the store path {self.store!r} has a doubled backslash; USMT refuses it.")
        require(_LOCAL.match(self.logs), f"the log folder {self.logs!r} must be on a drive of the PC itself.")
        require(
            not below(self.logs, self.store),
            f"the logs ({self.logs}) lie in the store ({self.store}), where they would be overwritten.",
        )
        lower = [rule.casefold().rpartition("\\")[2] for rule in self.rules]
        require(self.rules, "no rule file is given: without /i hardly anything is migrated.")
        require("config.xml" not in lower, "Config.xml is given as a rule file; it belongs to `config`.", _CONFIG_HINT)
        require(
            not {"migdocs.xml", "miguser.xml"} <= set(lower),
            "MigDocs.xml and MigUser.xml are both given; each takes the documents, use one.",
        )
        require(len(set(lower)) == len(lower), "a rule file is given twice.")
        require(
            self.algorithm in ALGORITHMS, f"{self.algorithm!r} is no algorithm of USMT.", f"Known: {', '.join(ALGORITHMS)}."
        )

    def shared(self, program: str) -> tuple[str, ...]:
        """The switches that scanstate and loadstate have alike."""
        name = program.partition("state")[0]
        words = [*(f"/i:{self._rule(rule)}" for rule in self.rules)]
        if self.config:
            words.append(f"/config:{self.config}")
        words += [*self.users, f"/v:{VERBOSITY}", f"/l:{self.logs}\\{name}.log", f"/progress:{self.logs}\\{name}-progress.log"]
        return (*words, *(["/c"] if self.go_on else []))

    def _rule(self, rule: str) -> str:
        return rule if is_absolute(rule) else f"{self.folder}\\{rule}"

    def called(self, program: str, words: tuple[str, ...]) -> Call:
        """The call, when no argument is too long.

        Raises:
            InputError: an argument is longer than the tool takes.
        """
        for word in words:
            value = word.partition(":")[2] if word.startswith("/") else word
            require(
                len(value) <= LONGEST, f"{program}: {word[:40]}... is longer than {LONGEST} characters.", "Shorten the path."
            )
        name = program.partition("state")[0]
        return Call(
            program=f"{self.folder}\\{program}.exe",
            arguments=words,
            progress=f"{self.logs}\\{name}-progress.log",
            log=f"{self.logs}\\{name}.log",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Common):
    """scanstate.

    Attributes:
        shadow: read files in use from a shadow copy (/vsc).
        efs: what becomes of encrypted files.
        overwrite: an existing store is replaced (/o); only for a capture that was cut off.
        estimate: the file for the size; given, nothing is captured.
    """

    shadow: bool = True
    efs: Efs = "copyraw"
    overwrite: bool = False
    estimate: str = ""

    def call(self) -> Call:
        """The command line. Network drives never come along (/localonly).

        Raises:
            InputError: the tool would refuse it, or it would do harm.
        """
        self.checked()
        words = [self.store, *self.shared("scanstate"), "/localonly", f"/efs:{self.efs}"]
        if self.estimate:
            require(not below(self.estimate, self.store), "the estimate's file lies in the store.")
            words.append(f"/p:{self.estimate}")
        else:
            words.append(f"/listfiles:{self.logs}\\scan-files.log")
            if self.shadow:
                words.append("/vsc")
        if self.overwrite or self.estimate:
            words.append("/o")
        if self.key_file and not self.estimate:
            words += [f"/encrypt:{self.algorithm}", f"/keyfile:{self.key_file}"]
        return self.called("scanstate", tuple(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(Common):
    r"""loadstate.

    Attributes:
        domains: old domain to new domain (/md), in the order given; the first that fits wins.
        renamed: `OLD\user` to `NEW\user` (/mu).
        local_accounts: make missing local accounts, disabled (/lac); their password is empty.
    """

    domains: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    local_accounts: bool = False

    def call(self) -> Call:
        """The command line.

        Raises:
            InputError: the tool would refuse it, or it would do harm.
        """
        self.checked()
        for old, new in self.domains:
            require(old and new and not {"*", "?", "\\"} & set(new), f"/md:{old}:{new} names no new domain.")
        for old, new in self.renamed:
            for one in (old, new):
                require(
                    one.count("\\") == 1 and not {"*", "?"} & set(one), f"/mu: {one!r} is no DOMAIN\\name; no wildcards there."
                )
        words = [self.store, *self.shared("loadstate")]
        words += [f"/md:{old}:{new}" for old, new in self.domains]
        words += [f"/mu:{old}:{new}" for old, new in self.renamed]
        if self.local_accounts:
            words.append("/lac")
        if self.key_file:
            words += [f"/decrypt:{self.algorithm}", f"/keyfile:{self.key_file}"]
        return self.called("loadstate", tuple(words))

    def arrives_as(self, full: str) -> str:
        r"""Under which name a captured user `DOMAIN\name` arrives."""
        for old, new in self.renamed:
            if old.casefold() == full.casefold():
                return new
        domain, _, name = full.partition("\\")
        for old, new in self.domains:
            pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in old)
            if re.fullmatch(pattern, domain, re.IGNORECASE):
                return f"{new}\\{name}"
        return full


Detail = Literal["summary", "all", "failureonly", "catalog"]


def verify_call(folder: str, store: str, *, detail: Detail = "all", key_file: str = "", algorithm: str = "AES_256") -> Call:
    """Usmtutils over a compressed store.

    Raises:
        InputError: a path is no full path.
    """
    require(is_absolute(store), f"the store path {store!r} is no folder below a drive or a share.", _STORE_HINT)
    words = [f"/verify:{detail}", f"{store}\\{IMAGE}"]
    if key_file:
        words += [f"/decrypt:{algorithm}", f"/keyfile:{key_file}"]
    return Call(program=f"{folder}\\usmtutils.exe", arguments=tuple(words))


def is_absolute(path: str) -> bool:
    """A folder or file below the root of a drive or of a share."""
    return bool(_LOCAL.match(path) or _SHARE.match(path)) and not path.endswith("\\") and not set('"<>|*?\n\r') & set(path)


def below(path: str, folder: str) -> bool:
    """Whether a path is the folder or lies in it."""
    inner, outer = path.casefold().rstrip("\\"), folder.casefold().rstrip("\\")
    return inner == outer or inner.startswith(outer + "\\")


_STORE_HINT = r"Write D:\stores\PC07 or \\server\share\PC07; a whole drive cannot be a store."
_CONFIG_HINT = "Given behind /i it ends the run with code 26 or 28."


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word or not word else word
