"""The share verbs on a server before 2012: by WMI and `net session`; what WMI answers, loses or does not tell."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.shares import Share as ShareFact
from zdm_automate.facts.shares import ShareSession
from zdm_automate.lab import call as lab_call
from zdm_automate.lab.call import Native
from zdm_automate.lab.cmdlets import shares_wmi
from zdm_automate.lab.twins import share_rows
from zdm_automate.lab.world.smb import SmbSession
from zdm_automate.resources import folders

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

READ = "O:BAG:DUD:(A;;0x1200a9;;;WD)"
FIRMA = "O:BAG:DUD:(A;;FA;;;BA)(A;;0x1301bf;;;DU)"


@pytest.fixture
def world(office: Callable[[str], World]) -> World:
    """The office whose server is an SBS 2011; its first share is for ten users."""
    made = office("sbsfiles")
    share = made.smb["SBS"].share("Firma")
    assert share is not None
    return made.with_smb("SBS", made.smb["SBS"].with_share(replace(share, limit=10)))


@pytest.fixture(params=["2003", "2008", "2008r2", "sbs2011"])
def old(request: pytest.FixtureRequest, world: World) -> World:
    """The same, of every release without the module."""
    return world.with_host(replace(world.hosts["SBS"], release=request.param))


def answering(monkeypatch: pytest.MonkeyPatch, method: str, answer: Callable[..., Any], name: str = "Win32_Share") -> None:
    """Windows answers a method otherwise."""
    monkeypatch.setitem(lab_call.WMI_METHODS, (name.casefold(), method.casefold()), answer)


# --- what is read ---


def test_shares_are_read_without_the_module(do: Do, old: World) -> None:
    """Those that people use, with their permissions; what WMI does not tell is not made up."""
    rows = [from_wire(row) for row in do(old, "SBS", "Get-ZdmShare").rows]

    assert rows == [
        ShareFact(
            name="Firma",
            path="D:\\Shares\\Firma",
            description="everyday work",
            caching_mode=None,
            enumeration_mode=None,
            user_limit=10,
            encrypt_data=None,
            sddl=FIRMA,
        ),
        ShareFact(
            name="Scan",
            path="D:\\Shares\\Scan",
            description="",
            caching_mode=None,
            enumeration_mode=None,
            user_limit=0,
            encrypt_data=None,
            sddl="O:SYG:SYD:(A;;FA;;;BA)(A;;0x1200a9;;;DU)",
        ),
    ]


@pytest.mark.parametrize("verb", ["Get-ZdmShare", "Get-ZdmShareSession"])
def test_a_server_whose_service_is_stopped_does_not_look_empty(do: Do, world: World, verb: str) -> None:
    """WMI shows no share then, which is no answer."""
    host = world.hosts["SBS"]
    stopped = host.with_service(replace(host.services["LanmanServer"], state="Stopped"))
    error = do(world.with_host(stopped), "SBS", verb).error

    assert error is not None
    assert (error.error_id, error.target) == ("ZdmPrecondition", "LanmanServer")


@pytest.mark.parametrize("told", [{"DACL": None}, {"ControlFlags": 0x8000}, {"DACL": [{"AceType": 5}]}])
def test_permissions_that_are_not_told_are_empty(
    do: Do, world: World, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]
) -> None:
    """No list, one that does not count, and a line of another sort: nobody may take them for everyone or nobody."""
    usual = shares_wmi.get_security_descriptor

    def answer(call: Any, row: Any, /) -> Any:
        made = usual(call, row)
        return {**made, "Descriptor": {**made["Descriptor"], **told}}

    answering(monkeypatch, "GetSecurityDescriptor", answer, "Win32_LogicalShareSecuritySetting")

    assert {row["Sddl"] for row in do(world, "SBS", "Get-ZdmShare").rows} == {""}


def test_a_limit_that_is_not_told_does_not_become_nobody(do: Do, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is no limit, also when it is given back: a limit of 0 would let nobody in."""
    usual, given = shares_wmi.win32_share, []

    def answer(call: Any) -> Any:
        return ({**row, "AllowMaximum": row["Type"] != 0, "MaximumAllowed": None} for row in usual(call))

    def kept(call: Any, row: Any, /, **more: Any) -> Any:
        given.append(more["MaximumAllowed"])
        return shares_wmi.set_share_info(call, row, **more)

    monkeypatch.setitem(lab_call.WMI, "win32_share", answer)
    answering(monkeypatch, "SetShareInfo", kept)
    read = do(world, "SBS", "Get-ZdmShare").rows
    done = do(world, "SBS", "Set-ZdmShareAcl", Name="Firma", Sddl=READ)

    assert ([row["UserLimit"] for row in read], done.error, given) == ([0, 0], None, [shares_wmi.NO_LIMIT])


