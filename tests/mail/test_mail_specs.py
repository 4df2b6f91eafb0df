"""Command specs: documented for every version they name, and what is vague is refused before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.cli.opening import open_project
from zdm_automate.errors import InputError, ProjectError, UnsupportedError
from zdm_automate.mail.documented import undocumented
from zdm_automate.mail.specs import NULL, Command, Specs, read_specs
from zdm_automate.mail.versions import REMOTE, Exchange
from zdm_automate.resources import folders
from zdm_automate.secrets import Secret
from zdm_automate.steps import Read

SPECS = Specs.load(folders("ps_scripts"))
GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
MOVE = {"identity": GUID, "target_database": "DB16", "batch_name": "SR-1", "bad_item_limit": 0}
LATER = datetime(2026, 3, 7, 18, tzinfo=UTC)


def commands(name: str, version: str, /, **arguments: Any) -> list[tuple[str, dict[str, Any]]]:
    """What a spec sends."""
    return [(one.cmdlet, dict(one.parameters)) for one in SPECS[name].commands(Exchange(version), arguments)]


def test_every_spec_is_documented_for_every_version_it_names() -> None:
    """Cmdlet and parameters; and there are versions and specs to look at."""
    looked = sum(len(spec.versions) for spec in SPECS.values())

    assert list(undocumented(SPECS.values())) == []
    assert len(SPECS) >= 60
    assert looked >= 250


PLANTED = {
    "a parameter of 2013": ("['2010']", "New-MoveRequest", "{CompleteAfter: later}", "-CompleteAfter"),
    "a switch of 2016": ("['2013']", "Get-Mailbox", "{AuditLog: later}", "-AuditLog"),
    "what resume got in 2013": (
        "['2010']",
        "Resume-MoveRequest",
        "{SuspendWhenReadyToComplete: later}",
        "-Suspend",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_parameter_too_new_is_caught(case: str) -> None:
    """Three planted ones, each for the version that does not have it."""
    versions, cmdlet, take, said = PLANTED[case]
    text = (
        "verbs:\n  Get-ZdmPlanted:\n    outputs: [Zdm.Planted]\n    takes: {later: truth}\n"
        f"    versions: {versions}\n    run: [{{cmdlet: {cmdlet}, take: {take}}}]\n"
    )
    found = list(undocumented(read_specs(text, "planted")))

    assert len(found) == 1
    assert said in found[0]


def test_a_cmdlet_too_new_and_one_that_does_not_exist_are_caught() -> None:
    """Get-ClientAccessService came with 2016; a misspelt name is known nowhere."""
    text = (
        "verbs:\n  Get-ZdmOne:\n    outputs: [Zdm.One]\n    versions: ['2013']\n    run: [{cmdlet: Get-ClientAccessService}]\n"
        "  Get-ZdmTwo:\n    outputs: [Zdm.Two]\n    versions: ['2013']\n    run: [{cmdlet: Get-Mailboxx}]\n"
    )

    assert len(list(undocumented(read_specs(text, "planted")))) == 2


def test_a_version_for_which_nothing_is_sent_is_caught() -> None:
    """A spec that names 2010 and has commands for 2016 only."""
    text = (
        "verbs:\n  Get-ZdmOne:\n    outputs: [Zdm.One]\n    versions: ['2010', '2016']\n"
        "    run: [{cmdlet: Get-Mailbox, versions: ['2016']}]\n"
    )

    assert list(undocumented(read_specs(text, "planted"))) == ["Get-ZdmOne sends nothing to Exchange 2010"]


def test_a_move_is_held_by_what_its_version_knows() -> None:
    """2010 suspends when ready; later versions complete after a moment where one is given."""
    old = commands("New-ZdmMailboxMove", "2010", **MOVE, complete_after=LATER)
    new = commands("New-ZdmMailboxMove", "2016", **MOVE, complete_after=LATER)
    held = commands("New-ZdmMailboxMove", "2016", **MOVE)

    assert old[0][1]["SuspendWhenReadyToComplete"] is True
    assert "CompleteAfter" not in old[0][1]
    assert new[0][1]["CompleteAfter"] == LATER
    assert "SuspendWhenReadyToComplete" not in new[0][1]
    assert held[0][1]["SuspendWhenReadyToComplete"] is True


def test_the_service_connection_point_is_asked_by_the_cmdlet_of_the_version() -> None:
    """Its address may be emptied on purpose, and only on purpose."""
    assert commands("Set-ZdmScp", "2013", server="EX", uri=None) == [
        ("Set-ClientAccessServer", {"Identity": "EX", "AutoDiscoverServiceInternalUri": NULL})
    ]
    assert commands("Set-ZdmScp", "2019", server="EX", uri="https://m/")[0][0] == "Set-ClientAccessService"
    with pytest.raises(InputError):
        commands("Set-ZdmScp", "2019", server="EX", uri="")


def test_bytes_and_times_stay_what_they_are() -> None:
    """No text is made of them: a time goes as a time, a file as bytes, a password as a secret."""
    batch = commands("New-ZdmMigrationBatch", "2016", name="B", csv=b"a\n", target_databases=["DB"], bad_item_limit=0)
    cert = commands("Import-ZdmExchangeCertificate", "2016", server="EX", data=b"\x30\x82", password=Secret("x"))

    remote = commands(
        "New-ZdmRemoteBatch", "Online", name="B", addresses=["a@x.de", "b@x.de"], endpoint="E", delivery_domain="t.mail.x.com"
    )

    assert batch[0][1]["CSVData"] == b"a\n"
    assert remote[0][1]["CSVData"] == b"EmailAddress\r\na@x.de\r\nb@x.de\r\n"
    assert cert[0][1]["FileData"] == b"\x30\x82"
    assert isinstance(cert[0][1]["Password"], Secret)
    with pytest.raises(InputError):
        commands("New-ZdmMigrationBatch", "2016", name="B", csv="a", target_databases=["DB"], bad_item_limit=0)
    with pytest.raises(InputError):
        commands("New-ZdmMailboxMove", "2016", **MOVE, complete_after="7.3.2026 18:00")


@pytest.mark.parametrize("bad", [None, "", "  ", "$null", "$NULL", "*", "a*", "?", "$_", "Anna", "a\x00b", [], 0, True])
def test_a_vague_identity_never_becomes_a_command(bad: Any) -> None:
    """Empty, a variable, a wildcard, a name that may stand for several: each is refused for every spec that takes one."""
    takers = [spec for spec in SPECS.values() if "identity" in spec.takes.values()]

    assert len(takers) >= 9
    for spec in takers:
        own = next(name for name, kind in spec.takes.items() if kind == "identity")
        given_ = {name: _sample(kind) for name, kind in spec.takes.items() if not kind.startswith("?")} | {own: bad}
        with pytest.raises(InputError):
            spec.commands(spec.versions[-1], given_)


@pytest.mark.parametrize("bad", [None, "", "$null", "*", "DB*", "D?", "\t"])
def test_a_vague_name_never_becomes_a_command(bad: Any) -> None:
    """Databases, servers, batches and connectors too."""
    for spec in (one for one in SPECS.values() if "name" in one.takes.values()):
        own = next(name for name, kind in spec.takes.items() if kind == "name")
        given_ = {name: _sample(kind) for name, kind in spec.takes.items() if not kind.startswith("?")} | {own: bad}
        with pytest.raises(InputError):
            spec.commands(spec.versions[-1], given_)


def _sample(kind: str) -> Any:
    samples: dict[str, Any] = {
        "identity": GUID,
        "name": "DB",
        "text": "text",
        "text|null": "text",
        "texts": ["text"],
        "whole": 0,
        "truth": True,
        "moment": LATER,
        "bytes": b"x",
        "addresses": ["anna@example.com"],
        "secret": Secret("x"),
    }
    return samples[kind.removeprefix("?")]


@pytest.mark.parametrize("name", list(SPECS))
def test_every_spec_makes_commands_for_every_version(name: str) -> None:
    """With its arguments of the right kinds, and for no other version."""
    spec = SPECS[name]
    arguments = {own: _sample(kind) for own, kind in spec.takes.items()}
    for version in spec.versions:
        assert all(isinstance(one, Command) for one in spec.commands(version, arguments))
        assert spec.commands(version, arguments)
    for version in set(REMOTE) - set(spec.versions):
        with pytest.raises(UnsupportedError):
            spec.commands(version, arguments)


@given(st.text(max_size=70))
def test_whatever_a_name_is_it_goes_as_it_is_or_not_at_all(text: str) -> None:
    """Quotes, backslashes, semicolons, umlauts: nothing is quoted, nothing is changed, nothing else is sent."""
    try:
        made = commands("Get-ZdmQueue", "2016", server=text)
    except InputError:
        return

    assert made == [("Get-Queue", {"Server": text})]
    assert text.strip()
    assert not set(text) & set("*?")


def test_what_a_file_may_not_say_is_refused() -> None:
    """A key nobody knows, an argument that is not taken, a kind that does not exist, a version that is none."""
    good = "verbs:\n  Get-ZdmOne:\n    outputs: [Zdm.One]\n    run: [{cmdlet: Get-Mailbox%s}]\n%s"
    for wrong in (
        good % (", quoted: true", ""),
        good % (", take: {Identity: identity}", ""),
        good % ("", "    takes: {identity: anything}\n"),
        good % ("", "    versions: ['2012']\n"),
        "scripts: []",
    ):
        with pytest.raises(ProjectError):
            read_specs(wrong, "file")


def test_a_technicians_own_spec_comes_first(tmp_path: Path) -> None:
    """A verb in the project's own folder hides the shipped one of that name."""
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange" / "own.yaml").write_text(
        "verbs:\n  Get-ZdmQueue:\n    outputs: [Zdm.MailQueue]\n    run: [{cmdlet: Get-Queue}]\n", encoding="utf-8"
    )
    mine = Specs.load((tmp_path, *folders("ps_scripts")))

    assert mine["get-zdmqueue"].takes == {}
    assert mine["Get-ZdmQueue"].sha256 != SPECS["Get-ZdmQueue"].sha256
    assert len(mine) == len(SPECS)


PROJECT = """\
project: Example
credentials: {admin: {user: admin, secret: 'env:ZDM_TEST_PASSWORD'}}
credential: admin
hosts: {OLD: {address: 127.0.0.1}, EX: {address: 127.0.0.1, exchange: {auth: ntlm}}}
roles: {old: OLD, mail: EX}
"""


@pytest.mark.parametrize(("verb", "role", "loaded"), [("Get-ZdmService", "old", False), ("Get-ZdmMailboxMove", "mail", True)])
def test_specs_are_loaded_where_exchange_is_asked(
    verb: str, role: str, *, loaded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at other hosts alone does without them."""
    monkeypatch.setenv("ZDM_TEST_PASSWORD", "not used")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    opened = open_project(tmp_path)
    opened.bench([Read(role=role, verb=verb)])

    assert ("specs" in vars(opened)) is loaded
