"""Whether a Config.xml or a rule file is one that USMT will take: sound XML, documented elements, patterns that mean it.

It judges files of the product and of a technician alike, and never repairs one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from zdm_automate.usmt.schema import CONFIG, OPEN, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.usmt.schema import Element

URLID = "http://www.microsoft.com/migration/1.0/migxmlext/"
LARGEST = 4 * 1024**2
_PATTERN = re.compile(r"^(?P<folder>[^\[\]]+?)\s*\[(?P<leaf>[^\[\]]*)\]$")
_CODE = re.compile(r"^(any|\d{1,5})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with a file: where (elements from the root on), what, and what to do."""

    where: str
    what: str
    action: str

    def __str__(self) -> str:
        """In one sentence."""
        return f"{self.where}: {self.what} {self.action}".strip()


def check_config(text: str) -> tuple[Finding, ...]:
    """What is wrong with a Config.xml."""
    return _checked(text, "Configuration", CONFIG)


def check_rules(text: str) -> tuple[Finding, ...]:
    """What is wrong with a rule file (/i)."""
    return _checked(text, "migration", RULES)


def parsed(text: str) -> ET.Element | Finding:
    """The root element, or why there is none. A document type is refused: it could name other files or blow itself up."""
    if len(text) > LARGEST:
        return Finding(where="the file", what="it is larger than 4 MB.", action="This is no rule file.")
    if "<!DOCTYPE" in text.upper().replace(" ", "") or "<!ENTITY" in text.upper():
        return Finding(where="the file", what="it has a document type.", action="Take the DOCTYPE out; USMT needs none.")
    try:
        return ET.fromstring(text.lstrip("\ufeff").encode() if text.lstrip("\ufeff").startswith("<?xml") else text)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as problem:
        return Finding(where="the file", what=f"it is no sound XML: {problem}.", action="Correct it there.")


def _checked(text: str, root: str, known: Mapping[str, Element]) -> tuple[Finding, ...]:
    found = parsed(text)
    if isinstance(found, Finding):
        return (found,)
    if found.tag != root:
        other = {"Configuration": "a Config.xml: give it as `config`", "migration": "a rule file: give it as a rule"}
        is_other = f"This is {other[found.tag]}." if found.tag in other else ""
        return (Finding(where=f"<{found.tag}>", what=f"the root must be <{root}>.", action=is_other),)
    findings = list(_below(found, f"<{root}>", known))
    if root == "migration" and not found.get("urlid"):
        findings.insert(0, Finding(where="<migration>", what="it has no urlid.", action=f"Write urlid={URLID}<name>."))
    return tuple(findings)


def _below(element: ET.Element, where: str, known: Mapping[str, Element]) -> Iterator[Finding]:
    rule = known[element.tag]
    for name, value in element.attrib.items():
        if name not in rule.attributes:
            yield Finding(where=where, what=f"the attribute {name} is not documented.", action="")
        elif rule.attributes[name] is not OPEN and value.casefold() not in map(str.casefold, rule.attributes[name]):
            yield Finding(where=where, what=f"{name}={value!r} is not one of {', '.join(rule.attributes[name])}.", action="")
    if not rule.text and (element.text or "").strip():
        yield Finding(where=where, what="text stands where only elements may.", action="")
    yield from _own(element, where)
    for child in element:
        here = f"{where}<{child.tag}>"
        if child.tag not in rule.children:
            yield Finding(where=here, what="this element is not documented here.", action="Check its name, with its capitals.")
            continue
        yield from _below(child, here, known)


def _own(element: ET.Element, where: str) -> Iterator[Finding]:
    """What the documents demand of single elements beyond their names."""
    text = (element.text or "").strip()
    match element.tag:
        case "pattern":
            yield from _pattern(element, text, where)
        case "nonFatal" | "fatal":
            if not _CODE.match(element.get("errorCode", "")):
                yield Finding(where=where, what="errorCode must be `any` or a number of Windows.", action="32 is: file in use.")
            if _PATTERN.match(text) is None:
                yield Finding(where=where, what=f"{text!r} is no pattern.", action=_FORM)
        case "component" if element.get("migrate") is None and element.get("displayname") is not None:
            yield Finding(where=where, what="it has no `migrate`.", action="Write yes or no; taking it out excludes nothing.")


def _pattern(element: ET.Element, text: str, where: str) -> Iterator[Finding]:
    if element.get("type") is None:
        return
    found = _PATTERN.match(text)
    if found is None:
        yield Finding(where=where, what=f"{text!r} is no pattern.", action=_FORM)
        return
    if element.get("type") == "File" and found["folder"].rstrip().endswith("\\"):
        yield Finding(
            where=where,
            what=f"{text!r} takes only the files of the folder itself.",
            action=r"With all below write `folder\* [*]`; without, take the last backslash away.",
        )
    if text.startswith("HK") and element.get("type") == "File":
        yield Finding(where=where, what=f"{text!r} names the registry.", action='Its type is "Registry".')


_FORM = r"Its form is `folder\* [file]`, for example C:\Data\* [*.pst]."
