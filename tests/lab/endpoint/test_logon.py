"""Who gets in at the endpoint: other people's clients by every way, and who does not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import requests
import spnego
from endpoint_line import BASIC, PASSWORD, SECOND_PASSWORD, SECOND_USER, USER, Echo, Line, Relay, envelope
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.wsman import WSMan
from requests_ntlm import HttpNtlmAuth
from spnego._ntlm_raw.crypto import desl
from spnego._ntlm_raw.messages import Authenticate, Challenge, Negotiate, NegotiateFlags
from winrm.exceptions import InvalidCredentialsError
from winrm.transport import Transport

from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.transport import sealed

Listen = Callable[..., Listener]
WAYS = ["basic", "ntlm", "negotiate"]


def client(port: int, tls: TlsIdentity | None, auth: str, user: str = USER, password: str = PASSWORD, **more: Any) -> WSMan:
    """An unmodified pypsrp client."""
    trust: Any = str(tls.certificate) if tls else True
    more = {"encryption": "never" if auth == "basic" and not tls else "auto"} | more
    return WSMan(
        "localhost" if tls else "127.0.0.1",
        port=port,
        ssl=tls is not None,
        auth=auth,
        username=user,
        password=password,
        cert_validation=trust,
        no_proxy=True,
        **more,
    )


def logged_on(line: Line, *, scheme: str = "Negotiate", protocol: str = "ntlm") -> spnego.ContextProxy:
    """Goes through the handshake on a raw connection and gives the context."""
    context = spnego.client(USER, PASSWORD, protocol=protocol, options=spnego.NegotiateOptions.wrapping_winrm)
    token = context.step()
    while token:
        reply = line.ask(Authorization=f"{scheme} {base64.b64encode(token).decode()}")
        back = reply.told("WWW-Authenticate")
        token = context.step(base64.b64decode(back[0].partition(" ")[2])) if back else None
    assert context.complete
    return context


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("auth", WAYS)
@pytest.mark.parametrize(
    "user", [USER, "tiny\\administrator", "ADMINISTRATOR@tiny.example.org", "tiny.example.org\\Administrator"]
)
def test_the_account_gets_in(listen: Listen, echo: Echo, tls: TlsIdentity, auth: str, user: str, *, https: bool) -> None:
    """By every way, in every shape of its name, with a password beyond ASCII; the handler hears one name for it."""
    mine = tls if https else None
    port = listen(tls=mine, allow_basic_http=True).port
    with client(port, mine, auth, user) as wsman:
        answers = [wsman.transport.send(envelope(text=text)) for text in ("one", "two")]

    assert answers == [envelope(text="one"), envelope(text="two")]
    assert {one.user for one in echo.seen} == {"TINY\\Administrator"}


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("auth", WAYS)
@pytest.mark.parametrize(
    ("user", "password"), [(USER, "wrong"), (USER, ""), ("nobody", PASSWORD), ("OTHER\\Administrator", PASSWORD)]
)
def test_others_are_refused(
    listen: Listen, echo: Echo, tls: TlsIdentity, auth: str, user: str, password: str, *, https: bool
) -> None:
    """A wrong or empty password, an unknown user, another domain: by every way."""
    mine = tls if https else None
    port = listen(tls=mine, allow_basic_http=True).port
    with client(port, mine, auth, user, password) as wsman, pytest.raises(AuthenticationError):
        wsman.transport.send(envelope())

    assert echo.seen == []


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_names_and_passwords_are_unicode(listen: Listen, echo: Echo, auth: str) -> None:
    """Beyond the Latin letters too, which Basic's clients cannot send."""
    with client(listen().port, None, auth, f"TINY\\{SECOND_USER}", SECOND_PASSWORD) as wsman:
        wsman.transport.send(envelope())

    assert [one.user for one in echo.seen] == [f"TINY\\{SECOND_USER}"]


@pytest.mark.parametrize("https", [False, True])
def test_pywinrm_gets_in(listen: Listen, tls: TlsIdentity, *, https: bool) -> None:
    """The other client of the field seals its messages as well."""
    mine = tls if https else None
    port = listen(tls=mine).port
    transport = Transport(
        f"{'https' if https else 'http'}://localhost:{port}/wsman",
        username=USER,
        password=PASSWORD,
        auth_method="ntlm",
        ca_trust_path=str(tls.certificate),
    )
    answers = [transport.send_message(envelope(text=text)) for text in ("one", "two")]
    transport.close_session()

    assert answers == [envelope(text="one"), envelope(text="two")]


