"""What some verbs need before they have anything to do: a partner, a file, a lease. By verb, on a world and a host of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import dhcp_worlds
import hyperv_worlds
import job_worlds
import mail_worlds
import profile_worlds
import set_up_worlds
import share_worlds
from hypothesis import strategies as st

from zdm_automate.lab.cmdlets.dhcp_moves import CMDLET_FORM, NETSH_FORM, packed
from zdm_automate.lab.world import dhcp_serve, files
from zdm_automate.lab.world.dhcp import DhcpServer, Scope
from zdm_automate.lab.world.directory import AuthorisedServer
from zdm_automate.lab.world.dns import Record, Zone
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.roles import FEATURES, installed

Prepared = st.SearchStrategy[tuple[World, str]]

PLAIN = Scope(scope_id="10.66.0.0", mask="255.255.255.0", start="10.66.0.10", end="10.66.0.200", name="Neu")
FORWARDED = Zone(name="partner.example", kind="Forwarder", masters=("203.0.113.7", "203.0.113.8"))
EXPORT = {CMDLET_FORM: "C:\\Zdm\\dhcp.xml", NETSH_FORM: "C:\\Zdm\\netsh.txt"}
HELD = Zone(name="held.example", file="held.example.dns", records=(Record(name="www", type="A", data="10.0.0.1"),))


def _pair(world: World, host: str) -> Prepared:
    """Another server of 2012 or later that serves addresses, both authorised, and has none of the first one's scopes."""
    others = [name for name, one in world.hosts.items() if name != host and one.windows.server and one.windows.level]
    if not others:
        return st.just((world, host))
    other = others[0]
    if not world.hosts[other].running("DHCPServer"):
        world = installed(world, world.hosts[other], (FEATURES["DHCP"],))
        services = {**world.hosts[other].services}
        services["DHCPServer"] = replace(services["DHCPServer"], state="Running")
        world = world.with_host(replace(world.hosts[other], services=services))
    if host not in world.dhcp:
        return st.just((world, host))
    mine = world.dhcp[host].with_scope(PLAIN)
    world = world.with_dhcp(host, mine).with_dhcp(other, replace(world.dhcp.get(other, DhcpServer()), scopes={}, failovers=()))
    world = world.with_dhcp(host, replace(mine, failovers=()))
    listed = tuple(
        AuthorisedServer(dns_name=world.hosts[name].fqdn, address=world.hosts[name].address) for name in (host, other)
    )
    return st.just((replace(world, directory=replace(world.directory, dhcp_servers=listed)), host))


@st.composite
def _related(draw: st.DrawFn, world: World, host: str) -> tuple[World, str]:
    """A pair that has a relationship."""
    world, host = draw(_pair(world, host))
    other = next((name for name, one in world.dhcp.items() if name != host and not one.scopes), None)
    return (draw(dhcp_worlds.related(world, host, other)) if other and host in world.dhcp else world), host


def _exported(world: World, host: str) -> Prepared:
    """A file that another server has exported, by cmdlet or by netsh, with a scope that is not here yet."""
    theirs = DhcpServer().with_scope(PLAIN)

    def made(form: str, leases: bool) -> tuple[World, str]:  # noqa: FBT001 - drawn
        return files.written(world, world.hosts[host], EXPORT[form], packed(theirs, form, leases=leases)), host

    return st.builds(made, st.sampled_from((CMDLET_FORM, NETSH_FORM)), st.booleans())


def _seat(world: World, host: str) -> Prepared:
    """A seat whose adapter leases its address from a scope that somebody serves."""
    seats = [name for name in world.clients if name in world.hosts and world.hosts[name].nics[0].dhcp]
    served = [name for name in seats if dhcp_serve.serving(world, world.clients[name].link)]
    return st.sampled_from(served or seats or [host]).map(lambda name: (world, name))


def _with_zone(zone: Zone) -> Callable[[World, str], Prepared]:
    """A zone on the server that is asked."""

    def made(world: World, host: str) -> Prepared:
        own = world.dns.get(host)
        return st.just((world if own is None else world.with_dns(host, own.with_zone(zone)), host))

    return made


