"""What the outside world's name servers answer, asked from this machine: the reader of the role `controller`.

It asks by dnspython and changes nothing; a resolver that does not answer is an answer of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from zdm_automate.errors import InputError
from zdm_automate.facts.dns import DnsAnswer
from zdm_automate.session import Reading

VERB: Final = "Get-ZdmExternalDns"
SECONDS: Final = 5.0
"""How long one resolver may take."""


@dataclass(frozen=True, slots=True)
class ExternalDns:
    """Asks public resolvers, the first that answers wins.

    Attributes:
        resolvers: address and port of each.
        now: the project's clock.
        seconds: how long one may take.
    """

    resolvers: tuple[tuple[str, int], ...]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: float = SECONDS

    def read(self, verb: str, /, **params: Any) -> Reading:
        """Answers `Get-ZdmExternalDns -Name -Type`.

        Raises:
            InputError: another verb, or a name or type that is none.
        """
        if verb != VERB:
            raise InputError(f"this computer itself answers {VERB} only, not {verb}.")
        start = time.monotonic()
        fact = self.answer(str(params["name"]), str(params.get("type", "A")))
        return Reading(
            verb=verb,
            host="controller",
            params=params,
            facts=(fact,),
            collected_at=self.now(),
            script_sha256="",
            duration_seconds=time.monotonic() - start,
        )

    def answer(self, name: str, kind: str) -> DnsAnswer:
        """What the first resolver that answers says.

        Raises:
            InputError: a name or type that is none.
        """
        try:
            query = dns.message.make_query(dns.name.from_text(name), dns.rdatatype.from_text(kind))
        except (dns.exception.DNSException, ValueError) as problem:
            raise InputError(f"{name!r} {kind!r} is no DNS question: {problem}.") from problem
        wanted = dns.rdatatype.from_text(kind)
        common = {"name": name, "record_type": kind.upper()}
        for address, port in self.resolvers:
            try:
                reply, _ = dns.query.udp_with_fallback(query, address, timeout=self.seconds, port=port)
            except (dns.exception.DNSException, OSError):
                continue
            server = f"{address}:{port}" if port != 53 else address  # noqa: PLR2004 - the port of DNS
            found = [rrset for rrset in reply.answer if rrset.rdtype == wanted]
            data = tuple(sorted(str(item) for rrset in found for item in rrset))
            return DnsAnswer(
                **common,
                server=server,
                status=_status(reply, data),
                answers=data,
                ttl_seconds=min((rrset.ttl for rrset in found), default=None),
            )
        return DnsAnswer(**common, server="", status="Timeout", answers=(), ttl_seconds=None)


def _status(reply: dns.message.Message, data: tuple[str, ...]) -> Any:
    code = reply.rcode()
    if code == dns.rcode.NXDOMAIN:
        return "NameError"
    if code != dns.rcode.NOERROR:
        return "ServerFailure"
    return "Success" if data else "NoData"
