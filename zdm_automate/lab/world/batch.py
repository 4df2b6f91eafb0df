"""Reads the batch file of a job, the one shape that the product writes. Any other is not modelled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zdm_automate.lab.world.refusal import NotModelledError

_SHAPE = re.compile(
    r'@echo off\r\n(?:chcp 65001 >nul\r\n)?set "ZDM_JOB=(?P<folder>[^"\r\n]+)"\r\n'
    r'md "%ZDM_JOB%\\started" 2>nul \|\| exit /b (?P<busy>\d+)\r\n'
    r'cd /d "(?P<work>[^"\r\n]+)"\r\n'
    r'(?P<command>[^\r\n]+) >"%ZDM_JOB%\\stdout\.log" 2>"%ZDM_JOB%\\stderr\.log"\r\n'
    r"set ZDM_RC=%ERRORLEVEL%\r\n"
    r'if exist "%ZDM_JOB%\\store\.key" del /f /q "%ZDM_JOB%\\store\.key"\r\n'
    r'>"%ZDM_JOB%\\rc\.tmp" echo %ZDM_RC%\r\n'
    r'ren "%ZDM_JOB%\\rc\.tmp" rc\r\n'
    r'>"%ZDM_JOB%\\ended" echo %ZDM_RC%\r\n'
    r"exit /b %ZDM_RC%\r\n"
)
_WORD = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a job's batch file does: the program with its arguments, where it works and where its results go.

    `started` is the folder by whose making it takes its turn; `busy` its exit code where that is there already.
    """

    folder: str
    work: str
    program: str
    argv: tuple[str, ...]
    started: str
    busy: int


def read_batch(text: str) -> Batch:
    """The batch file of a job.

    Raises:
        NotModelledError: it has another shape.
    """
    found = _SHAPE.fullmatch(text.removeprefix("\ufeff"))
    if found is None:
        raise NotModelledError("the lab runs the batch files of jobs only, and this is none")
    words = [_word(one) for one in _WORD.finditer(found["command"].replace("%%", "%"))]
    return Batch(
        folder=found["folder"],
        work=found["work"],
        program=words[0],
        argv=tuple(words[1:]),
        started=f"{found['folder']}\\started",
        busy=int(found["busy"]),
    )


def _word(found: re.Match[str]) -> str:
    """An argument as a program of Windows reads it: two backslashes before a closing quote are one."""
    if found[1] is None:
        return found[2]
    text = found[1]
    return re.sub(r"\\+$", lambda tail: tail[0][: len(tail[0]) // 2], text)
