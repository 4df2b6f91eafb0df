"""The table of failures: each row as a case."""

from __future__ import annotations

import pytest

from zdm_automate import errors as e
from zdm_automate.transport.base import ErrorRecord
from zdm_automate.transport.fault_table import (
    HTTP,
    TEXT,
    WSMAN,
    error_class,
    http_fault,
    logon_fault,
    tls_fault,
    verb_error,
    wsman_fault,
)

IDS = [
    ("ZdmNotFound", "NotSpecified", e.NotFoundError),
    ("ZdmPartial,Set-ZdmX", "NotSpecified", e.PartialError),
    ("ZdmVerifyFailed", "NotSpecified", e.VerifyFailedError),
    ("ZdmAccessDenied", "NotSpecified", e.AccessDeniedError),
    ("ZdmUnreachable", "NotSpecified", e.UnreachableError),
    ("ZdmTimeout", "NotSpecified", e.CallTimeoutError),
    ("ZdmUnsupported", "NotInstalled", e.UnsupportedError),
    ("ZdmSomethingNew", "ObjectNotFound", e.NotFoundError),
    ("DHCP 20005,Get-DhcpServerv4Scope", "ObjectNotFound", e.NotFoundError),
    ("DHCP 20010,Get-DhcpServerv4OptionValue", "ObjectNotFound", e.NotFoundError),
    ("DHCP 20022,Add-DhcpServerv4Reservation", "ResourceExists", e.AlreadyExistsError),
    ("DHCP 20052,Add-DhcpServerv4Scope", "ResourceExists", e.AlreadyExistsError),
    ("DHCP 20023,Set-DhcpServerv4Scope", "InvalidData", e.VerbError),
    ("DHCP 20070,Add-DhcpServerInDC", "NotSpecified", e.UnreachableError),
    ("WIN32 5,Get-DhcpServerv4Scope", "PermissionDenied", e.AccessDeniedError),
    ("WIN32 1722,Get-DnsServerZone", "NotSpecified", e.UnreachableError),
    ("WIN32 1753,Get-DhcpServerv4Scope", "NotSpecified", e.UnreachableError),
    ("WIN32 9601,Get-DnsServerZone", "ObjectNotFound", e.NotFoundError),
    ("WIN32 9609,Add-DnsServerPrimaryZone", "ResourceExists", e.AlreadyExistsError),
    ("WIN32 9701,Get-DnsServerResourceRecord", "ObjectNotFound", e.NotFoundError),
    ("WIN32 9711,Add-DnsServerResourceRecordA", "ResourceExists", e.AlreadyExistsError),
    ("WIN32 9714,Get-DnsServerResourceRecord", "ObjectNotFound", e.NotFoundError),
    ("Windows System Error 5,Set-DnsClientServerAddress", "PermissionDenied", e.AccessDeniedError),
    ("Windows System Error 87,New-NetIPAddress", "InvalidArgument", e.VerbError),
    ("Windows System Error 5010,New-NetIPAddress", "NotSpecified", e.AlreadyExistsError),
    ("HRESULT 0x80070005,Register-ScheduledTask", "PermissionDenied", e.AccessDeniedError),
    ("HRESULT 0x80070002,Get-ScheduledTaskInfo", "NotSpecified", e.NotFoundError),
    ("HRESULT 0x800700b7,Register-ScheduledTask", "ResourceExists", e.AlreadyExistsError),
    ("HRESULT 0x8007052e,Register-ScheduledTask", "AuthenticationError", e.AuthenticationError),
    (
        "HRESULT 0x80041010,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand",
        "MetadataError",
        e.UnsupportedError,
    ),
    ("HRESULT 0x8007070a,Add-Printer", "ResourceExists", e.AlreadyExistsError),
    ("CommandNotFoundException", "ObjectNotFound", e.UnsupportedError),
    ("NamedParameterNotFound,Get-DhcpServerInDC", "InvalidArgument", e.UnsupportedError),
    ("CmdletizationQuery_NotFound_TaskName,Get-ScheduledTask", "ObjectNotFound", e.NotFoundError),
    ("NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand", "ObjectNotFound", e.NotFoundError),
    ("CouldNotSetService,Microsoft.PowerShell.Commands.SetServiceCommand", "PermissionDenied", e.AccessDeniedError),
    ("PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand", "ObjectNotFound", e.NotFoundError),
    ("ItemExistsUnauthorizedAccessError,Microsoft.PowerShell.Commands.GetItemCommand", "PermissionDenied", e.AccessDeniedError),
    ("UnauthorizedAccess", "SecurityError", e.AccessDeniedError),
    (
        "ActiveDirectoryCmdlet:Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException,Microsoft.X",
        "ObjectNotFound",
        e.NotFoundError,
    ),
    ("ActiveDirectoryCmdlet:System.UnauthorizedAccessException,Microsoft.X", "PermissionDenied", e.AccessDeniedError),
    ("ActiveDirectoryServer:0,Microsoft.X", "ResourceUnavailable", e.UnreachableError),
    ("ActiveDirectoryServer:8344,Microsoft.X", "NotSpecified", e.AccessDeniedError),
    ("GpoWithNameNotFound,Microsoft.GroupPolicy.Commands.GetGpoCommand", "ObjectNotFound", e.NotFoundError),
    ("DNS_ERROR_RCODE_NAME_ERROR,Microsoft.DnsClient.Commands.ResolveDnsName", "ResourceUnavailable", e.NotFoundError),
    ("ScriptsNotAllowed", "NotSpecified", e.RestrictedLanguageError),
    ("MethodInvocationNotSupportedInConstrainedLanguage", "InvalidOperation", e.RestrictedLanguageError),
    ("PropertyReferenceNotSupportedInDataSection", "ParserError", e.RestrictedLanguageError),
    ("CannotCreateTypeConstrainedLanguage,Microsoft.PowerShell.Commands.NewObjectCommand", "X", e.RestrictedLanguageError),
    ("ScriptContainedMaliciousContent", "ParserError", e.AccessDeniedError),
    ("Whatever", "ResourceBusy", e.LockedError),
    ("Whatever", "NotSpecified", e.VerbError),
    ("", "NotSpecified", e.VerbError),
]


