"""pypsrp's own classes, unmodified, against shells that are real processes of PowerShell."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from threading import Thread

import pytest
from pwsh_site import PASSWORD, USER, Site, script, until
from pypsrp.complex_objects import PSCredential, PSInvocationState
from pypsrp.powershell import PowerShell
from pypsrp.serializer import TaggedValue

from zdm_automate.lab.pwsh.roster import identity

pytestmark = pytest.mark.pwsh


def test_a_script_runs_on_the_host_that_the_shell_is_for(site: Site) -> None:
    """The start-up has run before the first pipeline, and knows the host; any script runs in full language."""
    pool = site.pool(site.up())
    ran = script(
        pool,
        'Get-LabHost; "$($ExecutionContext.SessionState.LanguageMode)"; [math]::Pow(2, 10); $PSVersionTable.PSVersion.Major',
    )
    pool.close()

    assert ran.output[:3] == ["OLD", "FullLanguage", 1024]
    assert ran.output[3] >= 7
    assert site.world.assigned == [("OLD", f"TINY\\{USER}", "Microsoft.PowerShell")]


def test_every_stream_arrives(site: Site) -> None:
    """Output, error, warning, verbose, debug, information and progress, as from any PowerShell."""
    pool = site.pool(site.up())
    ran = script(
        pool,
        "$DebugPreference = 'Continue'; 'out'; Write-Error -Message 'bad' -ErrorId 'E1'; Write-Warning 'careful'; "
        "Write-Verbose 'detail' -Verbose; Write-Debug 'trace'; Write-Information 'note'; "
        "Write-Progress -Activity 'copying' -Status 'half' -PercentComplete 50",
    )
    streams = ran.streams
    pool.close()

    assert ran.output == ["out"]
    assert [str(one) for one in streams.error] == ["bad"]
    assert [str(one.message) for one in streams.warning] == ["careful"]
    assert [str(one.message) for one in streams.verbose] == ["detail"]
    assert [str(one.message) for one in streams.debug] == ["trace"]
    assert [str(one.message_data) for one in streams.information] == ["note"]
    assert [one.activity for one in streams.progress] == ["copying"]


def test_a_terminating_error_ends_the_pipeline(site: Site) -> None:
    """The final state carries it, and the next pipeline runs in the same pool."""
    pool = site.pool(site.up())
    failed = PowerShell(pool)
    failed.add_script("'before'; throw 'no further'")
    failed.invoke()
    after = script(pool, "'after'")
    pool.close()

    assert failed.output == ["before"]
    assert failed.state == PSInvocationState.FAILED
    assert [str(one) for one in failed.streams.error] == ["no further"]
    assert after.output == ["after"]


def test_a_step_takes_two_requests(site: Site) -> None:
    """Command and one Receive: output and end travel together."""
    pool = site.pool(site.up())
    script(pool, "0; Write-Warning 'w'")
    before = sum(site.endpoint.requests.values())
    for number in range(10):
        script(pool, f"{number}; Write-Warning 'w'")
    after = sum(site.endpoint.requests.values())
    pool.close()

    assert after - before == 20


def test_every_pipeline_is_told_to_the_world_before_its_client(site: Site) -> None:
    """Eleven pipelines, eleven times `worked`, each before the client has its end."""
    pool = site.pool(site.up())
    counts = []
    for _ in range(11):
        script(pool, "1")
        counts.append(sum(site.world.pipelines.values()))
    pool.close()

    assert counts == list(range(1, 12))


def test_secrets_travel_after_the_key_exchange(site: Site) -> None:
    """A SecureString and a PSCredential arrive as what they are."""
    pool = site.pool(site.up())
    pool.exchange_keys()
    ran = script(
        pool,
        "param($Secret, $Credential) $Secret.GetType().Name; "
        "(New-Object pscredential 'x', $Secret).GetNetworkCredential().Password; "
        "$Credential.UserName; $Credential.GetNetworkCredential().Password",
        Secret=TaggedValue("SS", "hush ü"),
        Credential=PSCredential(username="TINY\\a", password="quiet"),
    )
    pool.close()

    assert ran.output == ["SecureString", "hush ü", "TINY\\a", "quiet"]


def test_a_large_answer_and_a_large_question(site: Site) -> None:
    """Three megabytes each way, over many fragments, in order."""
    pool = site.pool(site.up())
    text = "".join(f"{number:07}" for number in range(430_000))
    pipeline = PowerShell(pool)
    pipeline.add_script("$input")
    back = pipeline.invoke([text])
    pool.close()

    assert [len(one) for one in back] == [3_010_000]
    assert back[0] == text


def test_a_running_pipeline_is_stopped(site: Site) -> None:
    """Stop ends it, its client comes back, and the pool runs the next one."""
    pool = site.pool(site.up())
    pipeline = PowerShell(pool)
    pipeline.add_script("'begun'; while ($true) { [System.Threading.Thread]::Sleep(20) }")
    pipeline.begin_invoke()
    pipeline.poll_invoke()
    pipeline.stop()
    after = script(pool, "'after'")
    pool.close()

    assert pipeline.output == ["begun"]
    assert after.output == ["after"]


def test_two_pools_are_two_processes(site: Site) -> None:
    """What one sets the other does not see, and both work at the same time."""
    listener = site.up()
    first, second = site.pool(listener), site.pool(listener)
    script(first, "$global:Mine = 1")
    pids = [script(pool, "$PID").output[0] for pool in (first, second)]
    other = script(second, "$null -eq $global:Mine")
    slow = Thread(target=lambda: script(first, "Start-Sleep -Seconds 2"), daemon=True)
    slow.start()
    quick = script(second, "'quick'")
    still = slow.is_alive()
    slow.join(15)
    first.close()
    second.close()

    assert sorted(pids) == sorted(set(pids))
    assert other.output == [True]
    assert quick.output == ["quick"]
    assert still


def test_a_pool_runs_pipelines_side_by_side(site: Site) -> None:
    """Two runspaces of one pool; the start-up has run in both."""
    pool = site.pool(site.up(), min_runspaces=2, max_runspaces=2)
    pipelines = []
    for _ in range(2):
        pipeline = PowerShell(pool)
        pipeline.add_script("Start-Sleep -Milliseconds 300; Get-LabHost; [runspace]::DefaultRunspace.Id")
        pipeline.begin_invoke()
        pipelines.append(pipeline)
    for pipeline in pipelines:
        pipeline.end_invoke()
    pool.close()

    assert [pipeline.output[0] for pipeline in pipelines] == ["OLD", "OLD"]
    assert pipelines[0].output[1] != pipelines[1].output[1]


def test_a_process_ends_with_its_shell(site: Site) -> None:
    """Delete ends it, and the world is told."""
    pool = site.pool(site.up())
    [pid] = site.pids()
    pool.close()
    until(lambda: not site.pids())

    assert identity(pid) == ""
    assert site.world.released == site.world.enrolled


def test_an_old_host_says_that_it_is_old(site: Site) -> None:
    """A host with PowerShell 2.0 speaks protocol 2.1, whatever plays it: clients close pipelines by that."""
    pool = site.pool(site.up(old=True))
    version = pool.protocol_version
    ran = script(pool, "1")
    ran.close()
    pool.close()

    assert version == "2.1"


def test_the_clients_own_functions(site: Site, tmp_path: Path) -> None:
    """`execute_ps`, and five million bytes there and back with `copy` and `fetch`, which compare checksums themselves."""
    client = site.client(site.up())
    said, streams, failed = client.execute_ps("Get-LabHost; Write-Warning 'w'")
    content = os.urandom(5_000_000)
    (tmp_path / "here").write_bytes(content)
    there = client.copy(str(tmp_path / "here"), str(tmp_path / "there"))
    client.fetch(there, str(tmp_path / "back"))

    assert (said, [str(one.message) for one in streams.warning], failed) == ("OLD", ["w"], False)
    assert hashlib.sha256((tmp_path / "there").read_bytes()).digest() == hashlib.sha256(content).digest()
    assert (tmp_path / "back").read_bytes() == content


def test_passwords_are_not_in_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process gets an environment made from nothing."""
    monkeypatch.setenv("MY_TOKEN", PASSWORD)
    pool = site.pool(site.up())
    ran = script(pool, "(Get-ChildItem env:).Name")
    pool.close()

    assert "MY_TOKEN" not in ran.output
    assert {"PATH", "HOME", "ZDM_LAB_TICKET"} <= set(ran.output)
