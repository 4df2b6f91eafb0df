"""A relay address on a switch, changed over a real SSH connection."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from ssh_server import FRESH, Sshd, Switch, keygen, shown_fingerprint

from zdm_automate.box_session import BoxSession
from zdm_automate.errors import (
    AuthenticationError,
    InputError,
    NativeExitError,
    NotFoundError,
    OutcomeUnknownError,
    PartialError,
    UnreachableError,
    VerbError,
    VerifyFailedError,
    WrongHostError,
    ZdmError,
)
from zdm_automate.facts.dhcp import DhcpRelay
from zdm_automate.secrets import Secret

Open = Callable[..., BoxSession]
OLD, NEW = "192.168.16.2", "192.168.16.10"


def relay(session: BoxSession, interface: str = "Vlan17") -> DhcpRelay:
    found = [fact for fact in session.read("Get-ZdmDhcpRelay").facts if isinstance(fact, DhcpRelay)]
    return next(fact for fact in found if fact.interface == interface)


def set_relay(session: BoxSession, *servers: str, interface: str = "Vlan17") -> object:
    return session.change("Set-ZdmDhcpRelay", interface=interface, servers=list(servers))


def test_a_box_says_what_it_is(switch: Switch, open_box: Open) -> None:
    """The journal learns transport, logon, profile and version."""
    said = open_box(switch.target()).describe()

    assert (said["transport"], said["auth"], said["profile"]) == ("ssh", "publickey", "cisco-ios")
    assert "Version 15.2(7)E3" in said["version"]


def test_the_relays_are_read_as_they_run_and_as_they_are_saved(switch: Switch, open_box: Open) -> None:
    """Both configurations count: what runs now, and what will run after a restart."""
    switch.set(running={"Vlan17": [NEW]}, saved={"Vlan17": [OLD]})

    assert relay(open_box(switch.target())) == DhcpRelay(interface="Vlan17", servers=(NEW,), saved_servers=(OLD,))


def test_a_change_is_made_seen_and_saved(switch: Switch, open_box: Open) -> None:
    """Apply, read back, save: the box runs it and keeps it; the other interface stays."""
    session = open_box(switch.target())

    record = session.change("Set-ZdmDhcpRelay", interface="Vlan17", servers=[NEW])

    assert (record.changed, record.before["Servers"], record.after["Servers"]) == (True, [OLD], [NEW])
    assert record.after["Difference"] == f"- ip helper-address {OLD}\n+ ip helper-address {NEW}"
    assert switch.state["running"] == switch.state["saved"] == FRESH["running"] | {"Vlan17": [NEW]}
    assert relay(session) == DhcpRelay(interface="Vlan17", servers=(NEW,), saved_servers=(NEW,))


def test_the_new_address_comes_before_the_old_one_goes(switch: Switch, open_box: Open) -> None:
    """At no moment does the interface relay to nobody, and saving comes last."""
    set_relay(open_box(switch.target()), NEW)
    heard = switch.state["heard"]

    order = [f"ip helper-address {NEW}", f"no ip helper-address {OLD}", "end", "show running-config", "write memory"]
    places = [len(heard) - 1 - heard[::-1].index(line) if line.startswith("show") else heard.index(line) for line in order[:3]]
    assert places == sorted(places)
    assert "show running-config" in heard[heard.index("end") : heard.index("write memory")]


def test_the_configuration_is_kept_first_for_this_user_alone(switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """The whole configuration as it was lies on this computer before a line is typed."""
    record = open_box(switch.target()).change("Set-ZdmDhcpRelay", interface="Vlan17", servers=[NEW])
    kept = tmp_path / "backups" / str(record.after["Backup"])

    assert f" ip helper-address {OLD}" in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_without_a_backup_nothing_is_typed(switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """Where the configuration cannot be kept, the box is left alone."""
    (tmp_path / "backups").write_text("in the way", encoding="utf-8")
    session = open_box(switch.target())

    with pytest.raises(InputError, match="cannot be kept"):
        set_relay(session, NEW)
    assert "configure terminal" not in switch.state["heard"]


def test_what_is_so_already_is_not_typed(switch: Switch, open_box: Open) -> None:
    """The second time nothing is changed."""
    session = open_box(switch.target())
    set_relay(session, NEW)
    before = len(switch.state["heard"])

    record = session.change("Set-ZdmDhcpRelay", interface="Vlan17", servers=[NEW])

    assert record.changed is False
    assert [line for line in switch.state["heard"][before:] if not line.startswith("show")] == []


def test_what_runs_but_is_not_saved_is_saved(switch: Switch, open_box: Open) -> None:
    """A change that an earlier run could not save needs no other command."""
    switch.set(running={"Vlan17": [NEW]}, saved={"Vlan17": [OLD]})

    set_relay(open_box(switch.target()), NEW)

    assert switch.state["saved"] == {"Vlan17": [NEW]}
    assert "configure terminal" not in switch.state["heard"]


def test_the_inverse_puts_everything_back(switch: Switch, open_box: Open) -> None:
    """Undo is the same call with the addresses that were there, in their order."""
    session = open_box(switch.target())
    first = session.change("Set-ZdmDhcpRelay", interface="Vlan18", servers=[NEW, "192.168.16.9"])

    session.change("Set-ZdmDhcpRelay", interface="Vlan18", servers=first.before["Servers"])

    assert sorted(switch.state["saved"]["Vlan18"]) == sorted(FRESH["saved"]["Vlan18"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("deaf", VerifyFailedError, "instead of"),
        ("busy", VerifyFailedError, "more than the relay address"),
        ("refuse 192.168.16.2", VerbError, "the box refused"),
    ],
)
def test_what_cannot_be_seen_is_put_back_and_not_saved(
    switch: Switch, open_box: Open, fault: str, error: type[ZdmError], said: str
) -> None:
    """A box that takes less, more or something else keeps its saved configuration, and the old relay runs again."""
    session = open_box(switch.target())
    switch.set(fault=fault)

    with pytest.raises(error, match=said):
        set_relay(session, NEW)
    assert switch.state["running"]["Vlan17"] == [OLD]
    assert "write memory" not in switch.state["heard"]


def test_what_cannot_be_put_back_either_is_partial(switch: Switch, open_box: Open) -> None:
    """Both addresses run, the saved configuration is the old one, and the sentence says both."""
    session = open_box(switch.target())
    switch.set(fault="refuse")

    with pytest.raises(PartialError, match="Taking it back failed too"):
        set_relay(session, NEW)
    assert switch.state["saved"]["Vlan17"] == [OLD]


def test_a_box_that_falls_silent_leaves_the_outcome_unknown(
    switch: Switch, open_box: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command with no prompt after it is not waited for for ever."""
    monkeypatch.setattr("zdm_automate.box_session.APPLY_SECONDS", 1.0)
    session = open_box(switch.target())
    switch.set(fault="hang write memory")

    with pytest.raises(OutcomeUnknownError, match="fell silent"):
        set_relay(session, NEW)


