"""The demo by every way to the old server: the end of the world is that of the plain demo, and the journal names the way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "kerberos"))
from kdc import MISSING, Kdc

from zdm_automate.resources import shipped

OFFICE = "smallbiz"
OLD = "SBS"
Play = Callable[..., Path]


def play(folder: Path, reach: str = "{}", **environment: str) -> Path:
    """Plays the demo of the office whose old server offers this; gives the folder with lab and project."""
    text = (shipped("labs") / f"{OFFICE}.yaml").read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"  {OLD}: {{release"))
    (folder / "labs").mkdir(parents=True)
    (folder / "labs" / f"{OFFICE}.yaml").write_text(text.replace(line, f"{line[:-1]}, reach: {reach}}}"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "zdm_automate.demo", OFFICE, "--folder", str(folder)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The world after the plain demo."""
    return world(play(tmp_path_factory.mktemp("plain")))


def world(folder: Path) -> Any:
    """The saved world without its moments and without an order of what has none."""
    return still(json.loads((folder / f"{OFFICE}-lab" / "world.json").read_bytes()))


def still(value: Any) -> Any:
    match value:
        case dict():
            return {key: sorted(item) if key == "features" else still(item) for key, item in value.items()}
        case list():
            return [still(item) for item in value]
        case str() if re.match(r"\d{4}-\d\d-\d\dT", value):
            return "a moment"
    return value


def ways(folder: Path) -> set[tuple[str, str]]:
    """Transport and mechanism of every session with the old server, from the journals."""
    lines = [
        json.loads(line)
        for path in folder.glob(f"{OFFICE}/runs/*/journal.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    mine = [line["session"] for line in lines if line["event"] == "host.connected" and line["host"] == OLD]
    return {(session["transport"], session["auth"]) for session in mine}


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("reach", "way"),
    [("{psrp: false}", ("winrs", "ntlm")), ("{leaked_shells: 4}", ("psrp", "ntlm"))],
    ids=["winrs only", "four of five shells leaked"],
)
def test_another_way_ends_in_the_same_world(tmp_path: Path, plain: Any, reach: str, way: tuple[str, str]) -> None:
    """WinRS only, or one shell left of five: the rest of the product does not notice."""
    folder = play(tmp_path, reach)

    assert ways(folder) == {way}
    assert world(folder) == plain


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("more", "transport"), [("", "psrp"), (", psrp: false", "winrs")], ids=["over PSRP", "over WinRS"])
def test_kerberos_only_ends_in_the_same_world(tmp_path: Path, plain: Any, more: str, transport: str) -> None:
    """The old server takes tickets of the domain and nothing else."""
    if MISSING or find_spec("gssapi") is None:
        pytest.skip("no KDC, or no Kerberos for Python: apt-get install krb5-kdc krb5-admin-server krb5-user; make kerberos")
    (tmp_path / "kdc").mkdir()
    kdc = Kdc(tmp_path / "kdc", realm="EXAMPLE.LOCAL")
    kdc.make()
    kdc.add_account("Administrator", "Lab-Example-2026!")
    kdc.add_service("host/sbs.example.local")
    kdc.start()
    try:
        folder = play(tmp_path / "demo", f"{{kerberos_only: true{more}}}", ZDM_LAB_KEYTAB=str(kdc.keytab), **kdc.environment)
    finally:
        kdc.stop()

    assert ways(folder) == {(transport, "kerberos")}
    assert world(folder) == plain