def test_pywinrm_with_a_wrong_password_is_refused(listen: Listen, tls: TlsIdentity) -> None:
    """It tells so in its own words."""
    where = f"http://localhost:{listen().port}/wsman"
    transport = Transport(where, username=USER, password="wrong", auth_method="ntlm", ca_trust_path=str(tls.certificate))
    with pytest.raises(InvalidCredentialsError):
        transport.send_message(envelope())
    transport.close_session()


def test_requests_ntlm_gets_in_over_https(listen: Listen, tls: TlsIdentity) -> None:
    """It sends its last token with the body."""
    port = listen(tls=tls).port
    with requests.Session() as session:
        session.auth, session.verify, session.trust_env = HttpNtlmAuth(USER, PASSWORD), str(tls.certificate), False
        reply = session.post(f"https://localhost:{port}/wsman", data=envelope(), timeout=5)

    assert (reply.status_code, reply.content) == (200, envelope())


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_over_http_no_message_is_on_the_wire_in_clear(listen: Listen, connect_relay: Callable[..., Relay], auth: str) -> None:
    """Neither the request nor its answer; the answer alone says that they were exchanged."""
    relay = connect_relay(listen().port)
    secret = "what the wire must not show"
    with client(relay.port, None, auth) as wsman:
        answer = wsman.transport.send(envelope(text=secret))

    assert secret.encode() in answer
    assert secret.encode() not in relay.heard
    assert relay.heard.count(b"HTTP-SPNEGO-session-encrypted") >= 4


def test_by_basic_it_is(listen: Listen, connect_relay: Callable[..., Relay]) -> None:
    """The relay hears what there is to hear."""
    relay = connect_relay(listen(allow_basic_http=True).port)
    with client(relay.port, None, "basic") as wsman:
        wsman.transport.send(envelope(text="in clear"))

    assert relay.heard.count(b"in clear") == 2


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_large_messages_are_sealed_whole(listen: Listen, auth: str) -> None:
    """Both ways, of the size of a full envelope, several on one connection."""
    texts = ["x" * 500_000, "", "y" * 100_001]
    with client(listen().port, None, auth) as wsman:
        answers = [wsman.transport.send(envelope(text=text)) for text in texts]

    assert answers == [envelope(text=text) for text in texts]


def test_over_https_a_sealed_message_is_taken_too(listen: Listen, tls: TlsIdentity) -> None:
    """A client may seal always."""
    with client(listen(tls=tls).port, tls, "negotiate", encryption="always") as wsman:
        assert wsman.transport.send(envelope()) == envelope()


def test_over_http_a_message_in_clear_is_refused(listen: Listen, echo: Echo) -> None:
    """As with AllowUnencrypted=false: 500 without a word."""
    with client(listen().port, None, "ntlm", encryption="never") as wsman, pytest.raises(WinRMTransportError, match="500"):
        wsman.transport.send(envelope())

    assert echo.seen == []


def test_over_http_basic_is_refused_unless_it_was_allowed(listen: Listen, connect: Callable[..., Line]) -> None:
    """It is not offered either."""
    reply = connect(listen().port).ask(envelope(), Authorization=BASIC)

    assert (reply.status, reply.told("WWW-Authenticate")) == (401, ["Negotiate"])


def test_a_basic_header_does_not_open_a_sealed_line(listen: Listen, connect: Callable[..., Line], echo: Echo) -> None:
    """After an NTLM logon it is no excuse for a message in clear."""
    line = connect(listen().port)
    logged_on(line)

    assert line.ask(envelope(), Authorization=BASIC).status == 401
    assert line.ask(envelope()).status == 401
    assert echo.seen == []


def test_a_listener_names_the_ways_to_log_on(listen: Listen, connect: Callable[..., Line], tls: TlsIdentity) -> None:
    """Each in a header of its own, as WinRM does."""
    reply = connect(listen(tls=tls).port, tls).ask(envelope())

    assert (reply.status, reply.told("WWW-Authenticate")) == (401, ["Negotiate", 'Basic realm="WSMAN"'])


@pytest.mark.parametrize(("scheme", "protocol"), [("NTLM", "ntlm"), ("Negotiate", "ntlm"), ("negotiate", "negotiate")])
def test_a_logon_holds_for_its_connection(
    listen: Listen, connect: Callable[..., Line], echo: Echo, scheme: str, protocol: str
) -> None:
    """Later requests bring no credentials; another connection knows nothing of it."""
    port = listen().port
    line = connect(port)
    context = logged_on(line, scheme=scheme, protocol=protocol)
    reply = line.ask(sealed.seal(envelope(), context), Content_Type=sealed.CONTENT_TYPE)
    other = connect(port).ask(sealed.seal(envelope(), context), Content_Type=sealed.CONTENT_TYPE)

    assert (reply.status, other.status) == (200, 401)
    assert sealed.unseal(reply.body, context) == envelope()
    assert len(echo.seen) == 1