@pytest.mark.parametrize(("identity", "category", "expected"), IDS, ids=[row[0].partition(",")[0] or "none" for row in IDS])
def test_an_error_id_has_its_exception(identity: str, category: str, expected: type[e.RemoteError]) -> None:
    """The id decides; where nothing is known of it the category does."""
    assert error_class(ErrorRecord(identity, "Failed.", category)) is expected


def test_every_code_of_a_verb_has_its_exception() -> None:
    """`Stop-ZdmVerb` knows no code that Python does not."""
    codes = (
        "Precondition NotFound AlreadyExists AccessDenied Unreachable Unsupported NativeExit Partial VerifyFailed Timeout "
        "Locked Ambiguous"
    )

    assert all(error_class(ErrorRecord(f"Zdm{code}", "x")) is not e.VerbError for code in codes.split())


def test_the_exception_keeps_what_the_host_said() -> None:
    """Message, host and id survive; a hint says what to do."""
    made = verb_error(ErrorRecord("WIN32 5,Get-X", "Failed to enumerate scopes.", "PermissionDenied"), "SRV1")

    assert (made.message, made.host, made.error_id) == ("Failed to enumerate scopes.", "SRV1", "WIN32 5,Get-X")
    assert made.hint


CODES = [
    (5, e.AccessDeniedError, False),
    (2147942405, e.AccessDeniedError, False),
    (2150859173, e.QuotaError, False),
    (2150859174, e.QuotaError, True),
    (2150859241, e.QuotaError, True),
    (2150858843, e.PoolLostError, True),
    (2150859204, e.PoolLostError, True),
    (2150858811, e.UnreachableError, False),
    (2150858754, e.UnreachableError, False),
    (2150858793, e.CallTimeoutError, False),
    (2150858909, e.AuthenticationError, False),
    (1326, e.AuthenticationError, False),
    (-2144108387, e.AuthenticationError, False),
    (999999, e.RemoteError, False),
]


@pytest.mark.parametrize(("code", "expected", "gone"), CODES)
def test_a_fault_code_has_its_exception(code: int, expected: type[e.RemoteError], gone: bool) -> None:  # noqa: FBT001
    """Signed or unsigned, the number decides; `gone` is said where another pool may work."""
    fault = wsman_fault(code, None)

    assert (fault.error, fault.gone) == (expected, gone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The maximum number of concurrent commands per shell has been exceeded.", e.QuotaError),
        ("This user is allowed a maximum number of 5 concurrent shells, which has been exceeded.", e.QuotaError),
        ("This user is allowed a maximum number of 15 concurrent operations, which has been exceeded.", e.QuotaError),
        ("the request contained invalid selectors for the resource.", e.PoolLostError),
        ("the WinRS shell instance is currently disconnected.", e.PoolLostError),
    ],
)
def test_a_fault_without_number_is_known_by_its_text(text: str, expected: type[e.RemoteError]) -> None:
    """Quota faults of some services carry `w:InternalError` and no number."""
    assert wsman_fault("w:InternalError", text).error is expected


def test_every_row_says_what_and_what_next() -> None:
    """A technician gets a sentence and an action for each failure that is known."""
    for fault in (*WSMAN.values(), *HTTP.values()):
        assert fault.sentence.endswith(".")
        assert fault.action.endswith(".")
    assert all(code in WSMAN for _, code in TEXT)


def test_an_http_status_without_fault_is_a_lost_pool() -> None:
    """Nothing is known of what became of the request."""
    assert http_fault(500).error is e.PoolLostError
    assert http_fault(401).error is e.AuthenticationError
    assert http_fault(503).error is e.UnreachableError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Fingerprints did not match. Expected "aa", got "bb"', e.CertificateError),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", e.CertificateError),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", e.UnreachableError),
    ],
)
def test_a_tls_error_says_whether_it_is_the_certificate(text: str, expected: type[e.RemoteError]) -> None:
    """A wrong certificate is another thing than a wrong port."""
    assert tls_fault(text).error is expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Server HTTP/x@Y not found in Kerberos database", "service principal"),
        ("Clock skew too great", "clocks"),
        ("Cannot contact any KDC for realm 'X'", "domain controller"),
        ("SpnegoError (7): Unspecified", "user name or password"),
    ],
)
def test_a_failed_logon_says_why(text: str, word: str) -> None:
    """Kerberos' reasons are told apart."""
    assert word in logon_fault(text).sentence
