"""What USMT cannot do is said before anything starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zdm_automate.usmt.support import Profile, Seat, Weight, source_limits, space_limits, target_limits

GB = 1024**3
OLD = Seat(name="PC07", product_type=1, version="6.1.7601", usmt="10.0.22621.1", free=20 * GB)
NEW = Seat(name="NB01", product_type=1, version="10.0.26100", usmt="10.0.22621.1", free=200 * GB)
ANNA = Profile(sid="S-1-5-21-1-2-3-1105", account=r"HOLM\anna", path=r"C:\Users\anna")


def test_a_sound_pair_has_no_limits() -> None:
    """Windows 7 to Windows 11 with one version of USMT."""
    assert source_limits(OLD, [ANNA]) == ()
    assert target_limits(NEW, OLD, [ANNA]) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product_type": 3, "version": "10.0.20348"}, "server"),
        ({"product_type": 2}, "server"),
        ({"version": "5.1.2600"}, "version"),
        ({"version": "6.0.6002"}, "version"),
        ({"usmt": ""}, "tool"),
        ({"free": 200 * 1024**2}, "temporary-space"),
        ({"entra_joined": True}, "entra"),
    ],
)
def test_a_source_that_cannot_be_captured_is_refused(changes: dict[str, object], code: str) -> None:
    """With the reason first and what to do instead."""
    [limit] = source_limits(replace(OLD, **changes), [ANNA])  # type: ignore[arg-type]

    assert (limit.weight, limit.code) == (Weight.REFUSED, code)
    assert limit.action


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": "6.1.7601"}, "version"),
        ({"bits": 32}, "bits"),
        ({"usmt": "10.0.19041.1"}, "usmt-version"),
        ({"product_type": 3}, "server"),
    ],
)
def test_a_target_that_cannot_be_restored_on_is_refused(changes: dict[str, object], code: str) -> None:
    """Old Windows, 64 to 32 bits, two versions of the tool, a server."""
    [limit] = target_limits(replace(NEW, **changes), OLD, [])  # type: ignore[arg-type]

    assert (limit.weight, limit.code) == (Weight.REFUSED, code)


@pytest.mark.parametrize(
    ("changes", "weight", "code"),
    [
        ({"account": ""}, Weight.WARNING, "unresolved"),
        ({"folder_there": False}, Weight.WARNING, "no-folder"),
        ({"temporary": True, "path": r"C:\Users\TEMP"}, Weight.REFUSED, "temporary-profile"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said(changes: dict[str, object], weight: Weight, code: str) -> None:
    """A SID without a name is left out silently by the tool, a temporary profile stops it."""
    [limit] = source_limits(OLD, [replace(ANNA, **changes)])  # type: ignore[arg-type]

    assert (limit.weight, limit.code) == (weight, code)


@pytest.mark.parametrize(("efs", "weight"), [("abort", Weight.REFUSED), ("skip", Weight.WARNING), ("copyraw", Weight.WARNING)])
def test_encrypted_files_are_named(efs: str, weight: Weight) -> None:
    """Whatever becomes of them somebody has to know: by default one of them ends the run."""
    [limit] = source_limits(replace(OLD, encrypted=(r"C:\Users\anna\secret.docx",)), [ANNA], efs=efs)

    assert (limit.weight, limit.code) == (weight, "efs")
    assert "secret.docx" in limit.sentence


def test_a_pending_restart_is_a_warning() -> None:
    """Files in use are skipped else."""
    assert [limit.code for limit in source_limits(replace(OLD, restart_pending=True), [])] == ["restart"]


def test_space_is_judged_by_the_estimate() -> None:
    """250 MB beside the temporary space here, and the store there."""
    tight = replace(OLD, free=300 * 1024**2)

    assert [limit.code for limit in space_limits(tight, 100 * 1024**2, 5 * GB, 4 * GB)] == ["temporary-space", "store-space"]
    assert space_limits(OLD, 100 * 1024**2, 5 * GB, None) == ()
