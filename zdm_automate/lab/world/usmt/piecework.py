"""What scanstate and loadstate have alike: how they are asked, begin, work off one thing after the other and tell of it.

Which things these are, and what becomes of each, only the two know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from zdm_automate.lab.world.usmt.session import End, Pause, Session, since
from zdm_automate.lab.world.usmt.users import SwitchError, user_switches
from zdm_automate.lab.world.usmt.words import RefusedError, Words, read

if TYPE_CHECKING:
    from zdm_automate.lab.world.profiles import Item, Tool
    from zdm_automate.lab.world.usmt.users import Somebody

COMMAND_LINE, IO_ERROR = 11, 61
NETWORK_GONE = 59
STEP = 20.0
"""Seconds between two looks at a run that works through many files."""

Begin = Callable[[Session, str, Words, int], Pause]
Go = Callable[[Session, Words, dict[str, Any], float], "Pause | End"]
P = TypeVar("P")


def asked(session: Session, path: str, state: dict[str, Any], *, others: int, rate: float, begin: Begin, go: Go) -> Pause | End:
    """One ask. `others` are further migrations on the PC, `rate` the bytes that get through in a second now."""
    try:
        words = read(session.name, session.argv)
        if not state:
            return begin(session, path, words, others)
        session.log_path, session.progress_path = state["log"], state["progress"]
        return go(session, words, state, rate)
    except RefusedError as problem:
        return session.refused(problem)
    except SwitchError as problem:
        return session.refused(RefusedError(COMMAND_LINE, str(problem)))


def opened(session: Session, path: str, words: Words, others: int) -> Tool:
    """Opens the logs and goes through all that both look at before they touch a store.

    Raises:
        RefusedError: the code of what stands against it.
    """
    tool = session.tool_here(path)
    session.begin_logs(words, tool)
    session.say("Starting the migration process")
    session.row("PHASE", "Initializing")
    user_switches(words.raw, session.world.now)
    session.may_run()
    session.alone(others)
    session.rules(words, tool)
    session.errors(words)
    session.key(words)
    return tool


def takes(session: Session, words: Words, who: Somebody) -> bool:
    """Whether the command line takes a user."""
    return user_switches(words.raw, session.world.now).takes(who)


def detected(session: Session, users: Iterable[tuple[str, bool]]) -> None:
    """Tells of each user that was found, and whether he comes along."""
    for account, included in users:
        session.row("detectedUser", account, "includedInMigration", "Yes" if included else "No")


def stumbled(session: Session, kind: str, thing: str, code: int, *, goes_on: bool) -> None:
    """Tells of a thing that could not be read or written."""
    action = "Ignore" if goes_on else "Abort"
    session.row("error", kind, "objectName", f'"{thing}"', "action", action, "errorCode", str(code))


def reached(session: Session, words: Words, found: P | None) -> P:
    """What the store path leads to, while it does.

    Raises:
        RefusedError: 61, the way to it is cut.
    """
    if found is None:
        stumbled(session, "UnableToAccessDevice", words.store, NETWORK_GONE, goes_on=False)
        raise RefusedError(IO_ERROR, "Processing stopped due to an I/O error")
    return found


@dataclass(slots=True)
class Pile:
    """How far a run has come with its things.

    Attributes:
        total: bytes of all of them.
        done: bytes that have been carried.
        index: the thing whose turn it is; `part` are the bytes of it that have been carried.
        ignored: what was passed over.
        whose: the user whose things were carried last.
    """

    total: int
    done: int = 0
    index: int = 0
    part: int = 0
    ignored: list[str] = field(default_factory=list)
    whose: str = ""

    @classmethod
    def of(cls, state: dict[str, Any]) -> Pile:
        """As it was left at the last ask."""
        made = cls(**{name: state[name] for name in cls.__slots__})
        made.ignored = list(made.ignored)
        return made

    def kept(self) -> dict[str, Any]:
        """As values that a pause keeps."""
        return asdict(self)


def worked_off(
    pile: Pile,
    things: Sequence[tuple[P, Item]],
    room: float,
    *,
    skip: Callable[[P, Item], bool],
    carry: Callable[[P, Item], None],
) -> None:
    """Carries as many bytes on as there is room for; `skip` is asked before a thing is begun, `carry` called at its end."""
    while pile.index < len(things):
        one, item = things[pile.index]
        if pile.part == 0 and skip(one, item):
            pile.index += 1
            continue
        left = item.size - pile.part
        if left > room:
            pile.part, pile.done = pile.part + int(room), pile.done + int(room)
            return
        room -= left
        pile.done, pile.part, pile.index = pile.done + left, 0, pile.index + 1
        carry(one, item)


def room_since(session: Session, state: dict[str, Any], rate: float) -> float:
    """The bytes that have got through since the last ask."""
    return since(state, session.world.now) * rate


def goes_on(session: Session, pile: Pile, left: int, *, rate: float, most: int, phase: str) -> Pause:
    """Tells how far it is, never more than `most` percent, and pauses; `left` are the bytes of the thing whose turn it is."""
    rate = max(rate, 1)
    session.row("totalPercentageCompleted", str(min(most, pile.done * 100 // max(pile.total, 1))))
    session.row("totalMinutesRemaining", str(int(max(pile.total - pile.done, 0) / rate // 60) + 1))
    return session.paused(min(STEP, left / rate + 1), phase=phase, **pile.kept())


def sized(session: Session, total: int, phase: str) -> Pause:
    """Tells how much is to be carried, and that the carrying begins."""
    session.row("totalSizeInMBToTransfer", f"{total / 1024**2:.1f}")
    session.row("PHASE", phase.capitalize())
    return session.paused(STEP / 2, phase=phase, **Pile(total=total).kept())
