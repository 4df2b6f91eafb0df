"""Windows machines that could stand in a small office, of every release and language, and what a day leaves on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import hostile
from hypothesis import strategies as st

from zdm_automate.lab.world import roles
from zdm_automate.lab.world.host import RELEASES, Event, Host, Nic, Service
from zdm_automate.lab.world.model import World

SERVERS = tuple(name for name, release in RELEASES.items() if release.server)
SEATS = ("win7", "win10", "win11")
FEATURES = ("DNS", "DHCP", "FS-FileServer", "RSAT-DHCP", "RSAT-DNS-Server", "Windows-Server-Backup", "GPMC")
WINDOWS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control"
REGISTRY: tuple[tuple[str, str | int], ...] = (
    (f"{WINDOWS}\\Component Based Servicing\\RebootPending\\", ""),
    (f"{WINDOWS}\\WindowsUpdate\\Auto Update\\RebootRequired\\", ""),
    (f"{CONTROL}\\Session Manager\\PendingFileRenameOperations", "\\??\\C:\\Temp\\a b.dll"),
    (f"{CONTROL}\\ComputerName\\ComputerName\\ComputerName", "NEUER-NAME"),
    (f"{CONTROL}\\Session Manager\\Other", 4294967295),
)
"""What makes a restart pending, and what does not."""

LOGS = ("Application", "System", "DNS Server", "Directory Service", "Eigenes Protokoll")


@st.composite
def servers(
    draw: st.DrawFn,
    name: str,
    address: str,
    domain: str,
    *,
    controller: bool,
    now: datetime,
    role: str = "",
    floor: float = 2.0,
) -> Host:
    """A server with roles, their tools and their services, as an installation leaves them; `role` is one of them."""
    release = draw(st.sampled_from([one for one in SERVERS if float(RELEASES[one].powershell) >= floor]))
    chosen = draw(st.lists(st.sampled_from(FEATURES), max_size=4, unique=True))
    chosen += [role] if role and role not in chosen else []
    culture = draw(st.sampled_from(("en-US", "de-DE")))
    features = [roles.FEATURES[feature] for feature in (["AD-Domain-Services", *chosen] if controller else chosen)]
    services = roles.standard_services(culture=culture, in_domain=bool(domain), client=False)
    for feature in features:
        services.update(roles.brought_by(feature, culture))
    nics = [
        Nic(alias=draw(hostile.ADAPTERS), address=address, gateway=draw(st.sampled_from((None, "10.77.0.1"))), dns=(address,))
    ]
    if draw(st.booleans()):
        # A second adapter: unplugged (no address), or in a network of its own. No two of a host have one name.
        more = Nic(alias="Ethernet 2", mac="00-15-5D-00-00-02", address=draw(st.sampled_from(("", "10.78.0.2"))), prefix=16)
        nics.append(more)
    return Host(
        name=name,
        release=release,
        nics=tuple(nics),
        domain=domain,
        role=(5 if name == "SRV-1" else 4) if controller else (3 if domain else 2),
        culture=culture,
        skew=draw(st.sampled_from((0.0, -301.5, 7200.0))),
        services=services,
        features=frozenset({one.name for one in features} | {tool for one in features for tool in one.tools}),
        last_boot=(now - timedelta(days=draw(st.integers(0, 400)))).isoformat(timespec="seconds"),
    )


@st.composite
def seats(draw: st.DrawFn, name: str, number: int, domain: str, now: datetime) -> Host:
    """A client that leases its address, or would."""
    culture = draw(st.sampled_from(("en-US", "de-DE")))
    nic = Nic(alias=draw(hostile.ADAPTERS), mac=f"00-15-5D-00-01-{number:02X}", dhcp=True, suffix=domain or None)
    if draw(st.booleans()):
        nic = replace(nic, dns=("10.77.0.11",), dns_fixed=True)
    return Host(
        name=name,
        release=draw(st.sampled_from(SEATS)),
        nics=(nic,),
        domain=domain,
        role=1 if domain else 0,
        culture=culture,
        services=roles.standard_services(culture=culture, in_domain=bool(domain), client=True),
        last_boot=(now - timedelta(hours=draw(st.integers(0, 99)))).isoformat(timespec="seconds"),
    )


@st.composite
def lived_in(draw: st.DrawFn, world: World, host: str) -> World:
    """The world after somebody has worked on a host: services, files, events, a pending restart, another clock."""
    machine = world.hosts[host]
    machine = replace(
        machine,
        services=draw(_services(machine)),
        events=(*machine.events, *draw(st.lists(_events(world.now), max_size=5))),
        registry={**machine.registry, **dict(draw(st.lists(st.sampled_from(REGISTRY), max_size=3)))},
    )
    files = draw(_files())
    written = (world.now - timedelta(seconds=draw(st.sampled_from((1, 86400 * 400))))).isoformat()
    machine = replace(
        machine, files={**machine.files, **files}, file_times={**machine.file_times, **dict.fromkeys(files, written)}
    )
    return world.with_host(machine)


@st.composite
def _services(draw: st.DrawFn, machine: Host) -> dict[str, Service]:
    """Some stopped or disabled, and one that a vendor brought; a service's name has no slash or backslash."""
    found = dict(machine.services)
    for name in draw(st.lists(st.sampled_from(sorted(found)), max_size=3, unique=True)):
        state = draw(st.sampled_from(("Running", "Stopped")))
        found[name] = replace(found[name], state=state, start_mode=draw(st.sampled_from(("Auto", "Manual", "Disabled"))))
    # The accounts' names are localised; a driver has none.
    own = draw(hostile.texts(without=set("/\\"), empty=False))
    if own.casefold() not in map(str.casefold, found):
        account = draw(st.sampled_from((None, "LocalSystem", "NT-AUTORITÄT\\Lokaler Dienst", ".\\svc o'brien")))
        found[own] = Service(name=own, display_name=draw(hostile.texts()), state="Stopped", start_name=account)
    return found


def _events(now: datetime) -> st.SearchStrategy[Event]:
    """Entries of a log: an id is a number of 16 bits, a message may have lines."""
    return st.builds(
        lambda log, source, number, level, back, message: Event(
            log=log,
            source=source,
            event_id=number,
            level=level,
            at=(now - timedelta(seconds=back)).isoformat(),
            message=message,
        ),
        st.sampled_from(LOGS),
        hostile.texts(empty=False),
        st.sampled_from((0, 1, 1046, 65535)),
        st.sampled_from(("Critical", "Error", "Warning", "Information", "Verbose")),
        st.sampled_from((0, 0.5, 60, 3600, 10**7)),
        hostile.texts(hostile.LINES),
    )


@st.composite
def _files(draw: st.DrawFn) -> dict[str, str]:
    r"""Files and folders below C:\Zdm and beside it; names compare without case, so none comes twice."""
    names = draw(st.lists(hostile.FILE_NAMES, max_size=3, unique_by=str.casefold))
    found = {}
    for name in names:
        kind = draw(st.sampled_from(("empty", "text", "large", "folder")))
        folder = draw(st.sampled_from(("C:\\Zdm\\", "C:\\Zdm\\Ordner ü\\", "C:\\Temp\\")))
        if kind == "folder":
            found[f"{folder}{name}\\"] = ""
        else:
            found[f"{folder}{name}"] = {"empty": "", "text": "Grüße\r\n", "large": "0123456789abcdef" * 8192}[kind]
    return found
