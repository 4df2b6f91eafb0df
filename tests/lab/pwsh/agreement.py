"""Compares what a script left behind with what its twin left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.lab.perform import perform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from script_host import ScriptHost

    from zdm_automate.lab.perform import Outcome
    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Library, Verb

# What PowerShell's own parameter binder says is PowerShell's wording; the twin's binder has the id only.
BINDER = ("ParameterArgument", "MissingMandatoryParameter", "NamedParameterNotFound")


def described(outcome: Outcome) -> dict[str, Any]:
    """An outcome without its world, in the form that is compared."""
    error = outcome.error
    told = None
    if error is not None:
        told = (
            (error.error_id,)
            if error.error_id.startswith(BINDER)
            else (error.error_id, error.message, error.category, error.target)
        )
    return {"rows": list(outcome.rows), "error": told, "warnings": outcome.warnings}


def both(
    script_host: ScriptHost, library: Library, world: World, host: str, verb: str, arguments: Mapping[str, Any]
) -> tuple[Outcome, Outcome]:
    """Script and twin of a verb, or of the prelude, on the same world."""
    known: Verb | Any = "prelude" if verb == "prelude" else library[verb]
    return script_host.run(world, host, known, arguments), perform(world, host, known, arguments)
