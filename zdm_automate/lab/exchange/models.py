"""One cmdlet on one Exchange server: whether that version has it and its parameters, then its model over the world.

A cmdlet or parameter that the version does not have is refused as Exchange refuses it; one that the lab does not model is an
error of its own, never an empty answer.
"""

from __future__ import annotations

import hashlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import UnknownNameError
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import NotModelledError, Refusal
from zdm_automate.mail.applicability import COMMON, CmdletFacts, cmdlet_facts, cmdlet_names
from zdm_automate.mail.versions import Exchange

if TYPE_CHECKING:
    from zdm_automate.lab.world.mail import MailBox, MailOrg, MailServer

Row = dict[str, Any]
Model = Callable[..., "Iterable[Row] | None"]

MODELS: Final[dict[str, Model]] = {}

ASKS: Final = frozenset({"Suspend", "Remove", "Stop", "Complete", "Move", "Redirect", "Disable"})
"""Verbs whose cmdlets ask for confirmation unless they are told not to (exchange.json, behaviours)."""


def model(name: str) -> Callable[[Model], Model]:
    """Registers the model of a cmdlet; it takes the call and the parameters by their own names."""

    def register(made: Model) -> Model:
        MODELS[name.casefold()] = made
        return made

    return register


@dataclass(slots=True)
class ExchangeCall:
    """A cmdlet at work on a server."""

    world: World
    host: str
    warnings: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    @property
    def org(self) -> MailOrg:
        """The organisation."""
        if self.world.mail is None:
            raise NotModelledError("the office has no Exchange", host=self.host)
        return self.world.mail

    @property
    def server(self) -> MailServer:
        """The server that was asked."""
        return self.org.server(self.host)

    def key(self, name: str) -> str:
        """Where the model of a cmdlet stands in the register."""
        return name.casefold()

    def update(self, org: MailOrg) -> None:
        """Takes this organisation as the present one."""
        self.world = replace(self.world, mail=org)

    def mailbox(self, identity: Any, cmdlet: str) -> MailBox:
        """The one mailbox that an identity names: GUID, alias, name, address; an object of the pipeline by its GUID.

        Raises:
            Refusal: nobody, or several.
        """
        wanted = str(identity.get("ExchangeGuid") if isinstance(identity, Mapping) else identity).casefold()
        if wanted in self.org.mailboxes:
            return self.org.mailboxes[wanted]
        found = [one for one in self.org.mailboxes.values() if wanted in names_of(one)]
        if not found:
            raise failure(
                self,
                cmdlet,
                "ManagementObjectNotFoundException",
                f"The operation couldn't be performed because object '{identity}' couldn't be found on 'dc.{self.org.domain}'.",
            )
        if len(found) > 1:
            raise failure(
                self,
                cmdlet,
                "ManagementObjectAmbiguousException",
                f"The operation couldn't be performed because '{identity}' matches multiple entries.",
            )
        return found[0]


def names_of(box: MailBox) -> frozenset[str]:
    """Everything by which Exchange finds a mailbox, in small letters."""
    return frozenset(one.casefold() for one in (box.guid, box.alias, box.name, box.address) if one)


def failure(call: ExchangeCall, cmdlet: str, kind: str, message: str, *, category: str = "NotSpecified") -> Refusal:
    """An error as this version of Exchange writes it: the number moves from error to error, the exception's name does not."""
    number = hashlib.sha256(f"{cmdlet}{message}".encode()).hexdigest()[:8].upper()
    own = f"{number},Microsoft.Exchange.Management.RecipientTasks.{cmdlet.replace('-', '')}"
    if call.server.version == "2010":
        return Refusal(own, message, category="ObjectNotFound" if kind.endswith("NotFoundException") else "InvalidArgument")
    stamp = f"[Server={call.server.name},RequestId=6d4a,TimeStamp={call.world.now:%m/%d/%Y %I:%M:%S %p}]"
    return Refusal(f"{stamp} [FailureCategory=Cmdlet-{kind}] {own}", message, category=category)


@cache
def load_exchange() -> Mapping[str, Model]:
    """Imports every model, which register themselves."""
    package = import_module("zdm_automate.lab.exchange")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(found.name)
    return MODELS


def visible(version: str) -> tuple[str, ...]:
    """The cmdlets that a server of a version shows, of those that are documented here."""
    return tuple(name for name in cmdlet_names() if Exchange(version) in cmdlet_facts(name).versions)


def run_cmdlet(call: ExchangeCall, name: str, parameters: Mapping[str, Any]) -> list[Row]:
    """What a cmdlet answers.

    Raises:
        Refusal: what Exchange says no with.
        NotModelledError: the lab has no model of it.
    """
    facts = known(call, name)
    bound = {facts_name(facts, own, call): value for own, value in parameters.items()}
    made = load_exchange().get(call.key(facts.name))
    if made is None:
        raise NotModelledError(f"the lab does not model the Exchange cmdlet {facts.name}", host=call.host)
    verb = facts.name.partition("-")[0]
    confirm = bound.pop("Confirm", None)
    if verb in ASKS and confirm is not False and not bound.get("WhatIf") and not bound.get("Force"):
        raise Refusal(
            f"InvalidOperation,{facts.name}",
            "A command that prompts the user failed because the host program or the command type does not support user "
            "interaction.",
            category="NotImplemented",
        )
    missing = next((one.name for one in facts.parameters.values() if one.mandatory and one.name not in bound), "")
    if missing:
        raise Refusal(
            f"MissingMandatoryParameter,{facts.name}",
            f"Cannot process command because of one or more missing mandatory parameters: {missing}.",
            category="InvalidArgument",
        )
    lacking = next((own for own in bound if own not in _declared(made)), "")
    if lacking:
        raise NotModelledError(f"the lab does not model {facts.name} -{lacking}", host=call.host)
    call.used.append(facts.name)
    return list(made(call, **bound) or ())


@cache
def _declared(made: Model) -> frozenset[str]:
    """The parameters that a model knows."""
    return frozenset(inspect.signature(made).parameters)


@cache
def _spelled() -> Mapping[str, str]:
    """The documented cmdlets by their names in small letters."""
    return {name.casefold(): name for name in cmdlet_names()}


def known(call: ExchangeCall, name: str) -> CmdletFacts:
    """The cmdlet as documented.

    Raises:
        Refusal: this version has none of that name.
    """
    spelled = _spelled().get(name.casefold(), name)
    try:
        facts = cmdlet_facts(spelled)
        there = Exchange(call.server.version) in facts.versions
    except UnknownNameError:
        there = False
    if not there:
        raise Refusal(
            "CommandNotFoundException",
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check "
            "the spelling of the name, or if a path was included, verify that the path is correct and try again.",
            category="ObjectNotFound",
            target=name,
        )
    return facts


def facts_name(facts: CmdletFacts, given: str, call: ExchangeCall) -> str:
    """A parameter by its own name.

    Raises:
        Refusal: this version's cmdlet has none of that name.
    """
    names = (*facts.parameters, *COMMON)
    found = next((one for one in names if one.casefold() == given.casefold()), "")
    if not found or not facts.has(found, Exchange(call.server.version)):
        raise Refusal(
            f"NamedParameterNotFound,{facts.name}",
            f"A parameter cannot be found that matches parameter name '{given}'.",
            category="InvalidArgument",
        )
    return found
