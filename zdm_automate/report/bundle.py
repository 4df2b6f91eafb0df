"""The evidence of a run or of a whole project as one set of files: the same journals give the same bytes on every computer.

It decides what belongs into a bundle and how its manifest is made. It opens no file and knows no clock, zone or locale.
The PDF is not part of it: two browsers never print the same bytes (`report/bundle_folder.py` puts it beside).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.checklist import Checklist
from zdm_automate.errors import JournalAlteredError
from zdm_automate.report.bundle_page import bundle_page
from zdm_automate.report.cmtrace import cmtrace
from zdm_automate.report.html import render
from zdm_automate.report.item_csv import items_csv
from zdm_automate.report.item_rows import item_rows
from zdm_automate.report.sign_off import sign_off_page
from zdm_automate.report.story import Seal, tell
from zdm_automate.report.trouble_csv import troubles_csv
from zdm_automate.report.verify_bundle import GENESIS, SIGNER, archived, digest_of, journal_problem, sealed
from zdm_automate.trouble import troubles

if TYPE_CHECKING:
    from zdm_automate.evidence import Entry

FORMAT: Final = 1
PAGE: Final = "report.html"
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a bundle is made of.

    Attributes:
        name: of the bundle: a run's id or `project`.
        journals: the raw bytes by run, oldest run first.
        papers: plans and attachments: raw bytes by their name in the bundle.
        asked: names and roles that sign the project off.
        signer: the public key of who will sign it; empty for nobody.
    """

    name: str
    journals: Mapping[str, bytes]
    papers: Mapping[str, bytes] = field(default_factory=dict)
    checklist: Checklist | None = None
    client: str = ""
    asked: tuple[tuple[str, str], ...] = (("", "technician"), ("", "client"))
    signer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The files of a bundle by name, the manifest among them, and the manifest's digest."""

    name: str
    files: Mapping[str, bytes]
    digest: str

    @property
    def archive(self) -> bytes:
        """The zip."""
        return archived(self.files)


def make_bundle(matter: Matter) -> Bundle:
    """The bundle of a matter.

    Raises:
        JournalAlteredError: a journal does not fit its own chain; no bundle vouches for it.
    """
    seals = {run: sealed_journal(run, content) for run, content in matter.journals.items()}
    lines = {run: _entries(content) for run, content in matter.journals.items()}
    everything = [entry for said in lines.values() for entry in said]
    rows = item_rows(matter.checklist, everything)
    found = troubles(everything)
    texts: dict[str, str] = {
        PAGE: bundle_page(matter.name, rows, lines, seals, client=matter.client, troubles=found),
        "sign-off.html": sign_off_page(rows, everything, found, client=matter.client, asked=matter.asked),
        "items.csv": BOM + items_csv(rows),
        "troubles.csv": BOM + troubles_csv(found),
        "README.txt": _readme(matter, seals),
    }
    for run, said in lines.items():
        texts[f"runs/{run}/report.html"] = render(tell(said), seals[run], client=matter.client)
        texts[f"runs/{run}/run.log"] = "".join(cmtrace(said))
    made = {name: text.encode() for name, text in texts.items()}
    made |= {f"runs/{run}/journal.jsonl": content for run, content in matter.journals.items()}
    made |= matter.papers
    made["verify.py"] = files("zdm_automate.report").joinpath("verify_bundle.py").read_bytes().replace(b"\r\n", b"\n")
    if matter.signer:
        made[SIGNER] = matter.signer.encode("ascii")
    manifest = _manifest(matter, made, seals, everything)
    return Bundle(name=matter.name, files={**made, "manifest.json": sealed(manifest)}, digest=digest_of(manifest))


def sealed_journal(run: str, content: bytes) -> Seal:
    """Lines and last hash of a journal.

    Raises:
        JournalAlteredError: it does not fit its chain.
    """
    whole = content[: content.rfind(b"\n") + 1]
    lines = whole.count(b"\n")
    head = _entries(whole)[-1].get("hash", "") if lines else GENESIS
    if problem := journal_problem(content, lines, str(head), torn_bytes(content)):
        raise JournalAlteredError(
            f"the journal of run {run}: {problem}.", hint="No bundle is made of it; `zdm journal verify` says more."
        )
    return Seal(lines=lines, head=str(head))


def torn_bytes(content: bytes) -> int:
    """Length of a last line without its end."""
    return len(content) - content.rfind(b"\n") - 1


def _entries(content: bytes) -> list[dict[str, Any]]:
    found = []
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise JournalAlteredError("a line of a journal is no entry.", hint="`zdm journal verify` names it.")
        found.append(entry)
    return found


def _manifest(
    matter: Matter, made: Mapping[str, bytes], seals: Mapping[str, Seal], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    first: Entry = lines[0] if lines else {}
    return {
        "format": FORMAT,
        "bundle": matter.name,
        "project": str(first.get("project") or ""),
        "service_request": str(first.get("sr") or ""),
        "files": {name: {"sha256": hashlib.sha256(made[name]).hexdigest(), "bytes": len(made[name])} for name in sorted(made)},
        "journals": {
            f"runs/{run}/journal.jsonl": {"lines": seal.lines, "head": seal.head, "torn": torn_bytes(matter.journals[run])}
            for run, seal in seals.items()
        },
    }


def _readme(matter: Matter, seals: Mapping[str, Seal]) -> str:
    heads = "".join(f"  {run}: {seal.lines} lines, last hash {seal.head}\n" for run, seal in seals.items())
    return README.format(name=matter.name, heads=heads or "  none\n")


README: Final = """\
Evidence: {name}

report.html           open it first; it needs nothing else and fetches nothing
sign-off.html         what is left, and where names are written
items.csv             one row per checklist item
troubles.csv          what went wrong, what was tried, what helped
runs/*/journal.jsonl  the record itself, one line per event, each chained to the one before
runs/*/run.log        the same for CMTrace
runs/*/report.html    a run in detail
plans/                what was approved; who approved it are lines of the journals
runs/*/attachments/   what people added
manifest.json         every file with its SHA-256, every journal with its last hash
verify.py             checks all of it

To check it, with Python 3.8 or later and nothing else:

  python verify.py                     in this folder, or with the path of the zip
  python verify.py --digest HASH       also that it is the bundle that the service request names
  python verify.py --signer KEY.pub    also that it was signed by that key (needs ssh-keygen)

Whoever could exchange a file here could exchange verify.py with it. To be sure take it from another copy of the product,
and compare the digest with the one that stands at the service request. The signature alone proves who made the bundle.

The journals:
{heads}"""
