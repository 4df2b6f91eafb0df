"""A password of the nastiest characters, a full run with every debug switch on: it is in no file, no text, no process list."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import psutil
import pytest

from zdm_automate.lab.office import find_office
from zdm_automate.lab.state import LabFolder

CANARY = "Kän4ry \"q' %41&$HOME<x>\\n"
HOLDERS = {"password", "office.yaml"}
"""The files that hold the lab's password on purpose."""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name != "posix", reason="looks at /proc"),
]


def coded(secret: str) -> dict[str, bytes]:
    """The encodings that are searched for, made here and not by what redacts."""
    made = {
        "plain": secret,
        "url": quote(secret, safe=""),
        "form": quote_plus(secret),
        "json": json.dumps(secret)[1:-1],
        "json beyond ascii": json.dumps(secret, ensure_ascii=False)[1:-1],
        "xml": escape(secret),
        "xml attribute": escape(secret, {'"': "&quot;", "'": "&apos;"}),
        "clixml": "".join(sign if sign.isascii() else f"_x{ord(sign):04X}_" for sign in secret),
        "clixml of all": "".join(sign if sign.isascii() and sign.isalnum() else f"_x{ord(sign):04X}_" for sign in secret),
        "powershell": secret.replace("'", "''"),
        "hex": secret.encode().hex(),
        "hex utf-16": secret.encode("utf-16-le").hex(),
    }
    found = {name: text.encode() for name, text in made.items()}
    found["utf-16"] = secret.encode("utf-16-le")
    for encoding in ("utf-8", "utf-16-le"):
        for offset in range(3):
            text = base64.b64encode(b"\0" * offset + secret.encode(encoding))
            found[f"base64 {encoding} at {offset}"] = text[(0, 2, 3)[offset] : len(text) - 4]
    return found


def leaks(content: bytes) -> list[str]:
    """In which encodings the canary stands there; hexadecimal in either case."""
    low = content.lower()
    return [name for name, form in coded(CANARY).items() if form in content or (name.startswith("hex") and form.lower() in low)]


REPLACED = {
    "password: Lab-Tiny-2026!": f"password: {json.dumps(CANARY)}",
}
WINRS_ONLY = {'NEW: {release: "2022", ': 'NEW: {release: "2022", reach: {psrp: false}, '}
"""The new server, which is the one that is handed a credential, offers no PowerShell remoting."""

RECORDED = "transcripts"
POLICIES = {
    "PowerShellPolicies": {
        "Transcription": {"EnableTranscripting": True, "EnableInvocationHeader": True},
        "ScriptBlockLogging": {"EnableScriptBlockLogging": True, "EnableScriptBlockInvocationLogging": True},
        "ModuleLogging": {"EnableModuleLogging": True, "ModuleNames": ["*"]},
    }
}
"""What an administrator may have switched on for every PowerShell of a computer."""


def transcribed(lab: Path, folder: Path) -> None:
    """Has every PowerShell of a lab write down what it is told and what it says."""
    where = lab / "pwsh" / "home" / ".config" / "powershell"
    where.mkdir(parents=True)
    text = json.dumps(POLICIES).replace(
        '"EnableTranscripting"', f'"OutputDirectory": {json.dumps(str(folder))}, "EnableTranscripting"'
    )
    (where / "powershell.config.json").write_text(text, encoding="utf-8")


def office_of(home: Path, way: str) -> Path:
    """The office `tiny` with the canary as its password, and with a host that is reached that way."""
    office = home / "office.yaml"
    text = find_office("tiny").read_text(encoding="utf-8")
    for old, new in {**REPLACED, **(WINRS_ONLY if way == "winrs" else {})}.items():
        assert old in text
        text = text.replace(old, new)
    office.write_text(text, encoding="utf-8")
    return office


