"""The elements and attributes of Config.xml and of MigXML rule files, as documented. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CONTEXTS = ("User", "System", "UserAndSystem")
YES_NO = ("Yes", "No")
OPEN: tuple[str, ...] = ()
"""An attribute that takes any text."""


@dataclass(frozen=True, slots=True)
class Element:
    """What may stand in an element: its children, and its attributes with their values (none: any text)."""

    children: frozenset[str] = frozenset()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: bool = False


def _element(children: str = "", text: bool = False, **attributes: tuple[str, ...]) -> Element:  # noqa: FBT001, FBT002 - data
    return Element(frozenset(children.split()), MappingProxyType(attributes), text)


CONFIG: Mapping[str, Element] = MappingProxyType(
    {
        "Configuration": _element("Applications Documents WindowsComponents Policies ProfileControl"),
        "Applications": _element("component"),
        "Documents": _element("component"),
        "WindowsComponents": _element("component"),
        "component": _element("component", displayname=OPEN, migrate=("yes", "no"), ID=OPEN),
        "Policies": _element("ErrorControl HardLinkStoreControl"),
        "ErrorControl": _element("fileError registryError"),
        "fileError": _element("nonFatal fatal"),
        "registryError": _element("nonFatal fatal"),
        "nonFatal": _element(text=True, errorCode=OPEN),
        "fatal": _element(text=True, errorCode=OPEN),
        "HardLinkStoreControl": _element("fileLocked"),
        "fileLocked": _element("createHardLink errorHardLink"),
        "createHardLink": _element(text=True),
        "errorHardLink": _element(text=True),
        "ProfileControl": _element("localGroups"),
        "localGroups": _element("mappings"),
        "mappings": _element("changeGroup"),
        "changeGroup": _element(
            "include exclude", From=OPEN, To=OPEN, appliesTo=("nonmigratedUsers", "migratedUsers", "AllUsers")
        ),
        "include": _element("pattern"),
        "exclude": _element("pattern"),
        "pattern": _element(text=True),
    }
)
"""Config.xml, root `Configuration`."""

_SETS = "objectSet"
RULES: Mapping[str, Element] = MappingProxyType(
    {
        "migration": _element("component _locDefinition namedElements", urlid=OPEN),
        "_locDefinition": _element("_locDefault _locTag", text=True),
        "_locDefault": _element(_loc=OPEN),
        "_locTag": _element(text=True, _loc=OPEN),
        "component": _element(
            "displayName manufacturer version description paths environment role detects detection rules extensions component",
            type=("System", "Application", "Device", "Documents"),
            context=CONTEXTS,
            defaultSupported=("TRUE", "FALSE", "YES", "NO"),
            hidden=("TRUE", "FALSE", "YES", "NO"),
        ),
        "displayName": _element(text=True, _locID=OPEN, ID=OPEN),
        "manufacturer": _element(text=True, _locID=OPEN),
        "version": _element(text=True),
        "description": _element(text=True, _locID=OPEN),
        "paths": _element("path"),
        "path": _element(text=True, type=("File", "Registry")),
        "role": _element(
            "rules environment detects detection component displayName", role=("Container", "Binaries", "Settings", "Data")
        ),
        "environment": _element("variable conditions", context=CONTEXTS, name=OPEN),
        "variable": _element("text script", name=OPEN, remap=("TRUE", "FALSE")),
        "text": _element(text=True),
        "detects": _element("detect", name=OPEN, context=CONTEXTS),
        "detect": _element("condition", name=OPEN, context=CONTEXTS),
        "detection": _element("conditions condition", name=OPEN, context=CONTEXTS),
        "conditions": _element("condition conditions", operation=("AND", "OR")),
        "condition": _element(text=True, negation=YES_NO, name=OPEN),
        "rules": _element(
            "include exclude unconditionalExclude merge contentModify locationModify destinationCleanup addObjects attributes"
            " processing externalProcess conditions detection detects environment rules rename",
            name=OPEN,
            context=CONTEXTS,
        ),
        "include": _element(_SETS, filter=OPEN),
        "exclude": _element(_SETS, filter=OPEN),
        "unconditionalExclude": _element(_SETS),
        "merge": _element(_SETS, script=OPEN),
        "contentModify": _element(_SETS, script=OPEN),
        "locationModify": _element(_SETS, script=OPEN),
        "destinationCleanup": _element(_SETS, filter=OPEN),
        "rename": _element(_SETS, script=OPEN),
        "attributes": _element(_SETS, attributes=OPEN),
        "includeAttributes": _element(_SETS, attributes=OPEN),
        "excludeAttributes": _element(_SETS, attributes=OPEN),
        "addObjects": _element("object conditions"),
        "object": _element("location attributes bytes"),
        "location": _element(text=True, type=("File", "Registry", "Ini")),
        "bytes": _element(text=True, string=YES_NO, expand=YES_NO),
        "objectSet": _element("pattern content script conditions"),
        "content": _element(_SETS, filter=OPEN),
        "script": _element(text=True),
        "pattern": _element(text=True, type=("File", "Registry", "Ini")),
        "processing": _element("script conditions", when=OPEN),
        "externalProcess": _element(
            "commandLine conditions",
            when=("pre-scan", "scan-success", "post-scan", "pre-apply", "apply-success", "post-apply"),
        ),
        "commandLine": _element(text=True),
        "extensions": _element("extension"),
        "extension": _element(text=True),
        "namedElements": _element("environment rules conditions detects detection"),
    }
)
"""MigXML rule files, root `migration`."""
