"""The numeric limits that gates measure by: sensible defaults, each of which a project file can set. It judges nothing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """What the project file may say under `limits:`.

    Attributes:
        backup_age_hours: how old the last backup may be.
        restore_proof_days: how old the last restore test may be; never more than half of `tombstone_days`.
        tombstone_days: tombstone lifetime of the directory.
        link_age_minutes: how old the last good replication of a link may be.
        link_failures: replication links that may be failing.
        export_age_minutes: how old the export of the DHCP server may be.
        conflict_attempts: pings before an address is offered, while leases unknown to the new server are out.
        delta_percent: size of the last delta pass, of all bytes of the shares.
        copy_percent: predicted length of the final pass, of the golden hours.
        users_logged_on: sessions that may be left at the freeze.
        bad_items: items that a mailbox may lose.
        free_disk_percent: space that must be left on the target after the copy.
        skew_warn_seconds: clock difference from which on it has to be excused.
        skew_block_seconds: clock difference that nobody can excuse.
        rollback_factor: how many times the way back has to fit into the golden hours.
        rehearsal_days: how old the record of a rehearsal may be.
        drift_percent: facts that may be other than they were rehearsed on.
        sbs_clock_days: days that a Small Business Server may live beside another controller.
        sbs_spare_days: days that must be left of them at the end of the golden hours.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    backup_age_hours: float = Field(default=24, gt=0)
    restore_proof_days: float = Field(default=90, gt=0)
    tombstone_days: float = Field(default=180, gt=0)
    link_age_minutes: float = Field(default=60, gt=0)
    link_failures: int = Field(default=0, ge=0)
    export_age_minutes: float = Field(default=30, gt=0)
    conflict_attempts: int = Field(default=2, ge=1, le=5)
    delta_percent: float = Field(default=2, ge=0, le=100)
    copy_percent: float = Field(default=25, gt=0, le=100)
    users_logged_on: int = Field(default=0, ge=0)
    bad_items: int = Field(default=0, ge=0, le=10)
    free_disk_percent: float = Field(default=20, ge=0, lt=100)
    skew_warn_seconds: float = Field(default=5, gt=0, le=300)
    skew_block_seconds: float = Field(default=300, gt=0, le=300)
    rollback_factor: float = Field(default=1.5, ge=1)
    rehearsal_days: float = Field(default=30, gt=0)
    drift_percent: float = Field(default=5, ge=0, le=100)
    sbs_clock_days: float = Field(default=21, gt=0)
    sbs_spare_days: float = Field(default=3, ge=0)
