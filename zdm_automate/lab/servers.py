"""All servers of a running lab: one endpoint with two listeners per Windows host, the DNS servers, the outside world's DNS."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zdm_automate import resources
from zdm_automate.errors import UnknownNameError, ZdmError
from zdm_automate.lab.commands_only import CommandsOnly
from zdm_automate.lab.dns_responder import DnsResponder
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.faults import Fault, Faults, drawn
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.quotas import WINRM_2, Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.engine_sim import SimEngine
from zdm_automate.lab.exchange.endpoint import ExchangeEndpoint
from zdm_automate.lab.guests import GuestLine
from zdm_automate.lab.office_dns import public_record
from zdm_automate.lab.ports import on_free_port
from zdm_automate.lab.pwsh.engine import PwshEngine
from zdm_automate.lab.state import PWSH, SIM, HostWay, TenantWay
from zdm_automate.lab.winrs_sim import SimPrograms
from zdm_automate.lab.world import dns_resolve
from zdm_automate.lab.world.dns import key_of
from zdm_automate.lab.world.hyperv_network import is_guest
from zdm_automate.lab.world.reach import cut_off
from zdm_automate.lab.world.restart import rebooted
from zdm_automate.mail.versions import REMOTE
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zdm_automate.lab.dns_responder import Ask
    from zdm_automate.lab.endpoint.engine import Engine
    from zdm_automate.lab.endpoint.service import MakeBackend, MakeCommands
    from zdm_automate.lab.endpoint.winrs import ShellOptions
    from zdm_automate.lab.exchange.door import Door
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.office import Office
    from zdm_automate.lab.pwsh.backend import PwshBackend
    from zdm_automate.lab.pwsh.programs import PwshPrograms
    from zdm_automate.lab.pwsh.seam import RunningBridge
    from zdm_automate.lab.state import LabFolder, LabInfo
    from zdm_automate.lab.world.dns import Answer
    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World

    MakeBridge = Callable[[Keeper, Path], RunningBridge]

KEYTAB = "ZDM_LAB_KEYTAB"
"""Environment of the lab's process: a keytab with its hosts' keys, for offices with hosts that take Kerberos only."""

LOOPBACK = "127.0.0.1"
HTTP_PORT, HTTPS_PORT = 5985, 5986


def _agent() -> str:
    return Library.load(resources.folders("ps_scripts")).agent_text


def world_bridge(keeper: Keeper, folder: Path) -> RunningBridge:
    """The world's side of engine `pwsh`; loaded only where that engine is."""
    from zdm_automate.lab.pwsh.bridge import WorldBridge  # noqa: PLC0415 - engine `sim` needs none of it

    return WorldBridge(keeper, folder)


