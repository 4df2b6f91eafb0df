"""What every way to a host gives: a target, a call, a reply. Plain values only; no protocol is known here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal, Protocol

from zdm_automate.errors import InputError
from zdm_automate.secrets import Credential

Auth = Literal["negotiate", "ntlm", "kerberos", "basic", "credssp", "certificate"]
Arguments = Mapping[str, Any]
"""Parameter name to value: text, int, bool, list of text, datetime, Secret, Credential."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An error record of PowerShell.

    Attributes:
        error_id: the FullyQualifiedErrorId.
        category: name of the ErrorCategory (`ObjectNotFound`).
        target: the target object as text.
        exception_type: full .NET name of the exception.
    """

    error_id: str
    message: str
    category: str = "NotSpecified"
    target: str = ""
    script_stack: str = ""
    exception_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """All that came back of one call.

    Attributes:
        output: plain values: a dict for an object or a hashtable, text, int, bool, None, a list of these.
        duration_seconds: wall time of the call on the controller.
        requests: WSMan requests it took; 0 where the transport has none.
    """

    output: tuple[Any, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    warnings: tuple[str, ...] = ()
    verbose: tuple[str, ...] = ()
    debug: tuple[str, ...] = ()
    information: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    had_errors: bool = False
    duration_seconds: float = 0.0
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One endpoint of one host.

    Attributes:
        host: the computer name that the project expects to answer there.
        address: name or address to connect to.
        port: 0 means 5986 with TLS and 5985 without.
        fingerprint: SHA-256 of the certificate that must be presented, hexadecimal, colons allowed; empty: the usual trust.
        ca_file: certificates to trust instead of the system's; empty: the system's.
        basic_over_http: allows Basic without TLS, for a lab on loopback; the password goes over the wire in clear.
        encryption: message encryption without TLS: `auto` (always, except with Basic) or `never`, for a lab on loopback.
        spn_service: service part of the service principal name; every Windows computer has `host`.
        spn_host: host part of the service principal name where it is not the address.
        delegate: Kerberos credential delegation.
        any_name: whatever it calls itself is right: the way there leads to this machine and no other.
        ssh: it is reached by SSH: what is about WinRM does not count, and port 0 means 22.
        connect_seconds: limit for a TCP connection and a TLS handshake.
        operation_seconds: how long the host may hold a Receive open; below `read_seconds`.
        read_seconds: limit of silence on the wire.
    """

    host: str
    address: str
    port: int = 0
    ssl: bool = True
    path: str = "wsman"
    auth: Auth = "negotiate"
    credential: Credential | None = None
    fingerprint: str = ""
    ca_file: str = ""
    basic_over_http: bool = False
    encryption: Literal["auto", "never"] = "auto"
    configuration: str = "Microsoft.PowerShell"
    spn_service: str = "host"
    spn_host: str = ""
    delegate: bool = False
    any_name: bool = False
    ssh: bool = False
    connect_seconds: int = 10
    operation_seconds: int = 20
    read_seconds: int = 30

    def __post_init__(self) -> None:
        plain = self.fingerprint.replace(":", "").casefold()
        if plain and not _FINGERPRINT.fullmatch(plain):
            raise InputError(f"the certificate fingerprint of {self.host} must be 64 hexadecimal digits (SHA-256).")
        object.__setattr__(self, "fingerprint", plain)
        if plain and not self.ssl:
            raise InputError(f"{self.host} pins a certificate but is reached without TLS.", hint="Use HTTPS (port 5986).")
        if self.auth == "basic" and not self.ssl and not self.basic_over_http:
            raise InputError(
                f"{self.host}: Basic without TLS would send the password in clear.", hint="Use HTTPS, or auth: negotiate."
            )
        if self.auth == "kerberos" and not self.spn_host and _is_address(self.address):
            raise InputError(
                f"{self.host}: Kerberos proves names, and {self.address} is an address.",
                hint="Write the full DNS name as its address, or `spn: host/NAME` beside the address.",
            )
        if self.credential is not None and not self.credential.password and self.auth not in {"kerberos", "negotiate"}:
            raise InputError(f"{self.host}: auth {self.auth} needs a password, a ticket is Kerberos' own.")
        if self.operation_seconds >= self.read_seconds:
            raise InputError(f"{self.host}: operation_seconds must be below read_seconds.")

    @property
    def mechanism(self) -> Auth:
        """What is really tried: Kerberos proves names, so of Negotiate with an address NTLM is left.

        Without this an unconfigured Kerberos would look for a domain controller in the DNS, for seconds, at every logon.
        """
        return "ntlm" if self.auth == "negotiate" and not self.spn_host and _is_address(self.address) else self.auth

    @property
    def account(self) -> tuple[str | None, str | None]:
        r"""User name and password as the logon takes them; no password stands for a ticket that is there already.

        Kerberos knows `user@REALM`: of `DOMAIN\user` the realm is the domain that the host's full name ends with.
        """
        if self.credential is None:
            return None, None
        user, password = self.credential.username, self.credential.password.reveal() or None
        if self.auth != "kerberos":
            return user, password
        name = user.rpartition("\\")[2]
        name, _, realm = name.partition("@")
        realm = realm or (self.spn_host or self.address).partition(".")[2]
        return f"{name}@{realm.upper()}" if realm else name, password

    @property
    def endpoint(self) -> str:
        """The endpoint as one would type it."""
        if self.ssh:
            return f"ssh://{self.address}:{self.port or 22}/"
        scheme = "https" if self.ssl else "http"
        return f"{scheme}://{self.address}:{self.port or (5986 if self.ssl else 5985)}/{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A remote shell on a host, as WinRM lists it."""

    id: str
    resource: str
    owner: str = ""
    state: str = ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class Held(Protocol):
    """One held connection to one host, whatever is said over it. Calls of one come one after the other."""

    @property
    def name(self) -> str:
        """`psrp`, `winrs`, `fake`: for the journal."""
        ...

    @property
    def target(self) -> Target:
        """Where it leads."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        ...

    @property
    def auth_used(self) -> str:
        """The mechanism that was really used; empty before `open`."""
        ...

    def close(self) -> None:
        """Closes what is held; never raises for a host that is gone."""
        ...


class Transport(Held, Protocol):
    """A held connection to an endpoint that runs scripts."""

    def open(self, timeout: float = 60.0) -> Reply:
        """Connects and sends the prelude; the reply is the prelude's.

        Raises:
            RemoteError: unreachable, refused, or an endpoint that runs no scripts.
        """
        ...

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """Runs a script text with its arguments as the hashtable `ZdmArguments`.

        A repeatable call that meets a lost pool is made once more; any other is made at most once.

        Raises:
            CallTimeoutError: a repeatable call did not end in time, or another ended before it can have been accepted.
            OutcomeUnknownError: a call that is not repeatable was, or may have been, accepted and its end was not seen.
            RemoteError: what the fault table says.
        """
        ...
