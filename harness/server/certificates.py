"""Certificates made on the spot, for a fake that is served over TLS. Needs the extra `tls`."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import UsageError
from harness.graph.hosts import GRAPH_HOSTS, KEY_HOSTS, LOGIN_HOSTS

HOSTS: Final = ("127.0.0.1", "::1", "localhost", *GRAPH_HOSTS, *LOGIN_HOSTS, *KEY_HOSTS)
"""Whom a fake's certificate is for: itself on loopback, and those whose traffic may be sent to it."""
_EVERYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - told apart, not listened on


@dataclass(frozen=True, slots=True)
class Certified:
    """What a server shows, and the file by which clients trust it. The authority's own key is already forgotten."""

    context: ssl.SSLContext
    ca_file: Path


@contextmanager
def certified(host: str = "127.0.0.1", *, ca_file: Path | None = None) -> Iterator[Certified]:
    """A certificate for HOSTS and `host`, of an authority of its own.

    The authority's certificate is written to `ca_file`, and stays there; by default to a fresh directory that only
    this user can read, which is gone in the end. Private keys live in memory; the server's is in that directory for as
    long as the library needs to read it. Raises: UsageError without the extra, or when `ca_file` cannot be written.
    """
    try:
        import trustme
    except ImportError:
        raise UsageError("TLS needs the package trustme: pip install 'graph-call-harness[tls]'") from None
    authority = trustme.CA(organization_name="graph-call-harness")
    shown = authority.issue_cert(*dict.fromkeys((*HOSTS, *({host} - set(_EVERYWHERE)))))
    with tempfile.TemporaryDirectory(prefix="graph-harness-") as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        with shown.private_key_and_cert_chain_pem.tempfile(dir=folder) as path:
            context.load_cert_chain(path)
        yield Certified(context, _written(authority.cert_pem.bytes(), ca_file or Path(folder, "ca.pem")))


def _written(pem: bytes, path: Path) -> Path:
    """Whoever waits for the file to appear finds it whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(pem)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"cannot write the CA certificate to {path}: {error.strerror or error}") from None
    return path.absolute()
