"""What this computer tells of its own network, by the files of Linux and the PowerShell of Windows; silence is refused."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from zdm_automate import powershell
from zdm_automate.cli.computer_seen import PROGRAM, addresses_of, this_computer, windows_command
from zdm_automate.errors import RefusedError
from zdm_automate.lab.own_computer import ON_LINK, Computer, Route

TABLE = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth1\t0010A8C0\t00000000\t0001\t0\t0\t7\t00FFFFFF\t0\t0\t0\n"
)
ROUTE = Route(IPv4Network("192.168.16.0/24"), ON_LINK, "eth1", 7)


def linux(root: Path, *, forwarding: str = "0", forwarding6: str | None = "0", bridge: str = "") -> Path:
    """The files by which a Linux tells of its network."""
    files = {"proc/sys/net/ipv4/ip_forward": forwarding, "proc/net/route": TABLE, "sys/class/net/eth1/mtu": "1500"}
    if forwarding6 is not None:
        files["proc/sys/net/ipv6/conf/all/forwarding"] = forwarding6
    if bridge:
        files[f"sys/class/net/{bridge}/bridge/bridge_id"] = "8000"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{text}\n", encoding="ascii")
    return root


def test_a_linux_tells_by_its_files(tmp_path: Path) -> None:
    """Forwarding of both versions of IP, every bridge by its name, and the routes; one without IPv6 has no file about it."""
    whole = this_computer(system="linux", root=linux(tmp_path / "a", forwarding="1", forwarding6="1", bridge="br0"))
    plain = this_computer(system="linux", root=linux(tmp_path / "b", forwarding6=None))

    assert whole == Computer(forwarding=("ipv4.ip_forward", "ipv6.conf.all.forwarding"), bridges=("br0",), routes=(ROUTE,))
    assert plain == Computer(routes=(ROUTE,))


@pytest.mark.parametrize("missing", ["proc/sys/net/ipv4/ip_forward", "proc/net/route", "sys/class/net"])
def test_a_linux_that_does_not_tell_is_refused(tmp_path: Path, missing: str) -> None:
    """A file that is not there says nothing, which is not the same as nothing to say."""
    root = linux(tmp_path)
    gone = root / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()

    with pytest.raises(RefusedError, match=f"cannot be seen: .*{missing}: No such file"):
        this_computer(system="linux", root=root)


def test_another_system_is_refused() -> None:
    """Nobody knows how to ask it."""
    with pytest.raises(RefusedError, match="cannot be seen: nobody knows how to ask darwin"):
        this_computer(system="darwin")


def ended(_: Sequence[str]) -> str:
    raise subprocess.CalledProcessError(1, "powershell.exe", stderr=b"Get-NetRoute : nicht gefunden\r\nZeile 2\r\n")


def silent(_: Sequence[str]) -> str:
    raise subprocess.TimeoutExpired("powershell.exe", 60)


def absent(_: Sequence[str]) -> str:
    raise FileNotFoundError(2, "No such file or directory", "powershell.exe")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (ended, r"PowerShell ended with 1 \(Get-NetRoute : nicht gefunden\)"),
        (silent, "PowerShell has not answered for 60 s"),
        (absent, "powershell.exe: No such file or directory"),
        (lambda _: "", "the answer: "),
        (lambda _: '{"Forwarding":[]}', "Bridges: Field required"),
    ],
)
def test_a_windows_that_does_not_tell_is_refused(run: Callable[[Sequence[str]], str], said: str) -> None:
    """Whatever it is that keeps it from telling; the sentence says which."""
    with pytest.raises(RefusedError, match=f"whether this computer leads out of the lab cannot be seen: {said}"):
        this_computer(system="win32", run=run)


STUBS = """
enum Forwarding { Disabled = 0; Enabled = 1 }
enum AddressFamily { IPv4 = 2; IPv6 = 23 }
function Get-NetIPInterface {
    foreach ($one in @(@('LAN-Verbindung \u00e4', 'IPv4', 'Enabled'), @('LAN-Verbindung \u00e4', 'IPv6', 'Disabled'))) {
        [pscustomobject]@{ InterfaceAlias = $one[0]; AddressFamily = [AddressFamily]$one[1]; Forwarding = [Forwarding]$one[2] }
    }
}
function Get-CimInstance([string]$Namespace, [string]$ClassName, [string]$Filter) {
    switch ($ClassName) {
        'Win32_NetworkAdapter' {
            [pscustomobject]@{ ServiceName = 'netvsc'; NetConnectionID = 'LAN' }
            [pscustomobject]@{ ServiceName = 'BridgeMP'; NetConnectionID = 'Netzwerkbr\u00fccke' }
        }
        'Win32_Service' { [pscustomobject]@{ Name = 'SharedAccess'; State = 'Stopped' } }
    }
}
function Get-NetRoute([string]$AddressFamily) {
    foreach ($one in @(@('192.168.16.0/24', '0.0.0.0'), @('0.0.0.0/0', '10.99.0.1'))) {
        [pscustomobject]@{ DestinationPrefix = $one[0]; NextHop = $one[1]; InterfaceAlias = 'LAN'; RouteMetric = [uint16]256
            InterfaceMetric = [uint32]15 }
    }
}
"""
"""The cmdlets of Windows with objects as it gives them: enumerations, which JSON would have as numbers, and short integers."""


def test_the_program_for_windows_runs_and_its_answer_is_read(tmp_path: Path) -> None:
    """In a real PowerShell, over cmdlets that answer as Windows does; starting one takes its time."""
    script = tmp_path / "seen.ps1"
    script.write_text(STUBS + PROGRAM, encoding="utf-8-sig")
    command = [str(powershell.find()), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(script)]

    def run(_: Sequence[str]) -> str:
        done = subprocess.run(command, check=True, capture_output=True, timeout=50)
        return done.stdout.decode("utf-8-sig")

    assert this_computer(system="win32", run=run) == Computer(
        forwarding=("IPv4 LAN-Verbindung \u00e4",),
        bridges=("Netzwerkbr\u00fccke",),
        routes=(
            Route(IPv4Network("192.168.16.0/24"), ON_LINK, "LAN", 271),
            Route(IPv4Network("0.0.0.0/0"), "10.99.0.1", "LAN", 271),
        ),
    )


def test_windows_is_asked_by_its_own_powershell() -> None:
    """Which every Windows has; the program travels encoded, and is plain ASCII."""
    program, *_, text = windows_command()

    assert program.endswith("powershell.exe")
    assert b64decode(text).decode("utf-16-le") == PROGRAM
    assert PROGRAM.isascii()


def test_a_name_that_nobody_knows_has_no_addresses() -> None:
    """An address is its own."""
    assert (addresses_of("192.168.16.2"), addresses_of("sbs.invalid")) == (("192.168.16.2",), ())
