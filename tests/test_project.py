"""The project file: every mistake is told with file, line and column, before any host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.project import ProjectFile, read_project, resolver_of

GOOD = r"""# one small office
project: Example
service_request: SR-1
credentials:
  admin: {user: 'EXAMPLE\Administrator', secret: 'env:ZDM_PASSWORD'}
credential: admin
hosts:
  SBS: {address: 192.168.16.2, ssl: false}
  DC1: {address: 192.168.16.10, computer_name: DC1NEW}
roles:
  old: SBS
  new: DC1
resolvers: ['9.9.9.9', '127.0.0.1:5353']
intent:
  dhcp_cutover:
    old_address: 192.168.16.2
"""

WINDOW = "window: {time_zone: UTC, start: 2026-03-07T18:00, fallback: 2026-03-07T19:00, end: 2026-03-08T02:00"


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_project_is_read(tmp_path: Path) -> None:
    """Hosts by name or role, in any case; intent by playbook."""
    project = read_project(folder(tmp_path, GOOD))

    assert project.host("old").address == "192.168.16.2"
    assert project.host("dc1") == project.host("new")
    assert project.intent_section("dhcp_cutover") == {"old_address": "192.168.16.2"}
    assert project.lab_folder is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("project: Example\n", "", r"project.yaml:2:1: project: this key is missing"),
        ("credential: admin", "credential: admin\ncolour: red", r":7:1: colour: this key is not known here"),
        ("ssl: false", "tls: false", r":8:32: hosts.SBS.tls: this key is not known here"),
        ("ssl: false", "port: 70000", r":8:32: hosts.SBS.port: .*less than or equal to 65535"),
        ("ssl: false", "auth: magic", r":8:32: hosts.SBS.auth: .*negotiate"),
        ("ssl: false", "sssl: false", r":8:32: hosts.SBS.sssl: this key is not known here. Did you mean 'ssl'\?"),
        (
            "resolvers:",
            "limits: {backup_age: 3}\nresolvers:",
            r":13:10: limits.backup_age: .*Did you mean 'backup_age_hours'\?",
        ),
        (
            "resolvers:",
            "limits: {conflict_attempts: 9}\nresolvers:",
            r":13:10: limits.conflict_attempts: .*less than or equal to 5",
        ),
        (
            "resolvers:",
            "window: {time_zone: Europe/Berlin, ends: 2}\nresolvers:",
            r":13:36: window.ends: this key is not known here \(3 more\). Did you mean 'end'\?",
        ),
        (
            "resolvers:",
            "window: {time_zone: UTC, start: 2026-03-07T18:00, fallback: 2026-03-07T17:00, end: 2026-03-08T02:00}\nresolvers:",
            r":13:51: window.fallback: must come after start",
        ),
        (
            "resolvers:",
            f"{WINDOW}, reserve: 1}}\nresolvers:",
            r"window.reserve: .* not known here. Did you mean 'reserve_minutes'\?",
        ),
        ("resolvers:", "approvers: {boss: [Kim]}\nresolvers:", r":13:13: approvers.boss.*: .*'tech', 'client' or 'lead'"),
        ("resolvers:", "wndow: 1\nresolvers:", r":13:1: wndow: .*Did you mean 'window'\?"),
        ("env:ZDM_PASSWORD", "Pa55w0rd", r":5:42: credentials.admin.secret: "),
        ("  old: SBS", "  old: SBX", r":11:3: role old: there is no host 'SBX' under hosts: SBS, DC1"),
        ("credential: admin", "credential: boss", r":8:3: host SBS: there is no credential 'boss'; known: admin"),
        ("'9.9.9.9'", "dns.example", r"resolver 'dns.example' must be an IPv4 address"),
        ("  new: DC1", "  new: DC1\n  old: DC1", r":13:3: the key 'old' is there twice"),
        ("  new: DC1", "  new: [DC1", r"project.yaml:13:10: "),
        ("  dhcp_cutover:", "  ../evil:", r":15:3: intent.*: "),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """File, line, column, the key and what is wrong with it."""
    assert GOOD.count(old) == 1

    with pytest.raises(ProjectError, match=said):
        read_project(folder(tmp_path, GOOD.replace(old, new)))


def test_a_password_in_the_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    """Who writes the password where its place belongs must not find it in a message too."""
    with pytest.raises(ProjectError) as caught:
        read_project(folder(tmp_path, GOOD.replace("env:ZDM_PASSWORD", "Pa55w0rd")))

    assert "Pa55w0rd" not in str(caught.value)


def test_a_folder_without_project_says_how_to_make_one(tmp_path: Path) -> None:
    """With the folder that was looked at."""
    with pytest.raises(ProjectError, match=r"there is no project.yaml in .* `zdm new DIR`"):
        read_project(tmp_path)


@pytest.mark.parametrize("text", ["", "just words\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    """An empty file too."""
    with pytest.raises(ProjectError, match=r"project.yaml:\d+:\d+: "):
        read_project(folder(tmp_path, text))


def test_an_unknown_host_is_told_with_those_there_are(tmp_path: Path) -> None:
    """Hosts and roles."""
    with pytest.raises(UnknownNameError, match=r"no host or role 'DC9'. Hosts: SBS, DC1. Roles: old, new"):
        read_project(folder(tmp_path, GOOD)).host("DC9")


def test_a_playbook_without_intent_is_told_where_to_write_it(tmp_path: Path) -> None:
    """At the place of `intent`."""
    with pytest.raises(ProjectError, match=r":14:1: the project says nothing about dns_cutover. Write `intent"):
        read_project(folder(tmp_path, GOOD)).intent_section("dns_cutover")


def test_a_required_role_is_asked_for_and_an_optional_one_is_not(tmp_path: Path) -> None:
    """The message says what the role is."""
    project = read_project(folder(tmp_path, GOOD))
    wanted = {"old": "the one that goes", "seat": "a client PC"}

    assert project.roles_of(wanted, frozenset({"seat"}), "x") == {"old": "SBS", "new": "DC1"}
    with pytest.raises(ProjectError, match=r":10:1: playbook x needs the role 'seat': a client PC"):
        project.roles_of(wanted, frozenset(), "x")


@pytest.mark.parametrize(("text", "address"), [("9.9.9.9", ("9.9.9.9", 53)), ("127.0.0.1:5353", ("127.0.0.1", 5353))])
def test_a_resolver_may_name_a_port(text: str, address: tuple[str, int]) -> None:
    """53 where it names none."""
    assert resolver_of(text) == address


@pytest.mark.parametrize("text", ["", "host", "9.9.9.9:x", "9.9.9.9:0", "9.9.9.9:70000", "9.9.9"])
def test_a_resolver_that_cannot_be_asked_is_refused(text: str) -> None:
    """By value, not at the first query."""
    with pytest.raises(ValueError, match="must be an IPv4 address"):
        resolver_of(text)


def test_the_schema_can_be_given_to_editors() -> None:
    """JSON Schema with all keys of the file."""
    assert {"hosts", "roles", "intent", "credentials"} <= set(ProjectFile.model_json_schema()["properties"])


BOXES = """\
boxes:
  gate: {address: gate.example, user: ada, agent: true, host_key: 'SHA256:KEY'}
  core: {address: 10.0.0.2, profile: cisco-ios, credential: admin, host_key: ['SHA256:KEY'], jump: gate, with: {file: /x}}
