"""A rehearsal while it goes on: plan, apply, take back, apply again, verify, playbook by playbook; and what is recorded of it.

It types the commands that a technician types, in the rehearsal's own project; where the lab stands is its room's business.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from contextlib import redirect_stdout
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import typer

from zdm_automate.cli.rehearsal_progress import keep_phase
from zdm_automate.cli.rehearsal_room import StuckError
from zdm_automate.errors import RefusedError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zdm_automate.cli.opening import Opened
    from zdm_automate.cli.rehearsal_progress import Progress
    from zdm_automate.cli.rehearsal_room import Room
    from zdm_automate.rehearsal import Basis, Record, Rehearsed

ROUNDS: Final = 8
"""More plans of one playbook than any network needs; a rehearsal that is not done by then has failed."""


class Rehearsal:
    """One rehearsal while it goes on; `say` tells the watcher how far it has come."""

    def __init__(self, room: Room, progress: Progress, say: Callable[[str], None]) -> None:
        self.room = room
        self.progress = progress
        self.say = say
        self._breach: RefusedError | None = None

    @cached_property
    def inner(self) -> Opened:
        """The rehearsal's own project; its journals and plans are read anew each time they are asked for."""
        from zdm_automate.cli.opening import open_project

        return open_project(self.room.folder)

    def run(self, back_at: str = "") -> str:
        """All playbooks that are left, in order; gives done, or what it failed at. `back_at`: where it was set back to."""
        try:
            if not back_at:
                self.room.ready()
            self._prove()
            self.say("Every machine is the lab's own.")
            if back_at:
                self._same_again(back_at)
            self._take_up()
            for book in self.progress.books:
                if book not in self.progress.bases:
                    self.progress.bases[book] = self._facts_of(book)
            self.progress.save(self.room.folder)
        except StuckError as problem:
            return str(problem)
        for number, book in enumerate(self.progress.books, start=1):
            if book in self.progress.done:
                continue
            try:
                self._keep(f"L{number}0-{book}")
                self._book(book)
            except (ZdmError, StuckError) as problem:
                self.progress.save(self.room.folder)
                if problem is self._breach:
                    raise
                return f"{book}: {problem}"
            self.progress.done.append(book)
            self.progress.save(self.room.folder)
        return "done"

    def _prove(self) -> None:
        """Before each run: a breach is no failure of a playbook; it ends the rehearsal at once.

        Raises:
            RefusedError: the lab is not cut off, or a machine is not the lab's.
        """
        try:
            self.room.prove(self.inner)
        except RefusedError as problem:
            self._breach = problem
            raise

    def _take_up(self) -> None:
        """Goes on with a run that a broken-off rehearsal has left."""
        from zdm_automate.cli.evidence import unfinished
        from zdm_automate.cli.resume import resume

        for one in unfinished(self.inner.standings()):
            self.say(f"Run {one.run} stopped before its end; going on with it first.")
            code, outcome = self._typed(resume, run=one.run)
            if code or outcome["result"] != "done":
                raise StuckError(f"run {one.run} ended as {outcome['result']}: {outcome['error']}")

    def _keep(self, label: str) -> None:
        """A checkpoint before a playbook, with the project and the facts of this moment, unless it is there already."""
        if label in self.progress.labels or not self.room.keep(label):
            return
        self.progress.labels.append(label)
        self.progress.seen[label] = self._joined(self._facts_of(book) for book in self.progress.books)
        self.progress.save(self.room.folder)
        keep_phase(self.room.folder, label)

    def _same_again(self, label: str) -> None:
        """After it was set back the lab is read anew, and has to be as it was when the checkpoint was taken.

        Raises:
            StuckError: it is not.
        """
        from zdm_automate.rehearsal import moved

        now = self._joined(self._facts_of(book) for book in self.progress.books)
        differs = moved(self.progress.seen[label], now)
        if differs.moved:
            raise StuckError(f"the lab is not as it was at {label}: {differs}")
        self.say(f"All {differs.of} facts are as they were at {label}.")

    def _facts_of(self, book: str) -> Basis:
        from zdm_automate.rehearsal import basis_of

        opened = self.inner
        what = opened.intended(opened.playbook(book))
        with opened.workplace(what) as work:
            work.connect()
            facts = work.read(what).facts
            reads = [one for one in what.book.readers(what.intent, work.hosts) if not facts_missing(facts, one)]
        return basis_of(facts, reads)

    def _book(self, book: str) -> None:
        from zdm_automate.cli.apply import verify

        for _ in range(ROUNDS):
            plan = self._plan(book)
            rows = [row for item in plan["items"] for row in item["rows"]]
            if any(row["change"] for row in rows):
                plan = self._there_and_back(book, plan)
                rows = [row for item in plan["items"] for row in item["rows"]]
            self._sign([row for row in rows if row["preview"] == "manual"])
            moments = [row["not_before"] for row in rows if row["not_before"]]
            if not any(row["change"] or row["preview"] in {"manual", "wait", "unknown"} for row in rows):
                break
            self.room.wait_for(moments)
        else:
            raise StuckError(f"still not done after {ROUNDS} plans")
        code, checks = self._typed(verify, playbook=book)
        bad = [one for one in checks if one["state"] in {"failed", "unknown"}]
        said = {one["item"]: f"{one['name']}: {one['value'] or one['hint']}" for one in bad}
        self.progress.failed[book] = said
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

    def _there_and_back(self, book: str, plan: Any) -> Any:
        """Applies a plan, takes the run back as far as it goes, and applies what is wanted then; gives that last plan."""
        self._minutes(book, plan)
        self._apply(plan["id"])
        self._take_back(book, plan["id"])
        again = self._plan(book)
        if any(row["change"] for item in again["items"] for row in item["rows"]):
            self._apply(again["id"])
        self.say(f"{book}: {sum(len(item['rows']) for item in plan['items'])} rows applied, taken back and applied again.")
        return again

    def _minutes(self, book: str, plan: Any) -> None:
        from zdm_automate.cli.admitting import durations_of

        durations = durations_of(self.room.client, tuple(self.room.client.entries()))
        known = self.inner.plans.load(plan["id"])
        for item in known.items:
            changes = [row.change for row in item.rows if row.change is not None]
            if changes:
                minutes = self.progress.planned.setdefault(book, {})
                minutes[item.id] = minutes.get(item.id, 0.0) + durations.ahead(changes) / 60

    def _apply(self, plan_id: str) -> None:
        from zdm_automate.cli.apply import apply

        self._prove()
        code, outcome = self._typed(apply, plan=plan_id)
        if code or outcome["result"] != "done":
            raise StuckError(f"run {plan_id} ended as {outcome['result']}: {outcome['error']}")
        self.room.settle()

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
        self.progress.ways_back.append(WayBack(playbook=book, run=run, items=items, minutes=minutes, result=result))

    def _sign(self, rows: Sequence[Any]) -> None:
        from zdm_automate.cli.item import item_done

        for row in rows:
            answers = [f"{one}=rehearsed" for one in row["form"]]
            self._typed(item_done, name=row["item"], step=row["by_hand"], answer=answers, by="rehearsal")
            self.progress.by_hand.append(f"{row['item']} {row['text']}")

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

    def record(self, result: str) -> Record:
        """What is kept of it."""
        from zdm_automate import __version__
        from zdm_automate.cli.admitting import hashes_of
        from zdm_automate.rehearsal import Record

        client = self.room.client
        progress = self.progress
        hashes = hashes_of(client)
        seconds: dict[str, list[float]] = defaultdict(list)
        for _, verb, taken in self._changes():
            seconds[verb].append(taken)
        verbs = sorted({*seconds, *(read.verb for basis in progress.bases.values() for read in basis.reads)})
        return Record(
            id=self.room.folder.name,
            project=client.project.content.project,
            service_request=client.project.content.service_request,
            operator=client.operator,
            version=__version__,
            playbooks={book: hashes.playbooks[book] for book in progress.books},
            scripts={verb: hashes.scripts[verb] for verb in verbs if verb in hashes.scripts},
            lab=self.room.told,
            real=self.room.real,
            started=progress.begun,
            ended=client.clock.now().isoformat(timespec="seconds"),
            items=tuple(self._items(result)),
            rollbacks=tuple(progress.ways_back),
            by_hand=tuple(dict.fromkeys(progress.by_hand)),
            restored_from=self.room.restored_from,
            checkpoint_labels=tuple(progress.labels),
            known_differences=self.room.differences,
            basis=self._joined(progress.bases.values()),
            seconds={verb: tuple(taken) for verb, taken in seconds.items()},
            result=result,
        )

    def _items(self, result: str) -> Iterator[Rehearsed]:
        from zdm_automate.rehearsal import Rehearsed

        applied = {run for run, kind in self._runs() if kind == "apply"}
        taken: dict[str, float] = defaultdict(float)
        for run in applied:
            for item, _, seconds in self._changes(run):
                taken[item] += seconds / 60
        for book, items in self.progress.planned.items():
            titles = {item.id: item.title for item in self.inner.playbook(book).items}
            good = result == "done" or book in self.progress.done
            for item, planned in items.items():
                said = self.progress.failed.get(book, {}).get(item, "done" if good else f"unfinished: {result}")
                yield Rehearsed(
                    playbook=book,
                    item=item,
                    title=titles.get(item, ""),
                    planned_minutes=round(planned, 2),
                    actual_minutes=round(taken[item], 4),
                    result=said,
                )

    def _runs(self) -> Iterator[tuple[str, str]]:
        for entry in self.inner.entries({"run.started"}):
            yield str(entry["run"]), str(entry.get("kind") or "")

    @staticmethod
    def _joined(bases: Iterable[Basis]) -> Basis:
        from zdm_automate.rehearsal import Basis

        facts: dict[str, str] = {}
        reads: dict[tuple[str, str, str], Any] = {}
        for basis in bases:
            facts |= basis.facts
            reads |= {(read.role, read.verb, repr(sorted(read.params.items()))): read for read in basis.reads}
        return Basis(reads=tuple(reads.values()), facts=facts)


def facts_missing(facts: Any, read: Any) -> bool:
    """Whether nothing that moves only by somebody's hand came of a reader."""
    from zdm_automate.rehearsal import read_types

    kinds = read_types(read.verb)
    return not kinds or any((read.role, kind) not in facts.by_type for kind in kinds)
