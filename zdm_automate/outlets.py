"""What a project file says about evidence that leaves and about its service requests. Values only; no secret stands in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

System = Literal["connectwise", "autotask", "halopsa", "rt", "zammad", "folder", "smtp"]
NEEDS: dict[str, tuple[str, ...]] = {
    "connectwise": ("url", "credential", "company", "client_id", "member", "work_type"),
    "autotask": ("credential", "tracking_code", "resource", "role", "work_type", "note_type", "publish"),
    "halopsa": ("url", "credential", "outcome"),
    "rt": ("url", "credential"),
    "zammad": ("url", "credential"),
    "folder": ("folder",),
    "smtp": ("url", "sender", "to"),
}
"""Keys without which a system cannot be used."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignerSection(_Section):
    """Somebody who signs the project off."""

    name: str = Field(default="", max_length=80)
    role: str = Field(min_length=1, max_length=40)


class EvidenceSection(_Section):
    """What bundles hold and may show.

    Attributes:
        allow: texts that look like personal data and may leave all the same, such as the client's own office address.
        sign_key: SSH key that signs bundles; relative to the project's folder.
        sign_off: who signs at the end.
    """

    allow: tuple[Annotated[str, Field(min_length=3)], ...] = ()
    sign_key: str = ""
    sign_off: tuple[SignerSection, ...] = (SignerSection(role="technician"), SignerSection(role="client"))


class LogsSection(_Section):
    """Where a run's events go besides its journal; nothing is sent unless it is named here.

    Attributes:
        syslog: `udp://host:port`, `tcp://host:port` or `tls://host:port` (RFC 5424).
        event_file: a file of XML events as Windows' event viewer saves them; relative to the project's folder.
        otlp: base address of an OpenTelemetry collector's OTLP/HTTP receiver; http only on this computer.
    """

    syslog: str = Field(default="", pattern=r"^(|(udp|tcp|tls)://[A-Za-z0-9.\[\]:-]+)$")
    event_file: str = ""
    otlp: str = Field(
        default="",
        pattern=r"^(|https://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/?)$",
    )


class TicketingSection(_Section):
    """The ticketing system, and what its words for things are. Names are looked up at the start; an unknown one stops it.

    Attributes:
        credential: name under `credentials`; its secret is the key or token.
        internal: whether notes are for technicians only. Off only if it is written here.
        requests: the service request of a phase, where it is not the project's own.
        tick: whether items that are done also become rows of the ticket's checklist.
        done_status: status that a request gets at the end; empty: it is left alone.
        publish: Autotask's name of the publish value for internal notes.
        billable: how ConnectWise bills the time.
    """

    system: System
    url: str = ""
    credential: str = ""
    ca_file: str = ""
    internal: bool = True
    requests: dict[str, str] = Field(default_factory=dict)
    tick: bool = False
    done_status: str = ""
    company: str = ""
    client_id: str = ""
    member: str = ""
    work_type: str = ""
    role: str = ""
    tracking_code: str = ""
    resource: str = ""
    note_type: str = ""
    publish: str = ""
    outcome: str = ""
    billable: Literal["Billable", "DoNotBill", "NoCharge", "NoDefault"] = "NoDefault"
    zone_url: str = ""
    folder: str = ""
    sender: str = ""
    to: str = ""

    @model_validator(mode="after")
    def _whole(self) -> TicketingSection:
        missing = [name for name in NEEDS[self.system] if not getattr(self, name)]
        if missing:
            raise ValueError(f"system {self.system} needs {', '.join(missing)} too")
        return self
