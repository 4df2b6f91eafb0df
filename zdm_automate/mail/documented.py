"""Holds the command specs against the documentation: every cmdlet and parameter, for every version that a spec names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.errors import UnknownNameError
from zdm_automate.mail.applicability import cmdlet_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.mail.specs import Spec, Template
    from zdm_automate.mail.versions import Exchange


def undocumented(specs: Iterable[Spec]) -> Iterator[str]:
    """A sentence per cmdlet or parameter that a version does not have, and per version for which a spec sends nothing."""
    for spec in specs:
        for version in spec.versions:
            here = [one for one in spec.run if version in one.versions]
            if not any(not one.only_with for one in here):
                yield f"{spec.name} sends nothing to Exchange {version}"
            for template in here:
                yield from _wrong(spec.name, template, version)


def _wrong(name: str, template: Template, version: Exchange) -> Iterator[str]:
    try:
        facts = cmdlet_facts(template.cmdlet)
    except UnknownNameError as problem:
        yield f"{name}: {problem.message}"
        return
    if version not in facts.versions:
        yield f"{name}: {template.cmdlet} is not documented for Exchange {version}"
        return
    for part in template.parts:
        if version not in part.versions:
            continue
        for parameter in (*part.fixed, *part.taken):
            if not facts.has(parameter, version):
                yield f"{name}: {template.cmdlet} -{parameter} is not documented for Exchange {version}"
