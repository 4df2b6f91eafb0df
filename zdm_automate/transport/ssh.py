"""SSH to hosts and boxes: one connection with a pinned host key, commands or an interactive shell on it.

The only module that knows fabric. It says whether something was sent; what a command means, it never knows.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import paramiko
from fabric import Config, Connection
from paramiko.ssh_exception import (
    AuthenticationException,
    ChannelException,
    NoValidConnectionsError,
    PasswordRequiredException,
    SSHException,
)

from zdm_automate import errors as e
from zdm_automate.secrets import Credential, Secret

logging.getLogger("paramiko").setLevel(logging.CRITICAL)
logging.getLogger("invoke").setLevel(logging.WARNING)

WIDTH: Final = 511
"""Columns of the terminal: as many as IOS takes, so that no line is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshTarget:
    """One SSH server.

    Attributes:
        name: the box as the project names it.
        host_keys: SHA-256 fingerprints of its host keys as `ssh-keygen -l` shows them (`SHA256:...`); one has to fit.
        credential: account and password; with `key_file` only the account counts.
        key_file: a private key; empty: the keys of the agent, or the password.
        passphrase: of the key file.
        jump: another SSH server that leads there.
    """

    name: str
    address: str
    port: int = 22
    host_keys: tuple[str, ...] = ()
    credential: Credential
    key_file: Path | None = None
    passphrase: Secret | None = None
    use_agent: bool = False
    jump: SshTarget | None = None
    connect_seconds: float = 10.0

    @property
    def endpoint(self) -> str:
        """The server as one would type it."""
        return f"ssh://{self.address}:{self.port}"


class _WrongKeyError(SSHException):  # type: ignore[misc] # the library has no types
    """The host key is none of those that are pinned."""


class _Pinned(paramiko.MissingHostKeyPolicy):  # type: ignore[misc] # the library has no types
    """Takes the pinned keys and no other; nothing is remembered and no file is read."""

    def __init__(self, target: SshTarget) -> None:
        self._target = target

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        del client, hostname
        shown = fingerprint(key.asbytes())
        if not any(hmac.compare_digest(shown, pinned.rstrip("=")) for pinned in self._target.host_keys):
            raise _WrongKeyError(f"{key.get_name()} {shown}")


def fingerprint(key: bytes) -> str:
    """A host key's SHA-256 as OpenSSH writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    out: str
    err: str
    exit_code: int


class Running:
    """A program whose input stays open. Failures are those of the library; who holds the line says what they mean."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def write(self, data: bytes) -> None:
        """Gives it input."""
        self._channel.sendall(data)

    def read(self) -> bytes:
        """What comes next of its output; waits for it. Empty: it has ended, or the connection has."""
        piece: bytes = self._channel.recv(65536)
        return piece

    def errors(self) -> bytes:
        """What has come of its error output so far; does not wait."""
        heard = bytearray()
        while self._channel.recv_stderr_ready():
            heard += self._channel.recv_stderr(65536)
        return bytes(heard)

    def exit_code(self, seconds: float) -> int | None:
        """What it ended with; None where it has not, or the connection ended before it."""
        if not self._channel.status_event.wait(seconds):
            return None
        code: int = self._channel.recv_exit_status()
        return code if code >= 0 else None


