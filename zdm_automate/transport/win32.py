"""Windows error numbers as cmdlets put them into error ids (`WIN32 5,...`, `DHCP 20005,...`, `HRESULT 0x80070005,...`).

Only numbers whose meaning is the same whoever says them are here; anything else is left to the error's category.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zdm_automate import errors as e

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = re.compile(r"(WIN32|DHCP|Windows System Error|ActiveDirectoryServer:|HRESULT) ?(0x[0-9a-fA-F]+|\d+)")

_FACILITY_WIN32 = 0x80070000

NUMBERS: Final[Mapping[int, type[e.RemoteError]]] = {
    2: e.NotFoundError,
    3: e.NotFoundError,
    5: e.AccessDeniedError,
    32: e.LockedError,
    53: e.UnreachableError,
    80: e.AlreadyExistsError,
    86: e.AuthenticationError,
    170: e.LockedError,
    183: e.AlreadyExistsError,
    1168: e.NotFoundError,
    1316: e.AlreadyExistsError,
    1326: e.AuthenticationError,
    1355: e.UnreachableError,
    1722: e.UnreachableError,
    1726: e.UnreachableError,
    1753: e.UnreachableError,
    5010: e.AlreadyExistsError,
    8305: e.AlreadyExistsError,
    8344: e.AccessDeniedError,
    # DNS (winerror.h, DNS_ERROR_*)
    9601: e.NotFoundError,
    9609: e.AlreadyExistsError,
    9619: e.AlreadyExistsError,
    9701: e.NotFoundError,
    9708: e.AlreadyExistsError,
    9709: e.AlreadyExistsError,
    9711: e.AlreadyExistsError,
    9714: e.NotFoundError,
    9718: e.AlreadyExistsError,
    9901: e.NotFoundError,
    9902: e.AlreadyExistsError,
    # DHCP (dhcpsapi.h, ERROR_DHCP_*)
    20005: e.NotFoundError,
    20009: e.AlreadyExistsError,
    20010: e.NotFoundError,
    20018: e.NotFoundError,
    20022: e.AlreadyExistsError,
    20045: e.AlreadyExistsError,
    20052: e.AlreadyExistsError,
    20070: e.UnreachableError,
    20093: e.AlreadyExistsError,
    20095: e.NotFoundError,
    20105: e.AlreadyExistsError,
    20111: e.NotFoundError,
    20113: e.AlreadyExistsError,
    20115: e.NotFoundError,
    20116: e.NotFoundError,
}
"""By Win32, DNS or DHCP number."""

HRESULTS: Final[Mapping[int, type[e.RemoteError]]] = {
    0x80041003: e.AccessDeniedError,
    0x8004100E: e.UnsupportedError,
    0x80041010: e.UnsupportedError,
    0x80070704: e.NotFoundError,
    0x80070705: e.NotFoundError,
    0x80070709: e.NotFoundError,
    0x8007070A: e.AlreadyExistsError,
    0x80070BB9: e.LockedError,
}
"""By HRESULT, where it is not a Win32 number in disguise."""


def win32_error(identity: str) -> type[e.RemoteError] | None:
    """The exception class of an error id that carries a Windows number, or None."""
    found = _FORM.fullmatch(identity)
    if found is None:
        return None
    number = int(found[2], 0)
    if number in HRESULTS:
        return HRESULTS[number]
    if number & 0xFFFF0000 == _FACILITY_WIN32:
        number &= 0xFFFF
    return NUMBERS.get(number)
