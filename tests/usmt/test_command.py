"""The command lines of USMT, and what is refused before one is run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zdm_automate.errors import InputError
from zdm_automate.usmt.command import Capture, Restore, below, is_absolute, verify_call

CAPTURE = Capture(
    folder=r"C:\Zdm\usmt\amd64",
    store=r"\\NEW\zdm-usmt$\PC07\20261125-2000\store",
    logs=r"C:\Zdm\jobs\1\logs",
    users=(r"/ue:*\*", r"/ui:HOLM\anna"),
)
RESTORE = Restore(folder=r"C:\Zdm\usmt\amd64", store=CAPTURE.store, logs=r"C:\Zdm\jobs\2\logs")


def test_a_capture_has_its_switches() -> None:
    """Shadow copy, no network drives, logs outside of the store, users as chosen, and no /c."""
    made = CAPTURE.call()

    assert made.program == r"C:\Zdm\usmt\amd64\scanstate.exe"
    assert made.arguments == (
        CAPTURE.store,
        r"/i:C:\Zdm\usmt\amd64\MigDocs.xml",
        r"/i:C:\Zdm\usmt\amd64\MigApp.xml",
        r"/ue:*\*",
        r"/ui:HOLM\anna",
        "/v:5",
        r"/l:C:\Zdm\jobs\1\logs\scan.log",
        r"/progress:C:\Zdm\jobs\1\logs\scan-progress.log",
        "/localonly",
        "/efs:copyraw",
        r"/listfiles:C:\Zdm\jobs\1\logs\scan-files.log",
        "/vsc",
    )
    assert made.progress == r"C:\Zdm\jobs\1\logs\scan-progress.log"


def test_an_estimate_makes_no_store_and_lists_no_files() -> None:
    """/p with a file; neither /listfiles nor /vsc nor encryption."""
    words = replace(CAPTURE, estimate=r"C:\Zdm\jobs\1\size.xml", key_file=r"C:\Zdm\jobs\1\store.key").call().arguments

    assert r"/p:C:\Zdm\jobs\1\size.xml" in words
    assert not [word for word in words if word.startswith(("/listfiles", "/vsc", "/encrypt", "/key"))]


def test_the_key_is_a_file_on_the_line_and_never_a_key() -> None:
    """/encrypt and /decrypt with the same algorithm."""
    scan = replace(CAPTURE, key_file=r"C:\Zdm\jobs\1\store.key").call().arguments
    load = replace(RESTORE, key_file=r"C:\Zdm\jobs\2\store.key").call().arguments

    assert {"/encrypt:AES_256", r"/keyfile:C:\Zdm\jobs\1\store.key"} <= set(scan)
    assert {"/decrypt:AES_256", r"/keyfile:C:\Zdm\jobs\2\store.key"} <= set(load)
    assert not [word for word in (*scan, *load) if word.startswith("/key:")]


def test_a_restore_has_none_of_the_switches_of_a_capture() -> None:
    """Loadstate knows no /vsc, /efs, /localonly, /listfiles."""
    made = replace(RESTORE, domains=(("OLD", "HOLM"),), renamed=((r"OLD\a", r"HOLM\anna"),), local_accounts=True).call()

    assert not [w for w in made.arguments if w.startswith(("/vsc", "/efs", "/localonly", "/listfiles", "/p:"))]
    assert {"/md:OLD:HOLM", r"/mu:OLD\a:HOLM\anna", "/lac"} <= set(made.arguments)


def test_where_a_user_arrives() -> None:
    """A renamed user by /mu, else the first /md that fits, else as he was."""
    made = replace(RESTORE, domains=(("OL?", "HOLM"), ("*", "REST")), renamed=((r"OLD\a", r"HOLM\anna"),))

    assert made.arrives_as(r"old\A") == r"HOLM\anna"
    assert made.arrives_as(r"OLD\bert") == r"HOLM\bert"
    assert made.arrives_as(r"PC07\x") == r"REST\x"
    assert RESTORE.arrives_as(r"OLD\bert") == r"OLD\bert"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"store": "D:\\"}, "store path"),
        ({"store": r"\\server\share"}, "store path"),
        ({"store": r"stores\PC07"}, "store path"),
        ({"store": r"D:\stores\\PC07"}, "doubled backslash"),
        ({"store": "D:\\" + "x" * 300}, "longer than 256"),
        ({"logs": r"\\server\share\logs"}, "on a drive of the PC"),
        ({"logs": CAPTURE.store + r"\logs", "store": CAPTURE.store}, "on a drive of the PC"),
        ({"store": r"C:\Zdm\jobs"}, "where they would be overwritten"),
        ({"rules": ()}, "no rule file"),
        ({"rules": ("MigDocs.xml", "Config.xml")}, "Config.xml is given as a rule"),
        ({"rules": ("MigDocs.xml", "MigUser.xml")}, "use one"),
        ({"rules": ("MigDocs.xml", "migdocs.XML")}, "twice"),
        ({"algorithm": "ROT13"}, "no algorithm"),
        ({"folder": "usmt"}, "no full path"),
    ],
)
def test_what_the_tool_refuses_or_takes_wrongly_is_refused_first(changes: dict[str, object], text: str) -> None:
    """Each with a sentence."""
    with pytest.raises(InputError, match=text):
        replace(CAPTURE, **changes).call()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"renamed": ((r"OLD\*", r"HOLM\x"),)}, "no wildcards"), ({"domains": (("OLD", "HO*"),)}, "names no new domain")],
)
def test_a_wrong_renaming_is_refused(changes: dict[str, object], text: str) -> None:
    """/mu takes no wildcards, and nobody can arrive in a domain with a star."""
    with pytest.raises(InputError, match=text):
        replace(RESTORE, **changes).call()  # type: ignore[arg-type]


def test_a_store_is_checked_by_its_image() -> None:
    """Usmtutils wants the file, not the folder."""
    made = verify_call(RESTORE.folder, RESTORE.store, key_file=r"C:\k")

    assert made.arguments == ("/verify:all", RESTORE.store + r"\USMT\USMT.MIG", "/decrypt:AES_256", r"/keyfile:C:\k")


def test_a_line_quotes_what_has_blanks() -> None:
    """As it would be typed."""
    made = replace(CAPTURE, users=(r"/ui:HOLM\anna b",)).call()

    assert r'"/ui:HOLM\anna b"' in made.line()


def test_paths_are_compared_as_windows_does() -> None:
    """Whatever the case, and only whole names."""
    assert below(r"d:\STORE\logs", r"D:\store")
    assert not below(r"D:\store2", r"D:\store")
    assert not is_absolute("C:\\a?")
