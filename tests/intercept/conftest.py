from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest

from tests.intercept.network import Network, network


@pytest.fixture
def real_network() -> Iterator[Network]:
    """What stands for all that is not intercepted."""
    with network() as found:
        yield found


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the machine that the tests run on are none of theirs, nor are those that urllib remembers."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(urllib.request, "_opener", None)
