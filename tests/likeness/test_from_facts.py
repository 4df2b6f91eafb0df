"""Lab from facts: the made office plans as the client's network does, says in what it differs, and keeps names if asked to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from still_offices import opened_on, plan_of, shape

from zdm_automate.cli.__main__ import main
from zdm_automate.cli.lab_likeness import Likeness, likeness_of, made_office
from zdm_automate.errors import UnreachableError
from zdm_automate.lab.likeness.compare import ALWAYS
from zdm_automate.lab.likeness.pseudonyms import KEPT_WORDS, NUMBER, TOKEN
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.session import HostSession
from zdm_automate.testing import FakeTransport
from zdm_automate.transport.base import Target

OFFICES = ("tiny", "smallbiz", "kanzlei", "branch")
FURTHER = {
    "files": "OLD: Zdm.Share Data, Archiv is not there",
    "desks": "Zdm.Profile",
    "mail": "nothing that mailbox_moves reads by commands is in the office",
    "mailtiny": "nothing that mailbox_moves reads by commands is in the office",
    "mailcloud": "reads by commands is in the office",
}
"""The other shipped offices, and a difference that each has."""

NAMES = ("zone_name", "host_name", "name", "dns_name", "description", "client_id", "domain", "mac")
BOOKS = ("dns_cutover", "dhcp_cutover")


@pytest.mark.parametrize("name", OFFICES)
def test_the_made_office_plans_as_the_original_does(name: str, tmp_path: Path) -> None:
    """For each shipped office and playbook the plans are equal, pre-images and all, and nothing but the usual differs."""
    opened = opened_on(read_office(find_office(name)), tmp_path / "client")

    made = likeness_of(opened)

    again = opened_on(made_office(made.definition), tmp_path / "made")
    for book in BOOKS:
        assert plan_of(again, book) == plan_of(opened, book)
    assert made.differences == ALWAYS


@pytest.mark.parametrize("name", OFFICES)
def test_under_other_names_the_plan_has_the_same_shape(name: str, tmp_path: Path) -> None:
    """Names are replaced consistently: the same rows with the same verbs in the same order."""
    opened = opened_on(read_office(find_office(name)), tmp_path / "client")

    made = likeness_of(opened, pseudonyms=True)

    again = opened_on(made_office(made.definition), tmp_path / "made")
    for book in BOOKS:
        assert shape(plan_of(again, book)) == shape(plan_of(opened, book))


@pytest.mark.parametrize("name", OFFICES)
def test_no_name_of_the_client_is_in_a_pseudonymised_office(name: str, tmp_path: Path) -> None:
    """Every word of every name that was read is searched for in every value and key that stands for a name."""
    opened = opened_on(read_office(find_office(name)), tmp_path / "client")
    plain = likeness_of(opened)

    hidden = likeness_of(opened, pseudonyms=True)

    original = names_in(plain)
    assert len(original) > 15
    assert words_of(hidden.definition) & original == set()


@pytest.mark.parametrize("name", FURTHER)
def test_an_office_whose_playbooks_the_facts_do_not_carry_says_so(name: str, tmp_path: Path) -> None:
    """Shares, profiles and mailboxes are not made from facts: each playbook that leans on them has its difference, by name."""
    opened = opened_on(read_office(find_office(name)), tmp_path / "client")

    made = likeness_of(opened)
    hidden = likeness_of(opened, pseudonyms=True)

    told = [one for one in made.differences if one not in ALWAYS]
    assert len([one for one in told if FURTHER[name] in one]) >= 1, told
    assert words_of(hidden.definition) & names_in(made) == set()
    assert [host.upper() for host in opened.project.content.hosts] == list(made_office(made.definition).world.hosts)


def test_a_network_in_the_middle_of_its_cutover_is_made_as_it_stands(tmp_path: Path) -> None:
    """An inactive scope, a stopped service, a changed lease time and a reservation's option are in the made office too."""
    opened = opened_on(read_office(find_office("branch")), tmp_path / "client")
    assert opened.keeper is not None
    for host, verb, arguments in (
        ("BR-DC02", "Set-ZdmServiceState", {"Name": "DHCPServer", "StartMode": "Disabled", "State": "Stopped"}),
        ("BR-DC01", "Set-ZdmDhcpLeaseDuration", {"ScopeId": "10.20.0.0", "LeaseSeconds": 900}),
        ("BR-DC01", "Set-ZdmDhcpScopeState", {"ScopeId": "10.20.0.0", "State": "Inactive"}),
    ):
        assert opened.keeper.perform(host, opened.library[verb], arguments).error is None

    made = likeness_of(opened)

    again = opened_on(made_office(made.definition), tmp_path / "made")
    for book in BOOKS:
        assert plan_of(again, book) == plan_of(opened, book)
    assert [one for one in made.differences if "BR-DC01: Zdm" in one] == []


