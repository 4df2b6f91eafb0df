"""The endpoint's certificate: self-signed, made once per lab folder, its SHA-256 told so that a project can pin it."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

YEARS = 10


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A certificate with its key, in PEM files; `fingerprint` is lower case hexadecimal."""

    certificate: Path
    key: Path
    fingerprint: str

    @classmethod
    def of(cls, folder: Path, names: Sequence[str]) -> TlsIdentity:
        """The identity in a folder: the first name is the subject, all are alternative names.

        Made where there is none, and anew where the one that stands lacks a name or ends within a day.
        """
        certificate, key = folder / f"{names[0]}.crt", folder / f"{names[0]}.key"
        if not (certificate.exists() and key.exists() and _serves(certificate, names)):
            folder.mkdir(parents=True, exist_ok=True)
            _make(certificate, key, names)
        made = x509.load_pem_x509_certificate(certificate.read_bytes())
        return cls(certificate, key, made.fingerprint(SHA256()).hex())

    def context(self) -> ssl.SSLContext:
        """A server's context: TLS 1.2 and later."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        return context


def _serves(certificate: Path, names: Sequence[str]) -> bool:
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    told = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_alternative(one) for one in names} <= set(told) and made.not_valid_after_utc > datetime.now(UTC) + timedelta(
        days=1
    )


def _make(certificate: Path, key: Path, names: Sequence[str]) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName([_alternative(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(secret, SHA256())
    )
    key.unlink(missing_ok=True)  # an older file would keep its mode
    with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(made.public_bytes(Encoding.PEM))


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
