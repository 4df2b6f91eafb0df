"""For tests of playbooks and of what calls hosts: a transport that answers from a script of replies, and no host.

It plays the wire only: what is sent through it is checked and bound by the same library and codec as on a real host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zdm_automate.scripts import PRELUDE, Library, Verb, known_scripts, sha256
from zdm_automate.transport.base import Arguments, ErrorRecord, Reply, Target

STAMP: Final = "2026-01-02T03:04:05.0000000Z"
"""The moment that made-up objects carry."""

Answer = Reply | Exception | Callable[[Arguments], Reply]
"""A reply, an exception to raise, or a function of the arguments that gives a reply."""


def row(zdm_type: str, host: str = "SRV", **own: Any) -> dict[str, Any]:
    """One result object with its envelope; own fields under their wire names."""
    return {"ZdmType": zdm_type, "ComputerName": host, "CollectedAtUtc": STAMP, **own}


def session_row(host: str = "SRV", **own: Any) -> dict[str, Any]:
    """The Zdm.Session of a host of 2022; `own` replaces fields by wire name."""
    body: dict[str, Any] = {
        "PsVersion": "5.1.20348.1",
        "OsVersion": "10.0.20348",
        "OsCaption": "Microsoft Windows Server 2022 Standard",
        "Domain": "example.test",
        "DomainRole": 3,
        "Culture": "en-US",
        "UiCulture": "en-US",
        "LanguageMode": "FullLanguage",
        "UtcNow": STAMP,
        "IsElevated": True,
    }
    return row("Zdm.Session", host, **body | own)


def failure(error_id: str, message: str = "It failed.", category: str = "NotSpecified") -> Reply:
    """The reply of a call that ended with one error record."""
    return Reply(errors=(ErrorRecord(error_id, message, category),), had_errors=True)


@dataclass(slots=True)
class FakeTransport:
    """Answers each verb with the next of its scripted answers; the last one stays.

    Attributes:
        answers: by verb name; a verb without answers fails the test with a KeyError.
        opening: the answer to `open`; None: a session of the target's host.
        calls: what was called, in order, with the arguments as they would have gone out.
    """

    target: Target
    library: Library
    answers: Mapping[str, Iterable[Answer]] = field(default_factory=dict)
    opening: Answer | None = None
    name: str = "fake"
    requests: int = 0
    auth_used: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _left: dict[str, list[Answer]] = field(default_factory=dict)
    _known: dict[str, Verb] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._left = {verb: list(answers) for verb, answers in self.answers.items()}
        self._known = {key: verb for key, verb in known_scripts(self.library).items() if verb != PRELUDE}

    def open(self, timeout: float = 60.0) -> Reply:
        """See `Transport.open`; `timeout` is not used."""
        del timeout
        self.auth_used = "fake"
        return self._give(self.opening or Reply(output=(session_row(self.target.host),)), {})

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`; the verb is recognised by the hash of its text."""
        del timeout, repeatable
        verb = self._known[sha256(text)].name
        self.calls.append((verb, dict(arguments)))
        left = self._left[verb]
        return self._give(left.pop(0) if len(left) > 1 else left[0], arguments)

    def close(self) -> None:
        """Forgets the mechanism used."""
        self.auth_used = ""

    def _give(self, answer: Answer, arguments: Arguments) -> Reply:
        self.requests += 2
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer(arguments)