@pytest.fixture(
    scope="module",
    params=["psrp", "winrs", pytest.param("powershell", marks=pytest.mark.pwsh)],
)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every sink of a run: over PSRP with a fault, resume and undo; over WinRS; on real PowerShells with transcripts."""
    home = tmp_path_factory.mktemp("canary")
    office = office_of(home, request.param)
    lab, project = home / "lab", home / "project"
    engine = ["--engine", "pwsh"] if request.param == "powershell" else []
    if engine:
        transcribed(lab, home / RECORDED)
    clean = {**os.environ, "ZDM_LAB_DIR": str(lab), "ZDM_PROJECT": str(project)}
    loud = {**clean, "ZDM_DEBUG": "1", "ZDM_CANARY": CANARY, "PYTHONASYNCIODEBUG": "1"}
    sinks: dict[str, bytes] = {}

    def zdm(*words: str, environ: dict[str, str] = loud) -> None:
        command = [sys.executable, "-m", "zdm_automate.cli", *words]
        name = f"output of {' '.join(words[:2])} {len(sinks)}"
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            watched = psutil.Process(process.pid)
            lines: list[bytes] = []
            while process.poll() is None:
                lines += processes(watched)
                time.sleep(0.05)
            assert process.stdout is not None
            sinks[name] = process.stdout.read()
            sinks[f"processes of {name}"] = b"\n".join(lines)

    zdm("lab", "up", str(office), *engine, environ=clean)
    try:
        zdm("new", str(project))
        path = project / "project.yaml"
        relative = os.path.relpath(lab / "password", project)
        content = path.read_text(encoding="utf-8")
        assert f"file:{relative}" in content
        path.write_text(content.replace(f"file:{relative}", "env:ZDM_CANARY"), encoding="utf-8")
        for words in (["check"], ["plan", "dhcp_cutover"], ["apply", "latest"], ["lab", "clock", "+2h"]):
            zdm(*words)
        zdm("plan", "dhcp_cutover")
        if request.param == "psrp":
            zdm("lab", "fault", "OLD", "401", "--action", "Receive", "--skip", "14")
        zdm("apply", "latest")
        if request.param == "psrp":
            zdm("status")
            zdm("lab", "fault", "OLD", "none")
            zdm("resume")
            zdm("undo", "latest")
            zdm("journal", "show")
        zdm("report")
        pid = LabFolder(lab).info().pid
        sinks["processes of the lab"] = b"\n".join(processes(psutil.Process(pid)))
    finally:
        zdm("lab", "down", environ=clean)
    for file in sorted(home.rglob("*")):
        if file.is_file() and file.name not in HOLDERS:
            sinks[str(file.relative_to(home))] = file.read_bytes()
    return sinks


def processes(one: psutil.Process) -> list[bytes]:
    """The argument list of a process, and argument lists and environments of all that it started."""
    found: list[bytes] = []
    try:
        found.append(" ".join(one.cmdline()).encode())
        for child in one.children(recursive=True):
            found += [" ".join(child.cmdline()).encode(), json.dumps(child.environ(), ensure_ascii=False).encode()]
    except psutil.Error:
        pass  # it ended meanwhile
    return found


def test_the_canary_is_nowhere(ran: dict[str, bytes]) -> None:
    """No hit in any encoding in any sink."""
    assert {name: found for name, content in ran.items() if (found := leaks(content))} == {}


def test_every_kind_of_sink_was_searched(ran: dict[str, bytes]) -> None:
    """Journals, plans, reports, logs, pins, world, call log, outputs, processes; and the run was a full one."""
    names = " ".join(ran)
    wanted = (
        "journal.jsonl",
        "plans/",
        "report.html",
        "zdm-debug.log",
        "hosts.lock.json",
        "world.json",
        "calls.jsonl",
        "lab.log",
        "output of apply",
        "processes of output of apply",
        "processes of the lab",
    )
    journals = [content for name, content in ran.items() if name.endswith("journal.jsonl")]

    assert [name for name in wanted if name not in names] == []
    assert any(b'"Copy-ZdmFile"' in content and b'"result":"done"' in content for content in journals)
    assert len(ran["project/zdm-debug.log"]) > 100_000


def test_the_transcripts_are_those_of_the_run(ran: dict[str, bytes], request: pytest.FixtureRequest) -> None:
    """Where PowerShells ran they wrote down the verb that was handed the credential; where it had to be it went over WinRS."""
    way = request.node.callspec.params["ran"]
    transcripts = [content for name, content in ran.items() if name.startswith(f"{RECORDED}/")]
    journals = [content for name, content in ran.items() if name.endswith("journal.jsonl")]

    assert any(b"Copy-ZdmFile" in content for content in transcripts) == (way == "powershell")
    assert any(b'"transport":"winrs"' in content for content in journals) == (way == "winrs")


@pytest.mark.parametrize("encoding", coded(CANARY))
def test_a_leak_planted_in_any_sink_is_found(ran: dict[str, bytes], encoding: str) -> None:
    """In each encoding, in the middle of each sink."""
    form = coded(CANARY)[encoding]
    blind = [
        name
        for name, content in ran.items()
        if not leaks(content[: len(content) // 2] + b" " + form + b" " + content[len(content) // 2 :])
    ]

    assert blind == []


def test_what_redacts_knows_every_encoding_that_is_searched_for() -> None:
    """A secret that a host sends back in any of them does not reach a file."""
    from zdm_automate.redaction import Redactor  # noqa: PLC0415
    from zdm_automate.secrets import Secret  # noqa: PLC0415

    redactor = Redactor([Secret(CANARY)])
    texts = {name: form.decode() for name, form in coded(CANARY).items() if name != "utf-16" and "base64" not in name}
    for encoding in ("utf-8", "utf-16-le"):
        for lead in (b"", b"x", b"xy"):
            texts[f"{encoding} after {lead!r}"] = base64.b64encode(lead + CANARY.encode(encoding) + b"z").decode()

    assert all(leaks(f"a {text} b".encode()) for text in texts.values())
    assert [name for name, text in texts.items() if leaks(redactor.text(f"a {text} b").encode())] == []
