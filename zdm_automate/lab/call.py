"""One call on one host of the lab: what a twin may use. Every cmdlet, native program and WMI class goes through here.

The models of cmdlets register themselves by name with the oldest Windows level that has them; a call of one that the host
lacks is refused as PowerShell refuses it, one that the world does not model is an error of its own, never an empty answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from zdm_automate.lab.addresses import net_address
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Host

Row = dict[str, Any]
"""One object: property names as Windows gives them; values text, int, bool, None, timedelta, datetime (UTC), list."""


@dataclass(frozen=True, slots=True)
class Native:
    """What a native program left behind."""

    exit_code: int
    out: tuple[str, ...] = ()
    err: tuple[str, ...] = ()


CmdletModel = Callable[..., "Iterable[Row] | None"]
"""A cmdlet over the world: takes the call and the cmdlet's parameters by name, gives objects, raises `Refusal`."""

NativeModel = Callable[..., Native]
"""A native program over the world: takes the call and the argument list without the program's name."""

M = TypeVar("M", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Cmdlet:
    name: str
    module: str
    level: int
    powershell: float
    model: CmdletModel


CMDLETS: dict[str, _Cmdlet] = {}
NATIVES: dict[str, NativeModel] = {}
WMI: dict[str, Callable[..., Iterable[Row]]] = {}
WMI_METHODS: dict[tuple[str, str], Callable[..., Row | None]] = {}


def cmdlet(name: str, *, module: str = "", level: int = 0, powershell: float = 2.0) -> Callable[[M], M]:
    """Registers the model of a cmdlet.

    `level` is the oldest `Release.level` that has it (0: every release), `powershell` the oldest Windows PowerShell.
    """

    def register(model: M) -> M:
        CMDLETS[name.casefold()] = _Cmdlet(name, module, level, powershell, model)
        return model

    return register


def native(name: str) -> Callable[[M], M]:
    """Registers the model of a native program, named without `.exe`."""

    def register(model: M) -> M:
        NATIVES[name.casefold()] = model
        return model

    return register


def wmi_class(name: str) -> Callable[[M], M]:
    """Registers the reader of a WMI class, named without namespace."""

    def register(model: M) -> M:
        WMI[name.casefold()] = model
        return model

    return register


def wmi_method(name: str, method: str) -> Callable[[M], M]:
    """Registers the model of a method: takes the call, the instance's row, and the method's parameters by name."""

    def register(model: M) -> M:
        WMI_METHODS[name.casefold(), method.casefold()] = model
        return model

    return register


ADDRESSES = frozenset({"ScopeId", "IPAddress", "ReservedIP", "MasterServers", "IPv4Address", "IPv6Address"})
"""Parameters that the DNS and DHCP cmdlets declare as IPAddress."""


def _bound(found: _Cmdlet, parameter: str, value: Any) -> Any:
    """The value as the cmdlet's own binder gives it.

    Raises:
        Refusal: it is no address.
    """
    if found.module not in {"DnsServer", "DhcpServer"} or parameter not in ADDRESSES or not value:
        return value
    if not isinstance(value, str):
        return [_bound(found, parameter, one) for one in value]
    address = net_address(value)
    if address is None:
        raise Refusal(
            f"ParameterArgumentTransformationError,{found.name}",
            f"Cannot process argument transformation on parameter '{parameter}'. "
            f'Cannot convert value "{value}" to type "System.Net.IPAddress".',
            category="InvalidData",
        )
    return address


@dataclass(slots=True)
class Call:
    """A verb at work on a host: the world now, what it asked for, and what it said beside its result.

    `drives` are the network drives it has mapped: root by name.
    """

    world: World
    host_name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    what_if: bool = False
    warnings: list[str] = field(default_factory=list)
    verbose: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    drives: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        """The host as it is now."""
        return self.world.host(self.host_name)

    def update(self, world: World) -> None:
        """Takes this world as the present one."""
        self.world = world

    def update_host(self, **changes: Any) -> None:
        """Changes fields of the host."""
        self.world = self.world.with_host(replace(self.host, **changes))

    def has(self, name: str) -> bool:
        """Whether the host has this cmdlet, as `Get-Command` would say."""
        known = CMDLETS.get(name.casefold())
        if known is None:
            raise NotModelledError(f"the lab does not model the cmdlet {name}", host=self.host_name)
        module_here = not known.module or known.module in modules_of(self.host)
        new_enough = float(self.host.windows.powershell or 0) >= known.powershell
        return module_here and new_enough and self.host.windows.level >= known.level

    def cmdlet(self, name: str, **params: Any) -> list[Row]:
        """Calls a cmdlet.

        Raises:
            Refusal: what the cmdlet, or the host that does not have it, answers.
            NotModelledError: the lab has no model of it.
        """
        if not self.has(name):
            raise Refusal(
                "CommandNotFoundException",
                f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable "
                "program. Check the spelling of the name, or if a path was included, verify that the path is correct "
                "and try again.",
                category="ObjectNotFound",
                target=name,
            )
        found = CMDLETS[name.casefold()]
        self.used.append(found.name)
        bound = {own: _bound(found, own, value) for own, value in params.items()}
        return list(found.model(self, **bound) or ())

    def native(self, *argv: str) -> Native:
        """Runs a native program by name and arguments.

        Raises:
            NotModelledError: the lab has no model of it.
        """
        name = argv[0].casefold().removesuffix(".exe")
        if name not in NATIVES:
            raise NotModelledError(f"the lab does not model the program {argv[0]}", host=self.host_name)
        self.used.append(name)
        return NATIVES[name](self, argv[1:])

    def wmi(self, name: str) -> list[Row]:
        """All instances of a WMI class.

        Raises:
            NotModelledError: the lab has no model of it.
        """
        if name.casefold() not in WMI:
            raise NotModelledError(f"the lab does not model the WMI class {name}", host=self.host_name)
        self.used.append(f"wmi:{name}")
        return list(WMI[name.casefold()](self))

    def wmi_method(self, name: str, row: Row, method: str, /, **params: Any) -> Row:
        """Calls a method of one instance of a WMI class; gives its out parameters, ReturnValue among them.

        Raises:
            NotModelledError: the lab has no model of it.
        """
        model = WMI_METHODS.get((name.casefold(), method.casefold()))
        if model is None:
            raise NotModelledError(f"the lab does not model the WMI method {name}.{method}", host=self.host_name)
        self.used.append(f"wmi:{name}.{method}")
        return model(self, row, **params) or {}

    def warn(self, text: str) -> None:
        """Writes to the warning stream."""
        self.warnings.append(text)


EXCHANGE_2007 = "Microsoft.Exchange.Management.PowerShell.Admin"
"""The snap-in of Exchange 2007; what it brings is listed like a module's."""

HYPERV_LEVEL = 3
"""The oldest level whose Hyper-V module is modelled: 2016; that of 2012 names its errors otherwise."""


def modules_of(host: Host) -> frozenset[str]:
    """The Windows modules that are there for this host's release and installed features."""
    level = host.windows.level
    directory = (
        {"ActiveDirectory"}
        if "AD-Domain-Services" in host.features and host.windows.version[:3] not in {"5.2", "6.0"}
        else set()
    )
    if level == 0:
        old = host.windows.version.startswith("6.1") and host.windows.server
        own = {"ServerManager"} | directory if old else set()
        return frozenset(own | ({EXCHANGE_2007} if "MSExchangeServiceHost" in host.services else set()))
    found = {"NetTCPIP", "NetSecurity", "DnsClient", "Microsoft.WSMan.Management", "ScheduledTasks", "SmbShare"}
    found |= directory
    if host.windows.server:
        found.add("ServerManager")
    if {"DNS", "RSAT-DNS-Server"} & host.features:
        found.add("DnsServer")
    if "RSAT-DFS-Mgmt-Con" in host.features:
        found.add("DFSN")
    if {"DHCP", "RSAT-DHCP"} & host.features:
        found.add("DhcpServer")
    if "Hyper-V" in host.features and level >= HYPERV_LEVEL:
        found.add("Hyper-V")
    return frozenset(found)
