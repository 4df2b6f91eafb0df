"""pypsrp's own WSMan, RunspacePool and PowerShell, unmodified, against the endpoint."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from conftest import Listen
from endpoint_line import PASSWORD, USER
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan

from zdm_automate.lab.endpoint.engine import Emitter, Invocation
from zdm_automate.lab.endpoint.faults import Fault, Faults
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.world.refusal import Refusal

MOMENT = datetime(2026, 3, 2, 7, 0, 0, 120000, tzinfo=UTC)


class Echoing:
    """An engine of a few words: `big N`, `wait`, `fail`, `all`; anything else comes back."""

    def __init__(self) -> None:
        self.stopped = Event()
        self.seen: list[Invocation] = []

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        self.seen.append(invocation)
        for command in invocation.commands:
            word, _, rest = command.text.partition(" ")
            match word:
                case "big":
                    emit.output("x" * int(rest))
                case "wait":
                    emit.output("begun")
                    if stopped.wait(15):
                        self.stopped.set()
                case "fail":
                    emit.output("before")
                    raise Refusal("ZdmNotFound", "There is no such thing.", category="ObjectNotFound", target="thing")
                case "all":
                    emit.output({"Text": "ä", "Number": 7, "Big": 2**40, "Flag": True, "None": None, "List": ["a", "b"]})
                    emit.output({"At": MOMENT, "Span": timedelta(hours=1), "Inner": {"Deep": 1}})
                    emit.error("E1", "an error", category="InvalidData", target="t")
                    emit.warning("a warning")
                    emit.verbose("a detail")
                    emit.debug("a trace")
                    emit.information("a note")
                    emit.progress("copying", "half", 50)
                case _:
                    emit.output(f"{host}: {command.text[:40]}")


class Site:
    """An endpoint with the echoing engine behind real listeners."""

    def __init__(self, listen: Listen, ending: ExitStack, tls: TlsIdentity) -> None:
        self.engine = Echoing()
        self.faults = Faults()
        self._listen = listen
        self._ending = ending
        self._tls = tls
        self._secured: set[int] = set()

    def up(self, *, quotas: Quotas | None = None, tls: bool = False, protocol: str = "2.3") -> tuple[Endpoint, Listener]:
        """An endpoint and one listener of it."""

        def inside(user: str, configuration: str) -> PsrpBackend:
            return PsrpBackend(self.engine, "OLD", user=user, configuration=configuration, protocol=protocol)

        made = Endpoint("OLD", inside, quotas=quotas, faults=self.faults)
        self._ending.callback(made.close)
        listener = self._listen(made.handle, tls=self._tls if tls else None, allow_basic_http=True, faults=self.faults)
        if tls:
            self._secured.add(listener.port)
        return made, listener

    def listen(self, endpoint: Endpoint) -> Listener:
        """A listener of an endpoint."""
        return self._listen(endpoint.handle)

    def wsman(self, listener: Listener, **more: Any) -> WSMan:
        """Pypsrp's connection to a listener."""
        given: dict[str, Any] = {"auth": "negotiate", "operation_timeout": 5, "read_timeout": 10} | more
        if listener.port in self._secured:
            given |= {"ssl": True, "cert_validation": str(self._tls.certificate)}
        else:
            given |= {"ssl": False}
        if given["auth"] == "basic" and listener.port not in self._secured:
            given |= {"encryption": "never"}
        wsman = WSMan("127.0.0.1", port=listener.port, username=USER, password=PASSWORD, **given)
        self._ending.callback(wsman.close)
        return wsman

    def pool(self, listener: Listener, **more: Any) -> RunspacePool:
        """An open pool."""
        made = RunspacePool(self.wsman(listener, **more))
        made.open()
        return made


@pytest.fixture
def site(listen: Listen, tls: TlsIdentity) -> Iterator[Site]:
    with ExitStack() as ending:
        yield Site(listen, ending, tls)


def step(pool: RunspacePool, text: str, *, close: bool = False, **parameters: Any) -> PowerShell:
    """Runs one script."""
    pipeline = PowerShell(pool)
    pipeline.add_script(text)
    if parameters:
        pipeline.add_parameters(parameters)
    pipeline.invoke()
    if close:
        pipeline.close()
    return pipeline


