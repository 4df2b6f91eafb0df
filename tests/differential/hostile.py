"""Texts that break careless programs, each within what a field of Windows holds. It knows no world and no verb."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = (
    "",
    "a",
    "Bürogeräte",
    "ÄÖÜ äöü ß",
    "O'Brien",
    'say "hi"',
    "$env:PATH",
    "$(1+1)",
    "`n",
    "a;b",
    "50%",
    "%PATH%",
    "-Force",
    "/f",
    "@{x=1}",
    "# c",
    "a|b&c<d>e",
    "[x]*?",
    "{0} {1}",
    "a\\b/c",
    "  two  blanks  ",
    "日本語",
    "😀",
    "\u200fعربي\u200f",
    "null",
    "0",
    "x" * 255,
)
"""One of each kind: empty, umlauts, quotes, what PowerShell expands, what a command line splits, wildcards, right to left."""

LINES = (*WORDS, "first\nsecond", "tab\there")
"""For fields that hold more than one line."""

FORBIDDEN_IN_FILES = set('<>:"/\\|?*')
FORBIDDEN_IN_ADAPTERS = set('\\/:*?"<>|')


def texts(
    words: tuple[str, ...] = WORDS, *, without: set[str] | frozenset[str] = frozenset(), empty: bool = True
) -> st.SearchStrategy[str]:
    """A text of the list, or a short one of its signs; `without` are the signs that the field refuses."""
    kept = [word for word in words if (empty or word.strip()) and not set(word) & without]
    signs = sorted({sign for word in kept for sign in word} | set("ab1-_."))
    made = st.text(st.sampled_from(signs), min_size=0 if empty else 1, max_size=12)
    if not empty:
        made = made.filter(lambda text: bool(text.strip()))
    return st.sampled_from(kept) | made


FILE_NAMES = texts(without=FORBIDDEN_IN_FILES, empty=False).map(lambda name: name.strip(" .") or "a")
"""Names of files: what NTFS by way of Windows takes; blanks and dots at the end are cut off there."""

ADAPTERS = texts(without=FORBIDDEN_IN_ADAPTERS, empty=False)
"""Names of network connections, as the network folder takes them."""

LABELS = st.sampled_from(
    ("www", "büro", "_ldap._tcp", "*", "a" * 63, "o'brien", "$x", "-dash", "x_y", "1", "@", "WWW", "a.b.c")
)
"""Names in a zone, relative to it: what a server takes that checks no names."""

ZONES = st.sampled_from(
    (
        "example.org",
        "Example.COM",
        "büro.example",
        "a.b.c.d.example",
        "16.168.192.in-addr.arpa",
        "_msdcs.example.org",
        "x" * 63 + ".example",
    )
)
"""Names of zones."""

ADDRESSES = st.sampled_from(("192.168.16.2", "10.0.0.1", "172.16.0.254", "203.0.113.53", "0.0.0.0", "255.255.255.255"))  # noqa: S104
