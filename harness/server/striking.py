"""What faults do to the request that Flask is at: another answer, a late one, or none.

Which request meets which fault is in `faults`; the app asks here before a view and when its answer is there.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Request, Response, current_app, g, request

from harness.server import fault_bodies, login
from harness.server.fake import Fake, fake_of
from harness.server.faults import TOKEN, Fault, verb_of
from harness.server.login_refusals import LoginRefused

_CUT: Final = "harness.cut"
"""In the environment of a request whose answer nobody gets."""


class Cutting:
    """WSGI middleware: in place of an answer that a fault takes away, the connection is cut.

    Raises: ConnectionResetError, which the server, or who calls the app in process, makes of it what a client sees.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        if _CUT not in environ:
            return answer
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        raise ConnectionResetError(errno.ECONNRESET, "connection reset, by a fault of the fake")


def is_cut(asked: Request) -> bool:
    """Whether the client of a request gets no answer at all."""
    return _CUT in asked.environ


def meet(asked: Request, known: Any, fake: Fake) -> Response | None:
    """The answer of the fault that a request meets; None: go on. known: Flask's `g`, where the fault is kept.

    Only what an application was read for, and the token endpoint, meets faults. A fault comes after the token and
    before everything else (assumed).
    """
    if not fake.faults.is_active and not fake.patience.is_active:
        return None
    verb = verb_of(asked.endpoint)
    application = known.get("application")
    if application is None and verb != TOKEN:
        return None
    key = (application.id if application else "", asked.method, asked.path)
    fake.patience.came(key)
    fault = fake.faults.meet(verb, (asked.view_args or {}).get("call_id"))
    known.fault = fault
    if fault is None:
        return None
    if fault.retry_after is not None:
        fake.patience.told_to_wait(key, fault.retry_after)
    return None if fault.after_effect else _strike(fault)


def late(response: Response, fault: Fault | None) -> Response:
    """The answer that is there, or what a fault `after_effect` makes of it."""
    if fault is None or not fault.after_effect:
        return response
    return _strike(fault) or response


def _strike(fault: Fault) -> Response | None:
    fake = fake_of(current_app)
    fake.sleep(fault.latency)
    if fault.reset:
        request.environ[_CUT] = True
    if fault.status is None and not fault.reset:
        return None
    is_token = verb_of(request.endpoint) == TOKEN
    response = current_app.make_response(_of_sign_in(fault) if is_token else _of_graph(fault))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault_bodies.retry_after(fault.retry_after)
    return response


def _of_graph(fault: Fault) -> tuple[dict[str, Any], int]:
    date = fake_of(current_app).world.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    ids = g.ids
    body = fault_bodies.answer(fault, date=date, request_id=ids.request, client_request_id=ids.client_request)
    return body, fault.status or 503


def _of_sign_in(fault: Fault) -> login.Answer:
    status, code, message = fault_bodies.words(fault)
    return login.refused(LoginRefused(status, code, 0, message))
