"""A web server on loopback that answers as a ticketing system would, for the models of the systems."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Said:
    """An answer; `body` is JSON unless it is bytes. `hang_up` closes the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


class ModelServer:
    """A context manager; a model overrides `answer`. What it was asked is kept in `asked`."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.before: Callable[[Asked], Said | None] = lambda _asked: None
        self.after: Callable[[Asked, Said], Said] = lambda _asked, said: said
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, unquote(parts.path), query, headers, self.rfile.read(length))
                with model.lock:
                    model.asked.append(asked)
                    said = model.before(asked) or model.after(asked, model.answer(asked))
                if said.hang_up:
                    self.close_connection = True
                    self.connection.close()
                    return
                content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
                self.send_response(said.status)
                for name, value in {"Content-Type": "application/json", **said.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError

    def paths(self, method: str = "") -> list[str]:
        """What was asked for."""
        return [one.path for one in self.asked if not method or one.method == method]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def paged(rows: list[Any], page: int, size: int) -> list[Any]:
    """One page, counted from 1."""
    return rows[(page - 1) * size : page * size]