class Servers:
    """Brings up what the office has. `before` is what an earlier run of the same folder told: its ports are taken again.

    With `own_addresses` each host has its own 127.x address and the standard ports.

    Raises:
        ZdmError: a port or address cannot be had.
    """

    def __init__(
        self,
        *,
        office: Office,
        keeper: Keeper,
        folder: LabFolder,
        before: LabInfo | None,
        engine: str = SIM,
        own_addresses: bool = False,
        make_bridge: MakeBridge = world_bridge,
    ) -> None:
        self._office = office
        self._keeper = keeper
        self._folder = folder
        self._before: Mapping[str, HostWay] = before.hosts if before is not None else {}
        self._own_addresses = own_addresses
        self._engine = engine
        self._make_bridge = make_bridge
        self._pwsh: PwshEngine | None = None
        self._accounts: Accounts | None = None
        self._public_before = before.public_dns_port if before is not None else 0
        self._listeners: list[Listener] = []
        self._responders: list[DnsResponder] = []
        self._endpoints: dict[str, Endpoint] = {}
        self._commands_only: dict[str, CommandsOnly] = {}
        self._exchange: dict[str, ExchangeEndpoint] = {}
        self._door: Door | None = None
        self.tenant: TenantWay | None = None
        self.ways: dict[str, HostWay] = {}
        self.public_dns_port = 0

    def start(self) -> None:
        """Starts everything."""
        directory = self._office.world.directory
        passwords = {self._office.user: self._office.password.get_secret_value()}
        accounts = Accounts(passwords, netbios=directory.netbios, domain=directory.domain)
        accounts.offer_ntlm(self._folder.path / "ntlm-accounts")
        if os.environ.get(KEYTAB):
            accounts.offer_kerberos(Path(os.environ[KEYTAB]))
        self._accounts = accounts
        if self._engine == PWSH:
            self._pwsh = PwshEngine(self._make_bridge(self._keeper, self._folder.pwsh_folder), self._folder.pwsh_folder)
            self._pwsh.start()
        engine = SimEngine(self._keeper, lambda: Library.load(resources.folders("ps_scripts")))
        hosts = [host for host in self._office.world.hosts.values() if host.windows.version and host.remoting]
        for number, host in enumerate(hosts, start=1):
            self._start_host(host, number, engine, accounts)
        self._start_exchange(accounts)
        self._start_tenant()
        self._start_dns()

    def _start_exchange(self, accounts: Accounts) -> None:
        """One endpoint for commands per Exchange server that has one, where that host's other endpoint is."""
        mail = self._office.world.mail
        for name in mail.servers if mail is not None else ():
            way = self.ways.get(name)
            if way is None or mail is None or mail.servers[name].version not in REMOTE:
                continue
            faults = self._line(name, self._hang_up_exchange)
            made = ExchangeEndpoint(self._keeper, name, limit=mail.session_limit, faults=faults, pwsh=self._pwsh)
            self._exchange[name] = made
            known = self._before.get(name)
            port = known.exchange_port if known is not None and known.address == way.address else 0
            self.ways[name] = replace(way, exchange_port=self._listen(made.endpoint, accounts, way.address, port, None).port)

    def _start_tenant(self) -> None:
        """The tenant of Exchange Online behind the stub of its module, where the office has one."""
        mail = self._office.world.mail
        tenant = mail.tenant if mail is not None else None
        if tenant is None:
            return
        from zdm_automate.lab.exchange.door import Door  # noqa: PLC0415 - few offices have a tenant
        from zdm_automate.lab.exchange.module import write_certificate, write_module  # noqa: PLC0415 - as above

        file = self._folder.online_folder / "application.pfx"
        self._door = Door(self._keeper, write_certificate(file, self._office.password.get_secret_value()))
        module = write_module(self._folder.online_folder, self._door)
        self.tenant = TenantWay(
            organization=tenant.organization, app_id=tenant.app_id, module=str(module), certificate=str(file)
        )

    def _start_dns(self) -> None:
        """One DNS server per host that has one, where that host's endpoint is; and one for the outside world."""
        for name in self._office.world.dns:
            way = self.ways.get(name)
            if way is None:
                continue
            known = self._before.get(name)
            port = known.dns_port if known is not None and known.address == way.address else 0
            made = self._respond(self._asking(name), way.address, port)
            self.ways[name] = replace(way, dns_port=made.port)
        self.public_dns_port = self._respond(self._outside, LOOPBACK, self._public_before).port

    def _respond(self, ask: Ask, address: str, port: int) -> DnsResponder:
        try:
            made = on_free_port(lambda port: DnsResponder(ask, address=address, port=port), port)
        except OSError as problem:
            raise ZdmError(
                f"no DNS on {address} port {port}: {problem.strerror}.",
                hint="End what holds the port, or use another lab folder.",
            ) from problem
        self._responders.append(made)
        made.start()
        return made

    def _asking(self, host: str) -> Ask:
        def ask(name: str, kind: str) -> Answer | None:
            world = self._keeper.world
            if not world.hosts[host].running("DNS") or cut_off(world, host):
                return None
            return self._keeper.with_world(lambda world: dns_resolve.ask(world, host, name, kind))

        return ask

    def _outside(self, name: str, kind: str) -> Answer:
        return dns_resolve.outside(self._keeper.world, name, kind)

    def _start_host(self, host: Host, number: int, engine: Engine, accounts: Accounts) -> None:
        old = host.windows.level == 0
        address = f"127.77.0.{number}" if self._own_addresses else LOOPBACK
        known = self._before.get(host.name)
        http_port, https_port = (known.http_port, known.https_port) if known and known.address == address else (0, 0)
        if self._own_addresses:
            http_port, https_port = HTTP_PORT, HTTPS_PORT
        tls = TlsIdentity.of(self._folder.tls_folder, [host.fqdn, host.name.lower(), "localhost", LOOPBACK, address])
        faults = self._line(host.name, self._hang_up)
        endpoint = self._endpoint(host, engine, faults, WINRM_2 if old else Quotas())
        self._endpoints[host.name] = endpoint
        principal = accounts.principal(self._office.user)
        endpoint.leave_behind(principal, self._office.reach[host.name].leaked_shells)
        plain = self._listen(endpoint, accounts, address, http_port, None)
        sealed = self._listen(endpoint, accounts, address, https_port, tls)
        self.ways[host.name] = HostWay(
            address=address,
            http_port=plain.port,
            https_port=sealed.port,
            fingerprint=tls.fingerprint,
            spn=f"host/{host.fqdn}" if self._office.reach[host.name].kerberos_only else "",
            old=old,
        )

    def _line(self, host: str, hang_up: Callable[[str], None]) -> Faults:
        """The line to an endpoint of a host: for a guest, one that is dead while nothing leads there."""
        if not is_guest(self._office.world, host):
            return Faults()
        return Faults(dead=GuestLine(self._keeper, host, hang_up).dead)

    def _hang_up(self, host: str) -> None:
        """Ends the shells of a host; at its first sign of life there may be no endpoint yet."""
        if host in self._endpoints:
            self._endpoints[host].close()

    def _hang_up_exchange(self, host: str) -> None:
        """Ends the shells of a server's other endpoint, as above."""
        if host in self._exchange:
            self._exchange[host].endpoint.close()

    def _endpoint(self, host: Host, sim: Engine, faults: Faults, quotas: Quotas) -> Endpoint:
        version = host.windows.version
        old = host.windows.powershell == "2.0"
        reach = self._office.reach[host.name]
        pwsh = self._pwsh
        shell: MakeBackend
        programs: MakeCommands
        if pwsh is None:
            engine = sim if reach.scripts else self._commands_only.setdefault(host.name, CommandsOnly())
            protocol = "2.1" if old else "2.3"

            def modelled(user: str, configuration: str) -> PsrpBackend:
                return PsrpBackend(engine, host.name, user=user, configuration=configuration, protocol=protocol)

            def agents(user: str, options: ShellOptions) -> SimPrograms:
                return SimPrograms(engine, host.name, user=user, agent=_agent, options=options)

            shell, programs = modelled, agents
        else:

            def real(user: str, configuration: str) -> PwshBackend:
                return pwsh.shell(host.name, user=user, configuration=configuration, old=old)

            def processes(user: str, options: ShellOptions) -> PwshPrograms:
                return pwsh.programs(host.name, user=user, version=version, options=options)

            shell, programs = real, processes
        return Endpoint(
            host.name,
            shell,
            make_commands=programs if reach.scripts else None,
            configurations=("Microsoft.PowerShell",) if reach.psrp else (),
            quotas=quotas,
            faults=faults,
            os_version=version,
        )

    def _listen(self, endpoint: Endpoint, accounts: Accounts, address: str, port: int, tls: TlsIdentity | None) -> Listener:
        def listen(port: int) -> Listener:
            return Listener(
                endpoint.handle,
                accounts,
                address=address,
                port=port,
                tls=tls,
                kerberos_only=self._office.reach[endpoint.host].kerberos_only,
                faults=endpoint.faults,
            )

        try:
            made = on_free_port(listen, port)
        except OSError as problem:
            raise ZdmError(
                f"{endpoint.host} cannot listen on {address} port {port}: {problem.strerror}.",
                hint="End what holds the port, or use another lab folder.",
            ) from problem
        self._listeners.append(made)
        made.start()
        return made

    def stop(self) -> None:
        """Ends everything that was started; the shells first, so that no listener waits for a Receive."""
        for endpoint in (*self._endpoints.values(), *(one.endpoint for one in self._exchange.values())):
            endpoint.close()
        for listener in self._listeners:
            listener.stop()
        for responder in self._responders:
            responder.stop()
        if self._door is not None:
            self._door.stop()
        if self._pwsh is not None:
            self._pwsh.stop()
        if self._accounts is not None:
            self._accounts.withdraw_ntlm()

    def add_fault(self, host: str, fault: Fault) -> None:
        """Queues a fault on a host.

        Raises:
            UnknownNameError: no such host.
            ValueError: no such fault.
        """
        self._at(host).faults.add(fault)

    def clear_faults(self, host: str) -> None:
        """Forgets what is queued on a host.

        Raises:
            UnknownNameError: no such host.
        """
        self._at(host).faults.clear()

    def draw_faults(self, seed: int, count: int) -> list[tuple[str, Fault]]:
        """Queues faults by chance on any of the hosts, and gives them."""
        made = drawn(seed, sorted(self._endpoints), count)
        for host, fault in made:
            self.add_fault(host, fault)
        return made

    def restart(self, host: str, seconds: float) -> None:
        """Restarts a host: it hangs up on everybody for so long, its shells are gone, its services are as they start.

        Raises:
            UnknownNameError: no such host.
            ValueError: a senseless time.
        """
        endpoint = self._at(host)
        endpoint.faults.deafen(seconds)
        self._keeper.with_world(lambda world: (rebooted(world, endpoint.host), None))
        endpoint.close()
        self._keeper.save()

    def _at(self, host: str) -> Endpoint:
        endpoint = self._endpoints.get(host.upper())
        if endpoint is None:
            raise UnknownNameError(f"no host {host!r} answers here; there are: {', '.join(self._endpoints)}")
        return endpoint

    def requests(self) -> dict[str, dict[str, int]]:
        """WSMan requests so far, by host and action; for hosts that take none, also the scripts that were sent."""
        counted = {name: dict(endpoint.requests) for name, endpoint in self._endpoints.items()}
        for name, engine in self._commands_only.items():
            counted[name]["Script"] = engine.scripts
        for name, one in self._exchange.items():
            counted[f"{name}/PowerShell"] = {**one.endpoint.requests, "Script": one.scripts, "Shells": len(one.endpoint.shells)}
        return counted

    def public(self, name: str, kind: str, values: tuple[str, ...], ttl: int) -> None:
        """Changes what the outside world answers.

        Raises:
            ValueError: a value does not fit its type.
        """
        record = public_record(name, kind, values, ttl)

        def change(world: World) -> tuple[World, None]:
            return replace(world, public={**world.public, key_of(name, kind): record}), None

        self._keeper.with_world(change)
        self._keeper.save()