roles:
""".replace("KEY", "a" * 43)


def test_boxes_are_read(tmp_path: Path) -> None:
    """One pinned key or several, a jump host, and what is called otherwise on this box."""
    project = read_project(folder(tmp_path, GOOD.replace("roles:\n", BOXES)))

    assert project.box("core").own == {"file": "/x"}
    assert project.box("core").host_keys == project.box("gate").host_keys
    with pytest.raises(UnknownNameError, match="Boxes: gate, core"):
        project.box("edge")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("credential: admin, host_key", "host_key", r"needs a credential, or a user with key_file or agent"),
        ("credential: admin, host_key", "credential: boss, host_key", r"box core: there is no credential 'boss'"),
        ("user: ada, agent: true", "user: ada", r"needs a credential"),
        ("'SHA256:aaa", "'MD5:aaa", r"is no fingerprint"),
        ("jump: gate", "jump: moat", r"there is no box 'moat' to jump from"),
        ("agent: true,", "agent: true, jump: core,", r"lead in a circle"),
        ("  gate:", "  dc1:", r"called like a role or a host"),
        ("  gate:", "  old:", r"called like a role or a host"),
    ],
)
def test_a_mistake_in_a_box_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Before anything is connected to."""
    text = GOOD.replace("roles:\n", BOXES)
    assert old in text

    with pytest.raises(ProjectError, match=said):
        read_project(folder(tmp_path, text.replace(old, new, 1)))


