"""Who may write: one run per project and domain; and the short runs that hold a single record. It changes no host."""

from __future__ import annotations

import platform
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from zdm_automate import __version__
from zdm_automate.holding import domain_lock, hold, myself

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.cli.opening import Opened
    from zdm_automate.journal import Journal
    from zdm_automate.workplace import Workplace


@contextmanager
def alone(opened: Opened) -> Iterator[None]:
    """Holds the project for one run.

    Raises:
        HeldError: another run holds it.
    """
    with hold(opened.project.folder / ".zdm-lock", myself(opened.operator, _typed()), "this project"):
        yield


@contextmanager
def domain_alone(opened: Opened, work: Workplace) -> Iterator[list[dict[str, Any]]]:
    """Holds every domain that the open hosts belong to; gives what the journal is told of it.

    Raises:
        HeldError: a run of another project holds one.
    """
    with ExitStack() as stack:
        taken = []
        for domain in work.domains:
            identity = f"{opened.project.lab_folder or opened.project.content.hyperv_lab}|{domain}"
            held = stack.enter_context(hold(domain_lock(identity), myself(opened.operator, _typed()), f"the domain {domain}"))
            taken.append({"domain": domain, "holder": asdict(held.holder), "stale": held.stale})
        yield taken


def who(opened: Opened) -> dict[str, Any]:
    """Who runs this, where, and with which version, as every run's first line tells."""
    return {"operator": opened.operator, "controller": platform.node(), "version": __version__}


def unused(opened: Opened, name: str) -> str:
    """A run id of this moment and name that no folder has yet."""
    run = made = f"{opened.clock.now():%Y%m%d-%H%M%S}-{name}"
    number = 1
    while (opened.project.runs_folder / made).exists():
        number += 1
        made = f"{run}-{number}"
    return made


@contextmanager
def record_run(opened: Opened, run: str, kind: str) -> Iterator[Journal]:
    """A run of its own that changes no host: its first line and its last; what is written between is the record."""
    with opened.journal(run) as journal:
        journal.write("run.started", kind=kind, **who(opened))
        yield journal
        journal.write("run.finished", boundary=True, result="done")


def _typed() -> str:
    """The command as it was typed, without what follows its first words."""
    return " ".join(["zdm", *sys.argv[1:3]])
