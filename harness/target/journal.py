"""What passed between bots and Graph in one test, both directions, as interactions of a cassette."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.delivery.outbox import Notification, Post
from harness.errors import named
from harness.intercept import Responder

NO_ANSWER: Final = Response(None, None, {}, None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One interaction. `problem`: why there is no answer, or what is wrong with it. `app_id`: who is told."""

    interaction: Interaction
    problem: str | None = None
    app_id: str | None = None


class Journal:
    """Takes entries from any thread, and gives them in the order in which they began. `now`: the target's time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._count = 0
        self._entries: dict[int, Entry] = {}
        self._telling: dict[int, tuple[int, str]] = {}
        self._latest = (datetime.min, "")

    def __len__(self) -> int:
        """How many have ended."""
        return len(self._entries)

    @property
    def entries(self) -> list[Entry]:
        with self._lock:
            return [self._entries[seq] for seq in sorted(self._entries)]

    @property
    def asked(self) -> list[Entry]:
        return [e for e in self.entries if e.interaction.direction is Direction.CLIENT_TO_GRAPH]

    @property
    def told_entries(self) -> list[Entry]:
        return [e for e in self.entries if e.interaction.direction is Direction.GRAPH_TO_BOT]

    @property
    def interactions(self) -> list[Interaction]:
        return [entry.interaction for entry in self.entries]

    def answering(self, respond: Responder, is_blocking: Callable[[], bool] = lambda: False) -> Answering:
        """The responder, with every request kept, also one that it does not answer."""
        return Answering(self, respond, is_blocking)

    def answer(self, request: Request, respond: Responder) -> Response:
        seq, started = self._begin()
        response, problem = NO_ANSWER, None
        try:
            response = respond(request)
        except BaseException as error:
            problem = named(error)
            raise
        finally:
            made = self._made(Direction.CLIENT_TO_GRAPH, seq, started, request, response)
            self._keep(Entry(made, problem))
        return response

    def posting(self, post: Post) -> Post:
        """The post, with the moment kept at which each notification went out. `told` keeps what came of it."""

        def posted(notification: Notification) -> int:
            self._telling[id(notification)] = self._begin()
            try:
                return post(notification)
            finally:
                self._telling.pop(id(notification), None)

        return posted

    def told(self, notification: Notification, answer: Response | None, problem: str | None) -> None:
        """Keep a notification with the bot's answer, or with why there is none."""
        seq, started = self._telling.get(id(notification)) or self._begin()
        headers = {name: (value,) for name, value in notification.headers.items()}
        request = Request("POST", notification.callback_uri, headers, notification.body)
        interaction = self._made(Direction.GRAPH_TO_BOT, seq, started, request, answer or NO_ANSWER)
        self._keep(Entry(interaction, problem, notification.app_id))

    def _begin(self) -> tuple[int, str]:
        with self._lock:
            self._count += 1
            return self._count, self._moment()

    def _made(self, direction: Direction, seq: int, started: str, request: Request, response: Response) -> Interaction:
        return Interaction(direction, seq, request, response, started, self._moment())

    def _moment(self) -> str:
        """Now, as it is kept; time that stands still is written once."""
        now, latest = self._now(), self._latest
        if now != latest[0]:
            latest = self._latest = now, now.isoformat()
        return latest[1]

    def _keep(self, entry: Entry) -> None:
        with self._lock:
            self._entries[entry.interaction.seq] = entry


class Answering:
    """A responder whose requests are kept. `blocking`: an answer may take real time, as interception wants to know."""

    def __init__(self, journal: Journal, respond: Responder, is_blocking: Callable[[], bool]) -> None:
        self._journal = journal
        self._respond = respond
        self._is_blocking = is_blocking

    def __call__(self, request: Request) -> Response:
        return self._journal.answer(request, self._respond)

    @property
    def blocking(self) -> bool:
        return self._is_blocking()
