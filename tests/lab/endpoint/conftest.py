"""What the endpoint's tests share: accounts, listeners with and without TLS, raw connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from endpoint_line import PASSWORD, SECOND_PASSWORD, SECOND_USER, USER, Echo, Line, Relay

from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.connection import Limits
from zdm_automate.lab.endpoint.faults import Faults
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.seam import Handler
from zdm_automate.lab.endpoint.tls import TlsIdentity

Listen = Callable[..., Listener]


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """The accounts of the tests, for NTLM as well."""
    made = Accounts({USER: PASSWORD, SECOND_USER: SECOND_PASSWORD}, netbios="TINY", domain="tiny.example.org")
    made.offer_ntlm(tmp_path / "accounts")
    return made


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsIdentity:
    """One certificate for all tests."""
    return TlsIdentity.of(tmp_path_factory.mktemp("tls"), ["localhost", "127.0.0.1"])


@pytest.fixture
def listen(accounts: Accounts, echo: Echo) -> Iterator[Listen]:
    """Starts listeners that are ended with the test."""
    with ExitStack() as ending:

        def start(
            handler: Handler = echo,
            *,
            tls: TlsIdentity | None = None,
            allow_basic_http: bool = False,
            faults: Faults | None = None,
            limits: Limits | None = None,
        ) -> Listener:
            made = Listener(handler, accounts, tls=tls, allow_basic_http=allow_basic_http, faults=faults, limits=limits)
            made.start()
            ending.callback(made.stop)
            return made

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., Line]]:
    """Opens raw connections that are closed with the test."""
    with ExitStack() as ending:

        def open_line(port: int, tls: TlsIdentity | None = None) -> Line:
            made = Line(port, tls)
            ending.callback(made.close)
            return made

        yield open_line


@pytest.fixture
def connect_relay() -> Iterator[Callable[[int], Relay]]:
    """Puts relays before ports; they are closed with the test."""
    with ExitStack() as ending:

        def put(port: int) -> Relay:
            made = Relay(port)
            ending.callback(made.close)
            return made

        yield put