def test_a_change_that_cannot_be_saved_is_partial(switch: Switch, open_box: Open) -> None:
    """It runs now and is gone after a restart: that stops the run and says what to type."""
    session = open_box(switch.target())
    switch.set(fault="full")

    with pytest.raises(PartialError, match=r"did not save it.*write memory"):
        set_relay(session, NEW)


@pytest.mark.parametrize("fault", ["drop no ip helper-address", "drop-after no ip helper-address", "drop write memory"])
def test_a_lost_connection_leaves_the_outcome_unknown_and_reading_settles_it(
    switch: Switch, open_box: Open, fault: str
) -> None:
    """The box is not asked a second time to change; the reader connects anew and shows what is there."""
    session = open_box(switch.target())
    switch.set(fault=fault)

    with pytest.raises(OutcomeUnknownError, match="broke off"):
        set_relay(session, NEW)
    switch.set(fault="")
    seen = relay(session)

    assert seen.servers == tuple(switch.state["running"]["Vlan17"])
    assert seen.saved_servers == (OLD,)
    assert switch.state["heard"].count("configure terminal") == 1


def test_a_connection_lost_before_anything_was_typed_changes_nothing(switch: Switch, open_box: Open) -> None:
    """While it only looks, a broken connection is no unknown outcome."""
    session = open_box(switch.target())
    switch.set(fault="drop show running-config")

    with pytest.raises(ZdmError) as caught:
        set_relay(session, NEW)
    assert not isinstance(caught.value, OutcomeUnknownError)


