"""What the tests of the replication of shares begin with: facts of two servers, and jobs that have ended in all ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from zdm_automate.facts.host import HostInventory
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.project import PROJECT, SignOff, Temporary
from zdm_automate.facts.shares import DfsTarget, FileSample, Share, ShareSession
from zdm_automate.facts.store import Facts
from zdm_automate.model import Row
from zdm_automate.planner import plan_items
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders

BOOK = load_playbook("share_replication", folders("playbooks"))
PASSES = __import__("zdm_playbooks._share_passes", fromlist=["x"])
TEXTS = __import__("zdm_playbooks._share_intent", fromlist=["x"])
NOW = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)
LINK = r"\\example.org\files\Data"
DATA = Share(
    name="Data",
    path="D:\\Data",
    description="",
    caching_mode="Manual",
    enumeration_mode="Unrestricted",
    user_limit=0,
    encrypt_data=False,
    sddl="O:SYG:SYD:(A;;0x1301bf;;;WD)",
)
TARGET = replace(DATA, path="E:\\Data", sddl=TEXTS.denied(DATA.sddl, TEXTS.CLOSED))
HEAD = "-" * 78


def intent(**more: Any) -> Any:
    share = {"name": "Data", "source": "D:\\Data", "target": "E:\\Data", "dfs": LINK}
    return BOOK.intent_of({"shares": [share], "old_name": "OLD", "new_name": "NEW"} | more)


WANTED = intent()
SHARE = WANTED.shares[0]


def table(total: int, copied: int = 0, skipped: int = 0, extras: int = 0, failed: int = 0) -> tuple[str, ...]:
    row = "".join(f"{value:>10}" for value in (total, copied, skipped, 0, failed, extras))
    return (HEAD, f"    Dirs :{row}", f"   Files :{row}", f"   Bytes :{row}")


def job(what: str, number: int = 1, *, code: str | None = "1", tail: tuple[str, ...] = (), **more: Any) -> Job:
    made = Job(
        job_id=PASSES.number_of(WANTED, SHARE, what, number),
        kind=PASSES.KINDS[what],
        title=what,
        command="",
        run_as="",
        created_utc="",
        launched=True,
        registered=True,
        task_state="Ready" if code else "Running",
        task_result=0,
        started_utc="2026-03-03T20:00:00.0000000Z",
        ended_utc="2026-03-03T20:10:00.0000000Z" if code else None,
        exit_text=code,
        closing=False,
        stopped=False,
        process_id=None,
        processes=0 if code else 2,
        booted_utc="2026-03-01T06:00:00.0000000Z",
        log_name="robocopy.log",
        log_bytes=0,
        log_offset=0,
        last_output_utc=None,
        tail=tail,
        total_bytes=None,
        free_bytes_before=None,
        free_bytes_now=None,
    )
    return replace(made, **more)


FOUND = (
    "folder\t7\t0",
    "file\t100\t900",
    "link\t1\t0\tD:\\Data\\elsewhere",
    "orphan\t2\t0\tD:\\Data\\a\tD:\\Data\\b",
    "unseen\t0\t0",
)
SAME = ("sampled\t100\t900\tD:\\Data\\a", "missing\t0\t0", "files\t100\t0")
SURVEY = (
    job("total", tail=table(100, 100)),
    job("databases", code="0", tail=table(0)),
    job("encrypted", code="0", tail=table(0)),
    job("survey", code="0", tail=FOUND, log_name="survey.log"),
)
KNOWN = SignOff(item="B-020", step="left-Data", by="Kim", at_utc="2026-03-02T12:00:00+00:00")
"""Somebody has signed what the passes do not carry."""
SEEDED = (
    *SURVEY,
    job("seed", tail=table(100, 100)),
    job("delta", tail=table(100, 5, 95)),
    job("acl", code="0", tail=table(100)),
)
COMPARED = (
    job("compare", code="0", tail=table(100, 0, 100)),
    job("sample", code="0", tail=SAME, log_name="sample.log"),
)
FINAL = (*SEEDED, job("newer", code="0", tail=table(100)), job("final", tail=table(100, 3, 97)))


MACHINE = HostInventory(
    os_caption="Windows Server",
    os_version="6.3.9600",
    service_pack=0,
    product_type=3,
    product_suite=0,
    installed_at_utc=None,
    last_boot_utc=None,
    ps_version="4.0",
    domain="example.org",
    domain_role=3,
    system_type="x64",
    manufacturer="",
    model="",
    serial_number="",
    machine_uuid="",
    windows_serial="",
    memory_bytes=0,
    culture="en-US",
)


def facts(
    *jobs: Job,
    old: tuple[Share, ...] = (DATA,),
    new: tuple[Share, ...] = (TARGET,),
    hosts: tuple[str, str] = ("OLD", "NEW"),
    **by: Any,
) -> Facts:
    made = Facts(taken_at=NOW, hosts={"old": hosts[0], "new": hosts[1]})
    targets = [
        DfsTarget(path=LINK, target_path=rf"\\{server}\Data", state=state)
        for server, state in zip(("OLD", "NEW"), by.get("targets", ("Online", "Offline")), strict=True)
    ]
    for role, kind, rows in (
        ("old", HostInventory, by.get("machine", (MACHINE,))),
        ("new", HostInventory, (replace(MACHINE, os_version=by.get("release", "10.0.20348")),)),
        ("old", Share, old),
        ("new", Share, new),
        ("old", ShareSession, by.get("sessions", ())),
        ("new", ShareSession, by.get("busy", ())),
        ("new", Job, [one for one in jobs if one.kind != "survey"]),
        ("old", Job, [one for one in jobs if one.kind == "survey"]),
        ("new", FileSample, by.get("held", ())),
        ("new", DfsTarget, targets),
        (PROJECT, SignOff, by.get("signed", (KNOWN,))),
        (PROJECT, Temporary, ()),
    ):
        made = made.with_facts(role, kind.zdm_type, rows)
    return made


def rows(item: str, found: Facts, wanted: Any = WANTED) -> list[Row]:
    return [row for one in plan_items(BOOK.items, found, wanted) if one.id == item for row in one.rows]


def started(item: str, found: Facts, wanted: Any = WANTED) -> list[str]:
    """The titles of the jobs that an item would start."""
    return [
        row.change.call.params["label"]
        for row in rows(item, found, wanted)
        if row.change and row.change.call.verb == "Start-ZdmJob"
    ]


FROZEN = (replace(DATA, sddl=TEXTS.denied(DATA.sddl, TEXTS.FROZEN)),)
CUT = intent(cut=True)


def sampled(number: int) -> FileSample:
    return FileSample(root="E:\\Data", relative_path="\\", bytes=number, modified_utc=None, sha256=None, sddl="")
