"""Sends a run's events on to an OpenTelemetry collector, as log records over OTLP/HTTP.

The only module that knows OpenTelemetry. It starts no thread and keeps no queue: an event is at the collector, or the journal
drops this outlet and says so.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import requests
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from zdm_automate.report.cmtrace import ERROR, INFO, WARNING, severity
from zdm_automate.report.event_lines import NAMED, event_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zdm_automate.events import Entry

SECONDS: Final = 5
PATH: Final = "/v1/logs"
SEVERITIES: Final = {INFO: SeverityNumber.INFO, WARNING: SeverityNumber.WARN, ERROR: SeverityNumber.ERROR}
SCOPE: Final = InstrumentationScope("zdm_automate")

# what goes wrong is in the journal; without a handler Python would print the library's own words
logging.getLogger("opentelemetry").addHandler(logging.NullHandler())


class OtlpOutlet:
    """A collector, by the address that its OTLP/HTTP receiver has (`/v1/logs` is added).

    A key for it stands in OTEL_EXPORTER_OTLP_HEADERS, where every OpenTelemetry program looks.
    """

    def __init__(self, url: str, *, run: str, host: str, now: Callable[[], datetime]) -> None:
        self._run, self._now = run, now
        self._url = f"{url.rstrip('/')}{PATH}"
        self._resource = Resource({"service.name": "zdm_automate", "host.name": host})
        self._answer = ""
        session = requests.Session()
        session.trust_env = False  # neither a netrc nor an environment's proxy may see what is sent
        session.headers["Connection"] = "close"  # a run has few events, and none leaves a connection behind
        session.hooks["response"].append(self._heard)
        self._exporter = OTLPLogExporter(endpoint=self._url, timeout=SECONDS, session=session)

    def _heard(self, answer: requests.Response, **_: object) -> None:
        self._answer = f"it answers {answer.status_code}"

    def __call__(self, entry: Entry) -> None:
        """Sends one event.

        Raises:
            OSError: the collector did not take it.
        """
        at = self._now().astimezone(UTC)
        fields = {**entry.fields, "event": entry.event, "seq": entry.seq, "run": self._run, "ts": at.isoformat()}
        self._answer = "no answer"
        record = ReadableLogRecord(_record(fields, at), self._resource, SCOPE)
        if self._exporter.export([record]) is not LogRecordExportResult.SUCCESS:
            raise OSError(f"{self._url} did not take the event: {self._answer}")


def _record(fields: Mapping[str, object], at: datetime) -> LogRecord:
    moment = int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000
    level = SEVERITIES[severity(fields)]
    return LogRecord(
        timestamp=moment,
        observed_timestamp=moment,
        severity_number=level,
        severity_text=level.name,
        event_name=f"zdm.{fields['event']}",
        body=event_text(fields),
        attributes={f"zdm.{name}": str(fields[name]) for name in NAMED if fields.get(name) not in {None, ""}},
    )
