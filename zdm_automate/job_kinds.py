"""The kinds of detached jobs, as data: what each exit code means and comes next, and whether a job that died may run again.

It knows no host and starts nothing; a kind that is not listed here is the plain `command`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zdm_automate.usmt_codes import ROWS, meaning

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "Queued"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    WARNINGS = "SucceededWithWarnings"
    FAILED = "Failed"
    LOST = "Lost"
    STOPPED = "Stopped"

    @property
    def done(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self not in {JobState.QUEUED, JobState.RUNNING}

    @property
    def good(self) -> bool:
        """Whether what it was to do is done."""
        return self in {JobState.SUCCEEDED, JobState.WARNINGS}


class Restart(StrEnum):
    """What may be done with a job that has died: the same again, again with an addition, or a person looks first."""

    AGAIN = "again"
    ADDED = "again with an addition"
    HUMAN = "a person looks first"


@dataclass(frozen=True, slots=True)
class CodeClass:
    """Exit codes from `low` to `high`: the state they mean, in words, and what to do next."""

    low: int
    high: int
    state: JobState
    says: str
    then: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of job.

    Attributes:
        codes: classes of exit codes, without overlap; a code in none of them means that it failed.
        otherwise: what is said of such a code.
        restart: what may be done where a job of this kind died.
        advice: how, in words.
        log: the name of the log that tells how far it is.
    """

    name: str
    codes: tuple[CodeClass, ...]
    otherwise: CodeClass
    restart: Restart
    advice: str
    log: str = "stdout.log"

    def classify(self, code: int) -> CodeClass:
        """What an exit code means."""
        return next((one for one in self.codes if one.low <= code <= one.high), self.otherwise)


def _failed(says: str, then: str) -> CodeClass:
    return CodeClass(0, 0, JobState.FAILED, says, then)


COMMAND: Final = Kind(
    name="command",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "done"),),
    otherwise=_failed("the program ended with a code other than 0", "Read the end of its log."),
    restart=Restart.HUMAN,
    advice="Look at what it has done already; nothing is known of this program.",
)

ROBOCOPY: Final = Kind(
    name="robocopy",
    codes=(
        CodeClass(0, 0, JobState.SUCCEEDED, "nothing had to be copied"),
        CodeClass(1, 1, JobState.SUCCEEDED, "files were copied"),
        CodeClass(2, 2, JobState.SUCCEEDED, "the target had more than the source"),
        CodeClass(3, 3, JobState.SUCCEEDED, "files were copied, and the target had more than the source"),
        CodeClass(
            4,
            7,
            JobState.WARNINGS,
            "a file stands where the other side has a folder",
            "Look for *MISMATCH in the log and rename one of the two.",
        ),
        CodeClass(
            8,
            15,
            JobState.FAILED,
            "some files could not be copied",
            "Run the pass again; what still fails is listed with its reason.",
        ),
    ),
    otherwise=_failed(
        "nothing was copied, or the program was ended from outside",
        "Read the first error of the log: path, rights and switches are looked at before any file.",
    ),
    restart=Restart.AGAIN,
    advice="Run the pass again: it copies what is missing.",
    log="robocopy.log",
)

PASS: Final = Kind(
    name="pass",
    codes=(
        *ROBOCOPY.codes[:-1],
        CodeClass(
            8,
            15,
            JobState.WARNINGS,
            "some files could not be copied now",
            "Those in use come with the next pass; anything else stands in the log with its reason.",
        ),
    ),
    otherwise=ROBOCOPY.otherwise,
    restart=Restart.AGAIN,
    advice=ROBOCOPY.advice,
    log="robocopy.log",
)
"""A pass that others follow: people have files open by day, and the final one is strict."""

LIST: Final = Kind(
    name="list",
    codes=(
        CodeClass(0, 0, JobState.SUCCEEDED, "the tree was read; nothing in it is of this sort"),
        CodeClass(1, 7, JobState.SUCCEEDED, "the tree was read"),
        CodeClass(8, 15, JobState.WARNINGS, "some folders could not be read", "Read the errors of its log."),
    ),
    otherwise=_failed("the tree could not be read", "Check path and rights: read the first error of the log."),
    restart=Restart.AGAIN,
    advice="Run it again: it only reads.",
    log="robocopy.log",
)

COMPARE: Final = Kind(
    name="compare",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "both sides are the same"),),
    otherwise=CodeClass(
        0, 0, JobState.FAILED, "the sides differ, or could not be compared", "Its log lists what; run the final pass again."
    ),
    restart=Restart.AGAIN,
    advice="Run it again: it only reads.",
    log="robocopy.log",
)

SURVEY: Final = Kind(
    name="survey",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "the tree was looked through"),),
    otherwise=_failed("the tree could not be looked through", "Read the error of the program in its folder (stderr.log)."),
    restart=Restart.AGAIN,
    advice="Run it again: it only reads.",
    log="survey.log",
)

SAMPLE: Final = Kind(
    name="sample",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "the sample was compared"),),
    otherwise=_failed("the sample could not be compared", "Read the error of the program in its folder (stderr.log)."),
    restart=Restart.AGAIN,
    advice="Run it again: it only reads.",
    log="sample.log",
)
"""Whether the sides are the same is not said by its exit code, but by its log."""


def _of_usmt(name: str, restart: Restart, advice: str, log: str) -> Kind:
    """A tool of USMT: its classes are the rows of its return codes."""
    return Kind(
        name=name,
        codes=tuple(CodeClass(row.code, row.code, JobState(row.state), row.sentence.rstrip("."), row.action) for row in ROWS),
        otherwise=_failed("it ended with a code that USMT does not document", meaning(-1).action),
        restart=restart,
        advice=advice,
        log=log,
    )


SCANSTATE: Final = _of_usmt(
    "scanstate",
    Restart.ADDED,
    "Capture again: with /o over the store that was begun, or into a new folder.",
    "scan-progress.log",
)
LOADSTATE: Final = _of_usmt(
    "loadstate",
    Restart.HUMAN,
    "Do not restore a second time over a profile in use: look what has arrived, remove it or set the PC back, then restore.",
    "load-progress.log",
)
USMTUTILS: Final = _of_usmt("usmtutils", Restart.AGAIN, "Run it again: it only reads the store.", "stdout.log")

MOVE_MAILBOX: Final = Kind(
    name="move-mailbox",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "Exchange says that the mailbox was moved"),),
    otherwise=_failed("Exchange says that the mailbox was not moved", "Read the end of its log, and where the mailbox is."),
    restart=Restart.HUMAN,
    advice="Read first on which server the mailbox is: until the move has ended it is where it was.",
)

TRY_MOVE: Final = Kind(
    name="validate-mailbox-move",
    codes=(CodeClass(0, 0, JobState.SUCCEEDED, "the mailbox can be moved"),),
    otherwise=_failed("the mailbox cannot be moved as it is", "Read the end of its log, mend that, then plan again."),
    restart=Restart.AGAIN,
    advice="Run it again: it only looks.",
)

_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        COMMAND,
        ROBOCOPY,
        PASS,
        LIST,
        COMPARE,
        SURVEY,
        SAMPLE,
        SCANSTATE,
        LOADSTATE,
        USMTUTILS,
        MOVE_MAILBOX,
        TRY_MOVE,
    )
}


def kind_of(name: str) -> Kind:
    """The kind of that name; the plain one for a name that is not known."""
    return _KINDS.get(name, COMMAND)


def kinds() -> Mapping[str, Kind]:
    """All kinds, by name."""
    return dict(_KINDS)
