"""A host of a world with real PowerShell behind a real sshd on loopback, with throw-away keys."""

from __future__ import annotations

import getpass
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from zdm_automate import powershell
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.seam import TICKET
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.ssh import SshTarget
from zdm_automate.transport.ssh_pwsh import SshPwshTransport

sys.path.append(str(Path(__file__).parent.parent / "boxes"))
from ssh_server import Sshd, keygen


class SshHost:
    """See the module; everything ends with the stack that it is given. Without `installed` there is no `pwsh` on its path."""

    def __init__(
        self, folder: Path, library: Library, keeper: Keeper, name: str, ending: ExitStack, *, installed: bool = True
    ) -> None:
        self.name = name
        self._library = library
        self._ending = ending
        self._log = folder / "asked"
        self._log.touch()
        bridge = WorldBridge(keeper, folder / "bridge")
        bridge.start()
        ending.callback(bridge.stop)
        ticket = bridge.enrol()
        bridge.assign(ticket, host=name, user="TINY\\Administrator", configuration="")
        programs = folder / "bin"
        programs.mkdir()
        if installed:
            (folder / "home").mkdir()
            known = powershell.surroundings({**bridge.environment, TICKET: ticket}, folder / "home")
            words = " ".join(f"{key}={shlex.quote(value)}" for key, value in known.items())
            file = shlex.quote(str(bridge.configuration_file))
            self._script(programs / "pwsh", f'exec env {words} {powershell.find()} -ConfigurationFile {file} "$@"')
        # as a logon shell would: it reads the line that was asked for
        log = f'printf "%s\\n" "$SSH_ORIGINAL_COMMAND" >> {self._log}'
        lines = f'{log}\nPATH={programs}:/usr/bin:/bin exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
        self._script(folder / "logon", lines)
        self.key = keygen(folder / "key")
        (folder / "sshd").mkdir()
        self.server = Sshd(folder / "sshd", str(folder / "logon"))
        ending.callback(self.server.stop)
        self.server.start(Path(f"{self.key}.pub"))

    @staticmethod
    def _script(path: Path, lines: str) -> None:
        path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        path.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """The command lines that came."""
        return self._log.read_text(encoding="utf-8").splitlines()

    def transport(self, agent: str = "", **own: Any) -> SshPwshTransport:
        account = Credential(getpass.getuser(), Secret("not-asked-for"))
        known: dict[str, Any] = {
            "name": self.name,
            "address": "127.0.0.1",
            "port": self.server.port,
            "host_keys": (self.server.host_key,),
            "credential": account,
            "key_file": self.key,
        }
        target = Target(host=self.name, address="127.0.0.1", port=self.server.port, ssl=False, ssh=True, credential=account)
        made = SshPwshTransport(
            target, SshTarget(**known | own), prelude=self._library.prelude_text, agent=agent or self._library.agent_text
        )
        self._ending.callback(made.close)
        return made
