"""What the mailbox moves see of an Exchange 2003 or 2007 on the box, where the project names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import Facts, Step, manual, same
from zdm_automate.facts.legacy_mail import ExchangeLegacy, ExchangeLegacyMailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

LEGACY = "legacy"
GB = 1024**3


def legacy(facts: Facts) -> tuple[ExchangeLegacy, ...]:
    """The Exchange 2003 or 2007 that is looked at on the box, where the project names one."""
    return facts.of(LEGACY, ExchangeLegacy) if LEGACY in facts.hosts else ()


def look_at_legacy(facts: Facts) -> Iterator[Step]:
    """What the old server itself says: version, state, what lies in its stores."""
    for one in legacy(facts):
        yield same(f"{one.name}: {one.build}" + (f", state {one.state}" if one.state else ""), role=LEGACY)
        if one.bad:
            text = f"{one.name} reports trouble: {', '.join(one.bad)}"
            yield manual(facts, "B-014", f"health-{one.name}", text, form=("what was mended",))
        boxes = [box for box in facts.of(LEGACY, ExchangeLegacyMailbox) if not box.system]
        gone = [box.name for box in boxes if box.disconnected]
        size = sum(box.bytes for box in boxes) / GB
        told = f"; without a user: {', '.join(gone[:5])}" if gone else ""
        yield same(f"{len(boxes)} mailboxes in its stores, {size:.1f} GB{told}", role=LEGACY)
