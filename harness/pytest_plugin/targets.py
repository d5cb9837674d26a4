"""On which targets a test runs: what its marker says, and what was chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import pytest

from harness.pytest_plugin.options import chosen

VARIABLES: Final = (
    *("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    *("GRAPH_CALLBACK_URL", "GRAPH_USERS"),
)
"""What live and record need of the environment."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test whose marker names targets runs once on each, as `test[fake]`, `test[replay]`."""
    if "graph_target" not in metafunc.fixturenames:
        return
    from harness.pytest_plugin.marker import mark_of

    mark = mark_of(list(metafunc.definition.iter_markers("graph")))
    if mark.targets is None:
        return
    metafunc.parametrize("graph_target", _on(mark.targets, chosen(metafunc.config).target), indirect=True)


def _on(targets: Sequence[str], wanted: str | None) -> list[object]:
    if wanted is None or wanted in targets:
        return [pytest.param(target, id=target) for target in targets if wanted in (None, target)]
    skip = pytest.mark.skip(reason=f"runs on {', '.join(targets)}, not on {wanted}")
    return [pytest.param(wanted, id=wanted, marks=skip)]


@pytest.fixture
def graph_target(request: pytest.FixtureRequest) -> str:
    """Who answers as Graph in this test: fake, replay, live or record."""
    return str(getattr(request, "param", None) or chosen(request.config).target or "fake")


def skip_where_not_built(target: str) -> None:
    """Live and record: what is missing of the environment, or that the target itself is."""
    if target in ("fake", "replay"):
        return
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        pytest.skip(f"target {target} needs {', '.join(missing)} in the environment")
    raise pytest.UsageError(f"target {target!r} is not built yet: run with --graph-target=fake or replay")
