"""Fitting arguments of the verbs that ask an old Exchange on the box: they take none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from scene import Scene

FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Get-ZdmExchangeLegacy": lambda _: st.just({}),
    "Get-ZdmExchangeLegacyLogon": lambda _: st.just({}),
    "Get-ZdmExchangeLegacyMailbox": lambda _: st.just({}),
}