class SshLine:
    """One connection. Every failure is an exception of ours; `sent`: a command has gone out since somebody cleared it."""

    def __init__(self, target: SshTarget) -> None:
        self.target = target
        self.sent = False
        self._connection: Connection | None = None
        self._shell: paramiko.Channel | None = None
        self._prompt = re.compile("")
        self._refused = re.compile("")

    @property
    def auth_used(self) -> str:
        """How the account was proved; empty before `open`."""
        if self._connection is None:
            return ""
        return "publickey" if self.target.key_file or self.target.use_agent else "password"

    def open(self) -> None:
        """Connects.

        Raises:
            WrongHostError: the host key is not the pinned one.
            AuthenticationError: the account was refused, or its key cannot be read.
            UnreachableError: no SSH there.
        """
        self.close()
        self._connection = _connection(self.target)
        try:
            self._connection.open()
        except Exception as problem:
            self.close()
            raise _meaning(problem, self.target) from problem

    def run(self, command: str, *, stdin: str = "", seconds: float = 30.0) -> Ran:
        """Runs one command, its input by standard input.

        Raises:
            CallTimeoutError: it had not ended in time.
            PoolLostError: the connection broke off.
        """
        until = time.monotonic() + seconds
        try:
            channel = self._channel()
            channel.settimeout(seconds)
            self.sent = True
            channel.exec_command(command)
            if stdin:
                channel.sendall(stdin.encode())
            channel.shutdown_write()
            out, err, code = _drained(channel, until)
            channel.close()
        except Exception as problem:
            raise self._failed(problem) from problem
        if code < 0:
            raise self._broken()
        return Ran(out, err, code)

    def start(self, command: str) -> Running:
        """Starts a program whose input stays open.

        Raises:
            PoolLostError: the connection broke off.
        """
        try:
            channel = self._channel()
            channel.exec_command(command)
        except Exception as problem:
            raise self._failed(problem) from problem
        return Running(channel)

    def start_shell(self, *, prompt: str, refused: str, seconds: float = 20.0) -> str:
        """Opens an interactive shell and waits for its prompt, which it gives.

        Raises:
            RemoteError: as for `run`.
        """
        self._prompt, self._refused = re.compile(prompt), re.compile(refused, re.MULTILINE)
        try:
            self._shell = self._channel()
            self._shell.get_pty(term="vt100", width=WIDTH, height=1000)
            self._shell.invoke_shell()
            return self._until_prompt(time.monotonic() + seconds).rpartition("\n")[2]
        except Exception as problem:
            raise self._failed(problem) from problem

    def type(self, command: str, *, seconds: float = 30.0) -> str:
        """Types a line into the shell and gives what came before the next prompt.

        Raises:
            VerbError: the box refused the line.
            RemoteError: as for `run`.
        """
        assert self._shell is not None  # noqa: S101 - a shell was started
        try:
            self.sent = True
            self._shell.sendall(f"{command}\r".encode())
            said = self._until_prompt(time.monotonic() + seconds)
        except Exception as problem:
            raise self._failed(problem) from problem
        lines = said.splitlines()
        if lines and command.strip() in lines[0]:
            del lines[0]
        text = "\n".join(lines[:-1])
        hit = self._refused.search(text)
        if hit is not None:
            line = next(one for one in text.splitlines() if self._refused.search(one))
            raise e.VerbError(f"the box refused `{command}`: {line.strip()}", host=self.target.name, error_id="ZdmBoxRefused")
        return text

    def close(self) -> None:
        """Closes what is held; never raises for a host that is gone."""
        held, self._connection, self._shell = self._connection, None, None
        if held is not None:
            with contextlib.suppress(Exception):
                held.close()
            gateway = held.gateway
            if isinstance(gateway, Connection):
                with contextlib.suppress(Exception):
                    gateway.close()

    def _channel(self) -> paramiko.Channel:
        assert self._connection is not None  # noqa: S101 - it was opened
        transport = self._connection.transport
        if transport is None or not transport.is_active():
            raise EOFError
        channel: paramiko.Channel = transport.open_session(timeout=self.target.connect_seconds)
        return channel

    def _until_prompt(self, until: float) -> str:
        """All that comes until a line that is a prompt."""
        assert self._shell is not None  # noqa: S101
        heard = bytearray()
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._shell.settimeout(left)
            piece = self._shell.recv(65536)
            if not piece:
                raise EOFError
            heard += piece
            text = heard.decode("utf-8", errors="replace").replace("\r", "")
            if self._prompt.fullmatch(text.rpartition("\n")[2]):
                return text

    def _broken(self) -> e.PoolLostError:
        return e.PoolLostError(
            "the SSH connection broke off.", hint="Connect again and read what is there.", host=self.target.name
        )

    def _failed(self, problem: Exception) -> e.ZdmError:
        """What a failure on an open connection means: too late, or broken off."""
        if isinstance(problem, TimeoutError):
            return e.CallTimeoutError("the box did not answer in time.", hint="Look at the box.", host=self.target.name)
        return self._broken()


