"""Whom the compiled switches take, measured by an evaluator that knows only the documented precedence."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate.errors import InputError
from zdm_automate.lab.world.usmt.users import Somebody, SwitchError, taken, user_switches
from zdm_automate.usmt.selection import Account, Switches, Wish, by_name, by_rule, compiled

NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
PC = "PC07"
NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
DOMAINS = ("HOLM", "OLD", PC)
NAMES = ("anna", "bert", "kiosk", "kiosk2", "Jürgen Ö")
domains = st.sampled_from((*DOMAINS, "holm"))
names = st.sampled_from(NAMES)
accounts = st.lists(
    st.builds(
        Account,
        domain=st.sampled_from(DOMAINS),
        name=names,
        used=st.one_of(st.none(), st.integers(0, 100).map(lambda days: NOW - timedelta(days=days, hours=1))),
    ),
    unique_by=lambda who: who.full.casefold(),
    max_size=12,
)
full = st.builds(lambda domain, name: f"{domain}\\{name}", domains, names)
wild = st.sampled_from((r"HOLM\kiosk*", r"*\kiosk", r"OLD\*", r"*\???t", r"HOLM\*", r"*\*", rf"{PC}\b*"))
wishes = st.builds(
    Wish,
    domains=st.lists(st.sampled_from(("HOLM", "OLD", "holm", "GONE")), max_size=2).map(tuple),
    local=st.booleans(),
    last_days=st.one_of(st.none(), st.integers(1, 90)),
    always=st.lists(full, max_size=3).map(tuple),
    never=st.lists(st.one_of(full, wild), max_size=3).map(tuple),
)


def arrived(switches: Switches, people: list[Account]) -> set[str]:
    """Who is in the store and then on the new PC, by the precedence alone."""
    there = [Somebody(full=who.full, used=who.used) for who in people]
    captured = set(taken(switches.scan, there, NOW))
    return set(taken(switches.load, [one for one in there if one.full in captured], NOW))


@pytest.mark.timeout(3600 if NIGHTLY else 60)
@settings(max_examples=20_000 if NIGHTLY else 300, deadline=None)
@given(wish=wishes, people=accounts)
def test_a_rule_takes_exactly_whom_the_wish_wants(wish: Wish, people: list[Account]) -> None:
    """Scan and load together, for every wish and every set of profiles."""
    switches = by_rule(wish, PC, {who.domain for who in people})

    assert arrived(switches, people) == {who.full for who in people if wish.wants(who, PC, NOW)}


@pytest.mark.timeout(3600 if NIGHTLY else 60)
@settings(max_examples=20_000 if NIGHTLY else 150, deadline=None)
@given(wish=wishes, people=accounts)
def test_names_take_exactly_whom_the_wish_wants_on_the_scan_already(wish: Wish, people: list[Account]) -> None:
    """Nobody else's data is even in the store."""
    wanted = {who.full for who in people if wish.wants(who, PC, NOW)}
    switches = by_name(who for who in people if who.full in wanted)
    captured = set(taken(switches.scan, [Somebody(full=who.full, used=who.used) for who in people], NOW))

    assert captured == wanted
    assert arrived(switches, people) == wanted


def test_the_plain_intent_of_an_office() -> None:
    """Domain users of the last 30 days, not the kiosk: /uel would bring the kiosk back, so the load leaves it out."""
    wish = Wish(domains=("HOLM",), last_days=30, never=(r"HOLM\kiosk",))

    made = by_rule(wish, PC, ("HOLM", "OLD", PC))

    assert made.scan == ("/uel:30",)
    assert set(made.load) == {r"/ue:OLD\*", rf"/ue:{PC}\*", r"/ue:HOLM\kiosk"}
    assert "the store holds them" in made.notes[0]


def test_the_documented_trap_is_seen_by_the_evaluator() -> None:
    r"""`/uel:30 /ui:HOLM\*` takes all of the domain whatever their age: what a naive compiler would write."""
    old = Somebody(full=r"HOLM\old", used=NOW - timedelta(days=400))

    assert taken((r"/uel:30", r"/ui:HOLM\*"), [old], NOW) == (r"HOLM\old",)
    assert taken(("/uel:30", r"/ue:*\*"), [old], NOW) == ()


def test_a_recent_user_comes_although_he_is_excluded() -> None:
    """/uel ranks above /ue."""
    recent = Somebody(full=r"HOLM\kiosk", used=NOW - timedelta(days=1))

    assert taken(("/uel:30", r"/ue:HOLM\kiosk"), [recent], NOW) == (r"HOLM\kiosk",)


def documented(words: list[str], who: Somebody) -> bool:
    """The documented precedence in as many words: /ui, else /uel, else /ue, else everybody. `*` and `?` are the wildcards."""
    values: dict[str, list[str]] = {}
    for word in words:
        name, _, value = word.partition(":")
        values.setdefault(name, []).append(value.casefold().replace("[", "[[]"))
    full = who.full.casefold()
    if any(fnmatchcase(full, one) for one in values.get("/ui", ())):
        return True
    if "/uel" in values:
        return who.used is not None and NOW - who.used <= timedelta(days=int(values["/uel"][0]))
    return not any(fnmatchcase(full, one) for one in values.get("/ue", ()))


