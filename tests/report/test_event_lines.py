"""Events for log collectors: the forms of RFC 5424 and of Windows' event XML; sent only where a project names a place."""

from __future__ import annotations

import re
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_lines import HOSTILE

from zdm_automate.errors import InputError
from zdm_automate.events import Entry
from zdm_automate.journal import Journal, read
from zdm_automate.outlets import LogsSection
from zdm_automate.report.event_lines import event_xml, syslog_line
from zdm_automate.report.log_outlets import EventFileOutlet, SyslogOutlet

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RFC5424 = re.compile(
    rb"<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) "
    rb"([\x21-\x7e]{1,32}) (-|\[[^ =\]\"]{1,32}(?: [^ =\]\"]{1,32}=\"(?:[^\"\\\]]|\\[\"\\\]])*\")*\]) \xef\xbb\xbf(.*)",
    re.DOTALL,
)
EVENT: dict[str, Any] = {
    "event": "change.finished", "seq": 4, "run": "r1", "ts": "2026-03-02T12:00:00.250+00:00", "item": "B-104",
    "host": 'S"B]S\\', "result": "failed", "error": {"message": "Gr\u00fc\u00dfe"},
}  # fmt: skip
NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def test_a_syslog_message_has_its_parts() -> None:
    """Weight, moment, host, event; values quoted; text in UTF-8."""
    found = RFC5424.fullmatch(syslog_line(EVENT, "desk 1"))

    assert found is not None
    assert found.groups()[:6] == (b"107", b"2026-03-02T12:00:00.250Z", b"desk_1", b"zdm_automate", b"-", b"change.finished")
    assert b'host="S\\"B\\]S\\\\"' in found[7]
    assert "change.finished: Gr\u00fc\u00dfe" in found[8].decode()


def test_an_event_of_windows_is_xml() -> None:
    """With level, moment, number and the named values."""
    root = ET.fromstring(event_xml(EVENT, "desk<1>"))  # noqa: S314 - made by the product a line before
    values = {one.get("Name"): one.text for one in root.iter(f"{NAMESPACE}Data")}

    assert root.findtext(f"{NAMESPACE}System/{NAMESPACE}Level") == "2"
    assert root.findtext(f"{NAMESPACE}System/{NAMESPACE}Computer") == "desk<1>"
    assert (values["event"], values["item"], values["host"]) == ("change.finished", "B-104", 'S"B]S\\')


TEXTS = st.dictionaries(st.sampled_from(["event", "item", "host", "value", "ts", "result"]), st.text())


@given(TEXTS, st.text(max_size=30))
def test_whatever_is_in_a_line_keeps_both_forms(entry: dict[str, Any], host: str) -> None:
    """No text breaks out of its place, or into a line of its own."""
    whole = {"event": HOSTILE, **entry, "seq": 1}
    line, xml = syslog_line(whole, host), event_xml(whole, host)

    assert RFC5424.fullmatch(line)
    assert b"\n" not in line
    ET.fromstring(xml)  # noqa: S314 - made by the product a line before


def test_a_datagram_per_event_goes_out() -> None:
    """To the server that is named."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        port = server.getsockname()[1]
        SyslogOutlet(f"udp://127.0.0.1:{port}", run="r1", host="desk", now=lambda: NOON)(Entry(1, "run.started", {}))
        got = server.recv(9000)

    assert RFC5424.fullmatch(got)
    assert b'run="r1"' in got


def test_a_stream_counts_its_bytes() -> None:
    """Length, a blank, the message: RFC 6587."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        got: list[bytes] = []

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(20)
                while part := connection.recv(9000):
                    got.append(part)

        thread = threading.Thread(target=take)
        thread.start()
        port = server.getsockname()[1]
        SyslogOutlet(f"tcp://127.0.0.1:{port}", run="r1", host="desk", now=lambda: NOON)(Entry(1, "run.started", {}))
        thread.join(20)
    length, _, message = b"".join(got).partition(b" ")

    assert int(length) == len(message)
    assert RFC5424.fullmatch(message)


def test_a_server_that_is_away_does_not_end_the_run(tmp_path: Path) -> None:
    """The journal says that it was dropped, and goes on; the event file has every line."""
    outlets = (
        SyslogOutlet("tcp://127.0.0.1:9", run="r1", host="desk", now=lambda: NOON),
        EventFileOutlet(tmp_path / "events.xml", run="r1", host="desk", now=lambda: NOON),
    )
    path = tmp_path / "journal.jsonl"
    with Journal(path, run="r1", project="P", service_request="7", now=lambda: NOON, observers=outlets) as journal:
        journal.write("run.started")
        journal.write("run.finished", result="done")

    assert [entry["event"] for entry in read(path)] == ["run.started", "observer.failed", "run.finished"]
    assert len((tmp_path / "events.xml").read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("url", ["http://x:1", "udp:/x", "x"])
def test_what_is_no_server_is_bad_input(url: str) -> None:
    """Already in the project file."""
    with pytest.raises(ValueError, match="syslog"):
        LogsSection(syslog=url)
    with pytest.raises(InputError, match="no syslog server"):
        SyslogOutlet(url, run="r", host="h", now=lambda: NOON)
