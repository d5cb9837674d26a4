"""Open drifts as entries for scenario files, ready to be pasted; the reason is left to whoever accepts them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import yaml

from harness.cassette.safe_yaml import IMPLICIT, load_yaml
from harness.cassette.scenario import ABSENT, Known, scenario_path
from harness.compare.drift import Drift, same
from harness.compare.known import escaped, judge
from harness.compare.verdict import Result, Verification
from harness.errors import CassetteError
from harness.report.wording import visible


def proposal(verification: Verification) -> str:
    """For each cassette that drifts: its scenario file as a comment, and entries for its `known`.

    Stale entries and cassettes without verdict are comments: the former are to be taken out, the latter to be mended.
    """
    parts = ["\n".join(_lines(result)) for result in verification.results]
    return "\n\n".join(filter(None, parts)) or "# nothing to propose: no open drift"


def _lines(result: Result) -> Iterator[str]:
    if result.problem is not None:
        yield f"# {visible(str(result.path))}: no verdict: {visible(result.problem)}"
    if result.drifts or result.stale:
        yield f"# {visible(str(scenario_path(result.path)))}"
    for entry in result.stale:
        name = "known" if isinstance(entry, Known) else "unseen"
        yield f"# take out of `{name}`, it no longer occurs: {visible(entry.path)}"
    if result.drifts:
        yield "known:"
        yield from _entries(result)


def _entries(result: Result) -> Iterator[str]:
    """One entry a drift, but none for a drift that an entry before accepts: it would be without use."""
    proposed: dict[str, list[Known]] = {}
    for drift in result.drifts:
        if judge([drift], proposed.get(drift.path, ())).accepted:
            continue
        text = _entry(drift)
        if text is None:
            yield f"  # no scenario file can hold this drift, mend the fake: {visible(drift.path)}"
            continue
        entry = Known(escaped(drift.path), drift.kind, drift.recorded, drift.fake, reason="")
        proposed.setdefault(drift.path, []).append(entry)
        yield from (f"  {line}" for line in text.removesuffix("\n").split("\n"))


def _entry(drift: Drift) -> str | None:
    """The YAML of one entry; None where it would not be read so: half a surrogate pair, for one, is no YAML."""
    sides = {"recorded": drift.recorded, "fake": drift.fake}
    given = {name: value for name, value in sides.items() if value is not ABSENT}
    entry = [{"path": escaped(drift.path), "kind": drift.kind, **given, "reason": ""}]
    text: str = yaml.dump(entry, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**20)
    return text if _reads_as(text, entry) else None


def _reads_as(text: str, entry: Any) -> bool:
    try:
        return same(load_yaml(text, "proposal"), entry)
    except CassetteError:
        return False


class _Dumper(yaml.SafeDumper):
    """Quotes what either YAML 1.1 or the reader of scenario files would not take for text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    """A number beyond all floats as the literal that is read as one."""
    if math.isinf(number):
        return dumper.represent_scalar("tag:yaml.org,2002:float", "1e999" if number > 0 else "-1e999")
    return yaml.SafeDumper.represent_float(dumper, number)


for _implicit in IMPLICIT:
    _Dumper.add_implicit_resolver(*_implicit)
_Dumper.add_representer(float, _represent_float)
