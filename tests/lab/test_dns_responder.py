"""The lab's DNS answers real queries on loopback, by UDP and TCP."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from zdm_automate.lab.dns_responder import DnsResponder, reply
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.dns import Answer, PublicRecord, key_of
from zdm_automate.lab.world.dns_resolve import ask
from zdm_automate.lab.world.model import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOPBACK = "127.0.0.1"
SECONDS = 5.0


@dataclass
class Running:
    """A responder over a world that tests may exchange; `silent` is a stopped service."""

    world: World
    host: str
    silent: bool = False
    responder: DnsResponder = field(init=False)

    def __post_init__(self) -> None:
        self.responder = DnsResponder(self._ask)
        self.responder.start()

    def _ask(self, name: str, kind: str) -> Answer | None:
        if self.silent:
            return None
        self.world, answer = ask(self.world, self.host, name, kind)
        return answer

    def udp(self, name: str, kind: str = "A", *, timeout: float = SECONDS) -> dns.message.Message:
        """Asks by UDP."""
        return dns.query.udp(dns.message.make_query(name, kind), LOOPBACK, port=self.responder.port, timeout=timeout)

    def tcp(self, name: str, kind: str = "A") -> dns.message.Message:
        """Asks by TCP."""
        return dns.query.tcp(dns.message.make_query(name, kind), LOOPBACK, port=self.responder.port, timeout=SECONDS)


@pytest.fixture
def running(office: Callable[[str], World]) -> Iterator[Callable[[str, str], Running]]:
    """Starts the responder of an office's host; it ends with the test."""
    made: list[Running] = []

    def start(name: str, host: str) -> Running:
        made.append(Running(office(name), host))
        return made[-1]

    yield start
    for one in made:
        one.responder.stop()


def lines(message: dns.message.Message) -> list[str]:
    """The answer section as text, sorted."""
    return sorted(line for one in message.answer for line in one.to_text().splitlines())


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        ("data.example.local", "A", ["data.example.local. 3600 IN A 192.168.16.2"]),
        ("blink.example.local", "A", ["blink.example.local. 0 IN A 192.168.16.2"]),
        (
            "printer.example.local",
            "A",
            ["printer.example.local. 3600 IN A 192.168.16.40", "printer.example.local. 3600 IN A 192.168.16.41"],
        ),
        (
            "companyweb.example.local",
            "A",
            [
                "companyweb.example.local. 3600 IN CNAME sbs.example.local.",
                "sbs.example.local. 3600 IN A 192.168.16.2",
            ],
        ),
        ("example.com", "MX", ["example.com. 3600 IN MX 10 mail.example.com."]),
        ("example.com", "TXT", ['example.com. 3600 IN TXT "v=spf1 mx -all"']),
        (
            "_ldap._tcp.example.local",
            "SRV",
            [
                "_ldap._tcp.example.local. 600 IN SRV 0 100 389 dc1.example.local.",
                "_ldap._tcp.example.local. 600 IN SRV 0 100 389 sbs.example.local.",
            ],
        ),
        ("2.16.168.192.in-addr.arpa", "PTR", ["2.16.168.192.in-addr.arpa. 3600 IN PTR sbs.example.local."]),
        (
            "example.local",
            "SOA",
            ["example.local. 3600 IN SOA sbs.example.local. hostmaster.example.local. 2041 900 600 86400 3600"],
        ),
    ],
)
def test_udp_and_tcp_answer_the_same(running: Callable[[str, str], Running], name: str, kind: str, answer: list[str]) -> None:
    """Every type of record in the office, one responder, both protocols."""
    sbs = running("smallbiz", "SBS")

    assert lines(sbs.udp(name, kind)) == answer
    assert lines(sbs.tcp(name, kind)) == answer


def test_letters_beyond_ascii_arrive_in_a_text(running: Callable[[str, str], Running]) -> None:
    """As UTF-8."""
    found = running("kanzlei", "SERVER").udp("hinweis.kanzlei-mueller.local", "TXT").answer[0][0]

    assert b"".join(found.strings).decode() == "Zuständig Büro Müller"


