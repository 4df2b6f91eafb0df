r"""Writes Config.xml and MigXML rule files from values, in the documented form. What it writes passes the check of its own.

Users cannot be left out in either; that is done by switches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from zdm_automate.model import require
from zdm_automate.usmt.xml_check import URLID, check_config, check_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zdm_automate.usmt.xml_check import Finding

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,40}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnError:
    """What an error of Windows on a path means: `code` a number or `any`, `fatal` whether it ends the run."""

    code: str
    pattern: str
    fatal: bool = False
    registry: bool = False


DEFAULT_ERRORS = (
    OnError(code="32", pattern="* [*]"),
    OnError(code="33", pattern="* [*]"),
    OnError(code="395", pattern="* [*]"),
    OnError(code="any", pattern=r"*\Temp\* [*]"),
    OnError(code="any", pattern=r"*\Cache\* [*]"),
    OnError(code="any", pattern=r"C:\Users\* [*]", fatal=True),
)
"""Files in use and OneDrive placeholders are passed over and listed, caches do not matter, all else of a user ends the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    r"""One component of a rule file.

    Attributes:
        title: its display name.
        include: patterns of what comes along (`folder\* [file]`; `* [file]` is on every fixed disk).
        exclude: patterns of what does not.
        never: patterns that stay behind whatever other rules say.
        of: kind of the patterns.
        context: whose: each user's, the computer's, or both.
        kind: what it is.
        keeps: what is already on the new PC wins over what comes.
    """

    title: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    of: Literal["File", "Registry", "Ini"] = "File"
    context: Literal["User", "System", "UserAndSystem"] = "User"
    kind: Literal["Documents", "Application", "System"] = "Documents"
    keeps: bool = False


PSTS = Rule(title="Outlook data files", include=(r"* [*.pst]",), context="System")
SIGNATURES = Rule(title="Outlook signatures", include=(r"%CSIDL_APPDATA%\Microsoft\Signatures\* [*]",))
NO_OST = Rule(title="No Outlook caches", never=(r"%CSIDL_LOCAL_APPDATA%\Microsoft\Outlook\* [*.ost]",))
NO_TEMPORARY = Rule(
    title="No temporary files and browser caches",
    never=(
        r"%CSIDL_LOCAL_APPDATA%\Temp\* [*]",
        r"%CSIDL_LOCAL_APPDATA%\Microsoft\Windows\INetCache\* [*]",
        r"%CSIDL_LOCAL_APPDATA%\Google\Chrome\User Data\*\Cache\* [*]",
        r"%CSIDL_LOCAL_APPDATA%\Microsoft\Edge\User Data\*\Cache\* [*]",
    ),
)
NO_IMAGES = Rule(title="No disk images", exclude=("* [*.iso]", "* [*.vhd]", "* [*.vhdx]"))
STANDARD_RULES = (PSTS, SIGNATURES, NO_OST, NO_TEMPORARY, NO_IMAGES)
"""What the product adds to MigDocs.xml and MigApp.xml."""


def rules_file(name: str, rules: Iterable[Rule]) -> str:
    """A rule file.

    Raises:
        InputError: a name or a pattern that USMT would not take, or a rule that does nothing.
    """
    rules = tuple(rules)
    require(_NAME.match(name), f"{name!r} is no name of a rule file: small letters, digits and dashes.")
    require(rules, f"the rule file {name} has no rule.")
    root = ET.Element("migration", urlid=f"{URLID}zdm-{name}")
    for rule in rules:
        require(rule.include or rule.exclude or rule.never, f"the rule {rule.title!r} names no pattern.")
        root.append(_component(rule))
    return _checked(root, name, check_rules)


def config_file(errors: Iterable[OnError] = DEFAULT_ERRORS) -> str:
    """A Config.xml that turns nothing off and says what errors mean; the order of the rows is their rank.

    Raises:
        InputError: a row that USMT would not take.
    """
    root = ET.Element("Configuration")
    for empty in ("Applications", "Documents", "WindowsComponents"):
        ET.SubElement(root, empty)
    _put_errors(root, errors)
    return _checked(root, "Config.xml", check_config)


def _put_errors(root: ET.Element, errors: Iterable[OnError]) -> None:
    errors = tuple(errors)
    if not errors:
        return
    control = ET.SubElement(ET.SubElement(root, "Policies"), "ErrorControl")
    for tag, registry in (("fileError", False), ("registryError", True)):
        rows = [one for one in errors if one.registry is registry]
        if rows:
            parent = ET.SubElement(control, tag)
            for one in rows:
                ET.SubElement(parent, "fatal" if one.fatal else "nonFatal", errorCode=one.code).text = one.pattern


def _component(rule: Rule) -> ET.Element:
    component = ET.Element("component", type=rule.kind, context=rule.context)
    ET.SubElement(component, "displayName").text = rule.title
    role = ET.SubElement(component, "role", role="Settings" if rule.of != "File" else "Data")
    rules = ET.SubElement(role, "rules", context=rule.context)
    for tag, patterns in (("include", rule.include), ("exclude", rule.exclude), ("unconditionalExclude", rule.never)):
        if patterns:
            _objects(ET.SubElement(rules, tag), patterns, rule.of)
    if rule.keeps and rule.include:
        merge = ET.SubElement(rules, "merge", script="MigXmlHelper.DestinationPriority()")
        _objects(merge, rule.include, rule.of)
    return component


def _objects(parent: ET.Element, patterns: Iterable[str], kind: str) -> None:
    objects = ET.SubElement(parent, "objectSet")
    for pattern in patterns:
        if kind == "File" and pattern.startswith("* ["):
            ET.SubElement(objects, "script").text = f'MigXmlHelper.GenerateDrivePatterns ("{pattern}", "Fixed")'
        else:
            ET.SubElement(objects, "pattern", type=kind).text = pattern


def _checked(root: ET.Element, name: str, check: Callable[[str], tuple[Finding, ...]]) -> str:
    ET.indent(root)
    text = _DECLARATION + ET.tostring(root, encoding="unicode") + "\n"
    findings = check(text)
    require(not findings, f"{name}: {next(iter(findings), '')}")
    return text
