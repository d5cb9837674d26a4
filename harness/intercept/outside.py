"""A responder that has to reach the network itself, in the middle of an interception."""

from __future__ import annotations

import functools

from harness.cassette.format import Request, Response
from harness.intercept.interception import Responder
from harness.intercept.process import PROCESS


def outside(responder: Responder) -> Responder:
    """What it asks is neither answered nor refused here, while it answers; everybody else is as ever.

    That goes by the thread, not by the context: what other threads or tasks do meanwhile, even those that the responder
    starts, is not let out. It is called in a thread wherever its client runs on an event loop (`Responder.blocking`).
    """

    @functools.wraps(responder, updated=())
    def respond(request: Request) -> Response:
        with PROCESS.outside():
            return responder(request)

    respond.blocking = True  # type: ignore[attr-defined]
    return respond
