"""A relay that is a file and a service, changed over a real SSH connection."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from ssh_server import Sshd, Switch

from zdm_automate.box_session import BoxSession
from zdm_automate.errors import NativeExitError, OutcomeUnknownError, PartialError, VerifyFailedError
from zdm_automate.facts.dhcp import DhcpRelay

Open = Callable[..., BoxSession]
OLD, NEW = "192.168.16.2", "192.168.16.10"
TEXT = f'# relay\nSERVERS="{OLD}"\nINTERFACES="eth0"\n'


@dataclass
class Relay:
    """A Linux box: its file, its restart script, its process list."""

    switch: Switch
    file: Path
    processes: Path
    restart: Path

    def script(self, body: str) -> None:
        self.restart.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        self.restart.chmod(0o755)

    @property
    def good(self) -> str:
        """A service that does what its file says."""
        return f'. {self.file}; echo "/usr/sbin/dhcrelay -q -i eth0 $SERVERS" > {self.processes}'


@pytest.fixture
def box(start_sshd: Callable[..., Sshd], tmp_path: Path, key: Path) -> Relay:
    tools = tmp_path / "tools"
    tools.mkdir()
    processes = tmp_path / "processes"
    processes.write_text(f"/usr/sbin/dhcrelay -q -i eth0 {OLD}\n", encoding="utf-8")
    (tools / "ps").write_text(f"#!/bin/sh\ncat {processes}\n", encoding="utf-8")
    (tools / "ps").chmod(0o755)
    forced = tools / "shell"
    forced.write_text(f'#!/bin/sh\nPATH={tools}:$PATH exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n', encoding="utf-8")
    forced.chmod(0o755)
    file = tmp_path / "isc-dhcp-relay"
    file.write_text(TEXT, encoding="utf-8")
    made = Relay(
        Switch(start_sshd(str(forced)), tmp_path / "none", key, getpass.getuser()), file, processes, tools / "restart-relay"
    )
    made.script(made.good)
    return made


def opened(box: Relay, open_box: Open) -> BoxSession:
    return open_box(box.switch.target(name="fw"), "debian-dhcrelay", file=str(box.file), restart=str(box.restart))


def test_the_file_is_replaced_and_the_service_seen(box: Relay, open_box: Open) -> None:
    """The file, the process and the facts show the new address; mode and the rest of the file stay."""
    box.file.chmod(0o640)
    session = opened(box, open_box)

    record = session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])

    assert (record.changed, record.before["Servers"], record.after["Servers"]) == (True, [OLD], [NEW])
    assert box.file.read_text(encoding="utf-8") == TEXT.replace(OLD, NEW)
    assert box.file.stat().st_mode & 0o777 == 0o640
    assert session.read("Get-ZdmDhcpRelay").facts == (DhcpRelay(interface="all", servers=(NEW,), saved_servers=(NEW,)),)
    assert not box.file.with_name("isc-dhcp-relay.zdm-new").exists()


def test_the_inverse_gives_the_old_file(box: Relay, open_box: Open) -> None:
    """Byte for byte."""
    session = opened(box, open_box)
    record = session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])

    session.change("Set-ZdmDhcpRelay", interface="all", servers=record.before["Servers"])

    assert box.file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("body", ["exit 1", "true"])
def test_a_service_that_does_not_follow_gets_its_old_file_back(
    box: Relay, open_box: Open, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its start fails or it goes on with the old address: the box is as before, and nothing claims otherwise."""
    monkeypatch.setattr("zdm_automate.box_session.SETTLE_SECONDS", 0.5)
    session = opened(box, open_box)
    box.script(f"if grep -q {NEW} {box.file}; then {body}; else {box.good}; fi")

    with pytest.raises(VerifyFailedError, match="What it had before is back"):
        session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])
    assert box.file.read_text(encoding="utf-8") == TEXT


def test_a_box_that_cannot_go_back_is_partial(box: Relay, open_box: Open) -> None:
    """The sentence says where the old file is."""
    session = opened(box, open_box)
    box.script("exit 3")

    with pytest.raises(PartialError, match=r"Putting back .* failed too.*zdm-before"):
        session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])


def test_a_file_that_fails_its_test_is_never_put_in_place(box: Relay, open_box: Open) -> None:
    """The test sees the new file beside the old one."""
    session = open_box(
        box.switch.target(name="fw"),
        "debian-dhcrelay",
        file=str(box.file),
        restart=str(box.restart),
        test="grep -q never {file}",
    )

    with pytest.raises(NativeExitError, match="ended with 1"):
        session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])
    assert box.file.read_text(encoding="utf-8") == TEXT


def test_a_connection_that_breaks_while_the_service_starts_is_unknown(box: Relay, open_box: Open) -> None:
    """The reader settles it: file and process are as the box left them."""
    session = opened(box, open_box)
    box.script(f"{box.good}; kill -9 $(cat /proc/$PPID/status | sed -n 's/^PPid:.//p')")

    with pytest.raises(OutcomeUnknownError):
        session.change("Set-ZdmDhcpRelay", interface="all", servers=[NEW])
    assert session.read("Get-ZdmDhcpRelay").facts == (DhcpRelay(interface="all", servers=(NEW,), saved_servers=(NEW,)),)
