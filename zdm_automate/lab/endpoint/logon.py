"""Who asks on one connection: Basic, NTLM, Kerberos and SPNEGO step by step, as WinRM keeps it. It knows tokens, no socket."""

from __future__ import annotations

import base64
import binascii
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import spnego

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.accounts import Accounts

Headers = tuple[tuple[str, str], ...]
CHALLENGE: Final = "WWW-Authenticate"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request's credentials came to.

    Attributes:
        known: the user is known and the request may go on; otherwise it is answered with 401.
        headers: go with the answer either way: the challenge, or the last token.
    """

    known: bool
    headers: Headers = ()


class Logon:
    r"""The logon of one connection; a security context holds for all requests that follow on it.

    Attributes:
        user: who asks, as `NETBIOS\user`; empty while unknown.
    """

    def __init__(self, accounts: Accounts, *, basic: bool, kerberos_only: bool = False) -> None:
        self.user = ""
        self._kerberos_only = kerberos_only
        self._accounts = accounts
        self._basic = basic
        self._context: spnego.ContextProxy | None = None

    @property
    def context(self) -> spnego.ContextProxy | None:
        """The security context that seals messages, once it is complete; None with Basic."""
        return self._context if self._context is not None and self._context.complete else None

    def ask(self, authorization: str) -> Verdict:
        """Looks at one request's Authorization header; empty is enough once a context is complete."""
        scheme, _, token = authorization.strip().partition(" ")
        match scheme.casefold():
            case "":
                return Verdict(known=True) if self.context is not None else self.refuse()
            case "basic" if self._basic:
                return self._by_password(token)
            case "ntlm" | "negotiate" | "kerberos":
                return self._by_token(scheme, token)
        return self.refuse()

    def refuse(self) -> Verdict:
        """Forgets who asked and names the ways to log on."""
        self._context, self.user = None, ""
        ways = ["Kerberos"] if self._kerberos_only else ["Negotiate"]
        ways += ['Basic realm="WSMAN"'] if self._basic else []
        return Verdict(known=False, headers=tuple((CHALLENGE, way) for way in ways))

    def _by_password(self, token: str) -> Verdict:
        try:
            raw = base64.b64decode(token, validate=True)
        except binascii.Error:
            return self.refuse()
        try:
            text = raw.decode()
        except UnicodeDecodeError:  # clients differ about the encoding of Basic (RFC 7617)
            text = raw.decode("latin-1")
        user, _, password = text.partition(":")
        if not self._accounts.knows(user, password):
            return self.refuse()
        self._context, self.user = None, self._accounts.principal(user)
        return Verdict(known=True)

    def _by_token(self, scheme: str, token: str) -> Verdict:
        """One step of NTLM or Kerberos, bare or within SPNEGO."""
        if self._context is None or self._context.complete:
            self._context, self.user = None, ""
        try:
            with self._accounts.offered():
                if self._context is None:
                    self._context = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
                out = self._context.step(base64.b64decode(token, validate=True))
        except Exception as problem:  # noqa: BLE001 - what a spoilt token raises depends on where the parser trips
            log.info("logon refused: %s", type(problem).__name__)
            token_back = _kerberos_error(self._context)
            verdict = self.refuse()
            if not token_back:
                return verdict
            return Verdict(known=False, headers=((CHALLENGE, f"{scheme} {base64.b64encode(token_back).decode()}"),))
        if self._kerberos_only and self._context.negotiated_protocol != "kerberos":
            log.info("logon refused: %s where Kerberos is required", self._context.negotiated_protocol)
            return self.refuse()
        headers = ((CHALLENGE, f"{scheme} {base64.b64encode(out).decode()}"),) if out else ()
        if not self._context.complete:
            return Verdict(known=False, headers=headers)
        self.user = self._accounts.principal(self._context.client_principal or "")
        return Verdict(known=True, headers=headers)


def _kerberos_error(context: spnego.ContextProxy | None) -> bytes:
    """What Kerberos answers to a ticket that it refuses (KRB-ERROR), which tells the client why; empty for none.

    python-gssapi keeps it with the error that it raises at the next use of the context; pyspnego has no way to it.
    """
    held = getattr(context, "_context_list", None) or {}
    for inner, _ in held.values():
        failure = getattr(getattr(inner, "_context", None), "_last_err", None)
        token = getattr(failure, "token", None)
        if token:
            return bytes(token)
    return b""
