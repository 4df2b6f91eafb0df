"""What this computer tells of its own network: Linux by its files, Windows by its own PowerShell. It changes nothing.

What cannot be read is told and refused: silence would pass for a computer that leads nowhere.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import RefusedError
from zdm_automate.lab.own_computer import Computer, linux_routes, of_windows
from zdm_automate.powershell import surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECONDS: Final = 60.0
"""How long Windows may take to answer; the first cmdlet of a module loads it."""

PROGRAM: Final = r"""
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = New-Object Text.UTF8Encoding $false
$interfaces = @(Get-NetIPInterface | Where-Object { [string]$_.Forwarding -eq 'Enabled' })
$bridges = @(Get-CimInstance -ClassName Win32_NetworkAdapter | Where-Object { [string]$_.ServiceName -eq 'BridgeMP' })
$nats = @(Get-CimInstance -Namespace 'root/StandardCimv2' -ClassName MSFT_NetNat)
$services = @(Get-CimInstance -ClassName Win32_Service -Filter "Name='SharedAccess'")
$shared = @($services | Where-Object { [string]$_.State -eq 'Running' })
$routes = @(Get-NetRoute -AddressFamily IPv4 | ForEach-Object {
    @{ Prefix = [string]$_.DestinationPrefix; NextHop = [string]$_.NextHop; Adapter = [string]$_.InterfaceAlias
       Metric = [int]$_.RouteMetric + [int]$_.InterfaceMetric }
})
$found = @{
    Forwarding = @($interfaces | ForEach-Object { [string]$_.AddressFamily + ' ' + [string]$_.InterfaceAlias })
    Bridges = @($bridges | ForEach-Object { [string]$_.NetConnectionID })
    Nats = @($nats | ForEach-Object { [string]$_.Name })
    Sharing = $shared.Count -gt 0
    Routes = $routes
}
ConvertTo-Json -InputObject $found -Depth 3 -Compress
"""
"""Whatever it prints is free of the system's language: states as their enumerations and classes have them."""

HINT: Final = "Nothing was changed. Work from a computer in the lab with Linux, or Windows 10 or Server 2016 or later."


def this_computer(
    *, system: str = sys.platform, root: Path = Path("/"), run: Callable[[Sequence[str]], str] | None = None
) -> Computer:
    """What it tells.

    Args:
        system: which one it is, as Python names it.
        root: where a Linux has its files.
        run: runs a program and gives what it prints.

    Raises:
        RefusedError: it does not tell.
    """
    try:
        if system == "win32":
            return of_windows((run or _ran)(windows_command()))
        if system.startswith("linux"):
            return _linux(root)
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        raise _untold(_why(problem)) from problem
    raise _untold(f"nobody knows how to ask {system}")


def _untold(why: str) -> RefusedError:
    return RefusedError(f"whether this computer leads out of the lab cannot be seen: {why}.", hint=HINT)


def _why(problem: Exception) -> str:
    if isinstance(problem, subprocess.CalledProcessError):
        said = (problem.stderr or b"").decode(errors="replace").strip().splitlines()
        return f"PowerShell ended with {problem.returncode}" + (f" ({said[0][:200]})" if said else "")
    if isinstance(problem, subprocess.TimeoutExpired):
        return f"PowerShell has not answered for {SECONDS:.0f} s"
    if isinstance(problem, OSError):
        return f"{problem.filename}: {problem.strerror}"
    return str(problem)


def _linux(root: Path) -> Computer:
    """By the files in which the kernel tells it; one without IPv6 has none about that."""
    own = root / "proc/sys/net"
    files = ["ipv4/ip_forward", *(["ipv6/conf/all/forwarding"] if (own / "ipv6").is_dir() else [])]
    passing = [one for one in files if (own / one).read_text(encoding="ascii").strip() != "0"]
    devices = root / "sys/class/net"
    return Computer(
        forwarding=tuple(one.replace("/", ".") for one in passing),
        bridges=tuple(one.name for one in sorted(devices.iterdir()) if (one / "bridge").exists()),
        routes=linux_routes((root / "proc/net/route").read_text(encoding="ascii")),
    )


def windows_command() -> list[str]:
    """The command line by which Windows PowerShell, which every Windows has, runs the program."""
    folder = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "WindowsPowerShell" / "v1.0"
    text = b64encode(PROGRAM.encode("utf-16-le")).decode("ascii")
    return [str(folder / "powershell.exe"), "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", text]


def _ran(words: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the system's own program, arguments as a list
        words,
        env=surroundings({}, Path.home()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout.decode("utf-8-sig")


def addresses_of(name: str) -> tuple[str, ...]:
    """The IPv4 addresses of a name or address; none where nobody knows it, so that nothing is sent there either."""
    try:
        found = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))
