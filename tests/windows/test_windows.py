"""What must hold on a real Windows, asked the same way of a host of the lab. Nothing is changed: readers and dry runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from windows_host import NEEDED, named, way

from zdm_automate.errors import ZdmError
from zdm_automate.resources import folders
from zdm_automate.scripts import Library, Verb
from zdm_automate.session import HostSession

LIBRARY = Library.load(folders("ps_scripts"))
READERS = sorted(name for name in LIBRARY if LIBRARY[name].repeatable)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Get-ZdmDnsAnswer": {"name": "nowhere.example.org", "type": "A"},
    "Get-ZdmEvent": {"log_name": "System"},
    "Get-ZdmFile": {"path": [r"C:\Windows", r"C:\Zdm\nothing.xml"]},
}
ALWAYS = {"Get-ZdmHostInventory", "Get-ZdmNetworkConfig", "Get-ZdmService"}
"""Readers to which every Windows has something to say."""

SET = {"ZDM_WINDOWS_HOST": "srv.example.org", "ZDM_WINDOWS_USER": "X\\admin", "ZDM_WINDOWS_PASSWORD": "s3cret"}


def refusals(verb: Verb) -> set[str]:
    """The ids with which a verb says itself that it cannot answer: the role is not there, the host is too old."""
    return {f"Zdm{code}" for code in re.findall(r"-Code (\w+)", verb.source + LIBRARY.prelude_text)} | {"ZdmUnsupported"}


def test_the_host_is_the_one_that_was_meant(session: HostSession) -> None:
    """It says its name, its PowerShell and its clock; a session with another, or with a clock far off, does not open."""
    info = session.info

    assert info.host.casefold() == session.host.casefold()
    assert re.fullmatch(r"\d+\.\d+.*", info.fact.ps_version)
    assert info.fact.os_version
    assert abs(info.skew_seconds) < 300


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", READERS)
def test_a_reader_answers_in_its_schema(session: HostSession, name: str) -> None:
    """Every object fits its fact to the last field, or the verb says why not: no error of PowerShell's own comes out of it."""
    try:
        facts, refused = session.read(name, **ARGUMENTS.get(name, {})).facts, ""
    except ZdmError as problem:
        facts, refused = (), problem.error_id.partition(",")[0]

    assert {fact.zdm_type for fact in facts} <= set(LIBRARY[name].outputs)
    assert refused in refusals(LIBRARY[name]) | {""}
    assert facts or name not in ALWAYS


def test_a_dry_run_changes_nothing(session: HostSession) -> None:
    """The applier says what it would do, and the reader finds all as it was."""
    before = session.read("Get-ZdmService", name=["W32Time"]).facts
    record = session.change("Set-ZdmServiceState", name="W32Time", start_mode="Disabled", state="Stopped", what_if=True)
    after = session.read("Get-ZdmService", name=["W32Time"]).facts

    assert record.changed is False
    assert after == before
    assert len(before) == 1


def test_what_is_not_there_is_refused_by_its_id(session: HostSession) -> None:
    """The error of the verb reaches the controller as itself."""
    with pytest.raises(ZdmError) as raised:
        session.change("Set-ZdmServiceState", name="ZdmNoSuchService", start_mode="Auto", state="Running", what_if=True)

    assert raised.value.error_id.partition(",")[0] == "ZdmNotFound"


def test_no_variable_names_no_host() -> None:
    """Then what is asked of Windows is skipped."""
    assert named({}) is None


@pytest.mark.parametrize("left_out", NEEDED)
def test_a_host_that_is_half_named_is_an_error(left_out: str) -> None:
    """A slip in one variable must not look like a run on Windows."""
    given = {name: value for name, value in SET.items() if name != left_out}

    with pytest.raises(ValueError, match=f"half named: {left_out}"):
        named(given)


def test_the_variables_name_a_host_and_the_way_to_it() -> None:
    """TLS and PowerShell remoting unless they say otherwise; the computer name is the first label."""
    plain = named(SET)
    more = {"ZDM_WINDOWS_NAME": "OLD", "ZDM_WINDOWS_SSL": "0", "ZDM_WINDOWS_PORT": "15985", "ZDM_WINDOWS_TRANSPORT": "winrs"}
    other = named(SET | more)

    assert plain is not None
    assert other is not None
    assert (plain.host, plain.address, plain.port, plain.ssl, plain.auth) == ("srv", "srv.example.org", 0, True, "negotiate")
    assert (other.host, other.port, other.ssl) == ("OLD", 15985, False)
    assert [way(plain, LIBRARY, SET).name, way(other, LIBRARY, SET | more).name] == ["psrp", "winrs"]
