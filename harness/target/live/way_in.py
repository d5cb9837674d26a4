"""From what Graph posts to the bot, and back: told as on every target, with Graph's own token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from urllib.parse import urlsplit

from harness.cassette.bodies import items_of, read, resource_of
from harness.cassette.format import Request, Response
from harness.delivery.outbox import CallbackRefused, Notification, Post, Result
from harness.delivery.settings import kind_of_resource
from harness.errors import named
from harness.target.journal import Journal
from harness.target.live.deliveries import Deliveries
from harness.target.seen import calls_in
from harness.tenant.environment import Credentials

Passing = Callable[[str], AbstractContextManager[None]]


class WayIn:
    """Hands notifications over by `post`, which is set once there are bots. passing: told as long as one passes."""

    post: Post

    def __init__(self, mine: Credentials, journal: Journal, deliveries: Deliveries, passing: Passing) -> None:
        self._mine = mine
        self._journal = journal
        self._deliveries = deliveries
        self._passing = passing
        self._answers: dict[int, Response] = {}

    def hand(self, request: Request) -> Response:
        """What the bot answers to a notification."""
        told = self._notification(request)
        with self._passing("a notification is not answered yet by the bot"):
            return self._handed(told)

    def told(self, notification: Notification, answer: Response | None, problem: str | None) -> None:
        """As `Bots` tells what came of a notification: kept, with the whole answer."""
        if answer is not None:
            self._answers[id(notification)] = answer
        self._journal.told(notification, answer, problem)

    def _handed(self, told: Notification) -> Response:
        try:
            status = self.post(told)
        except CallbackRefused as refused:
            return self._noted(told, Result.REFUSED, 404, str(refused))
        except TimeoutError as error:
            return self._noted(told, Result.GIVEN_UP, 504, named(error))
        except OSError as error:
            return self._noted(told, Result.GIVEN_UP, 502, named(error))
        except Exception as error:  # a bot that is none, or answers what no bot may
            return self._noted(told, Result.GIVEN_UP, 500, named(error))
        result = Result.DELIVERED if status < 300 else Result.GIVEN_UP if status >= 500 else Result.REJECTED
        self._deliveries.note(told, result, status=status)
        return self._answers.pop(id(told), _said(status))

    def _noted(self, told: Notification, result: Result, status: int, problem: str) -> Response:
        """What Graph is answered where the bot does not."""
        self._deliveries.note(told, result, problem=problem)
        return _said(status)

    def _notification(self, request: Request) -> Notification:
        item = next(iter(items_of(read(request.body))), {})
        resource = resource_of(item)
        return Notification(
            call_id=calls_in(urlsplit(resource).path) or "",
            kind=kind_of_resource(resource),
            label=f"{item.get('changeType', '?')} {resource}",
            callback_uri=request.uri,
            headers={name: ", ".join(values) for name, values in request.headers.items()},
            body=request.body or b"",
            app_id=self._mine.client_id,
            tenant_id=self._mine.tenant_id,
        )


def _said(status: int) -> Response:
    return Response(status, HTTPStatus(status).phrase, {}, None)
