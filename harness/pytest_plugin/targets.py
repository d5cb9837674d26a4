"""On which targets a test runs: what its marker says, and what was chosen."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pytest

from harness.pytest_plugin.options import chosen

if TYPE_CHECKING:
    from harness.tenant.environment import Tenant

IN_TENANT: Final = ("live", "record")
_NOT_ON: Final = "runs on {}, not on {}"
_RECORDS: Final = "records, which is only done where --graph-target=record asks for it"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test whose marker names targets runs once on each, as `test[fake]`, `test[replay]`."""
    if "graph_target" not in metafunc.fixturenames:
        return
    from harness.pytest_plugin.marker import mark_of

    try:
        mark = mark_of(list(metafunc.definition.iter_markers("graph")))
    except pytest.Collector.CollectError as error:
        raise pytest.Collector.CollectError(f"{metafunc.definition.name}: {error}") from None
    if mark.targets is None:
        return
    metafunc.parametrize("graph_target", _on(mark.targets, chosen(metafunc.config).target), indirect=True)


def _on(targets: Sequence[str], wanted: str | None) -> list[object]:
    usual = _chosen(targets, wanted)
    if usual:
        return [pytest.param(target, id=target) for target in usual]
    name = wanted or "record"
    reason = _NOT_ON.format(", ".join(targets), wanted) if wanted is not None else _RECORDS
    return [pytest.param(name, id=name, marks=pytest.mark.skip(reason=reason))]


def _chosen(targets: Sequence[str], wanted: str | None) -> list[str]:
    """Nothing is recorded unless that is asked for; then whatever has a cassette is."""
    if wanted is None:
        return [target for target in targets if target != "record"]
    is_recorded = wanted == "record" and "replay" in targets
    return [wanted] if wanted in targets or is_recorded else []


@pytest.fixture
def graph_target(request: pytest.FixtureRequest) -> str:
    """Who answers as Graph in this test: fake, replay, live or record."""
    param: str | None = getattr(request, "param", None)
    return param or _only(request)


def _only(request: pytest.FixtureRequest) -> str:
    """The target of a test that pytest cannot run once on each: one of unittest's, or that asks for `graph` late."""
    from harness.pytest_plugin.marker import mark_of

    wanted, targets = chosen(request.config).target, mark_of(list(request.node.iter_markers("graph"))).targets
    if targets is None:
        return wanted or "fake"
    usual = _chosen(targets, wanted)
    if len(usual) == 1:
        return usual[0]
    if wanted is None and usual:
        pytest.fail(
            f"mark graph: targets: {', '.join(targets)}: pytest cannot run this test once on each, as it is of "
            "unittest, or asks for 'graph' while it runs: name one, or choose by --graph-target",
            pytrace=False,
        )
    pytest.skip(_RECORDS if wanted is None else _NOT_ON.format(", ".join(targets), wanted))


def target_of(item: pytest.Item) -> str:
    """The same of a test, also where its fixtures failed."""
    params: Mapping[str, object] = getattr(getattr(item, "callspec", None), "params", {})
    return str(params.get("graph_target") or chosen(item.config).target or "fake")


def tenant_for(target: str) -> Tenant:
    """The tenant of the environment. Where variables are missing, a test on `live` is skipped; a recording fails."""
    from harness.tenant.environment import Tenant, TenantIncomplete

    try:
        return Tenant.from_environment(os.environ)
    except TenantIncomplete as error:
        if target == "live" and not error.problems:
            pytest.skip(f"target live needs {', '.join(error.missing)} in the environment")
        said = f"target {target}: {error}"
    pytest.fail(said, pytrace=False)
