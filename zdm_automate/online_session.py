"""A session with an organisation in Exchange Online: the same command specs as on premises, asked of another service.

Who answered is told by the organisation's own name; everything else is as with any Exchange.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import WrongHostError
from zdm_automate.facts.mail_online import OnlineDomain
from zdm_automate.mail.shapes import facts_of
from zdm_automate.mail.versions import Exchange
from zdm_automate.mail_session import ExchangeInfo, ExchangeSession

if TYPE_CHECKING:
    from zdm_automate.mail.specs import Specs

ONLINE: Final = "online"
"""The role under which playbooks know it."""

DOMAINS: Final = "Get-ZdmOnlineDomain"


class OnlineSession(ExchangeSession):
    """One organisation's session."""

    def _recognised(self) -> ExchangeInfo:
        spec = self._specs[DOMAINS]
        answers = self._answers(spec, spec.commands(Exchange.ONLINE, {}), repeatable=True)
        names = [one.name for one in facts_of(spec.outputs[0], answers) if isinstance(one, OnlineDomain)]
        if self.host.casefold() not in {one.casefold() for one in names}:
            raise WrongHostError(
                f"the organisation that answered has no domain {self.host}; it has: {', '.join(names) or 'none'}.",
                hint="Check `organization` of the tenant in the project.",
                host=self.host,
            )
        return ExchangeInfo(
            host=self.host,
            transport=self._transport.name,
            auth=self._transport.auth_used,
            version=Exchange.ONLINE,
            build="",
            domain=self.host.casefold(),
        )


def session_text() -> str:
    """What the held PowerShell is given to connect and to run commands by."""
    return resources.files("zdm_automate.mail").joinpath("data/online_session.ps1").read_text(encoding="ascii")


def online_cmdlets(specs: Specs) -> tuple[str, ...]:
    """Every cmdlet that the specs send to Exchange Online: no other is loaded."""
    here = (one for spec in specs.values() for one in spec.run if Exchange.ONLINE in one.versions)
    return tuple(sorted({one.cmdlet for one in here}))
