"""A cassette as a WSGI app, in front of a fake that signs in, delivers, and has the control routes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask

from harness.cassette.format import MAX_BYTES, Cassette, Request, Response
from harness.cassette.scenario import Scenario
from harness.errors import CassetteError
from harness.gateway.messages import as_json, host_of, refusal, request_of, said, too_large
from harness.gateway.runs import Run
from harness.graph.paths import VERSIONS
from harness.replay import NothingRecorded
from harness.server import control, fake_of
from harness.server.fake import Asked

ROUTES: Final = ("clock", "deliveries", "health", "requests")
"""Control routes of the fake that serve a cassette as well. `reset` and `cassette` are there too."""
_KEPT_BYTES: Final = 16 * 2**10


class Replaying:
    """Answers as a cassette does, again and again: `POST /__admin/reset` begins anew.

    callback: where the bot is, for what is told of calls that it did not make itself; then what was told before the
    first request is told at once, else with the first request. say: gets what cannot be answered, and how each replay
    went that was begun.
    """

    def __init__(
        self,
        app: Flask,
        cassette: Cassette,
        scenario: Scenario | None,
        *,
        say: Callable[[str], None],
        callback: str | None = None,
    ) -> None:
        self.is_whole = True
        self._app = app
        self._fake = fake_of(app)
        self._cassette = cassette
        self._scenario = scenario
        self._say = say
        self._callback = callback
        self._lock = threading.Lock()
        self._are_told = False
        self._begin()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if control.is_control(path):
            return self._controlled(path, environ, start_response)
        self._started()
        if path.strip("/").split("/", 1)[0] not in VERSIONS:
            return self._app(environ, start_response)
        request = request_of(environ, MAX_BYTES)
        if request is None:
            return said(too_large(MAX_BYTES), start_response)
        response = self._answered(request)
        self._note(request, response)
        return said(response, start_response)

    def end(self) -> None:
        """Say how the replay went, unless nothing was asked of it and another one was ended before."""
        with self._lock:
            if self._run.asked or not self._are_told:
                self._tell()

    def _answered(self, request: Request) -> Response:
        try:
            return self._run.answer(request)
        except NothingRecorded as nothing:
            self._say(str(nothing))
            return refusal(502, "nothingRecorded", str(nothing))
        except CassetteError as error:
            self._say(str(error))
            return refusal(502, "notAnswered", str(error))

    def _controlled(self, path: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        name = path.removeprefix(control.PREFIX).strip("/")
        if name in ROUTES:
            return self._app(environ, start_response)
        if name == "reset":
            return self._reset(environ, start_response)
        if name == "cassette" and environ["REQUEST_METHOD"] == "GET" and self._is_plain(environ):
            return said(as_json(200, {"cassette": str(self._cassette.path), **self._run.counts()}), start_response)
        problem = f"there is no {environ['REQUEST_METHOD']} {path} on replay: the cassette holds what happened"
        return said(as_json(404, {"problem": problem}), start_response)

    def _is_plain(self, environ: dict[str, Any]) -> bool:
        return self._fake.settings.any_control_host or control.is_plain(host_of(environ))

    def _reset(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The fake says whether it is asked rightly; what it forgets then is needed for telling."""
        with self._lock:
            ended, was_asked = list(self._run.lines()), bool(self._run.asked)
            is_whole = self._run.is_whole
            statuses: list[str] = []

            def started(status: str, *more: Any) -> Any:
                statuses.append(status)
                return start_response(status, *more)

            answer = self._app(environ, started)
            if statuses and statuses[-1].startswith("200"):
                if was_asked:
                    self._told(ended, is_whole=is_whole)
                self._begin()
            return answer

    def _tell(self) -> None:
        self._told(list(self._run.lines()), is_whole=self._run.is_whole)

    def _told(self, lines: list[str], *, is_whole: bool) -> None:
        self._are_told = True
        self.is_whole = self.is_whole and is_whole
        self._say("\n".join(lines))

    def _begin(self) -> None:
        self._run = Run(self._cassette, self._scenario, self._fake, self._callback)
        self._is_started = False
        if self._callback is not None:
            self._started()

    def _started(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._run.start()

    def _note(self, request: Request, response: Response) -> None:
        """As the fake's journal has requests."""
        with self._lock:
            self._fake.count += 1
            parts = urlsplit(request.uri)
            ids = [v for name, values in response.headers.items() if name.lower() == "request-id" for v in values]
            body = (request.body or b"")[:_KEPT_BYTES]
            status = response.status or 0
            asked = Asked(self._fake.count, request.method, parts.path, status, "".join(ids[:1]), body)
            self._fake.asked.append(asked)
