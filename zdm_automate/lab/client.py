"""A running lab as other programs of this user see it: its clock, its faults, its end. It talks to the control port only."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import InputError, UnreachableError, ZdmError

if TYPE_CHECKING:
    from zdm_automate.lab.state import LabFolder, LabInfo

SECONDS = 30.0
"""How long an answer of the control port may take."""


class LabClient:
    """Calls the control port of the lab in a folder.

    Raises:
        InputError: there is no lab in the folder.
    """

    def __init__(self, folder: LabFolder) -> None:
        self._folder = folder
        self._info = folder.info()

    @property
    def info(self) -> LabInfo:
        """How the lab is reached."""
        return self._info

    def call(self, action: str, /, **arguments: Any) -> dict[str, Any]:
        """One action.

        Raises:
            UnreachableError: the lab does not run.
            InputError: it refused, in its own words.
        """
        try:
            status, answer = self._send(action, arguments)
        except (OSError, HTTPException) as problem:
            raise UnreachableError(f"the lab in {self._folder.path} does not run.", hint="`zdm lab up` starts it.") from problem
        if status != 200:  # noqa: PLR2004 - HTTP
            raise InputError(f"the lab refused: {answer.get('error', status)}.")
        return answer

    def now(self) -> datetime:
        """The world's time, UTC.

        Raises:
            UnreachableError: the lab does not run.
        """
        return datetime.fromisoformat(self.call("now")["now"])

    def answers(self) -> bool:
        """Whether the lab runs."""
        with suppress(ZdmError):
            self.call("now")
            return True
        return False

    def _send(self, action: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One call on a line of its own: nothing is left open, and a lab that was started anew is found."""
        with closing(HTTPConnection("127.0.0.1", self._info.control_port, timeout=SECONDS)) as line:
            line.request("POST", f"/{action}", json.dumps(arguments), {"Authorization": f"Bearer {self._info.token}"})
            reply = line.getresponse()
            return reply.status, json.loads(reply.read())
