"""Whether what Graph tells is of this test: a tenant remembers calls of tests that were killed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.bodies import read, resource_of
from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.target.seen import calls_in

_PATIENCE: Final = 10.0
"""Seconds in which a new call is answered: before, nobody knows whose its id is."""

_log: Final = logging.getLogger("harness.live")


def call_of(item: Mapping[str, Any]) -> str:
    """The call that a notification is about, in lower case."""
    return (calls_in(urlsplit(resource_of(item)).path) or "").lower()


class Whose:
    """Knows a test's calls: those that its bot creates, those that come in, and those that are named to it.

    created: the ids of those that the test has to end.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asking = 0
        self._known: set[str] = set()
        self._lost = 0
        self._unclear: list[str] = []
        self.created: list[str] = []
        self.passed_over = 0

    def add(self, call: str) -> None:
        with self._changed:
            self._known.add(call.lower())

    def lose(self) -> None:
        """A new call was asked for, and nobody knows whether it stands.

        It is the next one that is being established, or one of which that was told before: who else would end it?
        """
        with self._changed:
            strangers = [call for call in self._unclear if call not in self._known]
            self._unclear.clear()
            if strangers:
                self._take(strangers[0])
            else:
                self._lost += 1

    def watching(self, respond: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """A responder whose new calls are the test's."""

        def watched(request: Request) -> Response:
            if request.method != "POST" or not urlsplit(request.uri).path.rstrip("/").endswith("/communications/calls"):
                return respond(request)
            with self._asked():
                try:
                    response = respond(request)
                except UsageError:  # it was not asked
                    raise
                except BaseException:
                    self.lose()
                    raise
                self._answered(response)
                return response

        return watched

    def wait_answered(self, seconds: float) -> None:
        """Until it is known which calls there are, for so long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._asking, seconds)

    def is_of_test(self, items: Sequence[Mapping[str, Any]]) -> bool:
        with self._changed:
            self._known |= {call_of(item) for item in items if item.get("changeType") == "created"}
            is_clear = self._changed.wait_for(lambda: not self._asking or self._knows(items), _PATIENCE)
            self._adopt(items, is_clear)
            is_known = self._knows(items)
            self.passed_over += not is_known
        if not is_known:
            _log.warning(
                "Graph tells of a call that is none of this test's: of one that was cut off? It is passed over"
            )
        return is_known

    def _answered(self, response: Response) -> None:
        body = read(response.body)
        if (response.status or 0) >= 500:  # of whoever is between here and Graph, as well
            self.lose()
        elif isinstance(body, dict) and body.get("id"):
            with self._changed:
                self._take(str(body["id"]))

    def _adopt(self, items: Sequence[Mapping[str, Any]], is_clear: bool) -> None:
        for item in items:
            data = item.get("resourceData")
            is_new = isinstance(data, Mapping) and data.get("state") == "establishing"
            call = call_of(item)
            if not is_new or call in self._known:
                continue
            if self._lost:
                self._lost -= 1
                self._take(call)
            elif not is_clear:
                self._unclear.append(call)

    def _take(self, call: str) -> None:
        self._known.add(call.lower())
        self.created.append(call)

    def _knows(self, items: Sequence[Mapping[str, Any]]) -> bool:
        return any(call_of(item) in self._known for item in items)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                if not self._asking:
                    self._unclear.clear()
                self._changed.notify_all()
