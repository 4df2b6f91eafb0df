"""Writes the stub of the module ExchangeOnlineManagement: parameter blocks as documented, bodies that ask the lab's tenant.

And the certificate of the application that manages it, behind the lab's password. It answers nothing itself.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from zdm_automate.lab.exchange.models import visible
from zdm_automate.lab.exchange.online import ONLINE, OUTSIDE
from zdm_automate.lab.pwsh.mail_desk import signature_of
from zdm_automate.lab.pwsh.stubs import function_text

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.lab.exchange.door import Door

NAME: Final = "ExchangeOnlineManagement"
ASK: Final = "Invoke-LabTenant -Cmdlet $PSCmdlet -Name '{name}' -Bound $PSBoundParameters"
BODIES: Final = {
    "Connect-ExchangeOnline": "Connect-LabTenant -Bound $PSBoundParameters",
    "Disconnect-ExchangeOnline": "$null = Send-LabTenant -Message @{{ op = 'disconnect' }}",
    "Get-ConnectionInformation": "(Send-LabTenant -Message @{{ op = 'connections' }}).rows",
}
"""What the module itself does; everything else exists once it is connected."""

LIFE: Final = timedelta(days=3650)


def write_module(folder: Path, door: Door) -> Path:
    """Writes the module into a folder and gives its manifest."""
    place = folder / NAME
    place.mkdir(parents=True, exist_ok=True)
    served = [name for name in visible(ONLINE) if name not in OUTSIDE]
    own = "\n".join(function_text(signature_of(name, ONLINE), body=BODIES[name]) for name in sorted(OUTSIDE))
    cmdlets = place / "cmdlets"
    cmdlets.mkdir(exist_ok=True)
    for name in served:
        (cmdlets / f"{name}.ps1").write_text(function_text(signature_of(name, ONLINE), body=ASK), encoding="ascii")
    text = resources.files("zdm_automate.lab.exchange").joinpath("tenant.ps1").read_text(encoding="ascii")
    (place / f"{NAME}.psm1").write_text(f"{text}\n{own}\nExport-ModuleMember -Function {', '.join(sorted(OUTSIDE))}\n", "ascii")
    (place / f"{NAME}.psd1").write_text(
        f"@{{\n    RootModule = '{NAME}.psm1'\n    ModuleVersion = '3.9.0'\n"
        f"    FunctionsToExport = @({', '.join(repr(name) for name in sorted(OUTSIDE))})\n}}\n",
        encoding="ascii",
    )
    key = json.dumps({"port": door.port, "key": door.key}).encode()
    with open(os.open(place / "door.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(key)
    return place / f"{NAME}.psd1"


def write_certificate(path: Path, password: str) -> str:
    """The application's certificate with its key, made where it is not there yet; gives its thumbprint."""
    if path.exists():
        kept = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())[1]
        if kept is not None:
            return kept.fingerprint(SHA1()).hex().upper()  # noqa: S303 - the name that Windows has for a certificate
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zdm of the lab")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .sign(key, SHA256())
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    sealed = pkcs12.serialize_key_and_certificates(b"zdm", key, made, None, BestAvailableEncryption(password.encode()))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(sealed)
    return made.fingerprint(SHA1()).hex().upper()  # noqa: S303 - as above
