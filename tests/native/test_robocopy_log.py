"""robocopy's log as values: six languages, glued numbers, retries, and any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate.native.robocopy import MEANINGS, MOST_ERRORS, CopyError, Counted, read_log

RULER = "-" * 78
HEADS: dict[str, tuple[str, str]] = {
    "en": ("Total    Copied   Skipped  Mismatch    FAILED    Extras", "    Dirs :|   Files :|   Bytes :|   Times :"),
    "de": (
        "Insgesamt   KopiertÜbersprungenKeine Übereinstimmung    FEHLER    Extras",
        "Verzeich.:|  Dateien:|    Bytes:|   Zeiten:",
    ),
    "fr": ("Total     Copié    IgnoréDiscordance     ÉCHEC    Extras", "Rép\xa0:|Fichiers\xa0:|  Octets\xa0:|  Heures:"),
    "it": (
        "Totale   Copiato  IgnorateNon corrispondentiNon riuscitaSupplementari",
        "Directory:|     File:|     Byte:|   Durata:",
    ),
    "es": ("Total   Copiado   OmitidoNo coincidencia     ERROR    Extras", "Director.:| Archivos:|    Bytes:|   Tiempo:"),
    "ja": (
        "\u5408\u8a08     \u30b3\u30d4\u30fc\u6e08\u307f    Extras",
        "\u30c7\u30a3\u30ec\u30af\u30c8\u30ea:|\u30d5\u30a1\u30a4\u30eb:|\u30d0\u30a4\u30c8:|\u6642\u523b:",
    ),
    "zh": ("\u603b\u6570        \u590d\u5236        \u5176\u4ed6", "\u76ee\u5f55:|\u6587\u4ef6:|\u5b57\u8282:|\u65f6\u95f4:"),
}
"""The words of the table as robocopy prints them, by language."""


def table(language: str, *rows: tuple[int, ...]) -> list[str]:
    head, labels = HEADS[language][0], HEADS[language][1].split("|")
    lines = ["", RULER, "", head]
    lines += [labels[number] + "".join(f"{value:>10}" for value in row) for number, row in enumerate(rows)]
    return [*lines, f"{labels[3]}   0:00:49   0:00:00                       0:00:00   0:00:48", "", "  Ended: 7"]


@pytest.mark.parametrize("language", HEADS)
def test_the_table_in_every_language(language: str) -> None:
    """By the order of its rows and columns; no word of it is read."""
    found = read_log(table(language, (5654, 0, 5654, 0, 0, 77), (51069, 11, 51057, 0, 1, 335), (900, 90, 800, 0, 10, 7)))

    assert found.whole
    assert found.folders == Counted(5654, 0, 5654, 0, 0, 77)
    assert found.files == Counted(51069, 11, 51057, 0, 1, 335)
    assert found.size == Counted(900, 90, 800, 0, 10, 7)


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ("2026/03/02 18:05:09 ERROR 32 (0x00000020) Copying File D:\\Data\\offen.docx", 32, "D:\\Data\\offen.docx"),
        (
            "2026/03/02 18:05:09 FEHLER 5 (0x00000005) Quellverzeichnis wird gelesen \\\\ALT\\D$\\Büro\\",
            5,
            "\\\\ALT\\D$\\Büro\\",
        ),
        ("2026/03/02 18:05:09 ERREUR 112 (0x00000070) Copie du fichier E:\\x.bin", 112, "E:\\x.bin"),
        ("2026/03/02 18:05:09 ERRORE 3 (0x00000003) Copia del file in corso C:\\a b\\c", 3, "C:\\a b\\c"),
        ("2026/03/02 18:05:09 エラー 53 (0x00000035) \\\\SV\\s\\", 53, "\\\\SV\\s\\"),
        ("2026/03/02 18:05:09 错误 1338 (0x0000053A) 复制 D:\\数据", 1338, "D:\\数据"),
        ("glued to a nameWaiting 1 seconds...2026/03/02 18:05:09 ERROR 33 (0x00000021) Copying File D:\\x", 33, "D:\\x"),
    ],
)
def test_an_error_in_every_language(line: str, code: int, path: str) -> None:
    """Date, a word, the number twice: that is the same everywhere."""
    found = read_log([line]).errors

    assert [(one.code, one.path) for one in found] == [(code, path)]
    assert found[0].says
    assert found[0].then


def test_a_number_that_is_not_its_own_hexadecimal_is_no_error() -> None:
    """A file may be named like that."""
    assert read_log(["\t  New File\t\t 9\t2026/03/02 18:05:09 ERROR 32 (0x00000021) x"]).errors == ()


def test_the_same_failure_tried_again_counts_once() -> None:
    """A retry repeats the lines."""
    line = "2026/03/02 18:05:{} ERROR 32 (0x00000020) Copying File D:\\a"

    assert len(read_log([line.format("09"), "Waiting", line.format("39")]).errors) == 1


def test_items_by_tabs() -> None:
    """Copied, only in the target, skipped with /V, a folder, one with its percentage behind."""
    found = read_log(
        [
            "\t    New File  \t\t       9\tD:\\notiz.txt\r100%  ",
            "\t  *EXTRA File \t\t       5\tE:\\alt.txt",
            "\t*EXTRA Dir        -1\tE:\\Alt\\",
            "\t                   8\tD:\\Data\\",
            "\t          same\t\t      12\tD:\\gleich.txt",
            "\t    Neue Datei \t\t       7\tD:\\ü.txt",
        ]
    )

    assert found.copied == ("D:\\notiz.txt", "D:\\ü.txt")
    assert found.extras == ("E:\\alt.txt", "E:\\Alt\\")


def test_numbers_that_run_together() -> None:
    """Four terabytes have thirteen digits in a column of ten: the total tells where to cut."""
    whole = 4_398_046_511_104
    found = read_log(table("en", (1, 1, 0, 0, 0, 0), (5, 4, 1, 0, 0, 0), (whole, whole - 1024, 1024, 0, 0, 0)))

    assert found.size == Counted(whole, whole - 1024, 1024, 0, 0, 0)


def test_rounded_sizes() -> None:
    """Without /BYTES a number has a unit."""
    rows = ["    Dirs :         1         1         0         0         0         0"] * 2
    line = "   Bytes :  13.748 g   51.25 m  13.698 g         0         0  453.51 m"
    found = read_log([RULER, *rows, line])

    assert found.size.total == round(13.748 * 1024**3)
    assert found.size.extras == round(453.51 * 1024**2)


def test_a_log_without_its_table_is_not_whole() -> None:
    """It was killed, or failed before the first file."""
    found = read_log(
        ["  Started : today", RULER, "2026/03/02 18:05:09 ERROR 53 (0x00000035) Accessing Source Directory \\\\x\\y\\"]
    )

    assert (found.whole, len(found.errors)) == (False, 1)


def test_errors_beyond_the_first_thousand_are_counted() -> None:
    """A whole tree without rights does not fill the memory."""
    found = read_log(f"2026/03/02 18:05:09 ERROR 5 (0x00000005) Copying File D:\\{number}" for number in range(MOST_ERRORS + 7))

    assert (len(found.errors), found.more_errors) == (MOST_ERRORS, 7)


@settings(deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-16"), max_size=200) | st.from_regex(r"[\t:*\-0-9 kmgt.,]{0,90}"), max_size=30
    )
)
def test_any_text_is_read_without_an_exception(lines: list[str]) -> None:
    """What does not fit is left out."""
    assert len(read_log([*lines, RULER, *lines]).errors) <= MOST_ERRORS


LOG = "\n".join(
    [
        RULER,
        "\t    New File  \t\t       9\tD:\\notiz.txt",
        *table("de", (1, 1, 0, 0, 0, 0), (2, 1, 1, 0, 0, 0), (9, 8, 1, 0, 0, 0)),
    ]
)


@settings(deadline=None)
@given(st.integers(0, len(LOG)), st.text(max_size=5), st.integers(0, 30))
def test_a_log_with_a_piece_torn_out_is_read(place: int, put: str, gone: int) -> None:
    """A process can be killed in the middle of a line."""
    read_log((LOG[:place] + put + LOG[place + gone :]).split("\n"))


def test_every_meaning_has_a_next_action() -> None:
    """Nobody is left with a number."""
    assert all(says and then for says, then in MEANINGS.values())
    assert CopyError(9999, "", "").then
