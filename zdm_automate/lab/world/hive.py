r"""What stands in a user's registry as far as a migration cares: drives, printers, where his folders lie. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
DEVICE = r"Software\Microsoft\Windows NT\CurrentVersion\Windows\Device"
SIGNATURES = r"Software\Microsoft\Office\16.0\Common\General\Signatures"
LOCAL_FOLDERS = {
    "Desktop": r"%USERPROFILE%\Desktop",
    "Personal": r"%USERPROFILE%\Documents",
    "My Pictures": r"%USERPROFILE%\Pictures",
    "{374DE290-123F-4565-9164-39C4925E467B}": r"%USERPROFILE%\Downloads",
    "Favorites": r"%USERPROFILE%\Favorites",
    "AppData": r"%USERPROFILE%\AppData\Roaming",
    "Local AppData": r"%USERPROFILE%\AppData\Local",
}
"""Where Windows has a user's folders unless somebody has moved them; the one that goes by its identifier is Downloads."""


def mapped(letter: str, path: str) -> dict[str, str | int]:
    """The values of a network drive that comes back at logon."""
    key = f"Network\\{letter}"
    return {
        f"{key}\\RemotePath": path,
        f"{key}\\ProviderName": "Microsoft Windows Network",
        f"{key}\\ProviderType": 0x20000,
        f"{key}\\ConnectionType": 1,
        f"{key}\\DeferFlags": 4,
        f"{key}\\UserName": 0,
    }


def connected(printer: str) -> dict[str, str | int]:
    r"""The values of a printer connection; `\\SERVER\name` is a key with commas in place of backslashes."""
    key = f"Printers\\Connections\\{printer.replace(chr(92), ',')}"
    server = printer.rpartition("\\")[0]
    return {f"{key}\\Provider": "win32spl.dll", f"{key}\\Server": server, f"{key}\\LocalConnection": 1}


def hive_of(
    drives: Mapping[str, str] | None = None,
    printers: Iterable[str] = (),
    default_printer: str = "",
    redirected: Mapping[str, str] | None = None,
    signatures: str = "",
) -> dict[str, str | int]:
    """The registry of a user who works with these."""
    made: dict[str, str | int] = {}
    for letter, path in (drives or {}).items():
        made |= mapped(letter, path)
    for printer in printers:
        made |= connected(printer)
    if default_printer:
        made[DEVICE] = f"{default_printer},winspool,Ne00:"
    made |= {f"{SHELL_FOLDERS}\\{name}": path for name, path in {**LOCAL_FOLDERS, **(redirected or {})}.items()}
    return made | ({SIGNATURES: signatures} if signatures else {})
