"""`zdm rehearse`: runs the project's playbooks in a lab - plan, apply, take back, apply again, verify - and keeps a record."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json
from zdm_automate.errors import RefusedError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zdm_automate.cli.opening import Opened
    from zdm_automate.cli.rehearsal_room import Room
    from zdm_automate.rehearsal import Basis, Record, Rehearsed, WayBack

ROUNDS: Final = 8
"""More plans of one playbook than any network needs; a rehearsal that is not done by then has failed."""

MARGIN: Final = 60
"""Seconds that the lab's clock is carried past the moment that a plan names."""


class StuckError(Exception):
    """A rehearsal cannot go on; the reason stands in its record."""


def rehearse(
    playbook: Annotated[list[str] | None, typer.Argument(help="In their order; none: all that the project wants.")] = None,
    lab: Annotated[Path, typer.Option("--lab", envvar="ZDM_LAB_DIR", help="Folder of a lab that runs.")] = Path(".zdm-lab"),
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Rehearse the client's project in a lab, the way back included, and keep the record. Nothing reaches the client.

    The lab's clock is carried forward where a plan waits, and steps by hand are signed there.
    """
    from zdm_automate.cli.opening import open_project
    from zdm_automate.cli.rehearsal_room import enter
    from zdm_automate.rehearsals import write_record

    client = open_project(project)
    books = tuple(playbook or client.project.content.intent)
    if not books:
        raise RefusedError("the project wants nothing of any playbook.", hint="Write `intent:` into project.yaml.")
    for book in books:
        client.intended(client.playbook(book))
    begun = client.clock.now()
    room = enter(client, lab, _free_name(client, f"{begun:%Y%m%d-%H%M%S}"))
    if not as_json:
        say(f"Rehearsing {', '.join(books)} in {room.office.name}, in {room.folder}.")
    work = Rehearsal(room=room, say=(lambda _text: None) if as_json else say)
    result = work.run(books)
    record = work.record(books, result, begun.isoformat(timespec="seconds"))
    path = write_record(client.project.folder, record)
    if as_json:
        show_json({"record": str(path), "result": result, "items": record.items, "rollbacks": record.rollbacks})
    else:
        show(_table(record))
        say(f"The record is {path}. `zdm gate G-START` judges it.")
    if result != "done":
        raise ZdmError(f"the rehearsal ended with: {result}.", hint=f"Its runs are in {room.folder}.")


class Rehearsal:
    """One rehearsal while it goes on; `say` tells the watcher how far it has come."""

    def __init__(self, room: Room, say: Callable[[str], None]) -> None:
        self.room = room
        self.say = say
        self.planned: dict[tuple[str, str], float] = {}
        self.ways_back: list[WayBack] = []
        self.by_hand: list[str] = []
        self.bases: dict[str, Basis] = {}
        self.failed: dict[tuple[str, str], str] = {}

    @cached_property
    def inner(self) -> Opened:
        """The rehearsal's own project; its journals and plans are read anew each time they are asked for."""
        from zdm_automate.cli.opening import open_project

        return open_project(self.room.folder)

    def run(self, books: Sequence[str]) -> str:
        """All playbooks in order; gives done, or what it failed at."""
        from zdm_automate.cli.rehearsal_room import prove_apart

        prove_apart(self.room, self.inner)
        self.say("Every machine is the lab's own.")
        for book in books:
            try:
                self._basis(book)
            except ZdmError as problem:
                return f"{book}: {problem}"
        for book in books:
            prove_apart(self.room, self.inner)
            try:
                self._book(book)
            except (ZdmError, StuckError) as problem:
                return f"{book}: {problem}"
        return "done"

    def _basis(self, book: str) -> None:
        from zdm_automate.rehearsal import basis_of

        opened = self.inner
        what = opened.intended(opened.playbook(book))
        with opened.workplace(what) as work:
            work.connect()
            facts = work.read(what).facts
            reads = [one for one in what.book.readers(what.intent, work.hosts) if not facts_missing(facts, one)]
        self.bases[book] = basis_of(facts, reads)

    def _book(self, book: str) -> None:
        from zdm_automate.cli.apply import verify

        for _ in range(ROUNDS):
            plan = self._plan(book)
            rows = [row for item in plan["items"] for row in item["rows"]]
            if any(row["change"] for row in rows):
                self._there_and_back(book, plan)
                plan = self._latest(book)
                rows = [row for item in plan["items"] for row in item["rows"]]
            self._sign([row for row in rows if row["preview"] == "manual"])
            moments = [row["not_before"] for row in rows if row["not_before"]]
            if not any(row["change"] or row["preview"] in {"manual", "wait", "unknown"} for row in rows):
                break
            self._wait_for(moments)
        else:
            raise StuckError(f"still not done after {ROUNDS} plans")
        code, checks = self._typed(verify, playbook=book)
        bad = [one for one in checks if one["state"] in {"failed", "unknown"}]
        self.failed |= {(book, one["item"]): f"{one['name']}: {one['value'] or one['hint']}" for one in bad}
        for one in bad:
            raise StuckError(f"{one['item']} {one['name']}: {one['value'] or one['hint']}")
        if code:
            raise StuckError(f"`zdm verify {book}` ended with {code}")
        self.say(f"{book}: {len(checks)} checks are good.")

    def _plan(self, book: str) -> Any:
        from zdm_automate.cli.plan import plan

        _, made = self._typed(plan, playbook=book)
        return self._kept(made["id"])

    def _kept(self, plan_id: str) -> Any:
        return json.loads((self.room.folder / "plans" / f"{plan_id}.json").read_bytes())

    def _latest(self, book: str) -> Any:
        return json.loads(max((self.room.folder / "plans").glob(f"*-{book}-*.json")).read_bytes())

    def _there_and_back(self, book: str, plan: Any) -> None:
        """Applies a plan, takes the run back as far as it goes, and applies what is wanted then."""
        self._minutes(book, plan)
        self._apply(plan["id"])
        self._take_back(book, plan["id"])
        again = self._plan(book)
        if any(row["change"] for item in again["items"] for row in item["rows"]):
            self._apply(again["id"])
        self.say(f"{book}: {sum(len(item['rows']) for item in plan['items'])} rows applied, taken back and applied again.")

    def _minutes(self, book: str, plan: Any) -> None:
        from zdm_automate.cli.admitting import durations_of

        durations = durations_of(self.room.client, tuple(self.room.client.entries()))
        known = self.inner.plans.load(plan["id"])
        for item in known.items:
            changes = [row.change for row in item.rows if row.change is not None]
            if changes:
                key = (book, item.id)
                self.planned[key] = self.planned.get(key, 0.0) + durations.ahead(changes) / 60

    def _apply(self, plan_id: str) -> None:
        from zdm_automate.cli.apply import apply

        code, outcome = self._typed(apply, plan=plan_id)
        if code or outcome["result"] != "done":
            raise StuckError(f"run {plan_id} ended as {outcome['result']}: {outcome['error']}")
        self._settle()

    def _take_back(self, book: str, run: str) -> None:
        from zdm_automate.cli.resume import undo
        from zdm_automate.rehearsal import WayBack

        result = "done"
        items: tuple[str, ...] = ()
        minutes = 0.0
        try:
            _, made = self._typed(undo, run=run)
            back = self._kept(made["id"])
            items = tuple(item["id"] for item in back["items"] if any(row["change"] for row in item["rows"]))
            if items:
                self._apply(made["id"])
                minutes = sum(seconds for _, _, seconds in self._changes(made["id"])) / 60
            else:
                result = "nothing of it is taken back by a script"
        except (ZdmError, StuckError) as problem:
            result = str(problem)
        self.ways_back.append(WayBack(playbook=book, run=run, items=items, minutes=minutes, result=result))

    def _sign(self, rows: Sequence[Any]) -> None:
        from zdm_automate.cli.item import item_done

        for row in rows:
            answers = [f"{one}=rehearsed" for one in row["form"]]
            self._typed(item_done, name=row["item"], step=row["by_hand"], answer=answers, by="rehearsal")
            self.by_hand.append(f"{row['item']} {row['text']}")

    def _settle(self) -> None:
        """Lets what a run has changed arrive at every controller, so that the next plan does not grow old by it."""
        from zdm_automate.lab.client import LabClient

        LabClient(self.room.lab).call("carry", seconds=float(MARGIN))

    def _wait_for(self, moments: Sequence[str]) -> None:
        """Carries the lab's clock past the last moment that was named, or by the margin."""
        from zdm_automate.lab.client import LabClient

        control = LabClient(self.room.lab)
        if moments:
            control.call("carry", until=max(*moments, control.now().isoformat()))
        control.call("carry", seconds=float(MARGIN))

    def _typed(self, command: Callable[..., None], **arguments: Any) -> tuple[int, Any]:
        """A command as it would be typed in the rehearsal's project: its exit code and its JSON."""
        out = io.StringIO()
        code = 0
        try:
            with redirect_stdout(out):
                command(**arguments, project=self.room.folder, as_json=True)
        except typer.Exit as ended:
            code = int(ended.exit_code)
        return code, json.loads(out.getvalue())

    def _changes(self, run: str = "") -> Iterator[tuple[str, str, float]]:
        """Item, verb and seconds of every change that was made, of one run or of all."""
        for entry in self.inner.entries({"change.finished"}):
            if entry.get("result") == "ok" and (not run or entry.get("run") == run):
                yield str(entry["item"]), str(entry["verb"]), float(entry.get("duration_ms") or 0) / 1000

    # --- the record ---

    def record(self, books: Sequence[str], result: str, started: str) -> Record:
        """What is kept of it."""
        from zdm_automate import __version__
        from zdm_automate.cli.admitting import hashes_of
        from zdm_automate.rehearsal import Record

        client = self.room.client
        hashes = hashes_of(client)
        seconds: dict[str, list[float]] = defaultdict(list)
        for _, verb, taken in self._changes():
            seconds[verb].append(taken)
        verbs = sorted({*seconds, *(read.verb for basis in self.bases.values() for read in basis.reads)})
        return Record(
            id=self.room.folder.name,
            project=client.project.content.project,
            service_request=client.project.content.service_request,
            operator=client.operator,
            version=__version__,
            playbooks={book: hashes.playbooks[book] for book in books},
            scripts={verb: hashes.scripts[verb] for verb in verbs if verb in hashes.scripts},
            lab={"kind": "embedded", "office": self.room.office.name, "engine": self.room.info.engine},
            real=False,
            started=started,
            ended=client.clock.now().isoformat(timespec="seconds"),
            items=tuple(self._items(result)),
            rollbacks=tuple(self.ways_back),
            by_hand=tuple(dict.fromkeys(self.by_hand)),
            known_differences=self.room.differences,
            basis=self._joined_basis(),
            seconds={verb: tuple(taken) for verb, taken in seconds.items()},
            result=result,
        )

    def _items(self, result: str) -> Iterator[Rehearsed]:
        from zdm_automate.rehearsal import Rehearsed

        titles = {}
        for book, _ in self.planned:
            titles.update({(book, item.id): item.title for item in self.inner.playbook(book).items})
        applied = {run for run, kind in self._runs() if kind == "apply"}
        taken: dict[str, float] = defaultdict(float)
        for run in applied:
            for item, _, seconds in self._changes(run):
                taken[item] += seconds / 60
        for (book, item), planned in self.planned.items():
            said = self.failed.get((book, item), "done" if result == "done" else f"unfinished: {result}")
            yield Rehearsed(
                playbook=book,
                item=item,
                title=titles.get((book, item), ""),
                planned_minutes=round(planned, 2),
                actual_minutes=round(taken[item], 2),
                result=said,
            )

    def _runs(self) -> Iterator[tuple[str, str]]:
        for entry in self.inner.entries({"run.started"}):
            yield str(entry["run"]), str(entry.get("kind") or "")

    def _joined_basis(self) -> Basis:
        from zdm_automate.rehearsal import Basis

        facts: dict[str, str] = {}
        reads: dict[tuple[str, str, str], Any] = {}
        for basis in self.bases.values():
            facts |= basis.facts
            reads |= {(read.role, read.verb, repr(sorted(read.params.items()))): read for read in basis.reads}
        return Basis(reads=tuple(reads.values()), facts=facts)


def facts_missing(facts: Any, read: Any) -> bool:
    """Whether nothing that moves only by somebody's hand came of a reader."""
    from zdm_automate.rehearsal import read_types

    kinds = read_types(read.verb)
    return not kinds or any((read.role, kind) not in facts.by_type for kind in kinds)


def _free_name(client: Opened, name: str) -> str:
    from zdm_automate.rehearsals import FOLDER

    number = 1
    made = name
    while (client.project.folder / FOLDER / made).exists():
        number += 1
        made = f"{name}-{number}"
    return made


def _table(record: Record) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table("PLAYBOOK", "ITEM", "PLANNED", "TAKEN", "RESULT", box=None, pad_edge=False)
    for one in record.items:
        table.add_row(
            one.playbook, one.item, f"{one.planned_minutes:.1f} min", f"{one.actual_minutes:.1f} min", Text(one.result)
        )
    return table
