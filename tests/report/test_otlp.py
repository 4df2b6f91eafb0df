"""Events for an OpenTelemetry collector: a real OTLP/HTTP receiver on loopback gets them, and nothing is sent unasked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from zdm_automate.events import Entry
from zdm_automate.journal import Journal, read
from zdm_automate.outlets import LogsSection
from zdm_automate.redaction import Redactor
from zdm_automate.report.otlp_outlet import OtlpOutlet
from zdm_automate.secrets import Secret

sys.path.append(str(Path(__file__).parent.parent / "ticketing"))

from model_http import Asked, ModelServer, Said

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
FAILED = Entry(
    4, "change.finished", {"item": "B-104", "host": "S1", "result": "failed", "error": {"message": "Gr\u00fc\u00dfe"}}
)


class Receiver(ModelServer):
    """Takes log records as a collector does."""

    def answer(self, asked: Asked) -> Said:
        if (asked.method, asked.path) != ("POST", "/v1/logs"):
            return Said(404, {})
        return Said(200, b"", headers={"Content-Type": "application/x-protobuf"})

    @property
    def records(self) -> list[Any]:
        found = []
        for asked in self.asked:
            request = ExportLogsServiceRequest.FromString(asked.body)
            found += [
                (group.resource, one) for group in request.resource_logs for lot in group.scope_logs for one in lot.log_records
            ]
        return found


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


def outlet(server: Receiver) -> OtlpOutlet:
    return OtlpOutlet(server.url, run="r1", host="desk", now=lambda: NOON)


def values(pairs: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in pairs}


def test_a_collector_gets_a_log_record_per_event(receiver: Receiver) -> None:
    """With weight, moment, name, text and the named values; the program and its computer stand in the resource."""
    outlet(receiver)(FAILED)
    [(resource, record)] = receiver.records

    assert values(resource.attributes) == {"service.name": "zdm_automate", "host.name": "desk"}
    assert (record.severity_text, record.event_name) == ("ERROR", "zdm.change.finished")
    assert record.time_unix_nano == 1_772_452_800_250_000_000
    assert record.body.string_value == "change.finished: Gr\u00fc\u00dfe {}"
    assert values(record.attributes) == {
        "zdm.run": "r1", "zdm.seq": "4", "zdm.item": "B-104", "zdm.host": "S1", "zdm.result": "failed",
    }  # fmt: skip


def test_a_key_comes_from_where_every_program_looks(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """And from nowhere else: no proxy and no netrc of the environment sees the events."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=abc")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    outlet(receiver)(FAILED)

    assert [{k.lower(): v for k, v in one.headers.items()}["api-key"] for one in receiver.asked] == ["abc"]


def test_secrets_are_taken_out_before(receiver: Receiver, tmp_path: Path) -> None:
    """The journal tells its outlets what it writes itself."""
    redactor = Redactor([Secret("Tulip-4711-Kettle")])
    path = tmp_path / "journal.jsonl"
    with Journal(
        path, run="r1", project="P", service_request="", now=lambda: NOON, redactor=redactor, observers=[outlet(receiver)]
    ) as journal:
        journal.write("run.started", note="it is Tulip-4711-Kettle")

    assert len(receiver.asked) == 1
    assert b"Tulip-4711-Kettle" not in receiver.asked[0].body


@pytest.mark.parametrize(("status", "said"), [(401, "it answers 401"), (404, "it answers 404")])
def test_a_collector_that_refuses_is_dropped_and_the_run_goes_on(
    receiver: Receiver, tmp_path: Path, capfd: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    """The journal says why, once; the library prints nothing."""
    receiver.before = lambda _asked: Said(status, {})
    path = tmp_path / "journal.jsonl"
    with Journal(path, run="r1", project="P", service_request="", now=lambda: NOON, observers=[outlet(receiver)]) as journal:
        journal.write("run.started")
        journal.write("run.finished", result="done")
    lines = list(read(path))

    assert [entry["event"] for entry in lines] == ["run.started", "observer.failed", "run.finished"]
    assert lines[1]["error"]["message"].endswith(said)
    assert len(receiver.asked) == 1
    assert capfd.readouterr() == ("", "")


def test_a_collector_that_is_away_is_no_answer() -> None:
    """Within the time limit of one event."""
    there = OtlpOutlet("http://127.0.0.1:9", run="r1", host="desk", now=lambda: NOON)
    with pytest.raises(OSError, match="no answer"):
        there(FAILED)


@pytest.mark.parametrize("url", ["http://collector:4318", "collector:4318", "https://key@collector", "https://c/v1?key=x"])
def test_what_is_no_collector_is_bad_input(url: str) -> None:
    """In clear text only on this computer; no key in the address."""
    with pytest.raises(ValueError, match="otlp"):
        LogsSection(otlp=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4318", "https://collector.example.com:4318", "https://c.example.com/otlp/"])
def test_what_is_a_collector_is_taken(url: str) -> None:
    """Also behind a path."""
    assert LogsSection(otlp=url).otlp == url


def test_the_library_is_loaded_only_where_it_is_wanted() -> None:
    """The command line, and the outlets of a project without a collector, come up without it."""
    code = """
import sys
sys.modules["opentelemetry"] = None
import zdm_automate.cli.opening, zdm_automate.report.log_outlets
import zdm_automate.cli.__main__
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)

    assert (done.returncode, done.stderr) == (0, "")
