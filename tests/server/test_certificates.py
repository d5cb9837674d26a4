"""Certificates made on the spot: whom they are for, and what is left of them on disk."""

from __future__ import annotations

import ssl
import stat
import sys
from pathlib import Path

import pytest
from cryptography import x509

from harness.errors import UsageError
from harness.graph.hosts import GRAPH_HOSTS, KEY_HOSTS, LOGIN_HOSTS
from harness.server import Certified, certified


def names_on_the_wire(given: Certified) -> set[str]:
    """Whom the certificate that a client is shown is for."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = given.context.wrap_bio(incoming, outgoing, server_side=True)
    to_trust = ssl.create_default_context(cafile=str(given.ca_file))
    client = to_trust.wrap_bio(outgoing, incoming, server_hostname="localhost")
    for side in (client, server, client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = x509.load_der_x509_certificate(client.getpeercert(binary_form=True) or b"")
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


def test_certificate_is_for_loopback_and_for_all_hosts_of_all_clouds() -> None:
    with certified() as given:
        names = names_on_the_wire(given)

    assert names == {"127.0.0.1", "::1", "localhost", *GRAPH_HOSTS, *LOGIN_HOSTS, *KEY_HOSTS}


@pytest.mark.parametrize(("host", "is_named"), [("fake.example", True), ("192.0.2.7", True), ("0.0.0.0", False)])
def test_certificate_is_for_the_address_that_is_listened_on(host: str, is_named: bool) -> None:
    with certified(host) as given:
        assert (host in names_on_the_wire(given)) is is_named


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    with certified() as given:
        assert given.context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_ca_file_is_alone_in_a_directory_of_this_user_and_goes_at_the_end() -> None:
    with certified() as given:
        folder = given.ca_file.parent
        mode, files = stat.S_IMODE(folder.stat().st_mode), [p.name for p in folder.iterdir()]
        text = given.ca_file.read_text()

    assert (mode, files) == (0o700, ["ca.pem"])
    assert "PRIVATE KEY" not in text
    assert text.count("BEGIN CERTIFICATE") == 1
    assert not folder.exists()


def test_ca_file_is_written_where_asked_and_stays(tmp_path: Path) -> None:
    wanted = tmp_path / "my.pem"

    with certified(ca_file=wanted) as given:
        assert given.ca_file == wanted

    assert [p.name for p in tmp_path.iterdir()] == ["my.pem"]
    assert x509.load_pem_x509_certificate(wanted.read_bytes()).subject.rfc4514_string().endswith("O=graph-call-harness")


def test_ca_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    wanted = tmp_path / "nowhere" / "ca.pem"

    with pytest.raises(UsageError) as raised, certified(ca_file=wanted):
        pass

    assert str(raised.value) == f"cannot write the CA certificate to {wanted}: No such file or directory"


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)

    with pytest.raises(UsageError) as raised, certified():
        pass

    assert str(raised.value) == "TLS needs the package trustme: pip install 'graph-call-harness[tls]'"