def _drained(channel: paramiko.Channel, until: float) -> tuple[str, str, int]:
    """Both streams to their ends, one after the other (what waits of the second has a window of its own), and the exit code."""
    texts = []
    for receive in (channel.recv, channel.recv_stderr):
        heard = bytearray()
        channel.settimeout(max(0.001, until - time.monotonic()))
        while piece := receive(65536):
            heard += piece
            channel.settimeout(max(0.001, until - time.monotonic()))
        texts.append(heard.decode("utf-8", errors="replace"))
    if not channel.status_event.wait(max(0.0, until - time.monotonic())):
        raise TimeoutError
    return texts[0], texts[1], channel.recv_exit_status()


def _connection(target: SshTarget) -> Connection:
    known: dict[str, Any] = {
        "allow_agent": target.use_agent,
        "look_for_keys": False,
        "banner_timeout": target.connect_seconds,
        "auth_timeout": target.connect_seconds,
    }
    if target.key_file is not None:
        known["key_filename"] = str(target.key_file)
        known["passphrase"] = target.passphrase.reveal() if target.passphrase else None
    elif not target.use_agent:
        known["password"] = target.credential.password.reveal()
    made = Connection(
        target.address,
        user=target.credential.username,
        port=target.port,
        # the technician's ssh_config is not read: what is reached is what the project says
        config=Config(lazy=True, overrides={"load_ssh_configs": False}),
        gateway=_connection(target.jump) if target.jump is not None else None,
        connect_timeout=target.connect_seconds,
        connect_kwargs=known,
    )
    made.client.set_missing_host_key_policy(_Pinned(target))
    return made


def _meaning(problem: Exception, target: SshTarget) -> e.ZdmError:  # noqa: C901, PLR0911 - one return per failure
    """Why no connection came about, in our words."""
    at = f"at {target.endpoint}"
    match problem:
        case _WrongKeyError():
            pinned = ", ".join(target.host_keys) or "none"
            return e.WrongHostError(
                f"the host key {at} is {problem}; the project pins {pinned}.",
                hint="Look at the key on the box itself before pinning it (host_key: SHA256:...).",
                host=target.name,
                error_id="ZdmHostKey",
            )
        case PasswordRequiredException():
            return e.AuthenticationError(
                f"the private key {target.key_file} needs its passphrase.", hint="Name it: passphrase: ...", host=target.name
            )
        case AuthenticationException():
            return e.AuthenticationError(
                f"{target.credential.username} is refused {at}.",
                hint="Check account, password or key, and that the box takes that kind of logon.",
                host=target.name,
            )
        case NoValidConnectionsError() | ChannelException():
            return e.UnreachableError(f"no connection {at}.", hint="Check address, port and firewall.", host=target.name)
        case FileNotFoundError():
            return e.AuthenticationError(f"there is no private key {target.key_file}.", host=target.name)
        case ValueError() | SSHException() if target.key_file is not None and _is_key_trouble(problem):
            return e.AuthenticationError(
                f"the private key {target.key_file} cannot be read.", hint="Wrong passphrase or no key.", host=target.name
            )
        case TimeoutError():
            return e.CallTimeoutError(f"no answer in time {at}.", hint="Look at the box.", host=target.name)
        case SSHException() if "banner" in str(problem) or "kex" in str(problem).casefold() or "Incompatible" in str(problem):
            return e.UnreachableError(
                f"no common SSH {at}: {problem}.", hint="Another service, or algorithms that are too old.", host=target.name
            )
        case EOFError() | ConnectionResetError() | BrokenPipeError():
            return e.UnreachableError(f"the server hung up {at}.", hint="Look in its log.", host=target.name)
        case OSError():
            return e.UnreachableError(
                f"no connection {at}: {problem.strerror or problem}.", hint="Check the address.", host=target.name
            )
    return e.UnreachableError(f"no SSH {at}: {type(problem).__name__}: {problem}.", host=target.name)


def _is_key_trouble(problem: Exception) -> bool:
    text = str(problem).casefold()
    words = ("private key", "passphrase", "checkints", "decrypt", "unpack", "invalid key", "padding")
    return any(word in text for word in words)
