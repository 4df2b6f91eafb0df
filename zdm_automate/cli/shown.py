"""Where the command line writes: tables and sentences for people, JSON for programs. Only modules of `cli` print."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console, RenderableType

from pathlib import Path

ProjectFolder = Annotated[
    Path, typer.Option("--project", "-p", envvar="ZDM_PROJECT", help="Folder with project.yaml.", show_default="this folder")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Confirm = Annotated[str, typer.Option(help="What a gate wants typed; without it you are asked.")]
HERE = Path()


def console(*, error: bool = False) -> Console:
    """The terminal; 80 columns where nobody looks."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 80
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def show(*renderables: RenderableType) -> None:
    """Prints for people."""
    terminal = console()
    for one in renderables:
        terminal.print(one)


@contextmanager
def in_place(*, watch: bool) -> Iterator[Callable[[RenderableType], None]]:
    """Shows views one after another: in a terminal that watches each takes the place of the last, elsewhere it goes below."""
    terminal = console()
    if not (watch and terminal.is_terminal):
        yield show
        return
    from rich.live import Live

    with Live(console=terminal, auto_refresh=False) as screen:
        yield lambda view: screen.update(view, refresh=True)


def show_json(value: Any) -> None:
    """Prints for programs."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def say(text: str) -> None:
    """Prints a sentence."""
    typer.echo(text)
