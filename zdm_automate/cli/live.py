"""What a terminal shows while a run works: a line per change when it has ended, and the one at work. It only listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from zdm_automate.cli.shown import console

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
                self._console.print(f"[bold]{fields['item']}[/]  {escape(fields['title'])}")
            case "change.started":
                self._work(escape(f"{fields['host']}: {fields['target']}"))
            case "change.finished":
                self._rest()
                seconds = fields.get("duration_ms", 0) / 1000
                mark = MARKS.get(fields["result"], fields["result"])
                self._console.print(f"  {mark} {escape(fields['host'])}: {escape(self._target)} [dim]{seconds:.1f} s[/]")
            case "item.verified" if not fields["ok"]:
                self._console.print("  [bold red]reads back with a difference[/]")

    _target = ""

    def _work(self, text: str) -> None:
        self._target = text.partition(": ")[2]
        if self._console.is_terminal:
            self._status = self._console.status(text)
            self._status.start()

    def _rest(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
