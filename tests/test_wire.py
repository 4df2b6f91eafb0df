"""The codec between verbs and the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from zdm_automate import wire
from zdm_automate.errors import InputError, LockedError, NotFoundError, VerbError, WireError
from zdm_automate.facts.base import fact_class
from zdm_automate.facts.host import Service
from zdm_automate.model import ChangeRecord
from zdm_automate.native.registry import NativeText, parser
from zdm_automate.resources import folders
from zdm_automate.scripts import Library, Parameter
from zdm_automate.secrets import Credential, Secret
from zdm_automate.testing import failure, row
from zdm_automate.transport.base import ErrorRecord, Reply

LIBRARY = Library.load(folders("ps_scripts"))
READER = LIBRARY["Get-ZdmService"]
APPLIER = LIBRARY["Set-ZdmServiceState"]
SERVICE = {"Name": "DNS", "DisplayName": "DNS Server", "State": "Running", "StartMode": "Auto", "StartName": None}
CHANGE: dict[str, Any] = {
    "Verb": "Set-ZdmServiceState",
    "Target": "DNS",
    "Changed": True,
    "Before": {"State": "Stopped"},
    "After": {"State": "Running"},
    "RebootRequired": False,
}


def test_arguments_go_out_in_plain_types() -> None:
    """Times become ISO text in UTC, tuples lists, secrets stay secrets."""
    verb = replace(
        READER, parameters=tuple(Parameter(name, "", mandatory=False) for name in ("At", "Names", "N", "On", "Who", "Key"))
    )
    who = Credential("EX\\adm", Secret("x"))
    at = datetime(2026, 1, 2, 4, 0, tzinfo=timezone(timedelta(hours=1)))

    sent = wire.arguments(verb, {"at": at, "names": ("a", "b"), "n": 3, "on": True, "who": who, "key": Secret("k")})

    assert sent == {
        "At": "2026-01-02T03:00:00Z",
        "Names": ["a", "b"],
        "N": 3,
        "On": True,
        "Who": who,
        "Key": Secret("k"),
    }


@pytest.mark.parametrize("value", [1.5, b"x", {"$credential": "old"}, [1, 2], datetime(2026, 1, 2)])  # noqa: DTZ001
def test_values_that_no_verb_takes_are_refused(value: object) -> None:
    """A placeholder that nobody filled, a time without zone, a list of numbers: nothing of that is sent."""
    with pytest.raises(InputError):
        wire.arguments(READER, {"name": value})


def test_facts_come_in_validated() -> None:
    """Objects of the declared schema become facts."""
    found = wire.facts(READER, Reply(output=(row("Zdm.Service", **SERVICE),)), "SRV")

    assert found == (Service(name="DNS", display_name="DNS Server", state="Running", start_mode="Auto", start_name=None),)


@pytest.mark.parametrize(
    "output",
    [
        row("Zdm.Service", **SERVICE | {"State": 4}),
        row("Zdm.Service", **SERVICE | {"Extra": "x"}),
        row("Zdm.Session"),
        {"Name": "DNS"},
        "Running",
    ],
)
def test_what_does_not_fit_the_schema_is_refused(output: object) -> None:
    """A wrong type, a field too many, another schema, no schema: each is an error that names the host."""
    with pytest.raises(WireError) as caught:
        wire.facts(READER, Reply(output=(output,)), "SRV")

    assert caught.value.host == "SRV"


def test_an_error_fails_the_call_even_beside_output() -> None:
    """PowerShell goes on after a non-terminating error; the call has failed all the same, also where HadErrors says no."""
    reply = Reply(output=(row("Zdm.Service", **SERVICE),), errors=(ErrorRecord("ZdmLocked", "In use."),), had_errors=False)

    with pytest.raises(LockedError, match="In use"):
        wire.facts(READER, reply, "SRV")


def test_a_verbs_own_error_speaks_first() -> None:
    """Among several records the verb's own is the reason."""
    records = (ErrorRecord("Whatever", "Noise."), ErrorRecord("ZdmNotFound", "No such service."))

    with pytest.raises(NotFoundError, match="No such service"):
        wire.facts(READER, Reply(errors=records, had_errors=True), "SRV")


def test_a_failure_without_a_record_is_still_one() -> None:
    """HadErrors alone is enough."""
    with pytest.raises(VerbError):
        wire.facts(READER, Reply(had_errors=True), "SRV")


def test_native_text_is_parsed_and_filtered() -> None:
    """A tool's text gives facts of many kinds; those of the verb's schema are kept."""

    @parser("zdmtest", "services")
    def services(text: NativeText) -> tuple[Service, ...]:
        return tuple(Service(name=n, display_name=n, state="Running", start_mode="Auto", start_name=None) for n in text.lines)

    text = row("Zdm.NativeText", Tool="zdmtest", Command="services", ExitCode=0, Lines=["A", "B"], Culture="de-DE")

    assert [f.label() for f in wire.facts(READER, Reply(output=(text,)), "SRV")] == ["A", "B"]
    assert wire.facts(replace(READER, outputs=("Zdm.Other",)), Reply(output=(text,)), "SRV") == ()


def test_an_applier_gives_its_change_record() -> None:
    """One Zdm.Change becomes the record, with the call's warnings."""
    record = wire.change_record(APPLIER, Reply(output=(row("Zdm.Change", **CHANGE),), warnings=("slow",)), "SRV")

    assert record == ChangeRecord(
        verb="Set-ZdmServiceState",
        target="DNS",
        changed=True,
        before={"State": "Stopped"},
        after={"State": "Running"},
        warnings=("slow",),
    )


@pytest.mark.parametrize(
    "output",
    [
        (),
        (row("Zdm.Change", **CHANGE), row("Zdm.Change", **CHANGE)),
        (row("Zdm.Service", **SERVICE),),
        (row("Zdm.Change", **CHANGE | {"Changed": "True"}),),
        (row("Zdm.Change", **CHANGE | {"Before": "Stopped"}),),
        (row("Zdm.Change", **CHANGE | {"More": 1}),),
        (row("Zdm.Change", **CHANGE | {"Verb": "Set-ZdmOther"}),),
    ],
)
def test_anything_but_one_change_record_is_refused(output: tuple[object, ...]) -> None:
    """None, two, or a record of another form: the change is not taken as made."""
    with pytest.raises(WireError):
        wire.change_record(APPLIER, Reply(output=output), "SRV")


def test_a_failed_applier_raises_its_error() -> None:
    """The error record decides, not the missing output."""
    with pytest.raises(NotFoundError):
        wire.change_record(APPLIER, failure("ZdmNotFound"), "SRV")


def test_every_schema_of_the_library_is_known() -> None:
    """No verb declares a schema that no fact class has."""
    wire.facts(READER, Reply(), "SRV")

    for verb in LIBRARY.values():
        for name in verb.outputs:
            assert name == wire.CHANGE or fact_class(name)