def test_names_beyond_ascii_are_asked_for_in_utf8(running: Callable[[str, str], Running]) -> None:
    """As Windows does in its own zones; the answer has the very name of the question."""
    server = running("kanzlei", "SERVER")
    name = dns.name.Name([part.encode() for part in ("büro", "kanzlei-mueller", "local", "")])
    query = dns.message.make_query(name, "A")
    found = dns.query.udp(query, LOOPBACK, port=server.responder.port, timeout=SECONDS)

    assert found.answer[0].name == name
    assert found.answer[0][0].address == "192.168.178.40"


def test_no_name_no_data_and_failure_are_told_apart(running: Callable[[str, str], Running]) -> None:
    """By the code of the answer."""
    old = running("tiny", "OLD")
    missing, bare = old.udp("nothing.tiny.example.org"), old.udp("files.tiny.example.org", "MX")
    world = old.world
    old.world = world.with_dns("OLD", replace(world.dns["OLD"], recursion=False))
    failed = old.udp("www.example.test")

    assert [one.rcode() for one in (missing, bare, failed)] == [dns.rcode.NXDOMAIN, dns.rcode.NOERROR, dns.rcode.SERVFAIL]
    assert not bare.answer


def test_the_time_to_live_of_a_remembered_answer_counts_down(running: Callable[[str, str], Running]) -> None:
    """What the server forwarded an hour's quarter ago has that much less to live."""
    old = running("tiny", "OLD")
    name = "remote.example.test"
    old.world = replace(old.world, public={key_of(name, "A"): PublicRecord(values=("203.0.113.10",), ttl=3600)})
    first = old.udp(name).answer[0].ttl
    old.world = advance(old.world, old.world.now + timedelta(seconds=900))

    assert (first, old.tcp(name).answer[0].ttl) == (3600, 2700)


def test_a_stopped_service_is_silent(running: Callable[[str, str], Running]) -> None:
    """UDP gets nothing, TCP is closed."""
    old = running("tiny", "OLD")
    old.silent = True

    with pytest.raises(dns.exception.Timeout):
        old.udp("files.tiny.example.org", timeout=0.2)
    with pytest.raises(EOFError):
        old.tcp("files.tiny.example.org")


def test_an_answer_too_large_for_udp_is_cut_and_whole_by_tcp() -> None:
    """The cut one is empty and says so."""
    many = tuple(f"203.0.113.{number}" for number in range(1, 200))
    query = dns.message.make_query("many.example.test", "A").to_wire()

    def all_of_them(_name: str, _kind: str) -> Answer:
        return Answer(status="Success", data=many, ttl=60)

    cut, whole = reply(query, all_of_them, limit=1232), reply(query, all_of_them)

    assert cut is not None
    assert dns.message.from_wire(cut).flags & dns.flags.TC
    assert not dns.message.from_wire(cut).answer
    assert whole is not None
    assert len(dns.message.from_wire(whole).answer[0]) == len(many)


@pytest.mark.parametrize("garbage", [b"", b"\0", b"not dns at all, but long enough for a header"])
def test_what_is_no_query_is_not_answered(garbage: bytes) -> None:
    """Nor is an answer."""

    def never(name: str, kind: str) -> Answer:
        raise AssertionError((name, kind))

    answer = dns.message.make_response(dns.message.make_query("files.tiny.example.org", "A")).to_wire()

    assert reply(garbage, never) is None
    assert reply(answer, never) is None


def test_several_questions_go_over_one_tcp_connection(running: Callable[[str, str], Running]) -> None:
    """As stub resolvers do."""
    old = running("tiny", "OLD")
    with socket.create_connection((LOOPBACK, old.responder.port), timeout=SECONDS) as line:
        got = []
        for name in ("files.tiny.example.org", "old.tiny.example.org"):
            dns.query.send_tcp(line, dns.message.make_query(name, "A"))
            got.append(dns.query.receive_tcp(line)[0].rcode())

    assert got == [dns.rcode.NOERROR, dns.rcode.NOERROR]


def test_a_port_that_is_taken_is_refused_and_free_after_the_end() -> None:
    """The port may be had again at once."""

    def nothing(_name: str, _kind: str) -> Answer:
        return Answer(status="NameError")

    first = DnsResponder(nothing)
    first.start()
    with pytest.raises(OSError, match="in use"):
        DnsResponder(nothing, port=first.port)
    first.stop()
    again = DnsResponder(nothing, port=first.port)
    again.stop()
    assert again.port == first.port
