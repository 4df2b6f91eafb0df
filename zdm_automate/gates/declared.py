"""Gates whose predicates need readers that do not exist yet: declared whole, and closed until those are there."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from zdm_automate.gates.model import Gate, Predicate


def _later(name: str, asks: str, missing: str, minutes: int = 15) -> Predicate:
    return Predicate(name=name, asks=asks, missing=missing, fresh=timedelta(minutes=minutes))


DIRECTORY: Final = "No reader of the directory is there yet."
MAIL: Final = "No reader of the roles of an old server is there yet."
RIGHTS: Final = "No reader of certificates and roles of an old server is there yet."

LEVEL: Final = Gate(
    name="G-LEVEL",
    guards="functional levels are raised, SYSVOL leaves its old replication for good, the schema is extended",
    approvals=("tech",),
    phrase="there is no way back",
    predicates=(
        _later("controllers", "every domain controller is listed and new enough", DIRECTORY),
        _later("replication", "replication is clean both ways", DIRECTORY, 10),
        _later("backup-age", "every domain controller was backed up", DIRECTORY, 60),
        _later("sysvol-state", "the migration of SYSVOL is in one state on every controller", DIRECTORY),
    ),
)

DECOM: Final = Gate(
    name="G-DECOM",
    guards="the old server is demoted, deleted or wiped",
    approvals=("tech", "lead"),
    phrase="the old server goes for good",
    predicates=(
        _later("isolation", "the old server was off for a day and nobody missed it", DIRECTORY),
        _later("fsmo", "the operation master roles are elsewhere", DIRECTORY),
        _later("catalog-dns", "global catalog and DNS are elsewhere", DIRECTORY),
        _later("dhcp", "it is not authorised for DHCP", RIGHTS),
        _later("authority", "it holds no certificate authority", RIGHTS),
        _later("exchange", "it holds no Exchange", MAIL),
        _later("dns-clients", "no client asks it for names", RIGHTS),
        _later("replication", "replication is clean", DIRECTORY),
        _later("second-controller", "another controller was backed up and its restore was proved", DIRECTORY, 60),
        _later("sbs-clock", "the licence clock has not run out", DIRECTORY),
    ),
)
