"""What an exit code of scanstate, loadstate or usmtutils means, and what a technician does next.

One row for each documented code and one for each documented cause of it. A code that is not documented is told as such;
nothing here reads a log or a host.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What sort of ending it is, in the words of the documentation."""

    SUCCESS = "success"
    CANCEL = "cancelled"
    WARNING = "warning"
    COMMAND_LINE = "invalid command line"
    SETUP = "setup and initialisation"
    STORE = "store"
    NON_FATAL = "non-fatal error"
    FATAL = "fatal error"


class State(StrEnum):
    """What a job with this ending is, in the words of jobs."""

    SUCCEEDED = "Succeeded"
    WARNINGS = "SucceededWithWarnings"
    FAILED = "Failed"


class Again(StrEnum):
    """Whether the same step may be started again without a person having looked."""

    NO = "no"
    ONCE = "once, after the check named in the next action"
    NEW_STORE = "with a new, empty store folder"
    CHANGED = "with the switch named in the next action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One documented text under a code.

    Attributes:
        text: what the tool writes, in part; enough to tell it from the others.
        action: what to do about it.
    """

    text: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCode:
    """An exit code.

    Attributes:
        code: the number.
        name: its documented name.
        sentence: what happened.
        action: what to do next, where the log names no cause that says it better.
        causes: the documented texts under this code, each with what to do about it.
    """

    code: int
    name: str
    kind: Kind
    state: State
    sentence: str
    action: str
    again: Again = Again.NO
    causes: tuple[Cause, ...] = ()

    def next_action(self, log: str = "") -> str:
        """What to do next: by the documented text that the log holds, else by the code."""
        low = log.casefold()
        return next((cause.action for cause in self.causes if cause.text.casefold() in low), self.action)


def _cause(text: str, action: str) -> Cause:
    return Cause(text=text, action=action)


ROWS: tuple[ReturnCode, ...] = (
    ReturnCode(
        code=0,
        name="USMT_SUCCESS",
        kind=Kind.SUCCESS,
        state=State.SUCCEEDED,
        sentence="It ran to its end without an error.",
        action="Compare the users that it took with those wanted; a misspelt /md domain also ends with 0.",
    ),
    ReturnCode(
        code=1,
        name="USMT_DISPLAY_HELP",
        kind=Kind.CANCEL,
        state=State.FAILED,
        sentence="It showed its help and did nothing.",
        action="The command line asks for help (/?): correct the call.",
    ),
    ReturnCode(
        code=2,
        name="USMT_STATUS_CANCELED",
        kind=Kind.CANCEL,
        state=State.FAILED,
        sentence="It was cancelled before its end.",
        action="Look in the log for who or what stopped it, then start it again.",
        causes=(
            _cause("aborted because of an EFS file", "An encrypted file stopped it: capture again with /efs:copyraw."),
            _cause("User chose to cancel", "Somebody stopped it at the computer: agree a time, then start it again."),
        ),
    ),
    ReturnCode(
        code=3,
        name="USMT_WOULD_HAVE_FAILED",
        kind=Kind.WARNING,
        state=State.WARNINGS,
        sentence="It ran to its end and left out what it could not read or write, because /c was given.",
        action="Go through the error rows; whatever belongs to a user is fetched by hand before the old PC is let go.",
    ),
    ReturnCode(
        code=11,
        name="USMT_INVALID_PARAMETERS",
        kind=Kind.COMMAND_LINE,
        state=State.FAILED,
        sentence="The command line was refused; nothing was done.",
        action="The log shows the refused argument behind ##ERROR##: correct the call.",
        causes=(
            _cause("/all conflicts with", "Take /all away: it cannot stand beside /ui, /ue or /uel."),
            _cause("/encrypt can't be used with /nocompress", "An uncompressed store cannot be encrypted: leave one out."),
            _cause("/encrypt requires /key or /keyfile", "Name the key file of the store."),
            _cause("/hardlink requires /nocompress", "Add /nocompress: a hard-link store is never compressed."),
            _cause("/key and /keyfile both specified", "Give /keyfile only."),
            _cause("/key or /keyfile used without enabling", "Add /encrypt or /decrypt, or leave the key file out."),
            _cause("/lae is only used with /lac", "Add /lac or leave /lae out."),
            _cause("/listfiles cannot be used with /p", "An estimate lists no files: leave /listfiles out."),
            _cause("Use /nocompress, or provide an XML file path", "Give the estimate a file: /p:<file.xml>."),
            _cause("Settings store argument specified is invalid", "The store path is wrong: look for doubled backslashes."),
            _cause("Verbosity level must be specified", "Give /v one of 0, 1, 4, 5, 8, 9, 12, 13."),
            _cause("An option is specified more than once", "Take the doubled switch out."),
            _cause("An option argument is missing", "Give the switch its value."),
            _cause(
                "Command line option is not valid", "Take the unknown switch out; scanstate and loadstate know different ones."
            ),
            _cause("EFS parameter specified is not valid", "Give /efs one of abort, skip, decryptcopy, copyraw, hardlink."),
            _cause("Retry argument must be an integer", "Give /r a whole number."),
            _cause("Command line arguments are required", "The call has no arguments: give the store path and the rules."),
        ),
    ),
    ReturnCode(
        code=12,
        name="USMT_ERROR_OPTION_PARAM_TOO_LARGE",
        kind=Kind.COMMAND_LINE,
        state=State.FAILED,
        sentence="An argument or the store path is longer than 256 characters.",
        action="Shorten the store path or the argument; the absolute path is what counts.",
        causes=(
            _cause(
                "store path exceeds the maximum", "Shorten the store path to 256 characters, counted from the drive or share."
            ),
        ),
    ),
    ReturnCode(
        code=13,
        name="USMT_INIT_LOGFILE_FAILED",
        kind=Kind.COMMAND_LINE,
        state=State.FAILED,
        sentence="The log file could not be made.",
        action="Give /l a path in a local folder that exists and may be written to; never below the store.",
    ),
    ReturnCode(
        code=14,
        name="USMT_ERROR_USE_LAC",
        kind=Kind.COMMAND_LINE,
        state=State.FAILED,
        sentence="A local account of the store does not exist on this PC, and /lac was not given.",
        action="Leave local accounts out (/ue:<old PC>\\*), or create the account by hand and restore again.",
    ),
    ReturnCode(
        code=26,
        name="USMT_INIT_ERROR",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="It could not be initialised.",
        action="Check that no Config.xml stands behind /i and that every rule file is sound XML.",
        causes=(
            _cause("Multiple Windows installations found", "Name the Windows folder that is meant (/offlinewindir)."),
            _cause("unable to find a valid windows directory", "Check the offline input file and its folder."),
            _cause("not properly formatted", "A rule file is no sound XML, or Config.xml stands behind /i: the log names it."),
        ),
    ),
    ReturnCode(
        code=27,
        name="USMT_INVALID_STORE_LOCATION",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The store folder cannot be used.",
        action="Capture into a new, empty folder; for a restore check the path and that USMT\\USMT.MIG is below it.",
        again=Again.NEW_STORE,
        causes=(
            _cause(
                "an existing store exists", "There is a store in the folder: take a new folder; /o overwrites what is there."
            ),
            _cause("missing or has incomplete data", "The capture never ended: capture again into a new folder."),
            _cause("incompatible with the current USMT version", "Use the same USMT version on both PCs."),
            _cause("not recognized as a valid store", "The path is not that of a store: give the folder above USMT."),
            _cause("read-only or does not support", "The store's place is read-only: correct the rights of the share."),
            _cause("Invalid store path", "Check the path and the rights of the account that the task runs as."),
            _cause("error occurred during store creation", "Check free space and rights of the store's share."),
        ),
    ),
    ReturnCode(
        code=28,
        name="USMT_UNABLE_GET_SCRIPTFILES",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="A rule file behind /i is missing or is no rule file.",
        action="Check that every file behind /i lies in the tool's folder, and that none is a Config.xml.",
        causes=(_cause("Unable to find a script file", "A file behind /i is not there: copy the whole tool folder again."),),
    ),
    ReturnCode(
        code=29,
        name="USMT_FAILED_MIGSTARTUP",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The migration could not be started.",
        action="Free 250 MB on the system drive, see that no other migration runs, then start it once more.",
        again=Again.ONCE,
        causes=(
            _cause(
                "minimum of 250 MB", "Free 250 MB on the system drive, or point USMT_WORKING_DIR elsewhere; then start again."
            ),
            _cause(
                "only one migration tool can run",
                "Another scanstate or loadstate runs here: wait for its end, then start again.",
            ),
            _cause("because of an XML error", "A rule file is wrong: the log names it."),
            _cause("map the drive letters", "Give /offline a table of the drives."),
        ),
    ),
    ReturnCode(
        code=31,
        name="USMT_UNABLE_FINDMIGUNITS",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="Looking for what is to be migrated failed.",
        action="Run it with /v:13 and read the log from its first error; a damaged manifest or profile is the usual cause.",
    ),
    ReturnCode(
        code=32,
        name="USMT_FAILED_SETMIGRATIONTYPE",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The migration system could not be set up.",
        action="Copy the whole USMT folder to the PC again and run it with /v:13.",
    ),
    ReturnCode(
        code=33,
        name="USMT_UNABLE_READKEY",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The key file could not be read.",
        action="See that the key file exists, is not empty and may be read by the account that the task runs as.",
        causes=(_cause("at least one character", "The key file is empty: write it again."),),
    ),
    ReturnCode(
        code=34,
        name="USMT_ERROR_INSUFFICIENT_RIGHTS",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The account lacks the rights.",
        action="Run the task with highest privileges, as a local administrator.",
        causes=(
            _cause("create user profiles", "Restore as an administrator, elevated."),
            _cause("Directory removal requires", "Remove the store elevated."),
        ),
    ),
    ReturnCode(
        code=35,
        name="USMT_UNABLE_DELETE_STORE",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The store could not be removed or overwritten.",
        action="Restart the computer that holds it and remove it with `usmtutils /rd`, or take a new folder.",
        again=Again.NEW_STORE,
        causes=(_cause("reboot is required", "Restart the computer that holds the store, then remove it."),),
    ),
    ReturnCode(
        code=36,
        name="USMT_ERROR_UNSUPPORTED_PLATFORM",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="This computer is not supported.",
        action="Look for a temporary profile (C:\\Users\\TEMP) and log that user off; a server is never supported.",
        causes=(
            _cause("Server Operating systems are not supported", "USMT runs on no server: copy the profile pieces instead."),
            _cause("/offline is not supported during apply", "Restore on the running PC, without /offline."),
        ),
    ),
    ReturnCode(
        code=37,
        name="USMT_ERROR_NO_INVALID_KEY",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The store is encrypted and the key does not fit.",
        action="Use the key and the algorithm with which this store was captured.",
    ),
    ReturnCode(
        code=38,
        name="USMT_ERROR_CORRUPTED_NOTENCRYPTED_STORE",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The store could not be read: it is damaged, or not encrypted though a key was given.",
        action="Verify the store with usmtutils; without encryption leave /decrypt out.",
    ),
    ReturnCode(
        code=39,
        name="USMT_UNABLE_TO_READ_CONFIG_FILE",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="Config.xml could not be read.",
        action="Check the path behind /config and that the file is sound XML.",
    ),
    ReturnCode(
        code=40,
        name="USMT_ERROR_UNABLE_CREATE_PROGRESS_LOG",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The progress log could not be written.",
        action="Give /progress a path in a local folder that exists and may be written to; see that its drive is not full.",
    ),
    ReturnCode(
        code=41,
        name="USMT_PREFLIGHT_FILE_CREATION_FAILED",
        kind=Kind.SETUP,
        state=State.FAILED,
        sentence="The file of the estimate could not be made.",
        action="Remove the old estimate file or give another path in a folder that exists.",
        causes=(
            _cause("Can't overwrite existing file", "The estimate file is there already: remove it or take another name."),
        ),
    ),
    ReturnCode(
        code=42,
        name="USMT_ERROR_CORRUPTED_STORE",
        kind=Kind.STORE,
        state=State.FAILED,
        sentence="The store holds damaged files.",
        action="Capture again while the old PC is there; else take out what is sound with `usmtutils /extract`.",
    ),
    ReturnCode(
        code=61,
        name="USMT_MIGRATION_STOPPED_NONFATAL",
        kind=Kind.NON_FATAL,
        state=State.FAILED,
        sentence="A file could not be read or written, and it stopped there.",
        action="The log names the file. Start again with /vsc where it was in use, else with an ErrorControl rule for it.",
        again=Again.CHANGED,
    ),
    ReturnCode(
        code=71,
        name="USMT_INIT_OPERATING_ENVIRONMENT_FAILED",
        kind=Kind.FATAL,
        state=State.FAILED,
        sentence="Windows refused what it needs to run.",
        action="Run it elevated; look for an entry of ProfileList whose folder is gone and remove that profile.",
        causes=(
            _cause("with elevated privileges", "Run the task with highest privileges."),
            _cause(
                "Windows Win32 API error",
                "Look for an entry of ProfileList whose folder is gone, or a PC renamed since (use /mu).",
            ),
        ),
    ),
    ReturnCode(
        code=72,
        name="USMT_UNABLE_DOMIGRATION",
        kind=Kind.FATAL,
        state=State.FAILED,
        sentence="It broke off while it gathered or applied.",
        action="The log's first `Unable to process object` names the cause; check free space on store and system drive.",
        causes=(
            _cause(
                "Out of disk space while writing the store",
                "The store's disk is full: free space, then capture into a new folder.",
            ),
            _cause("Out of temporary disk space", "The system drive is full: free 250 MB and more, then start again."),
            _cause("Error 112", "A disk is full: free space, then start again with a new store folder."),
            _cause("error occurred in the apply process", "Restore again only after the PC is set back to the state before."),
        ),
    ),
)

RETURNS: Mapping[int, ReturnCode] = MappingProxyType({row.code: row for row in ROWS})
"""The documented codes."""


def meaning(code: int) -> ReturnCode:
    """The row of a code; for one that is not documented a row that says so and lets nothing go on."""
    known = RETURNS.get(code)
    if known is not None:
        return known
    return ReturnCode(
        code=code,
        name="",
        kind=Kind.FATAL,
        state=State.FAILED,
        sentence=f"It ended with {code}, a code that USMT does not document.",
        action="The program was killed or crashed: read the end of its log and the Application event log, then start again.",
    )
