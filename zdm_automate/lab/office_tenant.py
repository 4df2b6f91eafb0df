"""An organisation of Exchange Online beside an office, from the section `tenant` of its mail. Sections in, values out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from zdm_automate.lab.world.mail_tenant import GB, MB, CloudPlan, CloudUser, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.lab.world.mail import MailBox

APP: str = "5f1c2a44-0d7e-4c93-9d0a-7b1f0e6a2c11"
"""The application of every lab."""


class TenantSection(BaseModel):
    """A tenant.

    Attributes:
        organization: its first domain.
        domains: accepted domains besides.
        synced: directory synchronisation has made a mail user of everybody.
        plan_gb: what its licences allow.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: str = Field(pattern=r"^[a-z0-9-]+\.onmicrosoft\.com$")
    domains: tuple[str, ...] = ()
    synced: bool = False
    plan_gb: int = Field(default=50, gt=0)
    rate_mb: int = Field(default=100, gt=0)


def build_tenant(section: TenantSection | None, boxes: Iterable[MailBox]) -> Tenant | None:
    """The tenant, where the office has one."""
    if section is None:
        return None
    people = [one for one in boxes if one.kind != "ArbitrationMailbox"] if section.synced else []
    return Tenant(
        organization=section.organization,
        app_id=APP,
        domains=section.domains,
        rate=section.rate_mb * MB,
        users={one.guid: CloudUser(guid=one.guid, name=one.name, address=one.address) for one in people},
        plans={"ExchangeOnline": CloudPlan(name="ExchangeOnline", quota=section.plan_gb * GB, default=True)},
    )