def test_what_the_world_cannot_hold_is_listed(tmp_path: Path) -> None:
    """A second adapter and a feature without a model: found by reading the made office back, told with host and fact."""
    office = read_office(find_office("tiny"))
    old = office.world.hosts["OLD"]
    second = replace(old.nics[0], alias="Backup", address="192.168.99.2", mac="00-15-5D-00-00-99")
    client = replace(office, world=office.world.with_host(replace(old, nics=(*old.nics, second))))
    opened = opened_on(client, tmp_path / "client")

    made = likeness_of(opened)

    assert "OLD: Zdm.NetworkConfig Backup is not there" in made.differences
    assert made.definition["differences"] == list(made.differences)


def test_a_host_that_does_not_answer_is_listed(tmp_path: Path) -> None:
    """The office is made of the others, and says which is missing and why."""
    office = read_office(find_office("tiny"))
    away = replace(office.world.hosts["PC2"], powered=False)
    opened = opened_on(replace(office, world=office.world.with_host(away)), tmp_path / "client")
    ask = opened.session

    def session(host: str) -> HostSession:
        if host == "PC2":
            transport = FakeTransport(
                Target(host="PC2", address="192.0.2.1"), opened.library, opening=UnreachableError("PC2 is off.")
            )
            return HostSession(transport, opened.library, now=opened.clock.now)
        return ask(host)

    opened.session = session  # type: ignore[method-assign]

    made = likeness_of(opened)

    assert "PC2" not in made.definition["hosts"]
    assert made.differences[0] == "PC2 did not answer and is not in the office: PC2 is off."


def test_an_existing_file_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends as bad input, and the file is as it was."""
    there = tmp_path / "client.yaml"
    there.write_text("mine", encoding="utf-8")

    code = main(["lab", "from-facts", str(tmp_path), str(there)])

    assert code == 2
    assert "is there already; nothing was written" in capsys.readouterr().err
    assert there.read_text(encoding="utf-8") == "mine"


def names_in(made: Likeness) -> set[str]:
    """The words of all that a client names, from the facts."""
    texts: list[str] = []
    for (host, _), facts in made.facts.by_type.items():
        texts.append(host)
        for one in facts:
            if type(one).__name__ not in {"Role", "Service"}:
                texts += [str(getattr(one, field, "") or "") for field in NAMES]
            if getattr(one, "record_type", "") in {"CNAME", "NS", "PTR", "MX", "SRV", "SOA"}:
                texts.append(one.data)  # type: ignore[attr-defined]
            if type(one).__name__ == "DhcpOption":
                texts += one.value  # type: ignore[attr-defined]
    words = {word.casefold() for text in texts for word in TOKEN.findall(text)}
    return {word for word in words if not NUMBER.fullmatch(word) and word not in KEPT_WORDS - hosts_of(made) and word[0] != "_"}


def hosts_of(made: Likeness) -> set[str]:
    return {host.casefold() for host, _ in made.facts.by_type}


def words_of(value: object, key: str = "") -> set[str]:
    """The words of all values, and of the keys that are names."""
    if isinstance(value, dict):
        named = key in {"hosts", "servers", "stamps"}
        words = {word for name in value if named for word in words_of(str(name))}
        return words | {word for name, one in value.items() for word in words_of(one, str(name))}
    if isinstance(value, list | tuple):
        return {word for one in value for word in words_of(one, key)}
    own_form = {
        "differences",
        "culture",
        "release",
        "display",
        "audit_path",
        "admin",
        "title",
        "path",
        "vendor_classes",
        "features",
    }
    if key in own_form | {"kind", "scope", "role", "state", "mode", "type", "alias", "account"}:
        return set()
    return {word.casefold() for word in re.findall(TOKEN, str(value))}
