"""Sends a run's events on while it runs: to a syslog server, into an event file. Off unless the project names one.

An observer of the journal: an outlet that fails is dropped by the journal, which says so, and the run goes on.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zdm_automate.errors import InputError
from zdm_automate.report.event_lines import event_xml, syslog_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from zdm_automate.events import Entry

SECONDS: Final = 5
PORTS: Final = {"udp": 514, "tcp": 601, "tls": 6514}
LARGEST_DATAGRAM: Final = 8_000


class SyslogOutlet:
    """A syslog server: one datagram per event, or octet-counted messages over TCP or TLS (RFC 6587, RFC 5425)."""

    def __init__(self, url: str, *, run: str, host: str, now: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in PORTS:
            raise InputError(f"{url!r} is no syslog server.", hint="Write udp://host:514, tcp://host:601 or tls://host:6514.")
        self._run, self._host, self._now = run, host, now
        self._kind = parts.scheme
        self._target = (parts.hostname, parts.port or PORTS[parts.scheme])

    def __call__(self, entry: Entry) -> None:
        """Sends one event, over a connection of its own: a run has few, and none is left open.

        Raises:
            OSError: it could not be sent.
        """
        line = syslog_line(_fields(entry, self._run, self._now()), self._host)
        with self._connected() as there:
            if self._kind == "udp":
                there.send(line[:LARGEST_DATAGRAM])
            else:
                there.sendall(b"%d %b" % (len(line), line))

    def _connected(self) -> socket.socket:
        if self._kind == "udp":
            family, kind, *_, address = socket.getaddrinfo(*self._target, type=socket.SOCK_DGRAM)[0]
            datagrams = socket.socket(family, kind)
            datagrams.connect(address)
            return datagrams
        plain = socket.create_connection(self._target, timeout=SECONDS)
        if self._kind == "tcp":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._target[0])


class EventFileOutlet:
    """A file of event XML, one event per line, added to."""

    def __init__(self, path: Path, *, run: str, host: str, now: Callable[[], datetime]) -> None:
        self._path, self._run, self._host, self._now = path, run, host, now

    def __call__(self, entry: Entry) -> None:
        """Adds one event.

        Raises:
            OSError: the file cannot be written.
        """
        line = event_xml(_fields(entry, self._run, self._now()), self._host)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _fields(entry: Entry, run: str, at: datetime) -> dict[str, object]:
    return {**entry.fields, "event": entry.event, "seq": entry.seq, "run": run, "ts": at.isoformat()}