def test_another_host_key_is_refused_before_the_logon(switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """A box with another key is another box: the sentence names both."""
    other = shown_fingerprint(keygen(tmp_path / "other"))

    with pytest.raises(WrongHostError, match="the project pins") as caught:
        open_box(switch.target(host_keys=(other,)))
    assert switch.server.host_key in str(caught.value)
    assert switch.state["heard"] == []


def test_a_box_without_a_pin_is_refused_with_the_key_it_shows(switch: Switch, open_box: Open) -> None:
    """Trust on first use is the technician's decision, not the program's."""
    with pytest.raises(WrongHostError, match="pins none") as caught:
        open_box(switch.target(host_keys=()))
    assert switch.server.host_key in str(caught.value)


def test_another_key_is_refused(switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """The box does not know this key."""
    with pytest.raises(AuthenticationError, match="is refused"):
        open_box(switch.target(key_file=keygen(tmp_path / "stranger")))


def test_a_passphrase_opens_the_key(start_sshd: Callable[..., Sshd], switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """With it the logon succeeds; without it, or with another, the sentence is about the key."""
    locked = keygen(tmp_path / "locked", "open sesame")
    server = start_sshd(switch.server.command, allowed=Path(f"{locked}.pub"))
    target = Switch(server, switch.state_file, locked, switch.user).target

    assert relay(open_box(target(passphrase=Secret("open sesame")))).servers == (OLD,)
    with pytest.raises(AuthenticationError, match="needs its passphrase"):
        open_box(target())
    with pytest.raises(AuthenticationError, match="cannot be read"):
        open_box(target(passphrase=Secret("close sesame")))


def test_a_missing_key_file_is_said(switch: Switch, open_box: Open, tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(AuthenticationError, match="there is no private key"):
        open_box(switch.target(key_file=tmp_path / "none"))


def test_a_jump_host_leads_there(start_sshd: Callable[..., Sshd], switch: Switch, open_box: Open) -> None:
    """Through another SSH server, whose key is pinned as well."""
    between = Switch(start_sshd(forwarding=True), switch.state_file, switch.key, switch.user)

    assert relay(open_box(switch.target(jump=between.target(name="jump")))).servers == (OLD,)
    with pytest.raises(WrongHostError):
        open_box(switch.target(jump=between.target(name="jump", host_keys=())))


def test_nobody_at_home_is_said(switch: Switch, open_box: Open) -> None:
    """No SSH on the port."""
    switch.server.stop()

    with pytest.raises(UnreachableError, match="no connection at ssh://127"):
        open_box(switch.target())


def test_an_account_that_may_only_look_is_refused_at_once(switch: Switch, open_box: Open) -> None:
    """A prompt that ends with > cannot configure; better said now than at night."""
    switch.set(sign=">")

    with pytest.raises(NativeExitError, match="not configure it"):
        open_box(switch.target())


@pytest.mark.parametrize("servers", [[], ["192.168.16.10; reload"], ["dc1"]])
def test_only_addresses_become_part_of_a_command(switch: Switch, open_box: Open, servers: list[str]) -> None:
    """Nothing else is typed."""
    session = open_box(switch.target())

    with pytest.raises(InputError):
        session.change("Set-ZdmDhcpRelay", interface="Vlan17", servers=servers)


def test_an_interface_without_relay_is_not_found(switch: Switch, open_box: Open) -> None:
    """Those that have one are named."""
    with pytest.raises(NotFoundError, match="Vlan17, Vlan18"):
        set_relay(open_box(switch.target()), NEW, interface="Vlan99")