def test_a_failed_second_logon_ends_the_first(listen: Listen, connect: Callable[..., Line]) -> None:
    """Nobody is known on the line then."""
    line = connect(listen().port)
    context = logged_on(line)

    assert line.ask(Authorization="Negotiate bm90IGEgdG9rZW4=").status == 401
    assert line.ask(sealed.seal(envelope(), context), Content_Type=sealed.CONTENT_TYPE).status == 401


@pytest.mark.parametrize(
    "spoil", [lambda body: body[:-80] + b"spoilt" + body[-74:], lambda _: b"no parts", lambda body: body[:330]]
)
def test_a_spoilt_seal_is_refused(
    listen: Listen, connect: Callable[..., Line], echo: Echo, spoil: Callable[[bytes], bytes]
) -> None:
    """Changed on the way, not in that form, or cut off."""
    line = connect(listen().port)
    context = logged_on(line)
    body = sealed.seal(envelope(text="x" * 200), context)

    assert line.ask(spoil(body), Content_Type=sealed.CONTENT_TYPE).status == 400
    assert echo.seen == []


def test_a_message_in_several_parts_is_joined(listen: Listen, connect: Callable[..., Line], echo: Echo) -> None:
    """As clients send it that seal in pieces."""
    line = connect(listen().port)
    context = logged_on(line)
    whole = envelope(text="x" * 200)
    parts = [sealed.seal(whole[:100], context), sealed.seal(whole[100:], context)]
    body = parts[0].removesuffix(f"{sealed.BOUNDARY}--\r\n".encode()) + parts[1]

    assert line.ask(body, Content_Type=sealed.CONTENT_TYPE).status == 200
    assert [one.body for one in echo.seen] == [whole]


def test_a_seal_without_a_context_is_refused(listen: Listen, connect: Callable[..., Line], tls: TlsIdentity) -> None:
    """Basic has nothing to open it with."""
    reply = connect(listen(tls=tls).port, tls).ask(b"x", Authorization=BASIC, Content_Type=sealed.CONTENT_TYPE)

    assert reply.status == 400


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Bearer x",
        "Negotiate",
        "Negotiate !!",
        "Negotiate TlRMTVNTUAA=",
        "Negotiate TlRMTVNTUAABAAAA",
        "Negotiate TlRMTVNTUAADAAAA",
        "Negotiate " + base64.b64encode(b"NTLMSSP\0\1\0\0\0" + b"\xff" * 60).decode(),
        "Negotiate YIIJ/w==",
        "Negotiate YAYGBisGAQUFAg==",
        "NTLM " + base64.b64encode(b"\x60\x84\xff\xff\xff\xff" + b"\0" * 40).decode(),
        "Kerberos YIIJ",
    ],
)
def test_a_senseless_header_is_refused(listen: Listen, connect: Callable[..., Line], tls: TlsIdentity, header: str) -> None:
    """The line lives on: a good logon follows on it."""
    line = connect(listen(tls=tls).port, tls)

    assert line.ask(envelope(), Authorization=header).status == 401
    assert line.ask(envelope(), Authorization=BASIC).status == 200


@pytest.mark.parametrize("session_security", [False, True])
def test_an_lm_answer_is_no_proof(
    listen: Listen, connect: Callable[..., Line], tls: TlsIdentity, echo: Echo, *, session_security: bool
) -> None:
    """The account has no LM hash, and an LM answer within session security is no function of a password."""
    line = connect(listen(tls=tls).port, tls)
    flags = NegotiateFlags.unicode | NegotiateFlags.ntlm | NegotiateFlags.request_target
    if session_security:
        flags |= NegotiateFlags.extended_session_security
    first = line.ask(Authorization="NTLM " + base64.b64encode(Negotiate(flags).pack()).decode())
    challenge = Challenge.unpack(base64.b64decode(first.told("WWW-Authenticate")[0].partition(" ")[2]))
    answer = b"\1" * 8 + b"\0" * 16 if session_security else desl_of_nothing(challenge.server_challenge)
    last = Authenticate(challenge.flags, answer, b"", username=USER, domain_name="").pack()

    assert line.ask(envelope(), Authorization="NTLM " + base64.b64encode(last).decode()).status == 401
    assert echo.seen == []


def desl_of_nothing(challenge: bytes) -> bytes:
    """What a peer answers that knows an LM hash of zeros."""
    return desl(b"\0" * 16, challenge)
