"""Which ticketing system a project uses, opened from its section. It calls nothing yet: `Desk.ready` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.errors import InputError
from zdm_automate.ticketing.autotask import Autotask
from zdm_automate.ticketing.connectwise import ConnectWise
from zdm_automate.ticketing.folder import Folder
from zdm_automate.ticketing.halopsa import HaloPsa
from zdm_automate.ticketing.rt import RequestTracker
from zdm_automate.ticketing.smtp import Smtp
from zdm_automate.ticketing.zammad import Zammad

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from zdm_automate.outlets import System, TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import Desk

CLIENTS: Mapping[System, Callable[[TicketingSection, Credential], Desk]] = {
    "connectwise": ConnectWise,
    "autotask": Autotask,
    "halopsa": HaloPsa,
    "rt": RequestTracker,
    "zammad": Zammad,
}
"""Systems with an interface of their own, all of which want a credential."""


def open_desk(section: TicketingSection, credential: Credential | None, folder: Path) -> Desk:
    """The system of a section; relative paths are those of the project's folder.

    Raises:
        InputError: no credential where one is needed, or an address that it must not be sent to.
    """
    if section.system == "folder":
        return Folder(section, folder)
    if section.system == "smtp":
        return Smtp(section, credential)
    if credential is None:
        raise InputError(f"{section.system} needs a credential.", hint="See `ticketing: credential` in project.yaml.")
    return CLIENTS[section.system](section, credential)
