"""Which SIDs a host can name: accounts of the profiles on it, and those that the permissions of its files name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.world.model import World


def names(world: World, host: str) -> Mapping[str, str]:
    r"""`DOMAIN\name` by SID, as that host itself would say it."""
    found = {one.sid: one.account for one in world.user_states.desk(host).profiles.values() if "\\" in one.account}
    server = world.smb.get(host)
    return found | dict(server.names) if server is not None else found
