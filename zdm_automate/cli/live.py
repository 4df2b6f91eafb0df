"""What a terminal shows while a run works: a line per change when it has ended, and the one at work. It only listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from zdm_automate.cli.shown import console
from zdm_automate.report.words import clean, lasted

if TYPE_CHECKING:
    from types import TracebackType

    from zdm_automate.events import Entry

MARKS = {
    "ok": "[green]done[/]   ",
    "already": "[green]already[/]",
    "failed": "[bold red]FAILED[/] ",
    "unknown": "[bold red]UNKNOWN[/]",
}


class LiveView:
    """An observer of the journal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = console(error=quiet)
        self._quiet = quiet
        self._status: Any = None
        self._target = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._rest()

    def __call__(self, entry: Entry) -> None:
        """Shows one entry."""
        if self._quiet:
            return
        from rich.markup import escape

        fields = entry.fields
        match entry.event:
            case "item.started":
                self._rest()
                self._console.print(f"[bold]{fields['item']}[/]  {escape(clean(fields['title']))}")
            case "change.started":
                self._work(fields["host"], fields["target"])
            case "change.finished":
                self._rest()
                took = lasted(fields.get("duration_ms"))
                mark = MARKS.get(fields["result"], fields["result"])
                self._console.print(
                    f"  {mark} {escape(fields['host'])}: {escape(clean(fields.get('target') or self._target))}  [dim]{took}[/]"
                )
            case "item.verified" if not fields["ok"]:
                self._console.print("  [bold red]reads back with a difference[/]")

    def _work(self, host: str, target: str) -> None:
        """Keeps a line with the seconds that the change has taken, on a terminal."""
        self._target = clean(target)
        if not self._console.is_terminal:
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
        self._status = Progress(*columns, console=self._console, transient=True)
        self._status.add_task(f"{host}: {self._target}", total=None)
        self._status.start()

    def _rest(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
