"""Interactions written down while they pass, each of them safe once `keep` returns; a cassette at the end of all.

Nothing that has not been through the sanitiser is ever written, not even for a moment. A cassette is recorded whole or
not at all: to a file beside it, which takes its place when everything went well.
"""

from __future__ import annotations

import logging
import os
import shlex
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http.client import responses as reasons
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from harness.cassette.format import MAX_BYTES, Interaction, Response, item
from harness.cassette.sign_in import is_sign_in
from harness.errors import HarnessError, RecordingError, UsageError
from harness.graph.hosts import SIGN_IN_HOSTS
from harness.record.credentials import without_credentials
from harness.record.partial import SUFFIX, PartialFile, is_being_written, partial_of, sync_folder
from harness.record.places import refuse_place

LARGEST_BODY: Final = 4 * 2**20
"""Bytes. Graph's largest answers about calls, full rosters, are a hundredth of it."""

_HELD_BACK: Final = ".held-back"
_log: Final = logging.getLogger("harness.record")


class Sanitiser(Protocol):
    """What `harness.cassette.sanitise` offers: an interaction as it may be written; None: it is never kept."""

    def interaction(self, interaction: Interaction, /) -> Interaction | None: ...


class Sweep(Protocol):
    """What `harness.record.sweep` offers: learns what passed, finds it again in what was written."""

    def learn(self, interaction: Interaction, /) -> None: ...
    def hits(self, data: bytes, /) -> Sequence[object]: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class Recorder:
    """Keeps what passes, for one cassette. Thread-safe. Left without an error, it closes.

    kept, unanswered: interactions that are on the disk, and requests that never got an answer.
    problem: why this will not become a cassette; the first of them, None as long as all is well.
    sweep: looks for originals in the file before it becomes a cassette. largest_body: bytes of a body, either way.
    sign_in_hosts: whose interactions are never kept, in lower case. in_ci: record although the variable CI is set.
    Raises: UsageError when the same cassette is being recorded, or was and is cut off; and where nothing is recorded.
    RecordingError when no file can be made.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        sanitiser: Sanitiser,
        sweep: Sweep | None,
        largest_body: int = LARGEST_BODY,
        sign_in_hosts: Collection[str] = SIGN_IN_HOSTS,
        in_ci: bool = False,
        clock: Callable[[], datetime] = utc_now,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.path = Path(path)
        self.unanswered = 0
        self.problem: RecordingError | None = None
        refuse_place(self.path, environ, in_ci=in_ci)
        self._sanitiser = sanitiser
        self._sweep = sweep
        self._largest_body = largest_body
        self._sign_in_hosts = frozenset(sign_in_hosts)
        self._clock = clock
        self._lock = threading.Lock()
        self._seq = 0
        self._is_closed = False
        self._partial = _made(self.path)

    @property
    def kept(self) -> int:
        return self._partial.count

    @property
    def partial(self) -> Path:
        return self._partial.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif self.abandon():
            error.add_note(f"{self.path}: the recording stopped here, and is no cassette yet. {self._remedy()}")

    def begin(self) -> int:
        """The number of a request that starts now."""
        with self._lock:
            self._seq += 1
            return self._seq

    def now(self) -> str:
        return self._clock().isoformat()

    def keep(self, interaction: Interaction) -> None:
        """When it returns, the interaction is safe, or is one that is never kept.

        Raises: RecordingError, and the recording will not become a cassette, for it has a hole.
        """
        with self._lock:
            try:
                self._keep(interaction)
            except RecordingError as error:
                self._note(error)
                raise
            except BaseException as error:
                where = f"interaction {interaction.seq} was interrupted by {type(error).__name__}"
                self._note(RecordingError(self.path, where))
                raise

    def fail(self, problem: str) -> None:
        """Something that belongs to the recording was not kept: `problem` says what."""
        with self._lock:
            self._note(RecordingError(self.path, problem))

    def leave_unanswered(self) -> None:
        """A request that was begun gets no answer, and is not kept."""
        with self._lock:
            self.unanswered += 1

    def close(self) -> Path:
        """The cassette, in the place of the one before it.

        Raises: RecordingError, and nothing is replaced, when something was not kept, when nothing was, or when the
        sweep finds an original: then the file is put out of the way.
        """
        with self._lock:
            self._refuse_closed()
            self._end()
            self._check_whole()
            self._check_swept()
            self._take_place()
        return self.path

    def abandon(self) -> bool:
        """End without a cassette. Whether a partial file is left, which can be recovered."""
        with self._lock:
            if self._is_closed:
                return False
            self._end()
            return bool(self.kept)

    def _keep(self, interaction: Interaction) -> None:
        self._refuse_closed()
        where = f"interaction {interaction.seq}"
        self._check_bodies(interaction, where)
        try:
            clean = self._clean(interaction)
            text = item(clean) if clean is not None else None
        except HarnessError as error:
            raise RecordingError(self.path, f"{where} cannot be kept: {error}") from error
        except Exception as error:  # whose text may hold what is not to be shown
            raise RecordingError(self.path, f"{where} cannot be kept: {type(error).__name__} on its way") from None
        if clean is not None and text is not None:
            self._check_readable(clean, where)
            self._append(text, where)

    def _clean(self, interaction: Interaction) -> Interaction | None:
        if self._sweep is not None:
            self._sweep.learn(interaction)
        if is_sign_in(interaction.request.uri, self._sign_in_hosts):
            return None
        clean = self._sanitiser.interaction(without_credentials(interaction))
        return None if clean is None else replace(clean, response=_with_reason(clean.response))

    def _check_bodies(self, interaction: Interaction, where: str) -> None:
        for name, body in (("request", interaction.request.body), ("response", interaction.response.body)):
            if body is not None and len(body) > self._largest_body:
                raise RecordingError(
                    self.path,
                    f"the body of the {name} of {where} has {len(body)} bytes; at most {self._largest_body} bytes are "
                    "kept: raise largest_body",
                )

    def _check_readable(self, clean: Interaction, where: str) -> None:
        for name, body in (("request", clean.request.body), ("response", clean.response.body)):
            try:
                (body or b"").decode()
            except UnicodeDecodeError as error:
                raise RecordingError(
                    self.path,
                    f"the body of the {name} of {where} is no UTF-8 text (byte {error.start}), and nobody can see what "
                    "is in it: it is not kept",
                ) from None

    def _append(self, text: str, where: str) -> None:
        if self._partial.size + len(text.encode()) > MAX_BYTES - 100:
            raise RecordingError(
                self.path, f"{where} would make it larger than {MAX_BYTES} bytes: record less in one cassette"
            )
        try:
            self._partial.append(text)
        except OSError as error:
            raise RecordingError(self.path, f"{where} cannot be written: {error.strerror or error}") from error

    def _note(self, error: RecordingError) -> None:
        _log.error("%s", error)
        self.problem = self.problem or error

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise RecordingError(self.path, "the recording is over: nothing more is kept")

    def _check_whole(self) -> None:
        if self.problem is not None:
            rest = f" {self._remedy()}" if self.kept else ""
            raise RecordingError(self.path, f"is not recorded: {self.problem.problem}.{rest}") from self.problem
        if not self.kept:
            raise RecordingError(self.path, "is not recorded: nothing passed that is kept")

    def _check_swept(self) -> None:
        if self._sweep is None:
            return
        try:
            content = self.partial.read_bytes()
        except OSError as error:
            raise RecordingError(self.path, f"is not recorded: {self.partial}: {error.strerror or error}") from error
        hits = self._sweep.hits(content)
        if hits:
            aside = self._put_aside()
            shown = "; ".join(str(hit) for hit in hits[:5]) + ("; …" if len(hits) > 5 else "")
            raise RecordingError(
                self.path,
                f"is not recorded: what passed can still be found in what was written: {shown}. It is held back, for "
                f"your eyes only, in {aside}: report which rule failed, then remove it",
            )

    def _put_aside(self) -> Path:
        """Under a name that no command takes for a cassette, nor for one to be recovered."""
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}{_HELD_BACK}-{number}")).exists():
            number += 1
        self.partial.rename(aside)
        return aside

    def _take_place(self) -> None:
        try:
            self.partial.replace(self.path)
        except OSError as error:
            raise RecordingError(
                self.path, f"cannot be replaced: {error.strerror or error}. {self._remedy()}"
            ) from error
        sync_folder(self.path.parent)

    def _end(self) -> None:
        self._is_closed = True
        if self.kept:
            self._partial.close()
        else:
            self._partial.discard()

    def _remedy(self) -> str:
        return f"What was kept until then: {_to_recover(self.partial)}"


def _with_reason(response: Response) -> Response:
    """Of answers without a reason phrase, as those of HTTP/2 are: vcrpy 8 replays no null to httpx."""
    return replace(response, reason=response.reason or reasons.get(response.status or 0, ""))


def _made(path: Path) -> PartialFile:
    if path.name.endswith(SUFFIX):
        raise UsageError(f"{path}: is what a cassette is called while it is recorded; leave out {SUFFIX!r}")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    partial = partial_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"cannot be recorded: its folder cannot be made: {error.strerror or error}"
        raise RecordingError(path, problem) from error
    try:
        return PartialFile(partial)
    except FileExistsError:
        raise _taken(path, partial) from None
    except OSError as error:
        raise RecordingError(path, f"cannot be recorded: {error.strerror or error}") from error


def refuse_taken(path: Path) -> None:
    """Raises: UsageError, as a recorder would, where the cassette is being recorded, or was and is cut off."""
    partial = partial_of(path)
    if os.path.lexists(partial):
        raise _taken(path, partial)


def _taken(path: Path, partial: Path) -> UsageError:
    if is_being_written(partial):
        return UsageError(f"{path}: is being recorded by another recorder: wait for its end, or name another cassette")
    return UsageError(
        f"{path}: an earlier recording of it was cut off. What was kept until then: {_to_recover(partial)}; "
        f"or remove it: rm {shlex.quote(str(partial))}"
    )


def _to_recover(partial: Path) -> str:
    return f"graph-harness record --recover {shlex.quote(str(partial))}"
