"""Certificates by which an application signs in, made for a test."""

from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bot")])
_NOW = datetime.datetime.now(datetime.UTC)
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(KEY.public_key())
    .serial_number(1)
    .not_valid_before(_NOW)
    .not_valid_after(_NOW + datetime.timedelta(days=1))
    .sign(KEY, hashes.SHA256())
)
PUBLIC = CERTIFICATE.public_bytes(Encoding.PEM)


def _by(password: str | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode()) if password else NoEncryption()


def private(password: str | None = None) -> bytes:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _by(password))


def another() -> bytes:
    """The private key of another certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def elliptic() -> bytes:
    """A certificate's file whose key is not RSA."""
    key = ec.generate_private_key(ec.SECP256R1())
    return PUBLIC + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def pem(password: str | None = None) -> bytes:
    return PUBLIC + private(password)


def pfx(password: str | None = None, *, is_whole: bool = True) -> bytes:
    certificate = CERTIFICATE if is_whole else None
    return pkcs12.serialize_key_and_certificates(b"bot", KEY, certificate, None, _by(password))
