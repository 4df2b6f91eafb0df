"""One HTTP call to a ticketing system, and what its answer means: written, surely not written, or not known. It never retries.

Credentials go over TLS only and are never sent on to where a redirect points. Texts that come back are shown without secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests import exceptions as failures
from urllib3.exceptions import NewConnectionError

from zdm_automate.errors import InputError, TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.secrets import Secret

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
CONNECT_SECONDS: Final = 15
ANSWER_SECONDS: Final = 120
LONGEST: Final = 300
DEFAULT_WAIT: Final = 60.0
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, TOO_MANY = 400, 401, 403, 404, 405, 429
SERVER_ERROR, UNAVAILABLE = 500, 503

Explain = Callable[[Any], str]


class AnsweredError(TicketError):
    """The system answered that it did not do it; `status` is the HTTP status, `said` its own words."""

    def __init__(self, message: str, *, status: int, said: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.said = said


class Api:
    """A system's HTTP interface.

    Attributes:
        explain: takes the system's own sentence out of an error body, empty for none.
        final: whether a 5xx with such a sentence surely wrote nothing (Autotask answers 500 where a right is missing).
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[Secret] = (),
        ca_file: str = "",
        explain: Explain = lambda _body: "",
        final: Callable[[int, str], bool] = lambda _status, _said: False,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.url = refuse_clear_text(url).rstrip("/")
        self._explain = explain
        self._final = final
        self._seconds = seconds
        self._redactor = Redactor(secrets)
        self._session = requests.Session()
        self._session.trust_env = False  # neither a netrc nor an environment's proxy may see or change what is sent
        self._session.headers.update({"Accept": "application/json", **(headers or {})})
        if ca_file:
            self._session.verify = ca_file

    def header(self, name: str, value: str) -> None:
        """Sets a header for all calls."""
        self._session.headers[name] = value

    def get(self, path: str, **params: Any) -> Any:
        """Reads."""
        return self.call("GET", path, params=params)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Any = None,
        reads: bool = False,
    ) -> Any:
        """One call; gives the JSON of the answer, None for an empty one.

        Raises:
            TicketBusyError: surely not done, the system (or the way to it) does not take it now.
            AnsweredError: surely not done.
            TicketUnknownError: it may have been done. Only of calls that write.
        """
        target = path if "://" in path else f"{self.url}/{path.lstrip('/')}"
        writes = method != "GET" and not reads
        try:
            answer = self._session.request(
                method,
                target,
                params=params,
                json=body,
                data=form,
                files=files,
                timeout=(CONNECT_SECONDS, self._seconds),
                allow_redirects=False,
            )
        except failures.RequestException as problem:
            raise self._lost(target, problem, writes=writes) from problem
        return self._judged(answer, writes=writes)

    def _lost(self, target: str, problem: failures.RequestException, *, writes: bool) -> Exception:
        """What a call without an answer means."""
        where = urlsplit(target).netloc
        said = self._redactor.text(_short(str(problem)))
        before = isinstance(problem, failures.ConnectTimeout | failures.SSLError) or _never_connected(problem)
        if isinstance(problem, failures.InvalidURL | failures.MissingSchema | failures.InvalidHeader):
            return InputError(f"{where} cannot be called: {said}.")
        if before or not writes:
            return TicketBusyError(f"{where} did not answer: {said}.", wait=DEFAULT_WAIT, hint="Nothing was written there.")
        return TicketUnknownError(
            f"{where} took the request and gave no answer: {said}.", hint="`zdm sr push` looks whether it was written."
        )

    def _judged(self, answer: requests.Response, *, writes: bool) -> Any:
        status = answer.status_code
        is_json, body = _json(answer)
        if status < 300 and is_json:  # noqa: PLR2004 - HTTP's own classes
            return body
        where = f"{answer.request.method} {urlsplit(answer.url).path}"
        said = self._redactor.text(_short(self._explain(body) if is_json else answer.text))
        text = f"{urlsplit(answer.url).netloc} answers {status} to {where}{f': {said}' if said else ''}"
        if status == TOO_MANY or (status == UNAVAILABLE and not writes):
            return _raise(TicketBusyError(f"{text}.", wait=_wait(answer), hint="Nothing was written; try again later."))
        if status >= SERVER_ERROR and writes and not self._final(status, said):
            return _raise(TicketUnknownError(f"{text}.", hint="`zdm sr push` looks whether it was written."))
        if status < 300 and writes:  # noqa: PLR2004
            return _raise(TicketUnknownError(f"{text}, and not in JSON.", hint="Is the address that of the interface?"))
        return _raise(AnsweredError(f"{text}.", status=status, said=said, hint=_hint(status)))


def _raise(problem: Exception) -> Any:
    raise problem


def refuse_clear_text(url: str) -> str:
    """The address, if credentials can be sent there.

    Raises:
        InputError: it is not https (http only on this computer).
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise InputError(f"{url or 'an empty address'} is not an https address.", hint="Credentials are sent over TLS only.")


def _never_connected(problem: failures.RequestException) -> bool:
    """Whether the connection itself was not made, so nothing can have been sent."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return isinstance(reason, NewConnectionError)


def _json(answer: requests.Response) -> tuple[bool, Any]:
    """Whether the body is JSON (an empty one counts), and what it says."""
    if not answer.content:
        return True, None
    try:
        return True, answer.json()
    except ValueError:
        return False, None


def _wait(answer: requests.Response) -> float:
    try:
        return max(0.0, float(answer.headers.get("Retry-After", "")))
    except ValueError:
        return DEFAULT_WAIT


def _hint(status: int) -> str:
    return {
        UNAUTHORIZED: "Is the credential right, and not expired?",
        FORBIDDEN: "The account lacks a right for this.",
        NOT_FOUND: "Is the number right, and may the account see it?",
    }.get(status, "")


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