def test_an_owner_that_nobody_set_is_told_as_windows_sets_one(do: Do, world: World) -> None:
    """A script of long ago has set permissions alone; without an owner they could not be given to another server."""
    share = world.smb["SBS"].share("Scan")
    assert share is not None
    bare = world.with_smb("SBS", world.smb["SBS"].with_share(replace(share, sddl="D:(A;;FA;;;BA)")))

    assert [row["Sddl"] for row in do(bare, "SBS", "Get-ZdmShare").rows] == [FIRMA, "O:SYG:SYD:(A;;FA;;;BA)"]


def test_a_share_without_settings_has_no_permissions_told(do: Do, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was made long ago without a descriptor."""
    monkeypatch.setitem(lab_call.WMI, "win32_logicalsharesecuritysetting", lambda _: ())

    assert {row["Sddl"] for row in do(world, "SBS", "Get-ZdmShare").rows} == {""}


def test_a_session_is_a_computer(do: Do, old: World) -> None:
    """Two people at one computer are one session, for such a server ends them together."""
    rows = [from_wire(row) for row in do(old, "SBS", "Get-ZdmShareSession").rows]

    assert rows == [
        ShareSession(session_id=r"\\192.168.62.21", user="anna, dan", client="192.168.62.21", open_files=(), open_count=1),
        ShareSession(session_id=r"\\192.168.62.22", user="ben, cora", client="192.168.62.22", open_files=(), open_count=0),
    ]


# --- what is changed ---


def test_permissions_are_set_and_everything_else_stays(do: Do, old: World) -> None:
    """Limit and description go along as they are; a second call changes nothing, the old permissions come back."""
    done = do(old, "SBS", "Set-ZdmShareAcl", Name="firma", Sddl=READ)
    share = done.world.smb["SBS"].share("Firma")

    assert share is not None
    assert (share.sddl, share.limit, share.description) == (READ, 10, "everyday work")
    (row,) = do(done.world, "SBS", "Set-ZdmShareAcl", Name="Firma", Sddl="O:S-1-5-32-544G:DUD:(A;;0x1200A9;;;S-1-1-0)").rows
    assert row["Changed"] is False
    back = do(done.world, "SBS", "Set-ZdmShareAcl", Name="Firma", Sddl=FIRMA).world.smb["SBS"].share("Firma")
    assert back is not None
    assert back.sddl == FIRMA


@pytest.mark.parametrize("lost", [{"limit": 0}, {"description": ""}])
def test_a_windows_that_loses_something_is_noticed(
    do: Do, world: World, monkeypatch: pytest.MonkeyPatch, lost: dict[str, Any]
) -> None:
    """The read-back looks at more than the permissions."""
    usual = shares_wmi.set_share_info

    def answer(call: Any, row: Any, /, **given: Any) -> Any:
        made = usual(call, row, **given)
        share = call.world.smb["SBS"].share("Firma")
        call.update(call.world.with_smb("SBS", call.world.smb["SBS"].with_share(replace(share, **lost))))
        return made

    answering(monkeypatch, "SetShareInfo", answer)
    error = do(world, "SBS", "Set-ZdmShareAcl", Name="Firma", Sddl=READ).error

    assert error is not None
    assert error.error_id == "ZdmVerifyFailed"


@pytest.mark.parametrize(
    ("code", "error_id", "said"),
    [
        (2, "ZdmAccessDenied", "ended with code 2: access is denied."),
        (8, "ZdmNativeExit", "ended with code 8: an unknown failure."),
        (9, "ZdmNativeExit", "ended with code 9: the name is not valid."),
        (10, "ZdmNativeExit", "ended with code 10: the level is not valid."),
        (21, "ZdmNativeExit", "ended with code 21: a parameter is not valid."),
        (22, "ZdmAlreadyExists", "ended with code 22: there is a share of that name already."),
        (23, "ZdmNativeExit", "ended with code 23: the path is redirected."),
        (24, "ZdmNotFound", "ended with code 24: there is no such folder or device."),
        (25, "ZdmNotFound", "ended with code 25: there is no share of that name."),
        (2123, "ZdmNativeExit", "ended with code 2123: no reason is documented."),
    ],
)
@pytest.mark.parametrize(
    ("method", "verb", "arguments"),
    [
        ("SetShareInfo", "Set-ZdmShareAcl", {"Name": "Firma", "Sddl": READ}),
        ("Delete", "Remove-ZdmShare", {"Name": "Firma"}),
        ("Create", "New-ZdmShare", {"Name": "Neu", "Path": "D:\\Neu", "Sddl": READ}),
    ],
)
def test_every_code_is_a_sentence(  # noqa: PLR0913, PLR0917 - two tables and what they need
    do: Do,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    error_id: str,
    said: str,
    method: str,
    verb: str,
    arguments: dict[str, str],
) -> None:
    """A method of Win32_Share never throws: its code is what tells."""
    answering(monkeypatch, method, lambda *_, **__: {"ReturnValue": code})
    error = do(world, "SBS", verb, **arguments).error

    assert error is not None
    assert error.error_id == error_id
    assert error.message == f"{method} of the share '{arguments['Name']}' {said}"


def test_script_and_twin_have_the_same_sentences() -> None:
    """The codes that no model gives are compared as they are written."""
    text = (folders("ps_scripts")[-1] / "prelude.ps1").read_text(encoding="ascii")
    body = text.partition("function Assert-ZdmShareAnswer")[2].partition("\nfunction ")[0]
    words, classes = body.partition("$classes")[0], body.partition("$classes")[2].partition("}")[0]

    assert dict(re.findall(r"'(\d+)' += '([^']+)'", words)) == {str(code): said for code, said in share_rows.WORDS.items()}
    assert dict(re.findall(r"'(\d+)' = '([^']+)'", classes)) == {str(code): said for code, said in share_rows.CLASSES.items()}
    assert "$words['9'] = 'a privilege is missing'" in words


@pytest.mark.parametrize(
    ("code", "error_id", "said"),
    [
        (2, "ZdmAccessDenied", "access is denied"),
        (8, "ZdmNativeExit", "an unknown failure"),
        (9, "ZdmNativeExit", "a privilege is missing"),
        (21, "ZdmNativeExit", "a parameter is not valid"),
    ],
)
def test_permissions_that_cannot_be_read_are_an_error(
    do: Do, world: World, monkeypatch: pytest.MonkeyPatch, code: int, error_id: str, said: str
) -> None:
    """Code 9 has another meaning here."""
    refused = {"ReturnValue": code}
    answering(monkeypatch, "GetSecurityDescriptor", lambda *_: refused, "Win32_LogicalShareSecuritySetting")
    error = do(world, "SBS", "Get-ZdmShare").error

    assert error is not None
    assert (error.error_id, error.message) == (
        error_id,
        f"GetSecurityDescriptor of the share 'Firma' ended with code {code}: {said}.",
    )


def test_an_empty_list_is_refused(do: Do, world: World) -> None:
    """WMI shows it like one that lets everybody in: nobody could tell what was set."""
    done = do(world, "SBS", "Set-ZdmShareAcl", Name="Firma", Sddl="O:SYG:SYD:")

    assert done.error is not None
    assert done.error.error_id == "ZdmPrecondition"
    assert done.world == world


def test_a_share_goes_and_comes_back(do: Do, old: World) -> None:
    """With the definition that the record holds."""
    plain = old.smb["SBS"].share("Firma")
    assert plain is not None
    old = old.with_smb("SBS", old.smb["SBS"].with_share(replace(plain, enumeration="Unrestricted")))
    gone = do(old, "SBS", "Remove-ZdmShare", Name="Firma")
    (row,) = gone.rows

    assert gone.world.smb["SBS"].share("Firma") is None
    given = {name: row["Before"][name] for name in ("Path", "Sddl", "Description", "UserLimit")}
    back = do(gone.world, "SBS", "New-ZdmShare", Name="Firma", **given)
    assert back.world.smb["SBS"].share("Firma") == old.smb["SBS"].share("Firma")


@pytest.mark.parametrize("lost", [{"MaximumAllowed": 5}, {"Access": None}])
def test_a_share_that_is_not_as_asked_for_is_noticed(
    do: Do, world: World, monkeypatch: pytest.MonkeyPatch, lost: dict[str, Any]
) -> None:
    """A Windows that takes another limit, or gives everybody the right to read."""
    answering(monkeypatch, "Create", lambda call, row, **given: shares_wmi.create(call, row, **{**given, **lost}))
    error = do(world, "SBS", "New-ZdmShare", Name="Neu", Path="D:\\Neu", Sddl=FIRMA, UserLimit=10).error

    assert error is not None
    assert error.error_id == "ZdmVerifyFailed"


@pytest.mark.parametrize("more", [{"CachingMode": "None"}, {"EnumerationMode": "AccessBased"}])
def test_what_cannot_be_set_is_not_promised(do: Do, world: World, more: dict[str, str]) -> None:
    """The share is not made either."""
    done = do(world, "SBS", "New-ZdmShare", Name="Neu", Path="D:\\Neu", Sddl=READ, **more)

    assert done.error is not None
    assert done.error.error_id == "ZdmUnsupported"
    assert done.world == world


def test_a_share_of_administrators_is_none_of_ours(do: Do, world: World) -> None:
    """Its permissions are not read by WMI and not set."""
    error = do(world, "SBS", "Set-ZdmShareAcl", Name="C$", Sddl=READ).error

    assert error is not None
    assert error.error_id == "ZdmNotFound"


# --- sessions ---


def test_a_computer_loses_all_its_sessions(do: Do, old: World) -> None:
    """Two users at once; a second call finds nobody."""
    done = do(old, "SBS", "Close-ZdmShareSession", SessionId=r"\\192.168.62.22")
    (row,) = done.rows

    assert (row["Changed"], row["Before"], row["After"]) == (
        True,
        {"Exists": True, "User": "ben, cora"},
        {"Exists": False, "User": ""},
    )
    assert [one.number for one in done.world.smb["SBS"].sessions] == [1001, 1004]
    (again,) = do(done.world, "SBS", "Close-ZdmShareSession", SessionId=r"\\192.168.62.22").rows
    assert again["Changed"] is False


def _later(world: World) -> World:
    return replace(world, now=world.now + timedelta(minutes=5))


def test_who_connects_again_is_not_taken_for_who_was_there(do: Do, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that has the share open connects at once; the connection is a new one, with the rights of now."""
    usual = shares_wmi.net

    def answer(call: Any, argv: Any, /) -> Native:
        made = usual(call, argv)
        again = SmbSession(number=2000, user="X\\ben", client="192.168.62.22", since=call.world.now.isoformat())
        server = call.world.smb["SBS"]
        call.update(call.world.with_smb("SBS", replace(server, sessions=(*server.sessions, again))))
        return made

    monkeypatch.setitem(lab_call.NATIVES, "net", answer)
    done = do(_later(world), "SBS", "Close-ZdmShareSession", SessionId=r"\\192.168.62.22")

    assert done.error is None
    assert [row["Changed"] for row in done.rows] == [True]


@pytest.mark.parametrize(
    ("run", "error_id", "said"),
    [
        (Native(0), "ZdmVerifyFailed", ""),
        (Native(2, (), ("", "Systemfehler 5 aufgetreten.")), "ZdmNativeExit", "Systemfehler 5 aufgetreten."),
        (Native(2), "ZdmNativeExit", "exit code 2"),
    ],
)
def test_a_session_that_does_not_end_is_an_error(
    do: Do, world: World, monkeypatch: pytest.MonkeyPatch, run: Native, error_id: str, said: str
) -> None:
    """Whether the program admits it or not."""
    monkeypatch.setitem(lab_call.NATIVES, "net", lambda *_: run)
    error = do(_later(world), "SBS", "Close-ZdmShareSession", SessionId=r"\\192.168.62.22").error

    assert error is not None
    assert error.error_id == error_id
    assert said in error.message
