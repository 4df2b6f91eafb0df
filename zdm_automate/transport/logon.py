"""Logging on to WinRM over one connection by SPNEGO: a ticket, or NTLM where that is allowed.

It proves the account, and keeps the context that seals messages; which mechanisms may be tried is the target's word.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

import requests
import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from requests.auth import AuthBase
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from zdm_automate.transport import fault_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from spnego import ContextProxy

    from zdm_automate.transport.base import Target
    from zdm_automate.transport.http_failures import Meaning

SCHEMES: Final = ("negotiate", "kerberos", "ntlm")
_CHALLENGE: Final = re.compile(r"(Negotiate|Kerberos|NTLM)(?:\s+([A-Za-z0-9+/=]+))?", re.IGNORECASE)


class NotOfferedError(Exception):
    """The host offers no way to log on that this target may take."""


class ForgottenError(Exception):
    """The host no longer knows a logon that was complete; the message was not taken."""


class SpnegoLogon(AuthBase):
    """Answers a host's 401. `certificate` gives the one that the connection has shown, in DER; None without TLS."""

    def __init__(self, target: Target, *, seals: bool, certificate: Callable[[], bytes | None]) -> None:
        self._target = target
        self._seals = seals
        self._certificate = certificate
        self._context: ContextProxy | None = None

    @property
    def context(self) -> ContextProxy | None:
        """What seals messages; None before the logon is complete."""
        return self._context if self._context is not None and self._context.complete else None

    @property
    def used(self) -> str:
        """The mechanism that was really used; empty before the logon is complete."""
        return str(self.context.negotiated_protocol) if self.context is not None else ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """See `requests.auth.AuthBase`."""
        request.headers["Connection"] = "Keep-Alive"
        request.register_hook("response", self._answered)  # type: ignore[no-untyped-call]
        return request

    def _answered(self, response: requests.Response, **how: Any) -> requests.Response:
        if response.status_code != requests.codes.unauthorized:
            return response
        if self._seals and self.context is not None:
            # what was sent is sealed for a logon that the host no longer knows: it has to be sealed anew, on another line
            raise ForgottenError
        scheme, _ = _challenge(response)
        protocol = self._protocol(scheme)
        context = self._context = self._begun(protocol)
        token = context.step()
        while token:
            # read to its end, so that the same connection takes the next request
            _ = response.content
            response.raw.release_conn()
            request = response.request.copy()
            request.headers["Authorization"] = f"{scheme} {base64.b64encode(token).decode()}"
            response = response.connection.send(request, **how)
            answered = _challenge(response)[1]
            if not answered:
                break
            token = context.step(answered)
        return response

    def _protocol(self, scheme: str) -> str:
        """What may be tried with the scheme that the host offers.

        Raises:
            NotOfferedError: nothing.
        """
        mechanism = self._target.mechanism
        if scheme not in SCHEMES or (scheme != "negotiate" and mechanism not in {"negotiate", scheme}):
            raise NotOfferedError(scheme)
        return mechanism if scheme == "negotiate" else scheme

    def _begun(self, protocol: str) -> ContextProxy:
        target = self._target
        user, password = target.account
        shown = self._certificate()
        wanted = spnego.ContextReq.default
        return spnego.client(
            user,
            password,
            hostname=target.spn_host or target.address,
            service=target.spn_service,
            channel_bindings=GssChannelBindings(application_data=_binding(shown)) if shown else None,
            context_req=wanted | spnego.ContextReq.delegate if target.delegate else wanted,
            protocol=protocol,
            options=spnego.NegotiateOptions.wrapping_winrm if self._seals else spnego.NegotiateOptions.none,
        )


def logon_meaning(problem: Exception) -> Meaning | None:
    """What a failure of the libraries behind a logon means; None where it is no such failure."""
    if isinstance(problem, NotOfferedError):
        offered = fault_table.OTHER_WAY if str(problem) in SCHEMES else fault_table.NOT_OFFERED
        return offered, "", "401", True
    if isinstance(problem, ForgottenError):
        return fault_table.BROKEN_OFF, "", "401", True
    # krb5 and gssapi are not there where Kerberos is not installed, and pyspnego lets some of their errors through
    foreign = type(problem).__module__.partition(".")[0] in {"krb5", "gssapi"}
    if not foreign and not isinstance(problem, SpnegoError | ImportError):
        return None
    return fault_table.logon_fault(str(problem)), fault_table.logon_words(str(problem)), "", True


def _challenge(response: requests.Response) -> tuple[str, bytes]:
    """The scheme that a host offers, the most general first, and the token that came with it."""
    found = {one[1].casefold(): one[2] for one in _CHALLENGE.finditer(response.headers.get("WWW-Authenticate", ""))}
    scheme = next((name for name in SCHEMES if name in found), "")
    return scheme, base64.b64decode(found.get(scheme) or "")


def _binding(certificate: bytes) -> bytes:
    """The channel binding of RFC 5929: the hash of the certificate, by its own algorithm where that is not a broken one."""
    algorithm: hashes.HashAlgorithm = hashes.SHA256()
    try:
        named = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        named = None
    if named is not None and not isinstance(named, hashes.MD5 | hashes.SHA1):
        algorithm = named
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return b"tls-server-end-point:" + digest.finalize()
