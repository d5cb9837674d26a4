"""The cassette of one test: kept while it runs, then looked through, compared with the fake, and told of."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.cassette.format import Direction, Interaction, load
from harness.cassette.scenario import Scenario, Source, SourceKind, dumps_scenario, load_scenario, scenario_path
from harness.cassette.unclean import unclean
from harness.compare import Result, Verdict
from harness.errors import CassetteError, RecordingError, counted
from harness.record import Recorder
from harness.record.sweep import Sweep
from harness.report.wording import WORDS, headline, visible
from harness.target.live.masking import Masking
from harness.verifying import verify

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Recorded:
    """A new cassette. `unanswered`: requests that are not on it. `result`: what the fake makes of it.

    forgotten: known drifts of the scenario file before, which were about other values.
    """

    path: Path
    requests: int
    notifications: int
    unanswered: int
    unclean: tuple[str, ...]
    result: Result
    forgotten: int = 0

    def __str__(self) -> str:
        left = f", {counted(self.unanswered, 'request')} without an answer left out" if self.unanswered else ""
        requests, told = counted(self.requests, "request"), counted(self.notifications, "notification")
        lines = [
            f"recorded {self.path}: {requests}, {told}{left}",
            *(f"  not clean: {one}" for one in self.unclean),
            f"  {self.verdict}",
        ]
        if self.forgotten:
            known = counted(self.forgotten, "known drift")
            lines.insert(1, f"  {known} of the scenario file before not taken over: accept anew what is still there")
        if self.result.drifts:
            kinds = Counter(f"{d.path}: {WORDS[d.kind]}" for d in self.result.drifts)
            lines += [f"    {visible(what)}" for what in list(kinds)[:_LISTED]]
            if len(kinds) > _LISTED:
                lines.append(f"    … and {len(kinds) - _LISTED} more: graph-harness verify {self.path}")
        return "\n".join(lines)

    @property
    def is_same(self) -> bool:
        return self.result.verdict is Verdict.SAME

    @property
    def verdict(self) -> str:
        """What the fake makes of it, in words."""
        if self.is_same:
            return "the fake does the same"
        if self.result.verdict is Verdict.DRIFT:
            return f"the fake differs: {headline(self.result)}"
        return f"not compared with the fake: {self.result.problem}"


class Recording:
    """What passes in one test, on its way to a cassette. link: what the recording is of, for its scenario file."""

    def __init__(self, path: Path, *, link: str, in_ci: bool, masking: Masking, environ: Mapping[str, str]) -> None:
        self.path = path
        self.recorder: Recorder
        self._link = link
        self._masking = masking
        self._sweep = Sweep()
        self._own: list[Interaction] = []
        self.recorder = Recorder(path, sanitiser=masking, sweep=self._sweep, in_ci=in_ci, environ=environ)

    def learn(self, interaction: Interaction) -> None:
        """What the harness asked itself is on no cassette, and must not be found in one either."""
        self._own.append(interaction)

    def finish(self, given: Mapping[str, Any], notes: Sequence[str]) -> Recorded:
        """The cassette and its scenario file, in place. Raises: RecordingError, and what was there before stays."""
        for interaction in self._own:
            self._sweep.learn(interaction)
        started = self.recorder.now()
        source = Source(SourceKind.RECORDED, self._link, started[:10], tuple(notes))
        beside = scenario_path(self.path)
        clean = self._masking.scenario(Scenario(path=beside, source=source, given=given))
        text = dumps_scenario(clean)
        self._check_swept(dumps_scenario(replace(clean, source=replace(clean.source, link=""))))
        forgotten = _known_in(beside)
        new, made = _written(beside, text), _inode(self.recorder.partial)
        try:
            self.recorder.close()
        finally:  # where Ctrl-C cuts in as well: the two belong together
            try:
                if made is not None and _inode(self.path) == made:
                    new.replace(beside)
                else:
                    new.unlink(missing_ok=True)
            except OSError as error:
                raise RecordingError(beside, f"cannot be replaced: {error.strerror or error}") from error
        return self._looked_through(forgotten)

    def abandon(self) -> Path | None:
        """No cassette; where what was kept until now is, if anything was."""
        return self.recorder.partial if self.recorder.abandon() else None

    def _check_swept(self, text: str) -> None:
        """Of the link, which the test's author wrote, a word may be one that passed: a bot's name in `User-Agent`."""
        in_link = [hit for hit in self._sweep.hits(self._link.encode()) if hit.kind != "text"]
        hits = [*self._sweep.hits(text.encode()), *in_link]
        if hits:
            self.recorder.abandon()
            raise RecordingError(
                self.path,
                "is not recorded: what passed can still be found in its scenario file, which is not written: "
                f"{hits[0]}: report which rule failed. What was kept until then is in {self.recorder.partial}",
            )

    def _looked_through(self, forgotten: int) -> Recorded:
        cassette, scenario = load(self.path), load_scenario(scenario_path(self.path))
        told = sum(i.direction is Direction.GRAPH_TO_BOT for i in cassette.interactions)
        return Recorded(
            path=self.path,
            requests=len(cassette.interactions) - told,
            notifications=told,
            unanswered=self.recorder.unanswered,
            unclean=tuple(map(str, unclean(cassette, scenario))),
            result=verify(self.path),
            forgotten=forgotten,
        )


def _written(path: Path, text: str) -> Path:
    """Beside its place, for its owner only, as the cassette."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error
    return new


def _known_in(beside: Path) -> int:
    """How many drifts somebody accepted in a scenario file that is replaced."""
    try:
        return len(load_scenario(beside).known) if beside.is_file() else 0
    except CassetteError:
        return 0


def _inode(path: Path) -> int | None:
    """By which a file is known again under another name."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


OnRecorded = Callable[[Recorded], None]
