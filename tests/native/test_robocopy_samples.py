"""robocopy's logs in seven languages, whole, and spoiled by the thousand: what they hold is read, and no text makes it fail."""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

import pytest

from zdm_automate.native.robocopy import MOST_ERRORS, CopyLog, Counted, read_log

DATA = Path(__file__).parent / "data"
NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
TRIES = 1_000_000 if NIGHTLY else 2_000
"""Spoiled logs."""
PARTS = 50
"""Pieces that the many are tried in, each within the limit of a test."""

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "zh")
MB, GB = 2**20, 2**30


@cache
def text(language: str) -> str:
    return (DATA / f"robocopy.{language}.txt").read_bytes().decode()


def log(language: str) -> CopyLog:
    return read_log(text(language).split("\n"))


@pytest.mark.parametrize(
    ("language", "files", "size"),
    [
        ("de", Counted(889, 888, 1, 0, 0, 1), Counted(912345, 912033, 312, 0, 0, 65536)),
        ("en", Counted(50006, 2, 50003, 0, 1, 1), Counted(22692745216, 245772, 22503752764, 0, 188746680, 2048)),
        ("es", Counted(2, 1, 1, 0, 0, 0), Counted(round(20.01 * MB), 20 * MB, round(14.4 * 1024), 0, 0, 0)),
        ("fr", Counted(3, 2, 1, 0, 0, 1), Counted(504, 0, 504, 0, 0, round(3.9 * 1024))),
        ("it", Counted(5, 3, 1, 0, 1, 1), Counted(47, 40, 6, 0, 1, 1)),
        ("ja", Counted(10940, 0, 10940, 0, 0, 0), Counted(round(26.725 * GB), 0, round(26.725 * GB), 0, 0, 0)),
        ("zh", Counted(4, 3, 0, 0, 1, 0), Counted(round(1.464 * GB), round(1.464 * GB), 0, 0, 0, 0)),
    ],
)
def test_the_table_of_each_language(language: str, files: Counted, size: Counted) -> None:
    """Whatever its words: the three rows behind the last line of dashes."""
    found = log(language)

    assert (found.whole, found.files, found.size) == (True, files, size)


@pytest.mark.parametrize(
    ("language", "errors"),
    [
        ("de", [(5, "\\\\ALT\\D$\\Büro\\Geschäftsführung\\")]),
        ("en", [(32, "\\\\OLD\\D$\\Shares\\Data\\lager.mdb")]),
        ("it", [(3, "D:\\Dati\\perduto.txt")]),
        ("es", []),
    ],
)
def test_the_errors_of_each_language(language: str, errors: list[tuple[int, str]]) -> None:
    """A retry of the same file is the same error."""
    assert [(one.code, one.path) for one in log(language).errors] == errors


@pytest.mark.parametrize(
    ("language", "copied", "extras"),
    [
        ("de", ("Änderung 7.docx",), ("E:\\Büro\\alt.dat",)),
        ("es", ("plano.dwg",), ()),
        ("fr", ("vide.txt", "note.txt"), ("script.ps1",)),
        (
            "it",
            ("D:\\Dati\\listino.txt", "D:\\Dati\\nuovo.txt", "D:\\Dati\\città\\però.txt"),
            ("E:\\Dati\\vecchia\\", "E:\\Dati\\vecchia\\dentro.txt"),
        ),
        ("ja", (), ()),
        ("zh", ("C:\\src\\a.txt", "C:\\src\\big.bin", "C:\\src\\文档.pdf"), ()),
    ],
)
def test_the_items_of_each_language(language: str, copied: tuple[str, ...], extras: tuple[str, ...]) -> None:
    """What was copied and what only the target has, by tabs and stars; what is the same on both sides is neither."""
    found = log(language)

    assert (found.copied, found.extras) == (copied, extras)


def test_a_waiting_notice_stays_glued_to_a_name() -> None:
    """Files copied side by side run into each other; nobody can tell where the name ends in the host's words."""
    first, second = log("en").copied

    assert first == "\\\\OLD\\D$\\Shares\\Data\\Preisliste.xlsx"
    assert second == "\\\\OLD\\D$\\Shares\\Data\\deep\\er.txtWaiting 1 seconds..."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["cp437", "cp850", "cp1252", "cp932"])
def test_a_log_of_another_code_page_keeps_its_table(language: str, page: str) -> None:
    """Letters come as question marks; numbers, tabs and dashes are the same in all of them."""
    read = text(language).encode(page, "replace").decode("utf-8", "replace")
    found = read_log(read.split("\n"))

    assert (found.files, found.size) == (log(language).files, log(language).size)


ALPHABET = "\t:*\\- 0123456789.,kmgt\r\n\0\ufeff\u00a0\u2028²٣ÉÄé😀abcxyz(0x00000020)"


def spoiled(chance: random.Random) -> str:
    """A log with some places changed: letters put in, pieces taken out or doubled, another log's end instead of its own."""
    found = text(chance.choice(LANGUAGES))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(found) + 1)
        match chance.randrange(4):
            case 0:
                found = found[:place] + chance.choice(ALPHABET) + found[place:]
            case 1:
                found = found[:place] + found[place + chance.randrange(1, 99) :]
            case 2:
                found = found[:place] + found[place : place + 60] * 2 + found[place:]
            case _:
                other = text(chance.choice(LANGUAGES))
                found = found[:place] + other[chance.randrange(len(other)) :]
    return found


@pytest.mark.parametrize("part", range(PARTS if NIGHTLY else 1))
def test_a_spoiled_log_is_read(part: int) -> None:
    """A log that was cut, mixed or written twice gives values that hang together, and never an exception."""
    chance = random.Random(part)  # noqa: S311 - the same logs each time
    for _ in range(TRIES // (PARTS if NIGHTLY else 1)):
        made = spoiled(chance)
        found = read_log(made.split("\n"))

        assert len(found.errors) <= MOST_ERRORS, made
        assert found.whole or found.files == Counted(), made
        assert all(path.strip() for path in (*found.copied, *found.extras)), made
