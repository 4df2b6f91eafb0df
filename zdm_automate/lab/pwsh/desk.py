"""One process at work on one host: answers what its commands ask, over the keeper's present world. It knows no socket.

A refusal of the world is an answer; what the lab does not model is an answer of its own kind and never an empty one.
"""

from __future__ import annotations

import inspect
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError
from zdm_automate.lab.call import CMDLETS, Call
from zdm_automate.lab.cmdlets import io_classes, tasks
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.pwsh.answers import CLASS, Table, answer_class, described, tells
from zdm_automate.lab.pwsh.profile import host_time, profile, stub_modules
from zdm_automate.lab.world.descriptors import read_sddl, write_sddl
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zdm_automate.lab.call import Native, Row
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World

QUIET_VERBS: Final = frozenset({"Get", "Test", "Resolve", "Tasks", "Sddl"})
"""Commands of these verbs change caches at most."""

Ask = Callable[["Call", "Mapping[str, Any]"], "dict[str, Any]"]
"""One kind of message: takes the call and the message, gives the reply."""

CIMV2: Final = r"root\cimv2"
DNS: Final = r"root\microsoftdns"
ELSEWHERE: Final = (
    ("microsoftdns_", DNS),
    ("msft_", "root\\standardcimv2"),
    ("msvm_", "root\\virtualization\\v2"),
    ("exchangeserverstate", "root\\cimv2\\applications\\exchange"),
    ("exchange_", "root\\microsoftexchangev2"),
)
"""Namespaces of the classes that are not where most are, by how their names begin."""

HERE: Final = frozenset({"", ".", "localhost", "127.0.0.1"})
_CONDITION: Final = re.compile(r"""\s*(\w+)\s*=\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|(\d+))\s*""")
_AND: Final = re.compile(r"and\b", re.IGNORECASE)


@dataclass(slots=True)
class Work:
    """What a pipeline has done so far."""

    used: list[str] = field(default_factory=list)
    verb: str = ""
    changed: bool = False