def _file_to_fetch(world: World, host: str) -> Prepared:
    """A file on a machine whose shares can be reached."""
    others = [
        name for name, one in world.hosts.items() if one.running("LanmanServer") and not one.windows.version.startswith("5.")
    ]
    return st.sampled_from(others or [host]).map(
        lambda other: (files.written(world, world.hosts[other], "C:\\Zdm\\Grüße $x.txt", "Grüße"), host)
    )


PREPARED: dict[str, Callable[[World, str], Prepared]] = {
    "Add-ZdmDhcpFailover": _pair,
    "Get-ZdmDhcpFailover": _related,
    "Remove-ZdmDhcpFailover": _related,
    "Import-ZdmDhcp": _exported,
    "Update-ZdmDhcpClientLease": _seat,
    "Get-ZdmDhcpClientLease": _seat,
    "Add-ZdmDnsConditionalForwarder": _with_zone(FORWARDED),
    "Remove-ZdmDnsConditionalForwarder": _with_zone(FORWARDED),
    "Convert-ZdmDnsZone": _with_zone(HELD),
    "Copy-ZdmFile": _file_to_fetch,
    "Get-ZdmJob": job_worlds.with_jobs,
    "Start-ZdmJob": job_worlds.with_jobs,
    "Stop-ZdmJob": job_worlds.with_jobs,
    "Remove-ZdmJob": job_worlds.with_jobs,
    "Get-ZdmExchangeLegacy": mail_worlds.with_exchange,
    "Get-ZdmExchangeLegacyLogon": mail_worlds.with_exchange,
    "Get-ZdmExchangeLegacyMailbox": mail_worlds.with_exchange,
    "Get-ZdmShare": partial(share_worlds.with_shares, old=True),
    "Get-ZdmShareSession": partial(share_worlds.with_shares, old=True),
    "Get-ZdmDfsTarget": share_worlds.with_shares,
    "Set-ZdmDfsTarget": share_worlds.with_shares,
    "Get-ZdmFileSample": share_worlds.with_shares,
    "Get-ZdmTreeFinding": share_worlds.with_shares,
    "Get-ZdmTreeDifference": share_worlds.with_shares,
    "New-ZdmShare": partial(share_worlds.with_shares, old=True),
    "Set-ZdmShareAcl": partial(share_worlds.with_shares, old=True),
    "Remove-ZdmShare": partial(share_worlds.with_shares, old=True),
    "Close-ZdmShareSession": partial(share_worlds.with_shares, old=True),
    "Get-ZdmProfile": profile_worlds.with_profiles,
    "Get-ZdmUsmt": profile_worlds.with_profiles,
    "Get-ZdmProfilePiece": profile_worlds.with_profiles,
    "Set-ZdmMappedDrive": profile_worlds.with_profiles,
    "Set-ZdmPrinterConnection": profile_worlds.with_profiles,
    "Move-ZdmFolder": profile_worlds.with_pieces,
    "Remove-ZdmProfile": profile_worlds.with_profiles,
    "Get-ZdmUserStateStore": profile_worlds.with_stores,
    "New-ZdmUserStateKey": profile_worlds.with_stores,
    "New-ZdmUserStateRule": profile_worlds.with_stores,
    "Remove-ZdmUserStateStore": profile_worlds.with_stores,
    "Get-ZdmComputerName": set_up_worlds.as_it_came,
    "Rename-ZdmComputer": set_up_worlds.as_it_came,
    "Get-ZdmRemoting": set_up_worlds.as_it_came,
    "Set-ZdmRemoting": set_up_worlds.as_it_came,
    "Set-ZdmNetworkAddress": set_up_worlds.as_it_came,
    "Connect-ZdmLabVm": partial(hyperv_worlds.with_own_machine, kept=None),
    "New-ZdmLabCheckpoint": partial(hyperv_worlds.with_own_machine, kept=False),
    "New-ZdmLabVm": partial(hyperv_worlds.with_own_machine, kept=False),
    "Remove-ZdmLabCheckpoint": partial(hyperv_worlds.with_own_machine, kept=True),
    "Remove-ZdmLabVm": partial(hyperv_worlds.with_own_machine, kept=False),
    "Restore-ZdmLabCheckpoint": partial(hyperv_worlds.with_own_machine, kept=True),
    "Remove-ZdmLabSwitch": partial(hyperv_worlds.with_own_machine, kept=False),
    "Set-ZdmLabVmState": partial(hyperv_worlds.with_own_machine, kept=None),
}
