"""WinRM's limits of one host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Defaults are those of Windows Server 2012 and later.

    Attributes:
        shells_per_user: MaxShellsPerUser.
        commands_per_shell: commands of a shell that have not been terminated by a Signal.
        operations_per_user: requests of a user that are being worked on, Receives included.
        envelope_kb: MaxEnvelopeSizekb.
        idle_seconds: IdleTimeout of a shell whose client named none.
        silence_seconds: after so long without a request a shell counts as disconnected.
        policy: the throttling policy whose limit the shells are, as Exchange names it; empty: WinRM's own.
    """

    shells_per_user: int = 30
    commands_per_shell: int = 1000
    operations_per_user: int = 1500
    envelope_kb: int = 500
    idle_seconds: float = 7200.0
    silence_seconds: float = 120.0
    policy: str = ""


WINRM_2 = Quotas(shells_per_user=5, commands_per_shell=15, operations_per_user=15, envelope_kb=150, idle_seconds=180.0)
"""Windows Server 2008 R2 and older (domain notes 5.5; the operations that count are those not terminated)."""
