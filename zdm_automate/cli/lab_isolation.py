"""Whether a lab on a Hyper-V host is cut off, looked at from here: this computer's own routes, and who answers at the client's.

What can be seen on the host is judged by the playbook `hyperv_lab`; this module opens connections and sends nothing over them.
"""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.cli.computer_seen import addresses_of, this_computer
from zdm_automate.errors import RefusedError
from zdm_automate.lab.apart import Place, answering
from zdm_automate.lab.own_computer import ways_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zdm_automate.lab.own_computer import Computer

SECONDS: Final = 2.0
"""How long an address of the client may be silent until nobody is taken to be there."""

DEFAULT_PORTS: Final = {True: 5986, False: 5985}
UNTOUCHED: Final = "Nothing was changed."


def places_of(hosts: Mapping[str, Any]) -> dict[str, Place]:
    """Where the hosts of a project file are reached, by name."""
    return {
        name: Place(address=str(one["address"]), port=int(one.get("port") or DEFAULT_PORTS[bool(one.get("ssl", True))]))
        for name, one in hosts.items()
    }


def connects(place: Place) -> bool:
    """Whether somebody takes a connection there."""
    try:
        with socket.create_connection((place.address, place.port), timeout=SECONDS):
            return True
    except OSError:
        return False


def refuse_ways_out(
    client: Mapping[str, Place],
    lab: Mapping[str, Place],
    *,
    played: bool,
    ask: Callable[[Place], bool] = connects,
    look: Callable[[], Computer] = this_computer,
) -> None:
    """Asks that this computer leads nowhere, and that only the lab's machines can be where the client's are.

    Args:
        client: where the client's hosts are reached.
        lab: where machines of the lab that have power are reached.
        played: an embedded lab plays the Hyper-V host; this computer is not in the lab then, and its routes do not matter.
        ask: whether somebody takes a connection.
        look: gives what this computer tells of itself.

    Raises:
        RefusedError: something leads out, or this computer does not tell.
    """
    found = [] if played else list(ways_out(look(), {name: addresses_of(place.address) for name, place in client.items()}))
    with ThreadPoolExecutor(max_workers=max(1, min(8, len(client))), thread_name_prefix="zdm-way") as pool:
        open_ones = dict(zip(client, pool.map(ask, client.values()), strict=True))
    found += answering({name: place for name, place in client.items() if open_ones[name]}, lab)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise RefusedError(f"the lab is not cut off: {found[0]}{more}.", hint=f"{UNTOUCHED} Work from a computer in the lab.")
