"""What a project says about its DHCP cut-over: both servers, the path that the configuration takes, lease times, relays."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from zdm_automate import intent


@intent
class DhcpIntent:
    """What the project file says under `intent: dhcp_cutover:`.

    Attributes:
        old_address, new_address: the servers' addresses in the client's network.
        old_name, new_name: their full DNS names, as the directory authorises them.
        path: how the configuration gets across; `auto` takes `export`, or `netsh` from a server without the module.
        lease_seconds: lease time during the move.
        wait_old_lease: False plans the switch before one old lease has passed; its gate then asks for an override.
        relays: devices with a DHCP relay address; one that stands under `boxes:` is changed over SSH, any other by a person.
        work_folder: a folder on both servers for the export file.
        restore_after_hours: how long after the switch conflict detection and lease time go back.
    """

    old_address: str
    new_address: str
    old_name: str
    new_name: str
    path: Literal["auto", "export", "netsh", "failover"] = "auto"
    lease_seconds: int = 3600
    wait_old_lease: bool = True
    relays: tuple[str, ...] = ()
    work_folder: str = r"C:\Zdm"
    restore_after_hours: int = 24
    failover_name: str = "zdm-cutover"

    def __post_init__(self) -> None:
        """Refuses addresses that are none and lease times that would flood the server."""
        for name in ("old_address", "new_address"):
            if not ip_address(getattr(self, name)).is_private:
                raise ValueError(f"{name} is a public address; DHCP servers of an office have private ones")
        if self.lease_seconds < 600:  # noqa: PLR2004
            raise ValueError("lease_seconds below 600 makes every client renew every few minutes")
