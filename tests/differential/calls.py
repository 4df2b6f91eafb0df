"""Arguments of every verb for a host of a world: fitting ones, near misses, and those that the binder refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import calls_dhcp
import calls_dns
import calls_host
import calls_hyperv
import calls_jobs
import calls_mail
import calls_profiles
import calls_set_up
import calls_shares
import hostile
from hypothesis import strategies as st
from scene import Scene

from zdm_automate.lab.binder import bind
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Parameter, Verb

Arguments = dict[str, Any]
Fitting = Callable[[Scene], st.SearchStrategy[Arguments]]

FITTING: dict[str, Fitting] = {
    **calls_dhcp.FITTING,
    **calls_dns.FITTING,
    **calls_host.FITTING,
    **calls_hyperv.FITTING,
    **calls_jobs.FITTING,
    **calls_mail.FITTING,
    **calls_set_up.FITTING,
    **calls_shares.FITTING,
    **calls_profiles.FITTING,
}
"""By verb: arguments that name what is there, or nearly so."""


SURE = "sure"
MODES = (SURE, "near", "spoiled")
"""Sets of arguments that are tried on each world: worlds cost more than calls."""


@st.composite
def arguments(draw: st.DrawFn, verb: Verb, scene: Scene, mode: str) -> Arguments:
    """Arguments of a call: right ones as far as the world has them, right or nearly, or spoiled in one place."""
    fitting = draw(FITTING[verb.name](replace(scene, sure=mode != "near")))
    return draw(spoiled(verb, fitting)) if mode == "spoiled" else fitting


@st.composite
def spoiled(draw: st.DrawFn, verb: Verb, fitting: Arguments) -> Arguments:
    """One argument missing, unknown, empty, of another type, out of range, or a hostile text."""
    if not _binds(verb, fitting):
        return fitting  # one fault at a time: which of two PowerShell names first, nobody knows
    named = [parameter for parameter in verb.parameters if parameter.name in fitting]
    how = draw(st.sampled_from(("unknown", "missing", "wrong", "wrong", "wrong")))
    if how == "unknown" or not named:
        return {**fitting, draw(st.sampled_from(("Nmae", "ZoneNme", "Force", "x"))): draw(st.sampled_from(("x", 1, True)))}
    one = draw(st.sampled_from(named))
    rest = {name: value for name, value in fitting.items() if name != one.name}
    return rest if how == "missing" else {**rest, one.name: draw(_wrong(one))}


def _binds(verb: Verb, fitting: Arguments) -> bool:
    try:
        bind(verb, fitting)
    except Refusal:
        return False
    return True


def _wrong(parameter: Parameter) -> st.SearchStrategy[Any]:
    """What a parameter of this type may be given by mistake, of what the wire carries: text, numbers, truth, lists."""
    number = st.sampled_from((-1, 0, 1, 2**31 - 1, 2**31, 10**12))
    return {
        "string": hostile.texts(hostile.LINES) | number | st.booleans() | st.just(["a", "b"]),
        "string[]": st.lists(hostile.texts(), max_size=3) | hostile.texts() | st.just([]) | st.just(["", "a"]) | number,
        "int": number | st.sampled_from(("", "12", " 7 ", "soon", "0x10", "1.5", "1e3", "-3")) | st.booleans() | st.just(["1"]),
        "bool": st.sampled_from(("true", "", "0")) | number | st.just(["a"]),
        "pscredential": st.just("Administrator") | st.just(1),
    }[parameter.type]