class Desk:
    """Answers one process. `prepare` gives the paths of what a host's process loads."""

    def __init__(self, keeper: Keeper, host: str, user: str, prepare: Callable[[Host], Mapping[str, Any]]) -> None:
        self._keeper = keeper
        self.host = host
        self.user = user
        self._prepare = prepare
        self._drives: dict[str, str] = {}
        self._told: set[str] = set()
        self._modules: tuple[str, ...] = ()
        self._work = Work()
        load_models()

    def done(self) -> Work:
        """What was done since the last time this was asked; forgets it."""
        work, self._work = self._work, Work()
        return work

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to one message of the process.

        Raises:
            InputError: a message that no stub sends.
        """
        kind = request.get("Op")
        if kind == "hello":
            return self._hello()
        if kind not in _KINDS:
            raise InputError(f"the lab's bridge knows no message {kind!r}.")
        self._work.verb = self._work.verb or str(request.get("Verb") or "")
        return self._keeper.with_world(lambda world: self._at_work(world, _KINDS[str(kind)], request))

    def _hello(self) -> dict[str, Any]:
        world = self._keeper.world
        host = world.host(self.host)
        self._told.clear()
        self._drives.clear()
        self._modules = stub_modules(host)
        return {**profile(world, host, self.user), **self._prepare(host)}

    def _at_work(self, world: World, ask: Ask, request: Mapping[str, Any]) -> tuple[World, dict[str, Any]]:
        call = Call(world=world, host_name=self.host, drives=self._drives)
        try:
            reply = ask(call, request)
        except Refusal as refusal:
            reply = _refused(str(request.get("Name", "")), refusal)
        except NotModelledError as missing:
            call.update(world)
            reply = {"Error": _error("NotModelled", f"{missing.message}; the lab cannot answer this.", "NotImplemented", "")}
        self._work.used += call.used
        if call.world is not world and _changes(request):
            self._work.changed = self._work.changed or call.world != world
        reply |= {"Warnings": call.warnings, "Now": host_time(call.world, call.host)}
        self._describe(reply)
        modules = stub_modules(call.host)
        if modules != self._modules:
            self._modules = modules
            reply |= self._prepare(call.host)
        return call.world, reply

    def _describe(self, reply: dict[str, Any]) -> None:
        """Puts the objects into their form, and the classes beside them that the process has not been told yet."""
        table = reply.pop("Table", None)
        if table is None:
            return
        new = table.classes - self._told
        self._told |= new
        reply |= table.message()
        reply["Classes"] = {name: described(name) for name in sorted(new)}


def _changes(request: Mapping[str, Any]) -> bool:
    name = str(request.get("Name", ""))
    if request.get("Op") == "file":
        return name in io_classes.DONE
    return request.get("Op") != "wmi" and name.partition("-")[0] not in QUIET_VERBS


def _error(error_id: str, message: str, category: str, target: str) -> dict[str, str]:
    return {"Id": error_id, "Message": message, "Category": category, "Target": target}


def _refused(command: str, refusal: Refusal) -> dict[str, Any]:
    return {
        "Table": _table(command, refusal.output),
        "Error": _error(refusal.error_id, refusal.message, refusal.category, refusal.target),
    }


# --- the messages ---


def _cmdlet(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    name = str(request["Name"])
    params = dict(request["Params"])
    same: list[str] = list(request.get("Same") or ())
    if len(same) > 1 and all(one in params for one in same):
        params |= dict.fromkeys(same[1:], params[same[0]])
    bound = _bound(call, name, params)
    told = f"{name} -All" if bound.get("All") is True else name
    return {"Table": _table(told if tells(told) else name, call.cmdlet(name, **bound))}


def _table(command: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table()
    for row in rows:
        table.add(command, row)
    return table


def _bound(call: Call, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters as the cmdlet's model takes them.

    Raises:
        NotModelledError: a parameter that the model does not have, or several values where it takes one.
    """
    known = CMDLETS.get(name.casefold())
    if known is None:
        raise NotModelledError(f"the lab does not model the cmdlet {name}", host=call.host_name)
    computer = str(params.pop("ComputerName", "")).casefold()
    if computer not in HERE and computer.split(".", 1)[0] != call.host_name.casefold():
        raise NotModelledError(f"the lab does not model {name} -ComputerName {computer}", host=call.host_name)
    declared = inspect.signature(known.model).parameters
    anything = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in declared.values())
    if "Path" in params and "Path" not in declared and "LiteralPath" in declared and not _wild(params["Path"]):
        params["LiteralPath"] = params.pop("Path")
    bound: dict[str, Any] = {}
    for own, value in params.items():
        if own not in declared and not anything:
            raise NotModelledError(f"the lab does not model {name} -{own}", host=call.host_name)
        takes = str(declared[own].annotation) if own in declared else ""
        bound[own] = _one(call, name, own, value) if isinstance(value, list) and not _takes_many(takes) else value
        if isinstance(bound[own], dict) and set(bound[own]) == {"$user", "$password"}:
            bound[own] = (str(bound[own]["$user"]), str(bound[own]["$password"]))
    missing = [
        own
        for own, one in declared.items()
        if one.kind is inspect.Parameter.KEYWORD_ONLY and one.default is inspect.Parameter.empty and own not in bound
    ]
    if missing:
        raise NotModelledError(f"the lab does not model {name} without -{missing[0]}", host=call.host_name)
    return bound


def _wild(paths: Any) -> bool:
    return any(set("*?[") & set(str(path)) for path in (paths if isinstance(paths, list) else [paths]))


def _takes_many(annotation: str) -> bool:
    return "Sequence" in annotation or annotation in {"", "Any"}


def _one(call: Call, name: str, parameter: str, values: list[Any]) -> Any:
    if len(values) != 1:
        raise NotModelledError(f"the lab does not model {name} -{parameter} with {len(values)} values", host=call.host_name)
    return values[0]