OVER_SSH = "  DC1: {address: 192.168.16.10, transport: ssh, ssh: {host_key: 'SHA256:KEY', agent: true, jump: gate}}\n".replace(
    "KEY", "b" * 43
)
DC1 = "  DC1: {address: 192.168.16.10, computer_name: DC1NEW}\n"


def test_a_host_over_ssh_is_read(tmp_path: Path) -> None:
    """Pinned key, agent and jump host, as for a box; its account is its credential."""
    section = read_project(folder(tmp_path, GOOD.replace("roles:\n", BOXES).replace(DC1, OVER_SSH))).host("DC1")

    assert (section.transport, section.ssh.host_keys, section.ssh.jump) == ("ssh", ("SHA256:" + "b" * 43,), "gate")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("transport: ssh, ", "", "ssh: goes with transport: ssh"),
        ("SHA256:bbb", "MD5:bbb", "is no fingerprint"),
        ("jump: gate}}", "jump: moat}}", "host DC1: there is no box 'moat' to jump from"),
        ("agent: true, jump: gate}}", "passphrase: hunter2}}", "passphrase"),
    ],
)
def test_a_mistake_in_a_host_over_ssh_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Before anything is connected to."""
    assert old in OVER_SSH

    with pytest.raises(ProjectError, match=said):
        read_project(folder(tmp_path, GOOD.replace("roles:\n", BOXES).replace(DC1, OVER_SSH.replace(old, new, 1))))


DIRECT = "  DC1: {address: 192.168.16.10, transport: direct, direct: {through: SBS, machine: NEW}}\n"


def test_a_guest_of_a_host_of_the_project_is_read(tmp_path: Path) -> None:
    """Through which host, and what the machine is called there."""
    section = read_project(folder(tmp_path, GOOD.replace(DC1, DIRECT))).host("DC1")

    assert (section.transport, section.direct.through, section.direct.machine) == ("direct", "SBS", "NEW")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("transport: direct, ", "", "goes with transport: direct"),
        (", direct: {through: SBS, machine: NEW}", "", "goes with transport: direct"),
        ("through: SBS", "through: HV9", "host DC1: 'HV9' is no Hyper-V host of this project"),
        ("through: SBS", "through: DC1", "host DC1: 'DC1' is no Hyper-V host of this project that is reached by itself"),
    ],
)
def test_a_mistake_in_a_guest_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A way that leads nowhere, or back to where it began."""
    assert old in DIRECT

    with pytest.raises(ProjectError, match=said):
        read_project(folder(tmp_path, GOOD.replace(DC1, DIRECT.replace(old, new, 1))))


def test_runs_of_one_second_stand_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    """Whatever comes after the second in their names; what tells no moment, being cut off, comes first."""
    begun = {
        "20260302-120000-dns_cutover-ab12": '{"seq":1,"ts":"2026-03-02T12:00:00.100+00:00"}\n',
        "20260302-120000-hand-B-104": '{"seq":1,"ts":"2026-03-02T12:00:00.900+00:00"}\n',
        "20260302-120000-aaa-0001": '{"seq":1,"ts":"2026-03-02T12:00:00.500+00:00"}\n',
        "20260302-120000-zzz-0002": "",
        "20260302-115959-zzz-0003": '{"seq":1,"ts":"2026-03-02T12:00:07.000+00:00"}\n',
    }
    for name, line in begun.items():
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "journal.jsonl").write_text(line, encoding="utf-8")
    found = [path.parent.name.split("-")[2:] for path in read_project(folder(tmp_path, GOOD)).journals()]

    assert found == [["zzz", "0003"], ["zzz", "0002"], ["dns_cutover", "ab12"], ["aaa", "0001"], ["hand", "B", "104"]]