@pytest.mark.parametrize("secured", [False, True])
@pytest.mark.parametrize("auth", ["basic", "ntlm", "negotiate"])
def test_a_step_runs_by_every_logon(site: Site, auth: str, *, secured: bool) -> None:
    """Basic, NTLM and Negotiate, over HTTP and HTTPS: pool, script, answer, end."""
    endpoint, listener = site.up(tls=secured)
    pool = site.pool(listener, auth=auth)

    assert step(pool, "hello").output == ["OLD: hello"]
    assert site.engine.seen[0].user == "TINY\\Administrator"
    pool.close()
    assert endpoint.shells == []


def test_all_streams_come_back(site: Site) -> None:
    """Output of every kind, and each record stream."""
    _, listener = site.up()
    pool = site.pool(listener)
    done = step(pool, "all")
    first, second = (row.extended_properties | row.adapted_properties for row in done.output)

    assert first == {"Text": "ä", "Number": 7, "Big": 2**40, "Flag": True, "None": None, "List": ["a", "b"]}
    assert {"At", "Span", "Inner"} == set(second)
    assert str(second["At"]).startswith("2026-03-02T07:00:00.12")
    assert str(second["Span"]) == "PT1H"
    assert [(e.fq_error, str(e)) for e in done.streams.error] == [("E1", "an error")]
    assert "InvalidData" in str(done.streams.error[0].message) or done.streams.error[0].category == 5
    assert [str(r.message) for r in done.streams.warning] == ["a warning"]
    assert [str(r.message) for r in done.streams.verbose] == ["a detail"]
    assert [str(r.message) for r in done.streams.debug] == ["a trace"]
    assert [str(r.message_data) for r in done.streams.information] == ["a note"]
    assert [(r.activity, r.percent_complete) for r in done.streams.progress] == [("copying", 50)]
    pool.close()


def test_a_terminating_error_ends_the_pipeline(site: Site) -> None:
    """What came before it is there, the state is failed, the record has id, category and target."""
    _, listener = site.up()
    pool = site.pool(listener)
    done = step(pool, "fail")

    assert done.had_errors
    assert done.output == ["before"]
    assert [(e.fq_error, str(e.target_name)) for e in done.streams.error] == [("ZdmNotFound", "thing")]
    pool.close()


def test_arguments_arrive_as_plain_values(site: Site) -> None:
    """Text, numbers, lists and a hashtable."""
    _, listener = site.up()
    pool = site.pool(listener)
    step(pool, "x", Name="ä", Number=5, Flag=True, Many=["a", "b"], Table={"k": "v"})

    got = dict(site.engine.seen[0].commands[0].parameters)
    assert got == {"Name": "ä", "Number": 5, "Flag": True, "Many": ["a", "b"], "Table": {"k": "v"}}
    pool.close()


def test_a_quick_step_costs_two_requests(site: Site) -> None:
    """Command and one Receive, which brings output and end together."""
    endpoint, listener = site.up()
    pool = site.pool(listener)
    before = dict(endpoint.requests)
    step(pool, "hello")

    after = {name: count - before.get(name, 0) for name, count in endpoint.requests.items()}
    assert {name: count for name, count in after.items() if count} == {"Command": 1, "Receive": 1}
    pool.close()


def test_a_megabyte_comes_back(site: Site) -> None:
    """In as many answers as the host's envelope of 500 KB makes of it."""
    endpoint, listener = site.up()
    pool = site.pool(listener)
    before = endpoint.requests["Receive"]

    assert step(pool, "big 1000000").output == ["x" * 1_000_000]
    assert endpoint.requests["Receive"] - before >= 3
    pool.close()


def test_a_script_of_many_fragments_arrives(site: Site) -> None:
    """More than one envelope: Command and Sends."""
    endpoint, listener = site.up()
    pool = site.pool(listener)
    step(pool, "x" * 600_000)

    assert len(site.engine.seen[0].commands[0].text) == 600_000
    assert endpoint.requests["Send"] >= 1
    pool.close()


def test_a_running_pipeline_is_stopped(site: Site) -> None:
    """The engine hears of it, the pipeline says that it was stopped."""
    _, listener = site.up()
    pool = site.pool(listener)
    pipeline = PowerShell(pool)
    pipeline.add_script("wait")
    pipeline.begin_invoke()
    time.sleep(0.2)
    pipeline.stop()

    assert pipeline.state == 3
    assert site.engine.stopped.wait(5)
    assert step(pool, "again").output == ["OLD: again"]
    pool.close()


def test_two_pools_side_by_side(site: Site) -> None:
    """One waits, the other goes on."""
    endpoint, listener = site.up()
    first, second = site.pool(listener), site.pool(listener)
    slow = PowerShell(first)
    slow.add_script("wait")
    slow.begin_invoke()

    assert step(second, "quick").output == ["OLD: quick"]
    assert len(endpoint.shells) == 2
    slow.stop()
    first.close()
    second.close()