def _native(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    run: Native = call.native(*(str(word) for word in request["Argv"]))
    return {"ExitCode": run.exit_code, "Out": list(run.out), "Err": list(run.err)}


def _wmi(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    name = str(request["Class"])
    namespace = str(request.get("Namespace") or CIMV2)
    if namespace.casefold() != next((own for start, own in ELSEWHERE if name.casefold().startswith(start)), CIMV2):
        raise NotModelledError(f"the lab does not model {namespace}:{name}", host=call.host_name)
    keep = _filter(call, str(request.get("Filter") or ""))
    rows = []
    for row in call.wmi(name):
        own = str(row.get("__CLASS") or _spelled(name))
        if keep(row):
            rows.append({**row, "__CLASS": own, "__SERVER": call.host_name, CLASS: own})
    return {"Table": _table("Get-WmiObject", rows)}


def _spelled(name: str) -> str:
    """The class as Windows writes it, whatever the case it was asked in."""
    found = answer_class(name)
    return found.name if found else name


def _filter(call: Call, text: str) -> Callable[[Row], bool]:
    """The condition of a WQL query: comparisons of a property with a text or number, joined by AND.

    Raises:
        NotModelledError: any other condition.
    """
    wanted: list[tuple[str, str]] = []
    rest = text
    while rest.strip():
        found = _CONDITION.match(rest)
        if found is None:
            raise NotModelledError(f"the lab does not model the WQL condition {text!r}", host=call.host_name)
        single, double, number = found[2], found[3], found[4]
        value = re.sub(r"\\(.)", r"\1", single if single is not None else double if double is not None else number)
        wanted.append((found[1].casefold(), value.casefold()))
        rest = rest[found.end() :]
        if rest and not _AND.match(rest):
            raise NotModelledError(f"the lab does not model the WQL condition {text!r}", host=call.host_name)
        rest = _AND.sub("", rest, count=1)

    def keep(row: Row) -> bool:
        have = {name.casefold(): str(value).casefold() for name, value in row.items()}
        for name, _ in wanted:
            if name not in have:
                raise NotModelledError(f"the lab does not model the property {name} in {text!r}", host=call.host_name)
        return all(have[name] == value for name, value in wanted)

    return keep


def _wmi_method(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    params = {name: value for name, value in dict(request["Params"]).items() if value is not None}
    found = call.wmi_method(str(request["Class"]), dict(request["Row"]), str(request["Name"]), **params)
    return {"Table": _table("", [found] if found else [])}


def _now(_call: Call, _request: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _file(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    """A member of System.IO.File or System.IO.Directory; a part of a file's bytes in Base64."""
    name, words = str(request["Name"]), [str(word) for word in request["Words"]]
    if name == "Read":
        data = io_classes.read_bytes(call, words[0])
        start = int(words[1])
        return {"Value": b64encode(data[start : start + int(words[2])]).decode(), "Length": len(data)}
    if name in io_classes.DONE:
        io_classes.DONE[name](call, *words)
        return {}
    return {"Value": io_classes.ASKED[name](call, *words)}


def _com(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    """The Schedule.Service object: what is registered, registering, and what is done with a task."""
    name = str(request["Name"])
    if name == "Tasks":
        return {"Value": tasks.com_tasks(call)}
    if name == "Register":
        secret = request.get("Secret")
        user, xml = str(request["User"]), str(request["Xml"])
        tasks.com_register(call, str(request["Task"]), xml, user, None if secret is None else str(secret))
        return {}
    tasks.com_do(call, str(request["Task"]), name)
    return {}


def _sddl(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    """A security descriptor from its text form: its parts, and the text as Windows writes it.

    Raises:
        NotModelledError: the lab does not know something in it.
    """
    try:
        made = read_sddl(str(request["Text"]))
    except ValueError as wrong:
        raise NotModelledError(f"the lab does not model these permissions: {wrong}", host=call.host_name) from None
    lines = [{"AceType": one.kind, "AceFlags": one.flags, "AccessMask": one.mask, "Sid": one.sid} for one in made.aces]
    told = {"Text": write_sddl(made), "ControlFlags": made.control, "Owner": made.owner, "Group": made.group}
    return {"Value": {**told, "Lines": lines}}


_KINDS: Final[dict[str, Ask]] = {
    "cmdlet": _cmdlet,
    "native": _native,
    "wmi": _wmi,
    "method": _wmi_method,
    "now": _now,
    "file": _file,
    "com": _com,
    "sddl": _sddl,
}
