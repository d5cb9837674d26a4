"""The fixtures: `graph`, and what can be set and served of it. All that is heavy is imported inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.pytest_plugin.masking import mask
from harness.pytest_plugin.options import chosen
from harness.pytest_plugin.targets import IN_TENANT, tenant_for
from harness.pytest_plugin.telling import RECORDED, teller

if TYPE_CHECKING:
    from harness.pytest_plugin.marker import Mark
    from harness.target import FakeApp, Graph, Problem, Served, Session
    from harness.tenant.environment import Tenant

_APP: Final[pytest.StashKey[FakeApp]] = pytest.StashKey()
"""One for all tests of a process: making one takes a hundred times as long as a world."""

SESSION: Final[pytest.StashKey[Session]] = pytest.StashKey()
"""What a test with `graph` has open."""


@pytest.fixture
def graph_config() -> Mapping[str, Any]:
    """Override it to set up Graph for a module or a project: see docs/testing.md."""
    return {}


@pytest.fixture
def graph_cassette_dir(request: pytest.FixtureRequest) -> Path:
    """Where this test's cassettes are. Override it, or set --graph-cassette-dir."""
    return chosen(request.config).cassette_dir or request.path.parent / "cassettes"


@pytest.fixture
def graph(
    request: pytest.FixtureRequest, graph_target: str, graph_config: Mapping[str, Any], graph_cassette_dir: Path
) -> Iterator[Graph]:
    """Graph, whoever is it in this test: see docs/testing.md."""
    from harness.pytest_plugin.marker import mark_of

    mark = mark_of(list(request.node.iter_markers("graph")))
    session = _session(request, graph_target, mark, graph_config, graph_cassette_dir)
    request.node.stash[SESSION] = session
    if graph_target in IN_TENANT:
        mask(request.config, session.target.shown)
    try:
        if mark.intercept:
            _intercept(session)
        yield session.graph
    finally:
        late = session.close()
    _fail_for(late)


def _session(
    request: pytest.FixtureRequest, target: str, mark: Mark, config: Mapping[str, Any], folder: Path
) -> Session:
    """Raises: pytest.fail, for what was set wrongly."""
    from harness.errors import HarnessError

    in_tenant = tenant_for(target) if target in IN_TENANT else None
    try:
        if in_tenant is not None:
            return _in_tenant(request, in_tenant, target, mark, config, folder)
        return _here(request, target, mark, config, folder)
    except HarnessError as error:
        said = str(error)
    pytest.fail(said, pytrace=False)


def _here(request: pytest.FixtureRequest, target: str, mark: Mark, config: Mapping[str, Any], folder: Path) -> Session:
    from harness.target import FakeApp, opened

    stash, options = request.config.stash, chosen(request.config)
    if _APP not in stash:
        stash[_APP] = FakeApp()
    return opened(
        target,
        app=stash[_APP],
        seed=options.seed,
        test=without_target(request.node.nodeid, target),
        config=(config, mark.config),
        cassette=_cassette(mark.cassette, request.node, target, folder),
        on_unplayed=mark.on_unplayed or options.on_unplayed,
        max_age=options.max_age if mark.max_age is None else mark.max_age,
    )


def _in_tenant(
    request: pytest.FixtureRequest,
    tenant: Tenant,
    target: str,
    mark: Mark,
    config: Mapping[str, Any],
    folder: Path,
) -> Session:
    """Raises: HarnessError."""
    from harness.errors import UsageError
    from harness.target.live import PORT_MISSING, opened_live, opened_recording

    options = chosen(request.config)
    if options.callback_port is None:
        raise UsageError(PORT_MISSING.format(target=target))
    common: dict[str, Any] = {
        "callback_port": options.callback_port,
        "test": without_target(request.node.nodeid, target),
        "seed": options.seed,
        "config": (config, mark.config),
        "tell": teller(request.config),
    }
    if target == "live":
        return opened_live(tenant, **common)
    cassette = _cassette(mark.cassette, request.node, target, folder)
    recorded = request.config.stash.setdefault(RECORDED, [])
    return opened_recording(cassette, tenant, in_ci=options.record_in_ci, on_recorded=recorded.append, **common)


def _intercept(session: Session) -> None:
    """Raises: pytest.fail, for what is no host, and where somebody else intercepts."""
    from harness.errors import HarnessError

    try:
        session.intercept()
    except HarnessError as error:
        pytest.fail(str(error), pytrace=False)


def _fail_for(problems: Sequence[Problem]) -> None:
    """What only showed when the bots were shut down."""
    from harness.target import as_text

    if problems:
        pytest.fail(as_text(problems), pytrace=False)


def without_target(name: str, target: str) -> str:
    """A test's name without the target among its parameters: the same test has the same ids on each."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return name
    parts = rest.removesuffix("]").split("-")
    if target in parts:
        parts.remove(target)
    return f"{head}[{'-'.join(parts)}]" if parts else head


def _cassette(marked: str | None, item: pytest.Function, target: str, folder: Path) -> Path:
    """The marker's, else `MODULE/TEST[PARAMETERS].yaml`; the target is no parameter of it."""
    from harness.replay import cassette_file, cassette_name

    if marked is not None:
        return cassette_file(folder, marked)
    owner = f"{item.cls.__name__}." if item.cls is not None else ""
    name, _, params = without_target(item.name, target).partition("[")
    return cassette_file(folder, cassette_name(item.path.stem, f"{owner}{name}", params.removesuffix("]") or None))


@pytest.fixture
def graph_server(graph: Graph) -> Iterator[Served]:
    """This test's Graph on a loopback port, for bots in other processes: `graph_server.url`."""
    from harness.target import served

    with served(graph) as server:
        yield server
