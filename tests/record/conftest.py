"""A recorder that is allowed wherever the tests run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.record import Recorder
from tests.record.build import Finding, Replacing

Open = Callable[..., Recorder]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "call.yaml"


@pytest.fixture
def open_recorder(cassette: Path) -> Open:
    """With the doubles of sanitiser and sweep."""

    def make(path: Path = cassette, **options: Any) -> Recorder:
        given: dict[str, Any] = {"sanitiser": Replacing(), "sweep": Finding(), "environ": {}, **options}
        return Recorder(path, **given)

    return make
