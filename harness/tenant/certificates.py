"""The certificate by which an application signs in, as msal takes it. Needs cryptography, which msal brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.errors import UsageError
from harness.tenant.variables import CERTIFICATE, PASSWORD

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

_PFX: Final = (".pfx", ".p12")
_LACKS: Final = (
    "holds no {what}: expected certificate and private key in one file, PEM, or PFX that ends in .pfx or .p12"
)


def certificate_credential(path: Path, password: str | None) -> dict[str, str]:
    """Private key and thumbprint, in memory only. Raises: UsageError, which names the variable."""
    from cryptography.hazmat.primitives import hashes, serialization

    key, certificate = _loaded(path, password.encode() if password else None)
    _check(key, certificate)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    thumbprint = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - the header's name for it, x5t, says so
    return {"private_key": key.private_bytes(*form).decode(), "thumbprint": thumbprint.hex()}


def _check(key: PrivateKeyTypes, certificate: Certificate) -> None:
    """Raises: UsageError.

    Assertions are signed by RSA (documented, https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        raise UsageError(f"{CERTIFICATE}: its private key is no RSA key, with which applications sign in")
    if certificate.public_key() != key.public_key():
        raise UsageError(f"{CERTIFICATE}: its private key is of another certificate than the first one in it")


def _loaded(path: Path, password: bytes | None) -> tuple[PrivateKeyTypes, Certificate]:
    try:
        content = path.read_bytes()
        return _of_pfx(content, password) if path.suffix.lower() in _PFX else _of_pem(content, password)
    except OSError as error:
        raise UsageError(f"{CERTIFICATE}: cannot be read: {error.strerror or error}") from None
    except TypeError:  # cryptography's word for a password that is missing, or that opens nothing
        problem = f"its private key has no password, leave {PASSWORD} out" if password else f"set {PASSWORD}"
        raise UsageError(f"{CERTIFICATE}: cannot be opened: {problem}") from None
    except ValueError:
        problem = f"{PASSWORD} is wrong" if password else f"it is broken, or {PASSWORD} is not set"
        raise UsageError(f"{CERTIFICATE}: cannot be opened: {problem}") from None


def _of_pem(content: bytes, password: bytes | None) -> tuple[PrivateKeyTypes, Certificate]:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    for mark, what in ((b"PRIVATE KEY-----", "private key"), (b"BEGIN CERTIFICATE-----", "certificate")):
        if mark not in content:
            raise UsageError(f"{CERTIFICATE}: {_LACKS.format(what=what)}")
    return load_pem_private_key(content, password), load_pem_x509_certificate(content)


def _of_pfx(content: bytes, password: bytes | None) -> tuple[PrivateKeyTypes, Certificate]:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    key, certificate, _ = load_key_and_certificates(content, password)
    if key is None or certificate is None:
        raise UsageError(f"{CERTIFICATE}: {_LACKS.format(what='private key' if key is None else 'certificate')}")
    return key, certificate
