"""zdm_automate: plan, apply and prove the scriptable steps of a swing migration.

What a playbook imports comes from here or from `zdm_automate.facts`; everything else may change.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zdm_automate.facts.store import Facts, drop, put
    from zdm_automate.model import Check, Effect, Risk, Rollback, VerbCall, credential_of
    from zdm_automate.playbook import Playbook, intent
    from zdm_automate.steps import Read, Step, change, check, ensure, manual, same, temporary_since, unpredictable, wait

_HOME = {
    "Check": "model",
    "Effect": "model",
    "Facts": "facts.store",
    "Playbook": "playbook",
    "Read": "steps",
    "Risk": "model",
    "Rollback": "model",
    "Step": "steps",
    "VerbCall": "model",
    "change": "steps",
    "check": "steps",
    "credential_of": "model",
    "drop": "facts.store",
    "ensure": "steps",
    "intent": "playbook",
    "manual": "steps",
    "put": "facts.store",
    "same": "steps",
    "temporary_since": "steps",
    "unpredictable": "steps",
    "wait": "steps",
}

__version__ = "0.1.0"

__all__ = [
    "Check",
    "Effect",
    "Facts",
    "Playbook",
    "Read",
    "Risk",
    "Rollback",
    "Step",
    "VerbCall",
    "__version__",
    "change",
    "check",
    "credential_of",
    "drop",
    "ensure",
    "intent",
    "manual",
    "put",
    "same",
    "temporary_since",
    "unpredictable",
    "wait",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used, so that importing the package costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - the point is to load late

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
