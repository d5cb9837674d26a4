"""The way out: what a bot asks of Graph, sent on and kept."""

from __future__ import annotations

from contextlib import suppress

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.errors import RecordingError
from harness.intercept import Responder
from harness.record.recorder import Recorder


def recording(forward: Responder, recorder: Recorder) -> Responder:
    """A responder that keeps what another one answers, before anybody has the answer.

    What cannot be kept is noted in `recorder.problem`, and the bot has its answer all the same: what it asked has
    happened in the tenant, and it must be able to end its calls. A request without an answer is counted, and not kept.
    """

    def respond(request: Request) -> Response:
        seq, started = recorder.begin(), recorder.now()
        try:
            response = forward(request)
        except BaseException:
            recorder.leave_unanswered()
            raise
        interaction = Interaction(Direction.CLIENT_TO_GRAPH, seq, request, response, started, recorder.now())
        with suppress(RecordingError):
            recorder.keep(interaction)
        return response

    respond.blocking = True  # type: ignore[attr-defined]
    return respond