patterns = st.one_of(full, wild, st.sampled_from((r"*\*", r"HOLM\?????", r"H*M\k*", r"*[x]*", "*", r"old\*")))
switches_of = st.lists(
    st.one_of(patterns.map(lambda one: f"/ui:{one}"), patterns.map(lambda one: f"/ue:{one}")), max_size=4
).flatmap(lambda words: st.one_of(st.just(words), st.integers(1, 90).map(lambda days: [*words, f"/uel:{days}"])))


@pytest.mark.timeout(3600 if NIGHTLY else 60)
@settings(max_examples=20_000 if NIGHTLY else 200, deadline=None)
@given(words=switches_of, people=accounts)
def test_the_lab_takes_whom_the_documented_precedence_takes(words: list[str], people: list[Account]) -> None:
    """For any switches in any order, of which the last may stand anywhere."""
    there = [Somebody(full=who.full, used=who.used) for who in people]

    assert set(taken(words, there, NOW)) == {who.full for who in there if documented(words, who)}
    assert taken(words[::-1], there, NOW) == taken(words, there, NOW)


def test_the_documented_forms_take_whom_they_are_said_to_take() -> None:
    """Only two users; only a domain; the recent ones and all of a domain; who is recent although left out."""
    days = {r"HOLM\anna": 3, r"HOLM\bert": 300, r"OLD\carl": 3, rf"{PC}\dora": 300}
    people = [Somebody(full=full, used=NOW - timedelta(days=age)) for full, age in days.items()]

    assert taken((r"/ue:*\*", r"/ui:HOLM\bert", rf"/ui:{PC}\dora"), people, NOW) == (r"HOLM\bert", rf"{PC}\dora")
    assert taken((r"/ue:*\*", r"/ui:HOLM\*"), people, NOW) == (r"HOLM\anna", r"HOLM\bert")
    assert taken(("/uel:30", r"/ui:HOLM\*"), people, NOW) == (r"HOLM\anna", r"HOLM\bert", r"OLD\carl")
    assert taken(("/uel:30", r"/ue:OLD\carl"), people, NOW) == (r"HOLM\anna", r"OLD\carl")
    assert taken((r"/ue:OLD\*",), people, NOW) == (r"HOLM\anna", r"HOLM\bert", rf"{PC}\dora")


def test_the_evaluator_knows_dates_sids_and_who_is_logged_on() -> None:
    """The other forms that the documentation has."""
    anna = Somebody(full=r"HOLM\anna", sid="S-1-5-21-1-2-3-1105", used=datetime(2026, 11, 1, tzinfo=UTC), logged_on=True)

    assert taken((r"/ue:*\*", "/ui:S-1-5-21-1-2-3-1105"), [anna], NOW) == (r"HOLM\anna",)
    assert taken(("/uel:2026/11/01",), [anna], NOW) == (r"HOLM\anna",)
    assert taken(("/uel:2026/11/02",), [anna], NOW) == ()
    assert taken(("/uel:0",), [anna], NOW) == (r"HOLM\anna",)
    assert taken((), [anna], NOW) == (r"HOLM\anna",)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("/all", r"/ui:A\b"), "/all conflicts"),
        (("/uel:1", "/uel:2"), "more than once"),
        (("/ui:",), "argument is missing"),
        (("/uel:soon",), "not valid"),
        (("/uel:2026/13/01",), "not valid"),
    ],
)
def test_the_evaluator_refuses_what_the_tool_refuses(words: tuple[str, ...], text: str) -> None:
    """With the tool's own words."""
    with pytest.raises(SwitchError, match=text):
        user_switches(words, NOW)


def test_who_is_named_and_left_out_stays_out() -> None:
    """`never` outdoes `always`, in the meaning and in both forms."""
    anna = Account(domain="HOLM", name="anna", used=NOW)
    wish = Wish(always=(r"HOLM\anna",), never=(r"HOLM\a*",))

    assert not wish.wants(anna, PC, NOW)
    assert arrived(by_rule(wish, PC, ("HOLM",)), [anna]) == set()


def test_names_are_used_while_the_command_line_has_room_for_them() -> None:
    """Twelve people by name, a terminal server's three hundred by rule."""
    few = [Account(domain="HOLM", name=f"user{n}", used=NOW) for n in range(12)]
    many = [Account(domain="HOLM", name=f"somebody.with.a.name{n}", used=NOW) for n in range(300)]
    wish = Wish(domains=("HOLM",))

    assert compiled(wish, PC, few, NOW) == by_name(few)
    assert compiled(wish, PC, many, NOW) == by_rule(wish, PC, ("HOLM",))


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"never": ("kiosk",)}, "DOMAIN"),
        ({"never": ("A\\b\\c",)}, "DOMAIN"),
        ({"always": (r"HOLM\a*",)}, "named in full"),
        ({"always": ('HOLM\\a" /all',)}, "no account name has"),
        ({"domains": ("HOLM\\*",)}, "NetBIOS"),
        ({"last_days": 0}, "must be 1 or more"),
    ],
)
def test_what_the_tool_would_take_otherwise_is_refused(keys: dict[str, object], text: str) -> None:
    """In one sentence, before anything is compiled."""
    with pytest.raises(InputError, match=text):
        Wish(**keys)  # type: ignore[arg-type]
