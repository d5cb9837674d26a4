"""Cassettes as tests.

`pytest cassettes/ --graph-verify` makes each cassette one item, `NAME.yaml::verify`. It passes when the fake does the
same, and fails with the report of that cassette otherwise, also when there is no verdict. One line of it is in pytest's
short summary.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.options import is_set

if TYPE_CHECKING:
    from harness.compare import Result
    from harness.verifying import Driver

_DRIVER: Final[pytest.StashKey[Driver]] = pytest.StashKey()
"""One for all cassettes of a process: making one takes longer than comparing a cassette."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CassetteFile | None:
    """What is called `….yaml` in a folder, but for scenario files of cassettes; and what is named, `….yml` as well."""
    if not is_set(parent.config, "graph_verify"):
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
    if isinstance(collector, pytest.Directory) and is_set(collector.config, "graph_verify") and report.passed:
        others = sorted(path for path in collector.path.glob("*.yaml") if not path.is_file())
        report.result += [
            CassetteFile.from_parent(collector, path=path)
            for path in others
            if _stands_alone(path) and not collector.session.isinitpath(path)
        ]
    return report


def _stands_alone(path: Path) -> bool:
    from harness.cassette.scenario import standing_for

    return standing_for(path) == path


class CassetteFile(pytest.File):
    def collect(self) -> Iterator[VerifyItem]:
        yield VerifyItem.from_parent(self, name="verify")


class NotTheSame(HarnessError):
    """A verdict that is not `same`: its cassette, its report, and in one line what is wrong."""

    def __init__(self, path: Path, report: str, line: str) -> None:
        self.path = path
        self.report = report
        self.line = line
        super().__init__(report)


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
            ("unseen", len(result.unseen)),
            ("by_form", len(result.by_form)),
            ("stale", len(result.stale)),
        ]
        if result.verdict is not Verdict.SAME:
            raise NotTheSame(result.path, as_text(Verification((result,))), _in_one_line(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotTheSame):
            return _as_failure(excinfo, excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.nodeid.removesuffix("::verify")


def _as_failure(excinfo: pytest.ExceptionInfo[BaseException], failure: NotTheSame) -> Any:
    """The report in place of the trace, and the line as its message.

    Filled in rather than of a class of its own: pytest-xdist sends the message along with pytest's classes only.
    """
    shown = excinfo.getrepr(style="native")
    shown.reprtraceback.reprentries[0].lines = [f"{failure.report}\n"]
    crash = shown.reprcrash
    if crash is not None:  # never here: no frame of runtest is hidden
        crash.path, crash.lineno, crash.message = str(failure.path), 1, failure.line
    return shown


def _in_one_line(result: Result) -> str:
    """`2 drifts, 1 stale: ` and the first of them, or why there is no verdict, without the path that pytest prints."""
    from harness.report.wording import WORDS, headline, stale, visible

    if result.drifts:
        first = f"{result.drifts[0].path}: {WORDS[result.drifts[0].kind]}"
    elif result.stale:
        first = f"{result.stale[0].path}: {stale(result.stale[0], result)}"
    else:
        problem = result.problem or "nothing was compared"
        return visible(problem.removeprefix(f"{result.path}: ").removeprefix(f"{result.path}, "))
    return visible(f"{headline(result)}: {first}")


def _as_typed(path: Path) -> Path:
    """A path below the working directory is told from there, as whoever reads the report would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
