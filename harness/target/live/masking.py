"""What is shown of a test in a tenant, without what is the tenant's: by the map of the cassette, and beyond it."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from harness.cassette.format import Interaction
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import Scenario
from harness.errors import HarnessError
from harness.tenant.environment import Tenant
from harness.tenant.meetings import MeetingNumber


class Masking:
    """A sanitiser for several threads: of what is kept, and of whatever is shown.

    secrets: what is not to be shown, whether it passes or not. folders: of this machine, whose files may be named.
    """

    def __init__(self, secrets: Iterable[str] = (), folders: Iterable[Path] = ()) -> None:
        here = (Path.cwd(), Path(sys.prefix), *map(Path, sys.path))  # a bot may be in a folder beside its tests
        self._folders = [str(folder.absolute()) for folder in (*folders, *here)]
        self._sanitiser = Sanitiser()
        self._lock = threading.Lock()
        self._own: list[Interaction] = []
        self._looked_at: set[int] = set()
        for secret in secrets:
            self._sanitiser.secret(secret)

    def interaction(self, interaction: Interaction) -> Interaction | None:
        with self._lock:
            return self._sanitiser.interaction(interaction)

    def scenario(self, scenario: Scenario) -> Scenario:
        with self._lock:
            return self._sanitiser.scenario(scenario)

    def learn(self, interaction: Interaction) -> None:
        """What the harness asked itself: a test sees rosters and refusals that are nowhere else."""
        with self._lock:
            self._own.append(interaction)

    def shown(self, text: str, interactions: Sequence[Interaction]) -> str:
        """A sentence without the values of what passed."""
        with self._lock:
            for interaction in (*interactions, *self._own):
                self._look_at(interaction)
            return "".join(
                part if is_file else self._sanitiser.text(part) for part, is_file in _with_files(text, self._folders)
            )

    def _look_at(self, interaction: Interaction) -> None:
        """Once: whoever shows something keeps what passed until the end."""
        if id(interaction) in self._looked_at:
            return
        self._looked_at.add(id(interaction))
        with suppress(HarnessError):  # what is no text is not shown either
            self._sanitiser.interaction(interaction)


def _with_files(text: str, folders: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """A text in pieces, and which of them are names of files: a failure says which, and at which line."""
    end = 0
    known = "|".join(re.escape(folder) for folder in folders if len(folder) > 1)
    for match in re.finditer(rf"(?<![\w:/.-])(?:{known})/[^\s'\":,;]*", text):
        if Path(match[0]).parent.is_dir():
            yield text[end : match.start()], False
            yield match[0], True
            end = match.end()
    yield text[end:], False


def secrets_of(tenant: Tenant) -> Iterator[str]:
    """What a test can have from the environment, and show: in a request that it made, in its variables."""
    mine, meeting = tenant.credentials, tenant.meeting
    number = meeting if isinstance(meeting, MeetingNumber) else None
    known = (mine.secret, mine.password, number and number.join_id, number and number.passcode)
    return (secret for secret in known if secret)
