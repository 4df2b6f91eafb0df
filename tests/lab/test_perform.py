"""What stands around every twin: argument binding, the version gate, and what the lab does not model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zdm_automate.lab.perform import load_models

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Library

GOOD = {"Name": "DHCPServer", "StartMode": "Disabled", "State": "Stopped"}


@pytest.mark.parametrize(
    ("arguments", "error_id"),
    [
        ({**GOOD, "Nmae": "x"}, "NamedParameterNotFound,Set-ZdmServiceState"),
        ({"Name": "DHCPServer"}, "MissingMandatoryParameter,Set-ZdmServiceState"),
        ({**GOOD, "State": "Asleep"}, "ParameterArgumentValidationError,Set-ZdmServiceState"),
        ({**GOOD, "TimeoutSeconds": 601}, "ParameterArgumentValidationError,Set-ZdmServiceState"),
        ({**GOOD, "TimeoutSeconds": "soon"}, "ParameterArgumentTransformationError,Set-ZdmServiceState"),
        ({**GOOD, "Name": ""}, "ParameterArgumentValidationError,Set-ZdmServiceState"),
        ({**GOOD, "TimeoutSeconds": ["1"]}, "ParameterArgumentTransformationError,Set-ZdmServiceState"),
    ],
)
def test_arguments_are_bound_as_powershell_binds_them(
    do: Do, office: Callable[[str], World], arguments: dict[str, object], error_id: str
) -> None:
    """A misspelt, missing or forbidden argument is refused with PowerShell's own error id before anything happens."""
    outcome = do(office("tiny"), "OLD", "Set-ZdmServiceState", **arguments)

    assert outcome.error is not None
    assert outcome.error.error_id == error_id
    assert outcome.world is office("tiny")


def test_a_mandatory_parameter_takes_an_empty_list_where_the_script_allows_it(do: Do, office: Callable[[str], World]) -> None:
    """[AllowEmptyCollection()] says so; without it the empty list is refused."""
    allowed = do(office("tiny"), "OLD", "Set-ZdmDnsForwarder", IpAddress=[])
    refused = do(office("tiny"), "OLD", "Add-ZdmDnsConditionalForwarder", Name="x.test", MasterServers=[])

    assert allowed.error is None
    assert refused.error is not None
    assert refused.error.error_id == "ParameterArgumentValidationError,Add-ZdmDnsConditionalForwarder"


def test_a_change_is_in_the_world_afterwards(do: Do, office: Callable[[str], World]) -> None:
    """The service that was stopped does not run; names and words of sets may be written in any case."""
    outcome = do(office("tiny"), "OLD", "Set-ZdmServiceState", name="dhcpserver", StartMode="Disabled", State="Stopped")

    assert outcome.error is None
    assert not outcome.world.host("OLD").running("DHCPServer")
    assert outcome.used == ("wmi:Win32_Service", "Set-Service", "Stop-Service", "wmi:Win32_Service")


def test_a_verb_for_a_newer_powershell_is_refused_by_the_gate(do: Do, office: Callable[[str], World]) -> None:
    """A verb with floor 3.0 on a host with 2.0 says what it needs and what is there."""
    outcome = do(office("smallbiz"), "SBS", "Copy-ZdmFile", Source="x", Destination="y", Credential="z")

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmUnsupported"
    assert outcome.error.message == "Copy-ZdmFile needs PowerShell 3.0; this host has 2.0."


def test_every_host_verb_has_a_twin(library: Library) -> None:
    """No verb of the area can only be run for real."""
    verbs = {name for name, verb in library.items() if verb.area == "host"}

    assert verbs <= set(load_models())
