"""What the parsers see in lines of USMT that people have published."""

from __future__ import annotations

from usmt_published import published

from zdm_automate.native.usmt_files import Estimate, parse_estimate
from zdm_automate.native.usmt_log import LogEnd, SummaryRow, parse_log
from zdm_automate.native.usmt_progress import parse_progress


def test_the_rows_of_a_scan_of_2021_are_all_read() -> None:
    """On a Portuguese Windows the months are English; the command line holds blanks, colons and backslashes."""
    scan, _ = published("progress")
    seen = parse_progress(scan)

    assert (seen.program, seen.version, seen.computer) == ("scanstate.exe", "6.1.7000.0 (winmain_win7beta.081212-1400)", "C346")
    assert seen.parts == {r"EXAMPLE\anna.b": 3, r"EXAMPLE\bert": 2, r"EXAMPLE\Administrador": 1, "SYSTEM": 3}
    assert (seen.elapsed, seen.unread) == (45, 0)


def test_a_percentage_of_2011_is_read_with_its_offset() -> None:
    """West of Greenwich."""
    _, percent = published("progress")
    seen = parse_progress(percent)

    assert (seen.percent, seen.elapsed, seen.unread) == (48, 288, 0)


def ends() -> dict[str, LogEnd]:
    """What each published log comes to, by how it begins."""
    return {lines[0].partition("] ")[2][:32]: parse_log(lines) for lines in published("log")}


def test_each_published_log_tells_how_it_ended() -> None:
    """Success with errors passed over, failure, refusal; and nothing where the end is not among the lines."""
    told = {start: (end.result, end.code, end.ignored) for start, end in ends().items()}

    assert told == {
        "": ("open", 0, 0),
        "LOADSTATE.EXE Version 10.0.14393": ("failed", None, 0),
        "LOADSTATE.EXE Version 10.0.26100": ("open", None, 0),
        "Success, 37 errors ignored. See ": ("ignored", None, 37),
        "Server Operating systems are not": ("open", None, 0),
        "Found valid profile but can't ge": ("open", None, 0),
        r"Unable to process object C:\Docu": ("failed", None, 0),
    }


def test_the_refused_command_line_is_told_with_its_place() -> None:
    """The doubled backslash is the cause; the mark stands before what was read next."""
    refused = next(parse_log(lines) for lines in published("log") if "14393" in lines[0])

    assert (refused.result, refused.version) == ("failed", "10.0.14393")
    assert "Settings store argument specified is invalid" in refused.reason
    assert refused.refused_at.startswith(r"/l:F:\\hm\load.log")


def test_causes_are_found_among_published_lines() -> None:
    """The row of a summary, a profile without a name, a Windows Server, and the file at which a run of 2008 broke off."""
    found = ends()

    assert found["Success, 37 errors ignored. See "].summary == (
        SummaryRow(code=395, abort=False, times=37, first=r"Read error 395 for C:\Users\anna\OneDrive - Example"),
    )
    assert found["Found valid profile but can't ge"].orphans == ("S-1-5-21-91555185-1181623535-1233803906-1640",)
    assert found["Server Operating systems are not"].reason == "Server Operating systems are not supported."
    assert found[r"Unable to process object C:\Docu"].object == r"C:\Documents and Settings\userA\Desktop\dvd.iso"


def test_the_estimate_of_the_documentation_is_read() -> None:
    """Ten gigabytes, and fifty-five megabytes beside them."""
    [lines] = published("estimate")

    assert parse_estimate("\n".join(lines)) == Estimate(store={4096: 11010592768}, temporary=58189144)
