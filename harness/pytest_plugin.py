"""The pytest plugin: cassettes as tests. Heavy imports are inside, so that whoever does not use it pays nothing.

`pytest cassettes/ --graph-verify` makes each cassette one item, `NAME.yaml::verify`. It passes when the fake does the
same, and fails with the report of that cassette otherwise, also when there is no verdict.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.verifying import Driver

_DRIVER: Final[pytest.StashKey[Driver]] = pytest.StashKey()
"""One for all cassettes of a process: making one takes longer than comparing a cassette."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("graph", "Graph calls")
    group.addoption(
        "--graph-verify", action="store_true", help="collect each cassette as a test that compares the fake with it"
    )
    parser.addini("graph_verify", "as --graph-verify", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CassetteFile | None:
    """What is called `….yaml` in a folder, but for scenario files of cassettes; and what is named, `….yml` as well."""
    if not _is_asked(parent.config):
        return None
    if parent.session.isinitpath(file_path):
        is_collected = file_path.suffix in (".yaml", ".yml")
    else:
        is_collected = file_path.suffix == ".yaml" and _stands_alone(file_path)
    return CassetteFile.from_parent(parent, path=file_path) if is_collected else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add what pytest passes over in a folder, which is no success: a dangling link, a folder called `a.yaml`."""
    report = yield
    if isinstance(collector, pytest.Directory) and _is_asked(collector.config) and report.passed:
        others = sorted(path for path in collector.path.glob("*.yaml") if not path.is_file())
        report.result += [
            CassetteFile.from_parent(collector, path=path)
            for path in others
            if _stands_alone(path) and not collector.session.isinitpath(path)
        ]
    return report


def _is_asked(config: pytest.Config) -> bool:
    return bool(config.getoption("graph_verify") or config.getini("graph_verify"))


def _stands_alone(path: Path) -> bool:
    from harness.cassette.scenario import standing_for

    return standing_for(path) == path


class CassetteFile(pytest.File):
    def collect(self) -> Iterator[VerifyItem]:
        yield VerifyItem.from_parent(self, name="verify")


class NotTheSame(HarnessError):
    """A verdict that is not `same`, with its report."""


class VerifyItem(pytest.Item):
    """One cassette, driven into a fake of its own and compared."""

    def runtest(self) -> None:
        from harness.compare import Verdict, Verification
        from harness.report import as_text
        from harness.verifying import Driver, verify

        if _DRIVER not in self.config.stash:
            self.config.stash[_DRIVER] = Driver()
        result = verify(_as_typed(self.path), driver=self.config.stash[_DRIVER])
        self.user_properties += [
            ("verdict", str(result.verdict)),
            ("interactions", result.interactions),
            ("notifications", result.notifications),
            ("drifts", len(result.drifts)),
            ("known", len(result.known)),
        ]
        if result.verdict is not Verdict.SAME:
            raise NotTheSame(as_text(Verification((result,))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotTheSame):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.nodeid.removesuffix("::verify")


def _as_typed(path: Path) -> Path:
    """A path below the working directory is told from there, as whoever reads the report would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
