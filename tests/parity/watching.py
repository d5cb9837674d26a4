"""A watch over everything that fakes emit while it is on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import flask
import pytest

from harness.delivery.outbox import Notification
from harness.parity.emitted import ITEMS, TABLES
from harness.parity.page import COMMAND
from harness.parity.seen import Item, Place, in_answer, in_notification
from harness.server import world
from harness.server.login import is_login
from harness.server.recordings import is_recording

_KNOWN: Final = frozenset(ITEMS)


class Watch:
    """Items that were seen, each with the first place that showed it."""

    def __init__(self) -> None:
        self.seen: dict[Item, tuple[str, Place]] = {}

    def answer(self, method: str, path: str, status: int, headers: list[str], body: Any) -> None:
        response = {"status": status, "headers": dict.fromkeys(headers), "body": body}
        tree = {"method": method, "url": path, "response": response}
        for seen in in_answer(tree):
            self.seen.setdefault(seen.item, (f"{method} {path} {status}", seen.places[0]))

    def notification(self, headers: list[str], body: Any) -> None:
        envelope = {name: value for name, value in body.items() if name != "value"}
        for item in body["value"]:
            for seen in in_notification({**item, "headers": dict.fromkeys(headers), "envelope": envelope}):
                what = f"{item['changeType']} {item['resourceUrl']}"
                self.seen.setdefault(seen.item, (what, seen.places[-1]))

    @property
    def problems(self) -> list[str]:
        """What the ledger does not know, each with where it stood and what to do."""
        unknown = [(item, where) for item, where in self.seen.items() if item not in _KNOWN]
        return [
            f"{item.name!r} ({item.kind}) at {'/'.join(place)} of {what}: the ledger does not know it. "
            f"Write it into {TABLES[item.kind]}, and draw the page anew: {COMMAND}"
            for item, (what, place) in unknown
        ]


@contextmanager
def watching() -> Iterator[Watch]:
    """Everything that any fake answers or tells as Graph."""
    watch = Watch()
    make: Callable[..., Notification] = vars(world)["notification"]

    def told(*args: Any, **more: Any) -> Notification:
        notification = make(*args, **more)
        watch.notification(list(notification.headers), json.loads(notification.body))
        return notification

    def answered(sender: flask.Flask, response: flask.Response) -> None:
        request = flask.request
        is_graphs = (
            not request.path.startswith("/__admin") and not is_login(request.path) and not is_recording(request.path)
        )
        if sender.name == "harness.fake" and is_graphs:
            body = json.loads(response.get_data()) if response.get_data() else None
            sent = response.headers.items() if response.as_graph is None else response.as_graph  # type: ignore[attr-defined]
            watch.answer(request.method, request.path, response.status_code, [name for name, _ in sent], body)

    with pytest.MonkeyPatch.context() as patched, flask.request_finished.connected_to(answered):
        patched.setattr(world, "notification", told)
        yield watch