@pytest.mark.slow
def test_eleven_hundred_steps_in_one_pool(site: Site) -> None:
    """Each closed after its end, as Windows wants it."""
    endpoint, listener = site.up(tls=True)
    pool = site.pool(listener)
    for number in range(1100):
        assert [f"OLD: {number}"] == step(pool, str(number), close=True).output

    assert len(endpoint.shells[0].commands) == 0
    pool.close()


def test_commands_that_are_never_closed_meet_the_quota(site: Site) -> None:
    """The thousand of a real host, here five; with Windows' fault."""
    _, listener = site.up(quotas=Quotas(commands_per_shell=5))
    pool = site.pool(listener)
    for number in range(5):
        step(pool, str(number))

    with pytest.raises(WSManFaultError, match="commands per shell") as fault:
        step(pool, "one more")
    assert fault.value.code == 0x803381E9
    pool.close()


def test_shells_of_one_user_meet_the_quota(site: Site) -> None:
    """The third of two is refused; after one has gone there is room again."""
    _, listener = site.up(quotas=Quotas(shells_per_user=2))
    first, second = site.pool(listener), site.pool(listener)
    with pytest.raises(WSManFaultError, match="concurrent shells") as fault:
        site.pool(listener)
    assert fault.value.code == 0x803381A5
    first.close()
    third = site.pool(listener)

    assert step(third, "room").output == ["OLD: room"]
    second.close()
    third.close()


def test_operations_of_one_user_meet_the_quota(site: Site) -> None:
    """A Receive that waits is one; with room for one only, the next request is refused."""
    _, listener = site.up(quotas=Quotas(operations_per_user=1))
    pool = site.pool(listener)
    pipeline = PowerShell(pool)
    pipeline.add_script("wait")
    pipeline.begin_invoke()
    pipeline.poll_invoke()
    slow = Thread(target=lambda: pipeline.poll_invoke(timeout=3), daemon=True)
    slow.start()
    time.sleep(0.7)
    with pytest.raises(WSManFaultError) as fault:
        RunspacePool(site.wsman(listener)).open()
    assert fault.value.code == 0x803381A6
    slow.join(6)
    assert not slow.is_alive()


def test_a_quota_can_be_played(site: Site) -> None:
    """`zdm lab fault HOST quota` is answered with WinRM's fault."""
    _, listener = site.up()
    pool = site.pool(listener)
    site.faults.add(Fault(kind="quota", action="Command"))

    with pytest.raises(WSManFaultError) as fault:
        step(pool, "x")
    assert fault.value.code == 0x803381A6
    assert step(pool, "y").output == ["OLD: y"]
    pool.close()


def test_an_operation_time_out_is_answered_and_asked_again(site: Site) -> None:
    """A step that takes longer than the operation's time: the client asks again until it is there.

    Over TLS: pypsrp seals with one context per connection object, which two threads cannot share.
    """
    endpoint, listener = site.up(tls=True)
    pool = site.pool(listener, operation_timeout=1, read_timeout=5)
    pipeline = PowerShell(pool)
    pipeline.add_script("wait")
    Thread(target=lambda: (time.sleep(2.5), pipeline.stop()), daemon=True).start()
    pipeline.invoke()

    assert endpoint.requests["Receive"] >= 3
    pool.close()


def test_silence_disconnects_a_shell(site: Site) -> None:
    """After two minutes (here a moment) of silence the pool is not alive, and a step meets Windows' fault."""
    _, listener = site.up(quotas=Quotas(silence_seconds=0.4))
    pool = site.pool(listener)
    assert pool.is_alive()
    time.sleep(0.6)

    with pytest.raises(WSManFaultError, match="currently disconnected") as fault:
        step(pool, "x")
    assert fault.value.code == 0x803381C4
    assert not pool.is_alive()


def test_a_shell_that_idles_too_long_is_gone(site: Site) -> None:
    """Its idle time has passed: nobody knows it any more."""
    endpoint, listener = site.up(quotas=Quotas(idle_seconds=0.3))
    pool = site.pool(listener)
    time.sleep(0.5)

    with pytest.raises(WSManFaultError, match="was not found") as fault:
        step(pool, "x")
    assert fault.value.code == 0x8033805B
    assert endpoint.shells == []


