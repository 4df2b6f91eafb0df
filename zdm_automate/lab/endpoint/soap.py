"""WS-Management envelopes: a request as a value, answers and faults as bytes. It knows the format, not what is asked."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

NAMES: Final = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "e": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "id": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
    "cfg": "http://schemas.microsoft.com/wbem/wsman/1/config",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
SHELL: Final = NAMES["rsp"]
FAULT_ACTION: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
PLUGIN: Final = "http://schemas.microsoft.com/powershell/"
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())


class MalformedError(ValueError):
    """What came is no WS-Management envelope."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request.

    Attributes:
        action: last part of the action URI (`Command`); `Identify` for an identify request.
        action_uri: the whole.
        seconds: OperationTimeout.
        envelope: MaxEnvelopeSize in bytes.
        body: the first element within the body; None for an empty one.
    """

    action: str
    action_uri: str
    message_id: str
    resource: str
    shell_id: str
    seconds: float
    envelope: int
    options: tuple[tuple[str, str], ...]
    body: ET.Element | None


def read(data: bytes) -> Message:
    """The request in an envelope.

    Raises:
        MalformedError: not XML, with a DTD, or not such an envelope.
    """
    if b"<!" in data:
        raise MalformedError("a document type is not taken")
    try:
        root = ET.fromstring(data)  # noqa: S314 - see above
    except ET.ParseError as problem:
        raise MalformedError(f"not XML: {problem}") from problem
    body = root.find("s:Body", NAMES)
    if root.tag != f"{{{NAMES['s']}}}Envelope" or body is None:
        raise MalformedError("not a SOAP 1.2 envelope")
    first = next(iter(body), None)
    if first is not None and first.tag == f"{{{NAMES['id']}}}Identify":
        return Message("Identify", "", "", "", "", 0, 0, (), first)
    action = root.findtext("s:Header/a:Action", "", NAMES)
    if not action:
        raise MalformedError("no action")
    selectors = root.findall("s:Header/w:SelectorSet/w:Selector", NAMES)
    shell_id = next((one.text or "" for one in selectors if one.get("Name") == "ShellId"), "")
    envelope = root.findtext("s:Header/w:MaxEnvelopeSize", "0", NAMES)
    options = root.findall("s:Header/w:OptionSet/w:Option", NAMES)
    return Message(
        action=action.rstrip("/").rsplit("/", 1)[-1],
        action_uri=action,
        message_id=root.findtext("s:Header/a:MessageID", "", NAMES),
        resource=root.findtext("s:Header/w:ResourceURI", "", NAMES),
        shell_id=shell_id.upper(),
        seconds=duration(root.findtext("s:Header/w:OperationTimeout", "", NAMES), 60.0),
        envelope=int(envelope) if envelope.isdigit() else 0,
        options=tuple((one.get("Name", ""), one.text or "") for one in options),
        body=first,
    )


def duration(text: str, otherwise: float) -> float:
    """Seconds of an XML duration such as `PT20.000S`."""
    found = _DURATION.fullmatch(text.strip())
    if not text or found is None:
        return otherwise
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def answer(message: Message, body: str) -> bytes:
    """The envelope of a good answer; `body` is XML with the prefixes of `NAMES`."""
    return _envelope(f"{message.action_uri}Response", message.message_id, body)


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    related = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f"<s:Envelope {_DECLARED}><s:Header><a:Action>{escape(action)}</a:Action>"
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>{related}"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the service: WSMan code, SOAP code and subcode, text."""

    code: int
    subcode: str
    text: str
    sender: bool = True

    def envelope(self, message_id: str, machine: str) -> bytes:
        """As an envelope."""
        role = "s:Sender" if self.sender else "s:Receiver"
        text = escape(self.text)
        return _envelope(
            FAULT_ACTION,
            message_id,
            f"<s:Fault><s:Code><s:Value>{role}</s:Value><s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>'
            f"<f:WSManFault Code={quoteattr(str(self.code))} Machine={quoteattr(machine)}><f:Message>{text}</f:Message>"
            "</f:WSManFault></s:Detail></s:Fault>",
        )


TIMED_OUT = Fault(
    2150858793,
    "w:TimedOut",
    "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
    sender=False,
)
NO_SHELL = Fault(
    2150858843,
    "w:InvalidSelectors",
    "The request for the Windows Remote Shell with ShellId {shell} failed because the shell was not found on the server. "
    "Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. "
    "Provide the correct ShellId or create a new shell and retry the operation.",
)
DISCONNECTED = Fault(
    0x803381C4,
    "w:InternalError",
    "The WS-Management service cannot process the request because the shell {shell} is currently disconnected.",
)
SHELL_QUOTA = Fault(
    0x803381A5,
    "w:QuotaLimit",
    "The WS-Management service cannot process the request. This user is allowed a maximum number of {limit} concurrent "
    "shells, which has been exceeded. Close existing shells or raise the quota for this user.",
    sender=False,
)
POLICY_QUOTA = Fault(
    0x80338043,
    "w:InternalError",
    "[AuthZRequestId=6d4a][FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded "
    "the maximum number of connections allowed : {limit} for the policy party : {policy}. Please wait for 60 seconds.",
    sender=False,
)
COMMAND_QUOTA = Fault(
    0x803381E9,
    "w:QuotaLimit",
    "The WS-Management service cannot process the request. The maximum number of {limit} commands per shell has been "
    "exceeded. Close the shell or raise the quota.",
    sender=False,
)
OPERATION_QUOTA = Fault(
    0x803381A6,
    "w:QuotaLimit",
    "The WS-Management service cannot process the request. The maximum number of concurrent operations for this user has "
    "been exceeded. Close existing operations for this user, or raise the quota for this user.",
    sender=False,
)
TOO_LARGE = Fault(
    0x80338048,
    "w:EncodingLimit",
    "The WS-Management service cannot process the request: the envelope of {size} bytes is larger than {limit}.",
)
NO_ACTION = Fault(0x80338001, "a:ActionNotSupported", "The WS-Management service does not support the action {action}.")
NO_RESOURCE = Fault(
    0x80338000,
    "a:DestinationUnreachable",
    "The WS-Management service cannot process the request. The resource URI ({resource}) was not found.",
)
MALFORMED = Fault(0x80338041, "w:SchemaValidationError", "The SOAP XML in the message is not valid: {why}.")
NO_COMMAND = Fault(
    2150858843,
    "w:InvalidSelectors",
    "The request for the Windows Remote Shell failed because the command {command} was not found on the server.",
)
HOST_GONE = Fault(
    1722,
    "w:InternalError",
    "The WSMan provider host process did not return a proper response. "
    "A provider in the host process may have behaved improperly.",
    sender=False,
)
"""The process behind a shell ended while it worked on the request."""

NO_HOST_PROCESS = Fault(
    2,
    "w:InternalError",
    "The WSMan service could not launch a host process to process the given request. "
    "Make sure the WSMan provider host server and proxy are properly registered.",
    sender=False,
)
NO_CODE_PAGE = Fault(
    0x80338140,
    "w:InternalError",
    "The WinRS client cannot process the request. The server cannot set Code Page. You may want to use the CHCP command to "
    "change the client Code Page to 437 and receive the results in English.",
)
