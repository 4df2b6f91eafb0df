"""The versions of Exchange: their order, and which one a server's own words stand for. It decides no route."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from zdm_automate.errors import WireError


class Exchange(StrEnum):
    """A version, oldest first; `ONLINE` is Exchange Online."""

    V2003 = "2003"
    V2007 = "2007"
    V2010 = "2010"
    V2013 = "2013"
    V2016 = "2016"
    V2019 = "2019"
    SE = "SE"
    ONLINE = "Online"

    @property
    def age(self) -> int:
        """Its place in the order."""
        return list(Exchange).index(self)


REMOTE: Final = (Exchange.V2010, Exchange.V2013, Exchange.V2016, Exchange.V2019, Exchange.SE)
"""The versions with an endpoint for commands of their own (`/PowerShell`)."""

SE_BUILD: Final = 2562
"""The first build of 15.2 that is Subscription Edition."""

_VERSION: Final = re.compile(r"Version (\d+)\.(\d+) \(Build (\d+)(?:\.(\d+))?")


def version_of(text: str) -> Exchange:
    """The version of a server by its AdminDisplayVersion, such as `Version 15.1 (Build 2507.6)`.

    Raises:
        WireError: it is none that is known.
    """
    found = _VERSION.match(text)
    number = (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)
    match number:
        case (6, 5, _):
            return Exchange.V2003
        case (8, _, _):
            return Exchange.V2007
        case (14, _, _):
            return Exchange.V2010
        case (15, 0, _):
            return Exchange.V2013
        case (15, 1, _):
            return Exchange.V2016
        case (15, 2, build):
            return Exchange.SE if build >= SE_BUILD else Exchange.V2019
    raise WireError(f"{text!r} is no version of Exchange that is known.", error_id="ZdmExchangeVersion")
