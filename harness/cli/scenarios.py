"""The part of `graph-harness record` that plays stories in a tenant: who is told what, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.codes import EXIT_DRIFT, EXIT_NONE, EXIT_SAME
from harness.cli.saying import say
from harness.cli.stopping import answer, stopping
from harness.errors import HarnessError, UsageError, counted
from harness.record import refuse_place, refuse_taken
from harness.scenarios import PATIENCE, STORIES, Props, Story, free_for, lacking, play
from harness.target.problems import LeaveCalls
from harness.tenant.environment import Tenant
from harness.tenant.sign_in import SignIn
from harness.tenant.variables import read_variables

if TYPE_CHECKING:
    from harness.target.live import Recorded


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one story. problem: why it is not recorded; of one that is, what is wrong all the same."""

    name: str
    recorded: Recorded | None = None
    problem: str = ""

    @property
    def code(self) -> int:
        if self.recorded is None:
            return EXIT_NONE
        if self.recorded.unclean:
            return EXIT_DRIFT
        verdicts = {"same": EXIT_SAME, "drift": EXIT_DRIFT, "none": EXIT_NONE}
        return EXIT_NONE if self.problem else verdicts[self.recorded.result.verdict]

    def __str__(self) -> str:
        if self.recorded is None:
            return f"not recorded: {self.problem}"
        drifts = len(self.recorded.result.drifts)
        differs = counted(drifts, "drift") if drifts else f"verdict {self.recorded.result.verdict}"
        also = f"\n{self.problem}" if self.problem else ""
        return (
            f"{self.recorded.requests} requests, {self.recorded.notifications} notifications, "
            f"{'unclean' if self.recorded.unclean else 'clean'}, {differs}{also}"
        )


def listing(environ: Mapping[str, str]) -> str:
    """Every story with what it does, and what it lacks."""
    reading = read_variables(environ)
    width = max(map(len, STORIES))
    lines = []
    for story in STORIES.values():
        missing = lacking(story, reading.values)
        state = f"lacks {', '.join(missing)}" if missing else "has what it needs"
        lines += [f"{story.name:<{width}}  {story.what}", f"{'':<{width}}  {state}"]
    if in_the_way := ", ".join((*reading.missing, *reading.problems)):
        lines.append(f"missing or wrong for all of them: {in_the_way}; `graph-harness doctor` says what is right")
    return "\n".join(lines)


def record(
    names: Sequence[str], *, folder: Path, port: int, patience: float | None, in_ci: bool, environ: Mapping[str, str]
) -> int:
    """Record stories, one after the other. Raises: UsageError, before anybody is called."""
    stories = _chosen(names)
    tenant = _tenant(stories, environ)
    places = [folder / f"{story.name}.yaml" for story in stories]
    _refuse_places(places, environ, in_ci=in_ci)
    sign_in = SignIn(tenant.credentials)
    sign_in.token()
    props = Props(
        meeting=tenant.meeting,
        app_instance=tenant.app_instance or "",
        graph_url=tenant.credentials.graph_url,
        token=lambda: sign_in.token().value,
        say=lambda text: say(f"  {text}"),
        patience=PATIENCE if patience is None else patience,
    )
    ended: list[Ended] = []
    try:
        with stopping(stop):
            for number, (story, path) in enumerate(zip(stories, places, strict=True), 1):
                say(f"{story.name} ({number} of {len(stories)}): {story.what}")
                _wait_for_people(story)
                mine = replace(props, users=free_for(story, tenant.users, tenant.meeting))
                ended.append(_recorded(story, path, tenant, mine, port=port, in_ci=in_ci))
    finally:
        if ended:
            say(_summary(ended, len(stories)))
    return _code(ended)


def _chosen(names: Sequence[str]) -> list[Story]:
    unknown = [name for name in names if name not in STORIES]
    if unknown:
        raise UsageError(f"unknown scenario {', '.join(map(repr, unknown))}; known: {', '.join(STORIES)}")
    return [STORIES[name] for name in dict.fromkeys(names)]


def _tenant(stories: Sequence[Story], environ: Mapping[str, str]) -> Tenant:
    """Raises: UsageError, TenantIncomplete."""
    tenant = Tenant.from_environment(environ)
    values = read_variables(environ).values
    found = {story.name: missing for story in stories if (missing := lacking(story, values))}
    if found:
        lines = [f"{name} lacks {', '.join(missing)}" for name, missing in found.items()]
        raise UsageError("\n  ".join(("set what is missing, or leave these scenarios out:", *lines)))
    return tenant


def _refuse_places(places: Sequence[Path], environ: Mapping[str, str], *, in_ci: bool) -> None:
    """Raises: UsageError, which lists all that are in the way."""
    problems = []
    for path in places:
        refuse_place(path, environ, in_ci=in_ci)
        try:
            refuse_taken(path)
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n  ".join(problems))


def _wait_for_people(story: Story) -> None:
    """Whoever holds the phones has to be there; where nobody sits at a terminal, they are."""
    if sys.stdin is not None and sys.stdin.isatty():
        people = f"{story.people} {'person' if story.people == 1 else 'people'}"
        phone = " and the phone" if "GRAPH_PHONE" in story.wants else ""
        say(f"  wanted are {people} of GRAPH_USERS{phone}: press Enter when they are there")
        if not sys.stdin.readline():
            raise KeyboardInterrupt


def _recorded(story: Story, path: Path, tenant: Tenant, props: Props, *, port: int, in_ci: bool) -> Ended:
    from harness.target import open_recording

    kept: list[Recorded] = []
    problem = ""
    try:
        with open_recording(
            path,
            tenant,
            callback_port=port,
            intercept=False,
            test=f"graph-harness record {story.name}",
            in_ci=in_ci,
            tell=lambda line: say(f"  {line}"),
            on_recorded=kept.append,
        ) as graph:
            play(story, graph, props)
    except (HarnessError, OSError) as error:
        if isinstance(error, UsageError):
            _say_notes(error)
            raise
        what = str(error) if isinstance(error, HarnessError) else f"Graph cannot be reached: {type(error).__name__}"
        problem = "\n".join((what.partition("\n\n")[0], *getattr(error, "__notes__", ())))
    except BaseException as error:
        _say_notes(error)
        raise
    return Ended(story.name, kept[0] if kept else None, problem)


def _say_notes(error: BaseException) -> None:
    """Which calls are left standing."""
    for note in getattr(error, "__notes__", ()):
        say(f"  {note}")


def _summary(ended: Sequence[Ended], wanted: int) -> str:
    width = max(len(one.name) for one in ended)
    lines = [f"{one.name:<{width}}  {one}".replace("\n", f"\n{'':<{width}}  ") for one in ended]
    whole = sum(one.recorded is not None for one in ended)
    return "\n".join((*lines, f"{whole} of {wanted} scenarios recorded"))


def _code(ended: Sequence[Ended]) -> int:
    """As of verdicts: a drift is told before that something is missing."""
    codes = {one.code for one in ended}
    return next((code for code in (EXIT_DRIFT, EXIT_NONE) if code in codes), EXIT_SAME)


def stop(asked: int) -> None:
    """At first, and have the calls ended; who cannot wait for that asks twice more."""
    if asked == 1:
        raise KeyboardInterrupt
    if asked > 2:
        raise LeaveCalls
    answer("  calls are being ended; once more, and they are left as they are")
