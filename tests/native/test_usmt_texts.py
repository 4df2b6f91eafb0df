"""The texts of USMT: what is in them, and that no text whatever makes a parser fail."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usmt_published import published

from zdm_automate.native.usmt_files import Estimate, decoded, parse_estimate, parse_list, parse_verify
from zdm_automate.native.usmt_log import SummaryRow, entries, parse_log
from zdm_automate.native.usmt_progress import ProgressError, parse_progress

DATA = Path(__file__).parent / "data"
NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
TRIES = 1_000_000 if NIGHTLY else 4_000
"""Spoiled inputs for each parser."""
EXAMPLES = 20_000 if NIGHTLY else 200

SCAN = tuple((DATA / "usmt_scan_progress.txt").read_text(encoding="utf-8").splitlines())
LOG = tuple((DATA / "usmt_scan_log.txt").read_text(encoding="utf-8").splitlines())
REFUSED = (
    r"2025-11-11 19:04:02, Info                  [0x000000] Failed.[gle=0x00000002]",
    r"2025-11-11 19:04:02, Info                  [0x000000]   An error occurred processing the command line.",
    r"  C:\Zdm\usmt\amd64\loadstate.exe D:\store /i:Config.xml ##ERROR## --> ",
    r" /l:load.log /progress:load.prg /c /v:13",
    r"  Settings store argument specified is invalid[gle=0x00000002]",
    r"2025-11-11 19:04:02, Info                  [0x000000] USMT Completed at 2025/11/11:19:04:02.851[gle=0x00000002]",
)
ESTIMATE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<PreMigration>\n  <storeSize>\n    <size clusterSize="4096">6442450944</size>\n'
    "  </storeSize>\n  <temporarySpace>\n    <size>41943040</size>\n  </temporarySpace>\n</PreMigration>\n"
)
VERIFY = ("C:\\Users\\anna\\a.docx\tOK", "C:\\Users\\anna\\b.pst\tCORRUPTED", "CATALOG\tOK")


def test_a_scan_is_seen_to_its_end() -> None:
    """Phase, users, size, the thing that could not be opened (with a comma in its name) and the closing line."""
    seen = parse_progress(SCAN)

    assert seen.users == {r"HOLM\anna": True, r"HOLM\gunther": False}
    assert seen.included() == (r"HOLM\anna",)
    assert seen.parts == {r"HOLM\anna": 1, "SYSTEM": 1}
    assert (seen.phase, seen.size_mb, seen.percent, seen.minutes_left) == ("Saving", 5312.4, 12, 7.0)
    thing = r"C:\Users\anna\Documents\Angebot, alt.docx"
    assert seen.errors == (ProgressError(kind="UnableToOpen", thing=thing, action="Ignore", code=32),)
    assert (seen.code, seen.ignored, seen.message) == (3, 1, "Success, 1 errors ignored")
    assert (seen.program, seen.computer, seen.busy_with) == ("scanstate.exe", "PC07", r"HOLM\anna")
    assert (seen.elapsed, seen.unread) == (596, 0)


def test_it_is_read_piece_by_piece() -> None:
    """A poll carries on where the last one ended; the picture is the same as of the whole."""
    whole = parse_progress(SCAN)
    pieces = parse_progress(SCAN[5:], parse_progress(SCAN[:5]))

    assert pieces == whole


def test_the_documented_form_without_an_offset_is_read_too() -> None:
    """And a phase may come back, and the percentage fall."""
    seen = parse_progress(
        [
            "08 Jun 2023, 10:00:00, 00:10:00, totalPercentageCompleted, 90",
            "08 Jun 2023, 10:01:00, 00:11:00, totalPercentageCompleted, 20",
        ]
    )

    assert (seen.percent, seen.elapsed, seen.unread) == (20, 660, 0)


@pytest.mark.parametrize(
    "line",
    [
        "11 Nov 2025, 19:04:02 +01:00, 00:00:00, PHASE",
        "11 Nov 2025, 19:04:02 +01:00, 00:00:00, somethingNew, 1",
        "11. November 2025, 19:04:02, 00:00:00, PHASE, Scanning",
        "11 Nov 2025, 19:04:02, now, PHASE, Scanning",
        "11 Nov 2025, 19:04:02, 00:00:10, totalPercentageCompleted, many",
        "11 Nov 2025, 19:04:02, 00:00:10, errorCode, none",
        "x" * 50_000,
    ],
)
def test_a_line_that_does_not_fit_is_counted(line: str) -> None:
    """Half a line at the end of a piece is no reason to stop looking."""
    seen = parse_progress([line])

    assert (seen.unread, seen.phase, seen.percent, seen.code) == (1, "", None, None)


def test_a_log_tells_how_it_ended() -> None:
    """Errors passed over, the summary, and the profile that was left out for want of a name."""
    end = parse_log(LOG)

    assert (end.result, end.ignored, end.version) == ("ignored", 12, "10.0.22621")
    first = r"Read error 395 for C:\Users\anna\OneDrive - Holm\a.docx [...]"
    assert end.summary == (SummaryRow(code=395, abort=False, times=12, first=first),)
    assert end.orphans == ("S-1-5-21-1-2-3-1190",)


def test_a_refused_command_line_is_found_with_its_place() -> None:
    """The mark stands before the argument that was refused; the reason is the last words under it."""
    end = parse_log(REFUSED)

    assert end.result == "failed"
    assert "Settings store argument specified is invalid" in end.reason
    assert end.refused_at.startswith("/l:load.log")


def test_an_abort_names_the_first_thing() -> None:
    """`gle` is never taken for a reason."""
    head = "2025-11-11 19:04:02, Error                 [0x000000] "
    end = parse_log(
        [
            head + r"Unable to process object C:\Users\anna [a.pst] -> 32, aborting...[gle=0x00000020]",
            head + "Migration failed to complete successfully",
        ]
    )

    assert (end.result, end.object) == ("failed", r"C:\Users\anna [a.pst]")


@pytest.mark.parametrize(
    ("lines", "result", "code"),
    [
        (["Success.", "ScanState return code: 0"], "success", 0),
        (["Starting the migration process", "LoadState return code: 61"], "open", 61),
        (["<![LOG[LoadState return code: 0]LOG]!>"], "open", 0),
        ([], "open", None),
    ],
)
def test_the_console_has_the_code(lines: list[str], result: str, code: int | None) -> None:
    """Also as a task sequence copies it."""
    end = parse_log(lines)

    assert (end.result, end.code) == (result, code)


def test_an_entry_keeps_its_further_lines() -> None:
    """A text of several lines is one entry."""
    found = list(entries(REFUSED))

    assert len(found) == 3
    assert found[1].text.endswith("Settings store argument specified is invalid")


def test_a_store_is_well_only_with_a_sound_catalog_and_no_damage() -> None:
    """Silence about the catalog is not good news."""
    damaged = parse_verify(VERIFY)

    assert (damaged.catalog, damaged.sound, damaged.corrupted, damaged.well) == (True, 1, (r"C:\Users\anna\b.pst",), False)
    assert parse_verify(["CATALOG\tOK"]).well
    assert not parse_verify(["CATALOG\tCORRUPTED"]).well
    assert not parse_verify(["a.txt\tOK"]).well


def test_the_estimate_is_bytes() -> None:
    """Of the store by cluster size, and of the temporary space."""
    found = parse_estimate(ESTIMATE)

    assert found == Estimate(store={4096: 6442450944}, temporary=41943040)
    assert (found.store_bytes(), found.store_bytes(8192)) == (6442450944, 6442450944)
    assert parse_estimate("<PreMigration/>") is None


def test_a_list_file_gives_paths_only() -> None:
    """Its last line may be cut off."""
    assert list(parse_list(["\ufeffC:\\Users\\anna\\a.docx\r\n", "", r"HKCU\Network", "C:"])) == [
        r"C:\Users\anna\a.docx",
        r"HKCU\Network",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_log_is_decoded_by_its_mark(encoding: str) -> None:
    """UTF-16 of older versions, UTF-8 and the code page of newer ones."""
    assert decoded(r"C:\Users\jürgen".encode(encoding)) == r"C:\Users\jürgen"


ALPHABET = ' ,"\t\r\n[]{}<>\\/:;*?|+-0123456789\0\ufeffÄé€\u2028²٣😀abcOKXYZ'
PUBLISHED = [line for kind in ("progress", "log", "estimate") for sample in published(kind) for line in sample]
SAMPLES = (*SCAN, *LOG, *REFUSED, *ESTIMATE.splitlines(), *VERIFY, *PUBLISHED)


def spoiled(chance: random.Random) -> str:
    """A sample with a few letters changed, taken out, doubled, or joined with another sample."""
    text = chance.choice(SAMPLES)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text = text[:place] + chance.choice(ALPHABET) + text[place:]
            case 1:
                text = text[:place] + text[place + chance.randrange(1, 9) :]
            case 2:
                text = text[:place] + text[place : place + 20] * 2 + text[place:]
            case _:
                text = text[:place] + chance.choice(SAMPLES)[place:]
    return text


@pytest.mark.timeout(3600 if NIGHTLY else 60)
@pytest.mark.parametrize("parser", ["progress", "log", "list", "verify", "estimate"])
def test_spoiled_text_never_makes_a_parser_fail(parser: str) -> None:
    """A million inputs each at night, by a fixed seed in the day."""
    chance = random.Random(None if NIGHTLY else 8)  # noqa: S311 - not for secrets
    read = {
        "progress": lambda text: parse_progress([text]),
        "log": lambda text: parse_log(text.split("\n")),
        "list": lambda text: list(parse_list([text])),
        "verify": lambda text: parse_verify([text]),
        "estimate": lambda text: parse_estimate(ESTIMATE[: chance.randrange(len(ESTIMATE))] + text),
    }[parser]
    tried = 0
    for _ in range(TRIES):
        read(spoiled(chance))
        tried += 1

    assert tried == TRIES


@settings(max_examples=EXAMPLES, deadline=None)
@given(lines=st.lists(st.text(), max_size=6))
def test_any_text_at_all_is_taken(lines: list[str]) -> None:
    """Letters of every script, marks of control, lone surrogates left out by UTF-8 itself."""
    seen = parse_progress(lines)

    assert seen.unread == sum(bool(line.strip()) for line in lines)
    assert parse_log(lines).result in {"open", "success"}
    assert parse_estimate("\n".join(lines)) is None
    assert len(list(parse_list(lines))) <= len(lines)
    assert parse_verify(lines).corrupted_count <= len(lines)


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_become_text(data: bytes) -> None:
    """Odd halves of UTF-16 too."""
    assert isinstance(decoded(data), str)


def test_a_long_line_costs_no_more_than_its_length() -> None:
    """Quotes, tabs and blanks by the ten thousand do not make the patterns run wild."""
    for letter in ('"', "\t", " ", ",", "|", "["):
        line = letter * 30_000
        assert parse_progress([line]).unread <= 1
        assert parse_log([line]).result == "open"
        assert not parse_verify([line]).well
        assert list(parse_list([line])) == []
