"""The `/PowerShell` endpoint of an Exchange server in engine `sim`: pipelines of cmdlets over the world, and no script.

It refuses every script as Exchange does, and counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.lab.commands_only import CommandsOnly, shown_commands
from zdm_automate.lab.exchange.models import ExchangeCall, Row, known, run_cmdlet, visible
from zdm_automate.lab.exchange.online import call_on
from zdm_automate.lab.keeper import CallRecord
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from threading import Event

    from zdm_automate.lab.endpoint.engine import Command, Emitter, Invocation
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.world.model import World

QUIET = frozenset({"Get", "Test"})
"""Verbs that change nothing."""


class ExchangeEngine(CommandsOnly):
    """See `Engine`."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        """Runs one pipeline.

        Raises:
            Refusal: a script, or what the first cmdlet that fails says.
        """
        commands = invocation.commands
        if any(one.is_script for one in commands) or commands[0].text.casefold() == "get-command":
            self._plain(host, invocation, emit, stopped)
            return
        asked = [(one.text, _parameters(one)) for one in commands]
        rows, warnings, error = perform_pipeline(self._keeper, host, asked, user=invocation.user)
        for text in warnings:
            emit.warning(text)
        for row in rows:
            emit.output(row)
        if error is not None:
            # a cmdlet of Exchange writes its error and the pipeline ends well
            emit.error(error.error_id, error.message, category=error.category, target=error.target)

    def _plain(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        first = invocation.commands[0]
        if first.is_script or any(one.is_script for one in invocation.commands):
            super().run(host, invocation, emit, stopped)
            return
        version = self._keeper.world.mail
        shown = visible(version.server(host).version) if version is not None else ()
        for row in shown_commands(first, shown):
            emit.output(row)


def _parameters(command: Command) -> dict[str, Any]:
    """Parameters by name; the one without a name is the identity, which every cmdlet here takes at the first place."""
    return {name or "Identity": value for name, value in command.parameters}


def perform_pipeline(
    keeper: Keeper, host: str, commands: Sequence[tuple[str, Mapping[str, Any]]], *, user: str = ""
) -> tuple[list[Row], list[str], Refusal | None]:
    """One pipeline at the present moment: its objects, its warnings, and what it was refused with."""

    def act(world: World) -> tuple[World, tuple[list[Row], ExchangeCall, Refusal | None]]:
        rows: list[Row] = []
        error: Refusal | None = None
        call = ExchangeCall(world=world, host=host)
        try:
            call = call_on(world, host)
            rows = _run(call, commands)
        except Refusal as refusal:
            error = refusal
        except NotModelledError as missing:
            error = Refusal("NotModelled", f"{missing.message}; the lab cannot answer this.", category="NotImplemented")
            return world, ([], call, error)
        return call.world, (rows, call, error)

    rows, call, error = keeper.with_world(act)
    changes = any(name.partition("-")[0] not in QUIET for name, _ in commands)
    keeper.worked(
        CallRecord(
            at=keeper.now().isoformat(timespec="seconds"),
            host=host,
            user=user,
            verb=" | ".join(name for name, _ in commands),
            kind="applier" if changes else "reader",
            used=tuple(dict.fromkeys(call.used)),
            rows=len(rows),
            error_id=error.error_id if error else "",
        )
    )
    return rows, call.warnings, error


def _run(call: ExchangeCall, commands: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Row]:
    name, parameters = commands[0]
    rows = run_cmdlet(call, name, parameters)
    for name, parameters in commands[1:]:
        if "Identity" not in known(call, name).parameters:
            raise NotModelledError(f"the lab does not model objects that come to {name} by pipeline", host=call.host)
        rows = [made for row in rows for made in run_cmdlet(call, name, {**parameters, "Identity": row})]
    return rows