def test_a_shell_is_its_users_alone(site: Site) -> None:
    """A wrong shell id is Windows' fault for selectors that fit nothing."""
    _, listener = site.up()
    shell = WinRS(site.wsman(listener), id=str(uuid.uuid4()))
    shell.opened = True

    with pytest.raises(WSManFaultError, match="was not found"):
        shell.signal(SignalCode.TERMINATE, str(uuid.uuid4()))


def test_a_configuration_that_is_not_there_is_refused(site: Site) -> None:
    """Exchange's configuration on a host without Exchange."""
    _, listener = site.up()
    with pytest.raises(WSManFaultError, match="Microsoft.Exchange") as fault:
        RunspacePool(site.wsman(listener), configuration_name="Microsoft.Exchange").open()
    assert fault.value.code == 0x80338000


def test_the_envelope_size_is_told_and_enforced(site: Site) -> None:
    """`winrm get winrm/config` says it; a larger message is refused."""
    _, listener = site.up(quotas=Quotas(envelope_kb=150))
    wsman = site.wsman(listener)
    wsman.update_max_payload_size()

    assert wsman.max_envelope_size == 150 * 1024
    wsman.update_max_payload_size(600 * 1024)
    pool = RunspacePool(wsman)
    pool.open()
    with pytest.raises(WSManFaultError, match="larger than"):
        step(pool, "x" * 500_000)


def test_an_old_host_speaks_the_old_protocol(site: Site) -> None:
    """PowerShell 2.0: version 2.1, and the same steps."""
    _, listener = site.up(protocol="2.1")
    pool = site.pool(listener)

    assert pool.protocol_version == "2.1"
    assert step(pool, "hello").output == ["OLD: hello"]
    pool.close()


@pytest.mark.parametrize("body", [b"", b"<a/>", b"<!DOCTYPE x><s:Envelope/>", b"\xff\xfe", b"<s:Envelope"])
def test_what_is_no_envelope_is_a_fault(site: Site, body: bytes) -> None:
    """Never a crash, never a hang."""
    from zdm_automate.lab.endpoint.seam import Request  # noqa: PLC0415 - this test alone goes past HTTP

    endpoint, _ = site.up()
    answer = endpoint.handle(Request("u", "/wsman", body))

    assert answer.status == 500
    assert b"WSManFault" in answer.body


def test_identify_says_what_answers(site: Site) -> None:
    """As `winrm identify`."""
    from zdm_automate.lab.endpoint.seam import Request  # noqa: PLC0415

    endpoint, _ = site.up()
    asked = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/>'
        b"<s:Body><i:Identify/></s:Body></s:Envelope>"
    )
    answer = endpoint.handle(Request("u", "/wsman", asked))

    assert answer.status == 200
    assert b"OS: 10.0.20348" in answer.body


def test_a_defect_of_the_engine_is_an_error_record(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that falls over does not hang its client."""
    _, listener = site.up()

    def broken(*_: Any) -> None:
        raise RuntimeError("a model fell over")

    site.engine.run = broken  # type: ignore[method-assign]
    pool = site.pool(listener)
    done = step(pool, "x")

    assert [e.fq_error for e in done.streams.error] == ["ZdmLabDefect"]
    pool.close()


def test_engine_sim_runs_no_programs(site: Site) -> None:
    """A WinRS shell opens; every command ends with exit code 1 and says what to do."""
    endpoint, listener = site.up(quotas=Quotas(shells_per_user=1))
    shell = WinRS(site.wsman(listener))
    shell.open()
    with pytest.raises(WSManFaultError, match="concurrent shells"):
        WinRS(site.wsman(listener)).open()
    process = Process(shell, "ipconfig", ["/all"])
    process.begin_invoke()
    process.send(b"x", end=True)
    process.end_invoke()
    process.signal(SignalCode.TERMINATE)
    shell.close()

    assert (process.stdout, process.rc) == (b"", 1)
    assert process.stderr.startswith(b"The lab's engine `sim` runs no programs, so 'ipconfig' was not run on OLD.\r\n")
    assert b"--engine pwsh" in process.stderr
    assert endpoint.shells == []
    assert site.engine.seen == []


def test_a_shell_that_nothing_can_stand_behind(site: Site) -> None:
    """Windows' fault that no host process could be launched."""
    made = Endpoint("OLD", _nothing)
    listener = site.listen(made)
    with pytest.raises(WSManFaultError, match="could not launch a host process") as fault:
        site.pool(listener)

    assert fault.value.code == 2


def _nothing(user: str, configuration: str) -> PsrpBackend:
    raise OSError("no memory")
